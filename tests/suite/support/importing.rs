//! A server to send files to.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
};

use chengxin::http::auth::{Principal, Role, token_digest, write_file};

use super::server::wait_until;

pub const MARKET: &str = "11654000010400087D";

/// The program as a server; it is killed (SIGKILL) when this is dropped.
pub struct Server {
    child: Child,
    address: String,
    agent: ureq::Agent,
}

/// What came back.
#[derive(Debug)]
pub struct Sent {
    pub status: u16,
    pub location: Option<String>,
    pub body: String,
}

impl Server {
    pub fn start(data: &Path, today: &str) -> Server {
        std::fs::create_dir_all(data).unwrap();
        let of = |org: &str, roles: &[Role]| Principal {
            name: org.to_owned(),
            org: org.to_owned(),
            token_sha256: token_digest(&format!("token-of-{org}")),
            roles: roles.to_vec(),
        };
        let principals =
            [of(MARKET, &[Role::Publisher]), of("another", &[Role::Publisher]), of("auditor", &[Role::Auditor])];
        write_file(&data.join("principals.toml"), principals.to_vec()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_chengxin"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHENGXIN_")) {
            command.env_remove(name);
        }
        command.args(["serve", "--listen", "127.0.0.1:0", "--clock", &format!("manual:{today}"), "--data"]).arg(data);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let said = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        // Nobody reads what else it writes; it must not stand still for that.
        std::thread::spawn(move || lines.for_each(drop));
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let server = Server { child, address: said.expect("it listens"), agent };
        wait_until("the server is ready", || server.get("/readyz", "auditor").status == 200);
        server
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn kill(self) {
        drop(self);
    }

    pub fn get(&self, path: &str, org: &str) -> Sent {
        let request = self.agent.get(format!("{}{path}", self.address));
        sent(request.header("Authorization", format!("Bearer token-of-{org}")).call().unwrap())
    }

    pub fn send(&self, name: &str, content: &[u8], org: &str) -> Sent {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        let body = [head.as_bytes(), content, b"\r\n--x--\r\n"].concat();
        let request = self.agent.post(format!("{}/v1/imports", self.address));
        let request = request.header("Authorization", format!("Bearer token-of-{org}"));
        sent(request.header("Content-Type", "multipart/form-data; boundary=x").send(&body[..]).unwrap())
    }

    pub fn wait_for_import(&self, location: &str) -> serde_json::Value {
        let mut status = serde_json::Value::Null;
        wait_until("the import is over", || {
            status = serde_json::from_str(&self.get(location, MARKET).body).unwrap();
            status["state"] == "done" || status["state"] == "failed"
        });
        status
    }

    /// The records of the penalties of an organisation, and from when they are, sorted.
    pub fn penalties(&self, id: &str) -> Vec<(String, String)> {
        let sent = self.get(&format!("/v1/subjects/{id}"), "auditor");
        let file: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let penalties = file["penalties"].as_array().into_iter().flatten();
        let mut all: Vec<_> = penalties.map(|p| (text(&p["record"]), text(&p["effective"]))).collect();
        all.sort();
        all
    }
}

fn sent(mut answer: ureq::http::Response<ureq::Body>) -> Sent {
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let mut body = String::new();
    answer.body_mut().as_reader().read_to_string(&mut body).unwrap();
    Sent { status: answer.status().as_u16(), location, body }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
