//! A process of its own that uses a log and can be killed: this test binary, started again.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use chengxin::log::embedded::Embedded;
use chengxin::log::kafka::Kafka;
use chengxin::log::{Log, Topic};

use super::broker;
use super::logs::{PARTITIONS, append, record};

const ADDRESS: &str = "CHENGXIN_TEST_CHILD";
const NAME: &str = "support::child::runs_in_a_process_of_its_own";
pub const TASK: &str = "child";
/// Outputs that the child publishes with each step of its progress.
pub const OUTPUTS: u64 = 3;

/// The running child; it is killed (SIGKILL) when this is dropped.
pub struct Process {
    child: Child,
    stdin: ChildStdin,
    lines: BufReader<ChildStdout>,
}

impl Process {
    pub fn start(address: &str) -> Process {
        let mut child =
            command(NAME).env(ADDRESS, address).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Process { child, stdin, lines: BufReader::new(stdout) }
    }

    pub fn say(&mut self, command: &str) {
        writeln!(self.stdin, "{command}").unwrap();
    }

    /// Waits for a line of the child that begins so, and gives the number behind it.
    pub fn wait_for(&mut self, what: &str) -> u64 {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the child ended before it said {what:?}");
            // The test harness writes its own words on the same line.
            if let Some((_, number)) = line.split_once(what) {
                return number.trim().parse().unwrap();
            }
        }
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that runs one test of this binary alone.
pub fn command(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "--test-threads=1", test]);
    command
}

/// Other tests start it in a process of its own; without their address there is nothing to do.
#[test]
fn runs_in_a_process_of_its_own() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let log: Box<dyn Log> = match address.split_once(':').unwrap() {
        ("embedded", dir) => Box::new(Embedded::open(dir.as_ref(), PARTITIONS).unwrap()),
        (_, prefix) => Box::new(Kafka::open(broker::config(prefix, PARTITIONS)).unwrap()),
    };
    println!("\nready 0");
    let mut appended = 0;
    for line in std::io::stdin().lines() {
        match line.unwrap().split_once(' ').unwrap() {
            ("append", count) => {
                for _ in 0..count.parse::<u64>().unwrap() {
                    append(&*log, vec![record(Topic::Events, 0, appended)]);
                    appended += 1;
                }
                println!("appended {appended}");
            }
            (_, partition) => publish_until_killed(&*log, partition.parse().unwrap()),
        }
    }
}

fn publish_until_killed(log: &dyn Log, partition: u16) {
    let mut owner = log.own(TASK, partition).unwrap();
    for step in owner.progress().. {
        let outputs = (0..OUTPUTS).map(|_| record(Topic::ListChanges, partition, step)).collect();
        owner.publish(outputs, step + 1).unwrap();
        println!("published {}", step + 1);
    }
}
