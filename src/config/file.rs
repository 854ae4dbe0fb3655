//! Settings from arguments, environment and file, each of them with its rank.

use super::Cli;
use clap::{CommandFactory, FromArgMatches};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

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
    use crate::config::Command;

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
