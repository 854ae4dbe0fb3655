//! An import through a running server.

use super::import::each;
use crate::{config::Import, importer::Report, progress::Progress};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{Cursor, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use ureq::{Agent, Body, SendBody, http::Response};

type Error = Box<dyn std::error::Error>;

/// Pause between two questions how far the import is.
const POLL: Duration = Duration::from_millis(300);
/// How long the server may be away while it imports; it goes on with the import when it is back.
const AWAY: Duration = Duration::from_secs(300);
/// How long a question may take.
const ANSWER: Duration = Duration::from_secs(30);
/// Most bytes of an answer of the server that are read.
const ANSWER_BYTES: u64 = 16 << 20;

/// What the server says of an import.
#[derive(Debug, Deserialize)]
struct Status {
    id: String,
    state: String,
    progress: Progressed,
    counts: Counts,
    problems: BTreeMap<String, u64>,
    #[serde(default)]
    problem_lines: BTreeMap<String, Vec<u64>>,
    warnings: BTreeMap<String, u64>,
    #[serde(default)]
    warned_lines: BTreeMap<String, Vec<u64>>,
    unknown_columns: Vec<String>,
    other_sheets: Vec<String>,
    quarantine: Option<String>,
    error: Option<Told>,
}

#[derive(Debug, Deserialize)]
struct Progressed {
    rows: u64,
    done: u64,
    total: u64,
    waiting: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Counts {
    rows: u64,
    applied: u64,
    duplicates: u64,
    repeated: u64,
    refused: u64,
    held_back: u64,
}

/// A problem as the server tells it.
#[derive(Debug, Deserialize)]
struct Told {
    code: String,
    detail: String,
}

struct Server {
    agent: Agent,
    url: String,
    token: String,
    /// For whom the clerk means to publish; the server looks whether the token is theirs.
    org: String,
}

pub(super) fn run(server: &str, arguments: &Import) -> Result<u8, Error> {
    let token = arguments.token.clone().unwrap_or_default(); // the command line is not read without one
    let config = Agent::config_builder().http_status_as_error(false).timeout_connect(Some(ANSWER));
    let agent = config.build().new_agent();
    let (url, org) = (server.trim_end_matches('/').to_owned(), arguments.org.clone());
    let server = Server { agent, url, token, org };
    each(&arguments.files, |file| server.import(file))
}

impl Server {
    fn import(&self, file: &Path) -> Result<Report, Error> {
        let mut progress = Progress::new(file.display().to_string(), "行");
        let sent = self.send(file)?;
        let status = self.wait(&sent.id, &mut progress)?;
        progress.finish(status.counts.rows);
        let quarantine = match &status.quarantine {
            Some(path) => Some(self.save(path, file)?),
            None => None,
        };
        if let Some(error) = status.error {
            let kept = quarantine.map_or(String::new(), |path| format!("; rows held back so far: {}", path.display()));
            return Err(format!("{}: {}{kept}", error.code, error.detail).into());
        }
        let Counts { rows, applied, duplicates, repeated, refused, held_back } = status.counts;
        let Status { problems, problem_lines, warnings, warned_lines, unknown_columns, other_sheets, .. } = status;
        Ok(Report {
            rows,
            applied,
            duplicates,
            repeated,
            refused,
            held_back,
            problems,
            problem_lines,
            warnings,
            warned_lines,
            unknown_columns,
            other_sheets,
            quarantine,
        })
    }

    /// Sends the file as it is read.
    fn send(&self, file: &Path) -> Result<Status, Error> {
        let boundary = format!("chengxin-{:016x}", getrandom::u64()?);
        let name = file.file_name().unwrap_or_default().to_string_lossy().replace(['"', '\r', '\n'], "_");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let mut body = Cursor::new(head).chain(File::open(file)?).chain(Cursor::new(tail));
        let request = self.agent.post(format!("{}/v1/imports", self.url)).header("Authorization", self.bearer());
        // What is refused for its sender is refused before the file is sent.
        let request = request.query("org", &self.org).header("Expect", "100-continue");
        let request = request.header("Content-Type", format!("multipart/form-data; boundary={boundary}"));
        let answer = request
            .send(SendBody::from_reader(&mut body))
            .map_err(|error| format!("{} does not answer ({error}): is a server running there?", self.url))?;
        read(answer)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn get(&self, path: &str) -> Result<Response<Body>, ureq::Error> {
        let request = self.agent.get(format!("{}{path}", self.url)).header("Authorization", self.bearer());
        request.config().timeout_recv_response(Some(ANSWER)).build().call()
    }

    fn wait(&self, id: &str, progress: &mut Progress) -> Result<Status, Error> {
        let mut last_answer = Instant::now();
        loop {
            match self.get(&format!("/v1/imports/{id}")) {
                Ok(answer) if answer.status().is_server_error() => progress.say("the server is busy"),
                Ok(answer) => {
                    last_answer = Instant::now();
                    let status: Status = read(answer)?;
                    if status.state == "done" || status.state == "failed" {
                        return Ok(status);
                    }
                    let Progressed { rows, done, total, waiting } = &status.progress;
                    match waiting {
                        Some(reason) => progress.say(&format!("waiting, nothing is lost: {reason}")),
                        None => progress.set(*done, *total, *rows),
                    }
                }
                Err(error) => {
                    progress.say(&format!("the server does not answer ({error}); it goes on when it is back"))
                }
            }
            if last_answer.elapsed() > AWAY {
                let detail = "the server does not answer; it goes on with the import when it is back";
                return Err(format!("{detail}: look at {}/v1/imports/{id}", self.url).into());
            }
            std::thread::sleep(POLL);
        }
    }

    /// Saves the quarantine file beside the source.
    fn save(&self, path: &str, source: &Path) -> Result<PathBuf, Error> {
        let mut answer = self.get(path)?;
        if !answer.status().is_success() {
            return Err(format!("the quarantine file cannot be fetched: {}", answer.status()).into());
        }
        let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        let events = content_type.is_some_and(|value| value.contains("ndjson"));
        let content = answer.body_mut().as_reader();
        Ok(crate::importer::save_quarantine(source, if events { "ndjson" } else { "csv" }, content)?)
    }
}

/// The body of an answer, or the problem that it tells.
fn read(mut answer: Response<Body>) -> Result<Status, Error> {
    let status = answer.status();
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_string()?;
    if status.is_success() {
        return Ok(serde_json::from_str(&body)?);
    }
    match serde_json::from_str::<Told>(&body) {
        Ok(told) => Err(format!("{}: {}", told.code, told.detail).into()),
        Err(_) => Err(format!("the server answered {status}").into()),
    }
}
