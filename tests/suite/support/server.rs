//! The real program as a process of its own: started, asked over HTTP, stopped or killed.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use chengxin::http::auth::{Principal, Role, token_digest, write_file};
use chengxin::log::{Log, embedded::Embedded, kafka::Kafka};
use tempfile::TempDir;

use super::broker::{self, Namespace};
use super::client::Client;
use super::logs::LIMIT;

pub const PARTITIONS: u16 = 3;

/// Departments with their tokens; the token of an organisation is made from its code.
pub const LABOUR: &str = "11654000010399991A";
pub const MARKET: &str = "11654000010400087D";
pub const TAX: &str = "11654000010400130N";
/// A county office, which is not the authority of the prefecture's entries.
pub const COUNTY: &str = "11654002010500019R";
pub const OFFICE: &str = "11654000010399000X";
/// May only do what implementers do.
pub const BANK: &str = "11654000010600011B";
pub const AUDITOR: &str = "auditor";
pub const ADMIN: &str = "admin";

const ROLES: [(&str, &[Role]); 8] = [
    (LABOUR, &[Role::Publisher]),
    (MARKET, &[Role::Publisher]),
    (TAX, &[Role::Publisher]),
    (COUNTY, &[Role::Publisher]),
    (OFFICE, &[Role::Office]),
    (BANK, &[Role::Implementer]),
    (AUDITOR, &[Role::Auditor]),
    (ADMIN, &[Role::Admin]),
];

pub fn token(org: &str) -> String {
    format!("token-of-{org}")
}

/// Where a server keeps what survives it: its data directory and its log.
pub struct Site {
    data: TempDir,
    kafka: Option<Namespace>,
}

impl Site {
    pub fn embedded() -> Site {
        Site::new(None)
    }

    pub fn kafka() -> Site {
        Site::new(Some(Namespace::new()))
    }

    fn new(kafka: Option<Namespace>) -> Site {
        let data = tempfile::tempdir().unwrap();
        let principals = ROLES.iter().map(|(org, roles)| Principal {
            name: (*org).to_owned(),
            org: (*org).to_owned(),
            token_sha256: token_digest(&token(org)),
            roles: roles.to_vec(),
        });
        write_file(&data.path().join("principals.toml"), principals.collect()).unwrap();
        Site { data, kafka }
    }

    pub fn name(&self) -> &'static str {
        if self.kafka.is_some() { "kafka" } else { "embedded" }
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The directory of the views, which can be deleted while no server runs.
    pub fn views(&self) -> PathBuf {
        match &self.kafka {
            None => self.data().join("views"),
            Some(namespace) => self.data().join(format!("kafka-{}", namespace.prefix)).join("views"),
        }
    }

    /// The log, for reading beside the server or after it.
    pub fn log(&self) -> Box<dyn Log> {
        match &self.kafka {
            None => Box::new(Embedded::open_read_only(self.data()).unwrap()),
            Some(namespace) => Box::new(Kafka::open(namespace.config(PARTITIONS)).unwrap()),
        }
    }

    /// Its place on Kafka.
    pub fn namespace(&self) -> &Namespace {
        self.kafka.as_ref().expect("a site on Kafka")
    }

    /// The log, to be filled before a server starts.
    pub fn writable_log(&self) -> Box<dyn Log> {
        match &self.kafka {
            None => Box::new(Embedded::open(self.data(), PARTITIONS).unwrap()),
            Some(_) => self.log(),
        }
    }

    /// Starts the program with its clock standing on a day, and waits until it has caught up with the log.
    pub fn start(&self, today: &str) -> Server {
        let server = self.start_without_waiting(today);
        server.wait_until_ready();
        server
    }

    pub fn start_without_waiting(&self, today: &str) -> Server {
        Server::spawn(self.command(today, "127.0.0.1:0"))
    }

    /// Starts a server with a vault of its own, whatever was there.
    pub fn start_with_a_new_vault(&self, today: &str) -> Server {
        let mut command = self.command(today, "127.0.0.1:0");
        command.arg("--new-vault");
        let server = Server::spawn(command);
        server.wait_until_ready();
        server
    }

