//! Settings: a flag wins over an environment variable, which wins over a line in `chengxin.toml`.

mod file;

pub use file::{ConfigError, read};

use crate::clock::Clock;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{net::SocketAddr, path::PathBuf};

/// 诚信: event-sourced backend of a public credit platform.
///
/// Departments publish credit events; a log keeps them; the red and black lists, the measures in force and their changes
/// follow from the log. Start with `chengxin demo`.
#[derive(Debug, Parser)]
#[command(name = "chengxin", version, max_term_width = 110, after_help = HELP)]
pub struct Cli {
    /// Settings file: TOML lines such as `listen = "127.0.0.1:9000"`, named like the flags.
    #[arg(long, global = true, env = "CHENGXIN_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[command(subcommand)]
    pub command: Command,
}

const HELP: &str = "Where --help of a command names an environment variable, the flag wins over it, and it over a line in chengxin.toml.
Results go to stdout, progress and logs to stderr.
Exit codes: 0 done, 1 failed, 2 bad usage, 3 done with rows in quarantine.

Examples:
  chengxin demo                                        a made-up county on http://127.0.0.1:8080
  chengxin serve --data /var/lib/chengxin              API and projector on the embedded log
  chengxin serve --log kafka://127.0.0.1:9092          the same on Kafka
  chengxin import penalties.csv --as 11654000010399991A
  chengxin replay --as-of 2026-06-15 --list black      what was on the list on that day
  chengxin explain --subject 91654002MA00TEAT4G --measure R-KEY-SUPERVISION
  chengxin tail list-changes --follow";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the API and the projector.
    Serve(Serve),
    /// Runs a projector of a consumer group on Kafka: views and output topics, no public API.
    Worker(Worker),
    /// Imports double-publicity files (CSV, XLSX) or events (NDJSON).
    Import(Import),
    /// Folds the log and prints a list or a subject, as of a day and as known at a position.
    ///
    /// For auditors who can read the log itself: levels of access and the masking policy are not applied, and what is
    /// withheld, ended or not published is printed, too. Names and document numbers of natural persons are never in the log.
    /// Of organisations that turned out to be one, each file is printed by itself.
    Replay(Replay),
    /// Explains from the log why a record, a measure, a flag, a duty or an event of a subject is as it is.
    Explain(Explain),
    /// Prints events or changes as they stand in the log, and follows them.
    Tail(Tail),
    /// Builds new views beside the old from the log, reports the differences, and switches over.
    Rebuild(Rebuild),
    /// Makes up a county with a few years of events and serves it.
    Demo(Demo),
}

/// Where things are.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Directory of the embedded log, the views, the vault and the principals.
    #[arg(long, env = "CHENGXIN_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,

    /// The message log: `embedded`, or `kafka://HOST:PORT,…`.
    #[arg(long, env = "CHENGXIN_LOG", default_value = "embedded", value_name = "LOG")]
    pub log: LogKind,

    /// Partitions of a new log. An existing log has as many as it was made with: another number is refused.
    #[arg(long, env = "CHENGXIN_PARTITIONS", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub partitions: u16,

    /// Copies of every record on a new Kafka log.
    #[arg(long, env = "CHENGXIN_REPLICATION", default_value_t = 1, value_parser = clap::value_parser!(i16).range(1..=9))]
    pub replication: i16,

    /// Prefix of all Kafka topics and groups, for several installations on one cluster.
    #[arg(long, env = "CHENGXIN_TOPIC_PREFIX", default_value = "", value_name = "TEXT")]
    pub topic_prefix: String,
}

/// Which log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogKind {
    Embedded,
    /// Bootstrap servers, `HOST:PORT,…`.
    Kafka(String),
}

impl std::str::FromStr for LogKind {
    type Err = String;

    fn from_str(text: &str) -> Result<LogKind, String> {
        match text.strip_prefix("kafka://") {
            Some(brokers) if !brokers.is_empty() => Ok(LogKind::Kafka(brokers.to_owned())),
            None if text == "embedded" => Ok(LogKind::Embedded),
            _ => Err("expected `embedded` or `kafka://HOST:PORT,…`".to_owned()),
        }
    }
}

impl std::fmt::Display for LogKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LogKind::Embedded => f.write_str("embedded"),
            LogKind::Kafka(brokers) => write!(f, "kafka://{brokers}"),
        }
    }
}

#[derive(Debug, Clone, Args)]
pub struct Serve {
    #[command(flatten)]
    pub place: Place,

    /// Address of the API.
    #[arg(long, env = "CHENGXIN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// Who may do what. Without it a loopback address gets a file in the data directory, and the tokens are printed once.
    #[arg(long, env = "CHENGXIN_PRINCIPALS", value_name = "FILE")]
    pub principals: Option<PathBuf>,

    /// Policy for a log that has none yet; the shipped one by default. Later changes are `policy.published` events.
    #[arg(long, env = "CHENGXIN_POLICY", value_name = "DIR")]
    pub policy: Option<PathBuf>,

