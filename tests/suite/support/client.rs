//! An HTTP client that takes every status as an answer.

use std::time::Duration;

use serde_json::Value;
use ureq::http::header;

/// No request takes longer.
const LIMIT: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    address: String,
    token: String,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// One value for each line of NDJSON.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Client {
    pub fn new(address: &str, token: &str) -> Client {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LIMIT));
        Client { agent: config.build().into(), address: address.to_owned(), token: token.to_owned() }
    }

    pub fn with_token(&self, token: &str) -> Client {
        Client { token: token.to_owned(), ..self.clone() }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Reply {
        self.try_get(path).unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    pub fn try_get(&self, path: &str) -> Result<Reply, ureq::Error> {
        let request = self.agent.get(format!("{}{path}", self.address));
        // Without a token it is the public that asks.
        if self.token.is_empty() {
            return reply(request.call()?);
        }
        reply(request.header(header::AUTHORIZATION, format!("Bearer {}", self.token)).call()?)
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(path, "application/json", body.to_string().as_bytes())
    }

    #[track_caller]
    pub fn send(&self, path: &str, content_type: &str, body: impl ureq::AsSendBody) -> Reply {
        self.try_send(path, content_type, body).unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    pub fn try_send(&self, path: &str, content_type: &str, body: impl ureq::AsSendBody) -> Result<Reply, ureq::Error> {
        let request = self.agent.post(format!("{}{path}", self.address));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        reply(request.header(header::CONTENT_TYPE, content_type).send(body)?)
    }

    /// Publishes one event.
    #[track_caller]
    pub fn publish(&self, event: &Value) -> Reply {
        self.post("/v1/events", event)
    }
}

fn reply(response: ureq::http::Response<ureq::Body>) -> Result<Reply, ureq::Error> {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let (status, content_type) = (response.status().as_u16(), content_type.unwrap_or_default().to_owned());
    let body = response.into_body().into_with_config().limit(1 << 30).read_to_string()?;
    Ok(Reply { status, content_type, body })
}