    /// Starts the program, which ends by itself, and returns what it said.
    pub fn fails_to_start(&self, today: &str, listen: &str) -> String {
        let mut command = self.command(today, listen);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let deadline = Instant::now() + LIMIT;
        while child.try_wait().unwrap().is_none() && Instant::now() < deadline {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        said
    }

    fn command(&self, today: &str, listen: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chengxin"));
        // The settings of whoever runs the tests are not those of the server.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHENGXIN_")) {
            command.env_remove(name);
        }
        command.current_dir(self.data()).env("CHENGXIN_TRACE", "info").env("RUST_BACKTRACE", "0");
        command.args(["serve", "--listen", listen, "--clock", &format!("manual:{today}")]);
        command.arg("--data").arg(self.data()).arg("--partitions").arg(PARTITIONS.to_string());
        if let Some(namespace) = &self.kafka {
            command.arg("--log").arg(format!("kafka://{}", broker::address()));
            command.arg("--topic-prefix").arg(&namespace.prefix);
        }
        command
    }
}

/// The lines that a process has written to its standard error, as they come.
#[derive(Default)]
struct Lines {
    all: Mutex<(Vec<String>, bool)>,
    more: Condvar,
}

impl Lines {
    fn collect(self: Arc<Lines>, from: impl std::io::Read) {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            self.all.lock().unwrap().0.push(line);
            self.more.notify_all();
        }
        self.all.lock().unwrap().1 = true;
        self.more.notify_all();
    }

    /// What stands behind `begin` in the first line that has it.
    fn wait_for(&self, begin: &str) -> String {
        let found = |lines: &[String]| lines.iter().find_map(|line| line.strip_prefix(begin).map(str::to_owned));
        let guard = self.all.lock().unwrap();
        let waited =
            self.more.wait_timeout_while(guard, LIMIT, |(lines, ended)| found(lines).is_none() && !*ended).unwrap();
        found(&waited.0.0).unwrap_or_else(|| panic!("no line {begin:?}; it wrote:\n{}", waited.0.0.join("\n")))
    }
}

/// A running server. It is killed (SIGKILL) when this is dropped.
pub struct Server {
    child: Child,
    address: String,
    lines: Arc<Lines>,
}

impl Server {
    fn spawn(mut command: Command) -> Server {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, stderr) = (Arc::new(Lines::default()), child.stderr.take().unwrap());
        let collector = lines.clone();
        std::thread::spawn(move || collector.collect(stderr));
        let address = lines.wait_for("listening on ");
        Server { child, address, lines }
    }

    /// Speaks to the server as an organisation.
    pub fn client(&self, org: &str) -> Client {
        Client::new(&self.address, &token(org))
    }

    /// The id of the person with this document, once an entry of theirs has come to the person's own partition.
    pub fn person(&self, document: &serde_json::Value) -> String {
        let asked = serde_json::json!({ "document": document, "purpose": "核验", "case": "1" });
        let mut id = None;
        wait_until("the person is found", || {
            let found = self.client(AUDITOR).post("/v1/subjects/find", &asked).json();
            id = found["items"][0]["subject"]["id"].as_str().map(str::to_owned);
            id.is_some()
        });
        id.expect("waited for")
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn wait_until_ready(&self) {
        let client = self.client(AUDITOR);
        wait_until("the server is ready", || client.try_get("/readyz").is_ok_and(|reply| reply.status == 200));
    }

    /// Opens the days up to this one.
    pub fn open(&self, date: &str) {
        let reply = self.client(ADMIN).post("/v1/clock", &serde_json::json!({ "open": date }));
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// The most memory that the process has ever held, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; waits until the process has ended, and it must have ended well.
    pub fn stop(mut self) {
        self.terminate();
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the server does not stop");
            std::thread::park_timeout(Duration::from_millis(5));
        };
        assert!(status.success(), "{status}; it wrote:\n{}", self.written());
        self.assert_no_panic();
    }

    /// Asks the process to stop, and does not wait.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub fn assert_no_panic(&self) {
        assert!(!self.written().contains("panicked"), "{}", self.written());
    }

    pub fn written(&self) -> String {
        self.lines.all.lock().unwrap().0.join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the server wrote:\n{}", self.written());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again until it is so; fails after a limit.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < deadline, "still waiting until {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
