//! One file for each command.

pub mod demo;
mod explain;
mod import;
mod open;
mod rebuild;
mod replay;
mod serve;
mod summary;
mod tail;
mod upload;
mod worker;

use crate::config::{Cli, Command};
use std::{
    error::Error,
    io::{self, IsTerminal},
    process::ExitCode,
};
use tracing_subscriber::{EnvFilter, fmt};

/// Done, with rows in quarantine.
pub const QUARANTINED: u8 = 3;

/// Runs a command and says how it ended.
pub fn run(cli: Cli) -> ExitCode {
    trace();
    let result: Result<u8, Box<dyn Error>> = match cli.command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Rebuild(arguments) => rebuild::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Worker(arguments) => worker::run(&arguments),
        Command::Tail(arguments) => tail::run(&arguments),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        // Whoever read the output has enough of it.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chengxin: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Structured logs to stderr. `CHENGXIN_TRACE` filters as `RUST_LOG` does; `CHENGXIN_TRACE_FORMAT=json` is for machines.
fn trace() {
    // What the Kafka client reports is in the errors of the calls; by itself it counts the end of a partition among them.
    let filter = EnvFilter::try_from_env("CHENGXIN_TRACE").unwrap_or_else(|_| EnvFilter::new("info,rdkafka=off"));
    let colours = std::io::stderr().is_terminal();
    let subscriber = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // Where stderr cannot be written, it cannot be told so either; requests go on.
    let subscriber = subscriber.log_internal_errors(false);
    if std::env::var("CHENGXIN_TRACE_FORMAT").is_ok_and(|format| format == "json") {
        subscriber.json().init();
    } else {
        subscriber.with_target(false).compact().init();
    }
}
