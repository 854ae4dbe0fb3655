//! A made-up county in an embedded log, and a node over it that is asked over HTTP without a network.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use chengxin::clock::Clock;
use chengxin::codec::Codec;
use chengxin::demo::{Demo, DemoConfig, DemoItem};
use chengxin::http::auth::{Principal, Principals, Role, token_digest};
use chengxin::http::{App, router};
use chengxin::importer::jobs::Imports;
use chengxin::intake::{Intake, Publisher, parse};
use chengxin::log::embedded::Embedded;
use chengxin::log::{Log, partition_of};
use chengxin::node::Node;
use chengxin::vault::Vault;
use chengxin::views::Views;
use chengxin_projections::date::Date;
use chengxin_projections::event::{Data, DayOpened, Event, SYSTEM, Subject, SubjectKind};
use chengxin_projections::policy::shipped_policy;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

use super::logs::{LIMIT, PARTITIONS};

pub const TOKEN: &str = "a token for tests";

/// A node and the directory of its log.
pub struct County {
    pub node: Arc<Node>,
    router: axum::Router,
    dir: TempDir,
    /// Of the imports, which no test here makes.
    _idle: tokio::runtime::Runtime,
}

impl County {
    /// Half a year with so many events, folded and published.
    pub fn new(events: usize) -> County {
        let dir = tempfile::tempdir().unwrap();
        let last = Date::from_ymd(2026, 6, 30).unwrap();
        let log = Arc::new(Embedded::open(dir.path(), PARTITIONS).unwrap());
        let config =
            DemoConfig { from: last.plus_days(-180), subjects: events / 10, events, ..DemoConfig::until(last) };
        write(&*log, config);
        let (views, vault) = (Views::open(dir.path()).unwrap(), Vault::open(dir.path()).unwrap());
        let clock: Clock = format!("manual:{last}").parse().unwrap();
        let node = Arc::new(Node::start(log, views, vault, clock, shipped_policy()).unwrap());
        let reader = Principal {
            name: "reader".into(),
            org: "auditor".into(),
            token_sha256: token_digest(TOKEN),
            roles: vec![Role::Auditor],
        };
        let principals = Arc::new(Principals::new(vec![reader]).unwrap());
        let idle = runtime();
        let imports = Imports::start(dir.path().join("imports"), node.clone(), idle.handle().clone()).unwrap();
        let router = router(App { node: node.clone(), principals, imports: Arc::new(imports), metrics: None });
        wait_for("the node has caught up", || node.projector.is_ready());
        County { node, router, dir, _idle: idle }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub async fn send(&self, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// Publishes an event as the office, and waits until it had its effect.
    pub async fn publish(&self, event: &Value) {
        let office = Publisher { office: true, ..Publisher::department("office") };
        let draft = parse(event.to_string().as_bytes(), &office, &self.node.vault);
        let answers = Intake::new(self.node.clone()).submit(vec![draft]).answers().await;
        let outcome = answers.into_iter().next().unwrap().unwrap();
        assert_eq!(outcome.effect(), "applied", "{:?}", outcome.reason());
    }

    /// The answer to a reader, as JSON.
    pub fn get(&self, path: &str) -> (StatusCode, Value) {
        self.get_with(path, &[("authorization", &format!("Bearer {TOKEN}"))])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> (StatusCode, Value) {
        runtime().block_on(async {
            let response = self.send(path, headers).await;
            let status = response.status();
            assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().contains("json"), "{path}");
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            (status, serde_json::from_slice(&body).unwrap())
        })
    }
}

impl Drop for County {
    fn drop(&mut self) {
        self.node.feeds.stop();
        let _ = self.node.projector.stop();
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

pub fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

fn write(log: &dyn Log, config: DemoConfig) {
    let codec = Codec::new();
    let mut records = Vec::new();
    let mut append = |partition: u16, event: &Event| records.push(codec.event_record(event, partition));
    let start = config.from.start();
    for policy in shipped_policy() {
        let id = format!("policy-{}", policy.part);
        let event = system(id, policy.effective, start, policy.into());
        (0..PARTITIONS).for_each(|partition| append(partition, &event));
    }
    let person =
        |kind: &str, number: &str| format!("P{:016x}", chengxin_projections::hash::of_text(&format!("{kind}{number}")));
    for item in Demo::new(config).items(person) {
        match item {
            DemoItem::Day(date) => {
                let event = system(format!("day-{date}"), date, date.start(), DayOpened { date }.into());
                (0..PARTITIONS).for_each(|partition| append(partition, &event));
            }
            DemoItem::Event(event) => append(partition_of(event.subject.id.as_bytes(), PARTITIONS), &event),
        }
    }
    log.append(records).blocking_recv().unwrap().unwrap();
}

fn system(id: String, effective: Date, recorded: i64, data: Data) -> Event {
    let subject = Subject { id: SYSTEM.into(), kind: SubjectKind::System, name: None, uscc: None, aliases: Vec::new() };
    Event { id, publisher: "system".into(), office: true, effective, recorded, subject, record_subject: None, data }
}
