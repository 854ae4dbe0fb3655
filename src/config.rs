//! Settings: a flag wins over an environment variable, which wins over a line in `chengxin.toml`.

use crate::clock::Clock;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

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

const HELP: &str = "Every flag has an environment variable CHENGXIN_… and a line in chengxin.toml; the flag wins.
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

    /// Folds up to here: a position (`2-1041`), the position of an answer, or an instant (RFC 3339).
    #[arg(long, value_name = "POSITION|INSTANT")]
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

    /// Knows what was in the log up to here: a position (`2-1041`), the position of an answer, or an instant (RFC 3339).
    #[arg(long, value_name = "POSITION|INSTANT")]
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

/// What is wrong with the settings file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    #[error(transparent)]
    Usage(#[from] clap::Error),
}

/// The settings file that is read when none is named, if it is there.
const DEFAULT_FILE: &str = "chengxin.toml";

/// Reads settings from arguments, environment and file.
pub fn read(arguments: impl Iterator<Item = std::ffi::OsString> + Clone) -> Result<Cli, ConfigError> {
    let mut command = Cli::command();
    if let Some(path) = file_named_in(arguments.clone()) {
        command = with_file(command, &path)?;
    }
    Ok(Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)?)
}

fn file_named_in(arguments: impl Iterator<Item = std::ffi::OsString>) -> Option<PathBuf> {
    let arguments: Vec<std::ffi::OsString> = arguments.collect();
    let text = |argument: &std::ffi::OsString| argument.to_string_lossy().into_owned();
    let flag = arguments.iter().enumerate().find_map(|(index, argument)| match text(argument).split_once('=') {
        Some(("--config", path)) => Some(PathBuf::from(path)),
        None if argument == "--config" => arguments.get(index + 1).map(PathBuf::from),
        _ => None,
    });
    let environment = || std::env::var_os("CHENGXIN_CONFIG").map(PathBuf::from);
    let default = || Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists());
    flag.or_else(environment).or_else(default)
}

/// Lines of the file become defaults, which environment and flags override.
fn with_file(command: clap::Command, path: &Path) -> Result<clap::Command, ConfigError> {
    let error = |reason: String| ConfigError::File { path: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|e| error(e.to_string()))?;
    let table: toml::Table = toml::from_str(&text).map_err(|e| error(e.to_string()))?;
    let mut lines: BTreeMap<String, &'static str> = BTreeMap::new();
    for (key, value) in table {
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) => value.to_string(),
            _ => return Err(error(format!("{key} is not a text, a number, true or false"))),
        };
        // Defaults live as long as the command line's definition: as long as the process.
        lines.insert(key.replace('_', "-"), value.leak());
    }
    let known = |key: &str| {
        command.get_subcommands().any(|sub| sub.get_arguments().any(|argument| argument.get_long() == Some(key)))
    };
    if let Some(unknown) = lines.keys().find(|key| !known(key)) {
        return Err(error(format!("no setting is called {unknown}; settings are named like the flags")));
    }
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    Ok(names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |sub| {
            sub.mut_args(|argument| match argument.get_long().and_then(|long| lines.get(long)) {
                Some(value) => argument.default_value(*value).required(false),
                None => argument,
            })
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_from(arguments: &[&str]) -> Result<Cli, ConfigError> {
        read(
            std::iter::once("chengxin")
                .chain(arguments.iter().copied())
                .map(Into::into)
                .collect::<Vec<_>>()
                .into_iter(),
        )
    }

    #[test]
    fn an_import_through_a_server_needs_a_token() {
        let import = |more: &[&str]| read_from(&[&["import", "f.csv", "--as", "O"], more].concat());
        assert!(import(&[]).is_ok() && import(&["--server", "http://localhost", "--token", "t"]).is_ok());
        assert!(matches!(import(&["--server", "http://localhost"]), Err(ConfigError::Usage(_))));
    }

    fn listen(cli: Cli) -> String {
        match cli.command {
            Command::Serve(serve) => serve.listen.to_string(),
            _ => panic!("not serve"),
        }
    }

    #[test]
    fn the_definition_of_the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("chengxin.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:9000\"\npartitions = 2\n").unwrap();
        let path = path.to_str().unwrap();
        assert_eq!(listen(read_from(&["--config", path, "serve"]).unwrap()), "127.0.0.1:9000");
        let flag = ["--config", path, "serve", "--listen", "127.0.0.1:9001"];
        assert_eq!(listen(read_from(&flag).unwrap()), "127.0.0.1:9001");
    }

    #[test]
    fn a_line_that_names_no_setting_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.toml");
        std::fs::write(&path, "lisen = \"127.0.0.1:9000\"\n").unwrap();
        let error = read_from(&["--config", path.to_str().unwrap(), "serve"]).unwrap_err();
        assert!(error.to_string().contains("lisen"), "{error}");
    }
}
