//! The tests of the shell, in one binary.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod bad_input;
mod crash;
mod disputes;
mod embedded_log;
mod feeds;
mod imports;
mod kafka_feeds;
mod kafka_log;
mod log_contract;
mod names;
mod public;
mod replay;
mod scenarios;
mod schemas;
mod stop;
mod subjects;
mod support;
