//! The tests of the shell, in one binary.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod bad_input;
mod crash;
mod disputes;
mod dry_run;
mod embedded_compaction;
mod embedded_log;
mod explain;
mod feeds;
mod imports;
mod inbox;
mod kafka_feeds;
mod kafka_log;
mod levels;
mod log_contract;
mod names;
mod numbers;
mod privacy;
mod public;
mod replay;
mod scenarios;
mod schemas;
mod slips;
mod start;
mod stop;
mod subjects;
mod support;
