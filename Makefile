.PHONY: kafka-up kafka-down

kafka-up: ## A Kafka broker for the tests, on 127.0.0.1:19092
	scripts/kafka up

kafka-down: ## Ends that broker; its data stay in .cache/kafka/data
	scripts/kafka down
