//! The tests of the shell, in one binary.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod crash;
mod embedded_log;
mod kafka_log;
mod log_contract;
mod scenarios;
mod support;
