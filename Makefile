# What people do with this project. `make` lists it.
KAFKA_PORT ?= 19092
export CHENGXIN_TEST_KAFKA ?= 127.0.0.1:$(KAFKA_PORT)
DEMO_DATA ?= data/demo

.PHONY: help run demo test test-fast lint deny bench kafka-up kafka-down clean-demo

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: demo ## Builds, makes up a county and serves it on http://127.0.0.1:8080

demo:
	cargo build --release --locked
	target/release/chengxin demo --data $(DEMO_DATA)

clean-demo: ## Throws the demo's data away
	rm -rf $(DEMO_DATA)

test: ## Every test, the Kafka ones against a real broker that it fetches and starts itself
	scripts/test

test-fast: ## The unit tests, which need no broker
	cargo test --workspace --locked --lib

lint: ## Format, Clippy with warnings as errors, and the dependency rules
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(MAKE) deny

deny: ## Licences, bans and sources of the dependencies
	scripts/deny

bench: ## One table of speed, memory and disk, each figure beside a raw limit of the same run
	scripts/bench

kafka-up: ## A Kafka broker for the tests, on 127.0.0.1:19092
	scripts/kafka up $(KAFKA_PORT)

kafka-down: ## Ends that broker; its data stay in .cache/kafka/data
	scripts/kafka down