    /// `system`, or `manual:YYYY-MM-DD`: the business date stands still until `POST /v1/clock` moves it.
    #[arg(long, env = "CHENGXIN_CLOCK", default_value = "system", value_parser = clock)]
    pub clock: String,

    /// Begins a new vault though the log names persons, where the old one is lost for good: who was named before is nameless
    /// from then on, and gets another id with the next event.
    #[arg(long)]
    pub new_vault: bool,
}

fn clock(text: &str) -> Result<String, String> {
    text.parse::<Clock>().map(|_| text.to_owned())
}

#[derive(Debug, Clone, Args)]
pub struct Worker {
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Clone, Args)]
pub struct Import {
    /// Files: CSV, XLSX or NDJSON, told apart by their content.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The organisation that publishes, by its own code.
    #[arg(long = "as", env = "CHENGXIN_AS", value_name = "ORG")]
    pub org: String,

    /// Imports through a running server instead of opening the data directory.
    #[arg(long, env = "CHENGXIN_SERVER", value_name = "URL", requires = "token")]
    pub server: Option<String>,

    /// Token for `--server`.
    #[arg(long, env = "CHENGXIN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub token: Option<String>,

    #[command(flatten)]
    pub place: Place,

    /// The clock, as for `serve`.
    #[arg(long, env = "CHENGXIN_CLOCK", default_value = "system", value_parser = clock)]
    pub clock: String,
}

/// Output of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListArgument {
    Red,
    Black,
    Watch,
}

#[derive(Debug, Clone, Args)]
pub struct Replay {
    #[command(flatten)]
    pub place: Place,

    /// Folds up to here: a position (`2-1041`), the position of an answer, an instant (RFC 3339),
    /// or a day, which means its end.
    #[arg(long, value_name = "POSITION|INSTANT|DATE")]
    pub until: Option<String>,

    /// The business date asked about; by default the last day that is open.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<chengxin_projections::date::Date>,

    /// The list to print.
    #[arg(long, default_value = "black", conflicts_with = "subject")]
    pub list: ListArgument,

    /// The subject to print: USCC, organisation code, or a person's id.
    #[arg(long, value_name = "ID")]
    pub subject: Option<String>,

    #[arg(long, default_value = "table")]
    pub format: Format,
}

/// Output of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Args)]
pub struct Explain {
    #[command(flatten)]
    pub place: Place,

    /// The subject: USCC, organisation code, or a person's id.
    #[arg(long, value_name = "ID")]
    pub subject: String,

    /// A list entry, a license or a penalty; also whose flag or duty is asked about.
    #[arg(long, value_name = "ORG/ID")]
    pub record: Option<String>,

    /// A measure, by its code in the catalogue.
    #[arg(long, value_name = "CODE")]
    pub measure: Option<String>,

    /// A flag of the record, such as `dishonest-while-red`.
    #[arg(long, value_name = "KIND", requires = "record")]
    pub flag: Option<String>,

    /// A duty about the record, such as `publish`.
    #[arg(long, value_name = "NAME", requires = "record")]
    pub duty: Option<String>,

    /// An event: what it did, or why it was refused.
    #[arg(long, value_name = "ORG/ID")]
    pub event: Option<String>,

    /// The business date asked about; by default the last day that is open.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<chengxin_projections::date::Date>,

    /// Knows what was in the log up to here: a position (`2-1041`), the position of an answer, an instant (RFC 3339),
    /// or a day, which means its end.
    #[arg(long, value_name = "POSITION|INSTANT|DATE")]
    pub until: Option<String>,

    #[arg(long, default_value = "text")]
    pub format: ExplainFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stream {
    Events,
    ListChanges,
    MeasureChanges,
    ObligationChanges,
}

#[derive(Debug, Clone, Args)]
pub struct Tail {
    pub stream: Stream,

    /// Begins behind this cursor; by default at the beginning.
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,

    /// Goes on when the end is reached.
    #[arg(long)]
    pub follow: bool,

    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Clone, Args)]
pub struct Rebuild {
    #[command(flatten)]
    pub place: Place,

    /// Prints every difference between the old and the new views.
    #[arg(long)]
    pub diff: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Demo {
    #[command(flatten)]
    pub serve: Serve,

    /// Subjects of the county.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(10..=10_000_000))]
    pub subjects: u64,

    /// Events of the county.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(0..=1_000_000_000))]
    pub events: u64,

    /// The same seed makes the same county.
    #[arg(long, default_value_t = 654_000)]
    pub seed: u64,

    /// Writes the double-publicity files that the records would come in to this directory, and ends.
    #[arg(long, value_name = "DIR")]
    pub files: Option<PathBuf>,

    /// Rows of each of these files.
    #[arg(long, default_value_t = 500)]
    pub rows: u64,

    /// Share of these rows that have something wrong with them, 0 to 1.
    #[arg(long, default_value_t = 0.05)]
    pub dirt: f64,
}
