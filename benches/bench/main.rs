//! How fast it is: `cargo bench --bench bench`, or `make bench`.
//!
//! A made-up county of a million events over a hundred thousand subjects goes through the whole system. Each figure is
//! put next to what the bare parts below it do in the same run (reading and decoding the log, appending to it, a sync of
//! the disk), because a ratio says more about the program than about the machine. What is measured runs in a process of
//! its own, so that its memory can be told.

mod client;
mod import;
mod inputs;
mod measured;
mod project;
mod publish;
mod query;
mod report;
mod rules;
mod server;
mod settings;
mod workload;

use report::Report;
use settings::{Command, Settings};
use std::process::ExitCode;

/// As in the server.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    chengxin::allocator::prefer_small_pages();
    let settings = Settings::read();
    let done = match &settings.command {
        Some(Command::Project(job)) => project::project(job).map(|()| true),
        Some(Command::WorstDay(job)) => rules::worst_day(job).map(|()| true),
        Some(Command::Scan(job)) => project::scan(job).map(|()| true),
        None => bench(&settings),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// False if `--check` was given and a figure misses its floor.
fn bench(settings: &Settings) -> Result<bool> {
    let directory = tempfile::Builder::new().prefix("chengxin-bench-").tempdir_in(settings.directory()?)?;
    let mut report = Report::new(settings);
    if settings.wants("embedded") {
        project::embedded(settings, directory.path(), &mut report)?;
    }
    if settings.wants("kafka") {
        project::kafka(settings, directory.path(), &mut report)?;
    }
    if settings.wants("publish") {
        publish::measure(settings, directory.path(), &mut report)?;
    }
    if settings.wants("rules") {
        rules::measure(settings, directory.path(), &mut report)?;
    }
    if settings.wants("import") {
        import::measure(settings, directory.path(), &mut report)?;
    }
    report.finish()?;
    Ok(!settings.check || report.all_held())
}

/// Says on stderr what is being done.
fn progress(what: &str) {
    eprintln!("· {what}");
}
