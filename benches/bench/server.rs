//! The real server, in a process of its own.

use crate::{
    Result, inputs,
    measured::{peak_memory, processor_seconds},
    settings::PARTITIONS,
};
use chengxin::demo::{Demo, DemoConfig};
use chengxin::http::auth::{Principal, Role, token_digest, write_file};
use chengxin_projections::date::Date;
use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
};

pub(crate) const ADMIN: &str = "admin";

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it on a free port of the loopback address, with a token for each department, and waits until it is ready.
    pub(crate) fn start(data: &Path, day: Date) -> Result<Server> {
        std::fs::create_dir_all(data)?;
        let principals = data.join("bench-principals.toml");
        write_file(&principals, self::principals())?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_chengxin"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--partitions", &PARTITIONS.to_string()]);
        command.arg("--clock").arg(format!("manual:{day}"));
        command.arg("--data").arg(data).arg("--principals").arg(principals);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let lines = BufReader::new(child.stderr.take().ok_or("the server has no stderr")?);
        match ready(lines) {
            Ok(address) => Ok(Server { child, address }),
            Err(error) => {
                child.kill()?;
                Err(error)
            }
        }
    }

    /// Resident memory at its highest.
    pub(crate) fn memory(&self) -> Result<u64> {
        peak_memory(&self.child.id().to_string())
    }

    pub(crate) fn processor_seconds(&self) -> Result<f64> {
        processor_seconds(&self.child.id().to_string())
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where stopping went well it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what the server says until it is ready; what it says later goes to our stderr.
fn ready(mut lines: BufReader<ChildStderr>) -> Result<SocketAddr> {
    let mut address = None;
    let mut said = String::new();
    loop {
        let start = said.len();
        if lines.read_line(&mut said)? == 0 {
            return Err(format!("the server did not start:\n{said}").into());
        }
        let line = said[start..].trim_end();
        if let Some(url) = line.strip_prefix("listening on http://") {
            address = Some(url.parse()?);
        }
        if line.starts_with("ready") {
            break;
        }
    }
    std::thread::spawn(move || {
        for line in lines.lines().map_while(std::result::Result::ok).filter(|line| line.contains("WARN")) {
            eprintln!("    server: {line}");
        }
    });
    address.ok_or_else(|| "the server told no address".into())
}

fn principals() -> Vec<Principal> {
    let principal = |name: &str, org: &str, token: &str, roles: &[Role]| Principal {
        name: name.to_owned(),
        org: org.to_owned(),
        token_sha256: token_digest(token),
        roles: roles.to_vec(),
    };
    let demo = Demo::new(DemoConfig::default());
    let departments = demo.departments().iter().enumerate().map(|(place, department)| {
        principal(&department.name, &department.org, &inputs::token(place), &[Role::Publisher, Role::Implementer])
    });
    departments.chain([principal("admin", "admin", ADMIN, &[Role::Admin, Role::Auditor])]).collect()
}
