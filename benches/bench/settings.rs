//! What to measure, and how much of it.

use crate::Result;
use chengxin::demo::DemoConfig;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Partitions of every log.
pub(crate) const PARTITIONS: u16 = 4;

#[derive(Debug, Parser)]
#[command(name = "bench")]
pub(crate) struct Settings {
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) events: usize,

    #[arg(long, default_value_t = 100_000)]
    pub(crate) subjects: usize,

    /// Brokers of a Kafka that may be filled with topics for the while.
    #[arg(long, env = "CHENGXIN_TEST_KAFKA", default_value = "127.0.0.1:19092")]
    pub(crate) brokers: String,

    /// Only these parts: embedded, kafka, publish, import, rules.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,

    /// Fails if a figure misses its floor.
    #[arg(long)]
    pub(crate) check: bool,

    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the bench starts itself for, again.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Folds a log into views.
    #[command(hide = true)]
    Project(Job),
    /// Ends very many terms on one day, with a log of its own.
    #[command(hide = true)]
    WorstDay(Job),
    /// Reads and decodes a log, and nothing else.
    #[command(hide = true)]
    Scan(Job),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Job {
    /// Directory of the embedded log, or `BROKERS/PREFIX` of one on Kafka.
    #[arg(long)]
    pub(crate) log: String,
    #[arg(long)]
    pub(crate) on_kafka: bool,
    /// Directory of the views.
    #[arg(long)]
    pub(crate) views: PathBuf,
}

impl Settings {
    pub(crate) fn read() -> Settings {
        Settings::parse()
    }

    pub(crate) fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }

    pub(crate) fn county(&self) -> DemoConfig {
        DemoConfig { subjects: self.subjects, events: self.events, ..DemoConfig::default() }
    }

    /// Where the data go: below the build directory, so on the disk of the project and not in memory.
    pub(crate) fn directory(&self) -> Result<PathBuf> {
        let directory = target_directory()?.join("bench");
        std::fs::create_dir_all(&directory)?;
        Ok(directory)
    }
}

/// This program lies in `target/release/deps`.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(3).ok_or("the program lies in no build directory")?.to_owned())
}
