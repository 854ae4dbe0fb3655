//! `chengxin demo`: a made-up county with a few years of events, served.

use super::{
    open,
    serve::{self, Trial},
};
use crate::{
    clock::Clock,
    codec::Codec,
    config::Demo as Arguments,
    demo::{self, Demo, DemoConfig, DemoItem, WrittenFile},
    http::auth::Role,
    log::{Log, Record, partition_of},
    vault::Vault,
};
use chengxin_projections::{
    date::Date,
    event::{Document, PolicyPublished},
    partition::{day_event, policy_event},
    policy::{Department, shipped_policy},
};
use std::{net::SocketAddr, path::Path};

type Error = Box<dyn std::error::Error>;

/// Records appended at a time.
const BATCH_RECORDS: usize = 10_000;
/// Of a thousand licenses and penalties, for how many the demo reports a publication: few duties stay open.
const PUBLISHED: usize = 950;
/// Events between two lines of progress.
const PROGRESS_EVENTS: usize = 200_000;

pub(super) fn run(arguments: &Arguments) -> Result<u8, Error> {
    let clock: Clock = arguments.serve.clock.parse()?;
    let demo = Demo::new(DemoConfig {
        seed: arguments.seed,
        subjects: usize::try_from(arguments.subjects)?,
        events: usize::try_from(arguments.events)?,
        published: PUBLISHED,
        ..DemoConfig::until(clock.today().previous())
    });
    if let Some(directory) = &arguments.files {
        return write_files(arguments, &demo, directory);
    }
    let listener = serve::listen(&arguments.serve)?;
    let place = &arguments.serve.place;
    let open::OpenLog { log, inboxes } = open::log(place)?;
    if open::is_empty(&*log)? {
        eprintln!("making up a county of {} subjects and {} events …", arguments.subjects, arguments.events);
        let vault = Vault::open(&place.data)?;
        fill(&*log, &demo, &vault, clock.now())?;
    } else {
        eprintln!(
            "a county is in {} already: it stays as it is, whatever --subjects, --events and --seed say",
            place.data.display()
        );
    }
    let principals = serve::principals(&arguments.serve, &trial(&demo), true)?;
    let node =
        open::node(place, log, &arguments.serve.clock, arguments.serve.policy.as_deref(), arguments.serve.new_vault)?;
    let tokens = serve::kept_tokens(&place.data);
    serve::serve(&arguments.serve, listener, node, inboxes, principals, move |address| print_tour(address, &tokens))
}

fn write_files(arguments: &Arguments, demo: &Demo, directory: &Path) -> Result<u8, Error> {
    let files = demo::write_files(demo, directory, usize::try_from(arguments.rows)?, arguments.dirt)?;
    for file in files {
        let WrittenFile { path, rows, dirty, held_back } = file;
        println!("{}: {rows} rows, {dirty} dirty, of which an import holds back {held_back}", path.display());
    }
    Ok(0)
}

/// Appends the policy, the days and the events of the county.
pub fn fill(log: &dyn Log, demo: &Demo, vault: &Vault, now: i64) -> Result<(), Error> {
    let codec = Codec::new();
    let partitions = log.partitions();
    let mut records: Vec<Record> = Vec::new();
    let everywhere = |event, records: &mut Vec<Record>| {
        records.extend((0..partitions).map(|partition| codec.event_record(&event, partition)));
    };
    for policy in policy(demo.departments()) {
        everywhere(policy_event(&policy, demo.config().from.start().min(now)), &mut records);
    }
    let mut events = 0_usize;
    for item in demo.items(|kind, number| vault.person_id(kind, number)) {
        match item {
            DemoItem::Day(date) => everywhere(day_event(date, date.start()), &mut records),
            DemoItem::Event(event) => {
                let partition = partition_of(event.subject.id.as_bytes(), partitions);
                records.push(codec.event_record(&event, partition));
                events += 1;
                if events.is_multiple_of(PROGRESS_EVENTS) {
                    eprintln!("  {events} of {} events", demo.config().events);
                }
            }
        }
        if records.len() >= BATCH_RECORDS {
            append(log, std::mem::take(&mut records))?;
        }
    }
    append(log, records)
}

fn append(log: &dyn Log, records: Vec<Record>) -> Result<(), Error> {
    let appended = log.append(records).blocking_recv()?;
    appended.map(|_| ()).map_err(Into::into)
}

/// The shipped policy with the county's departments in its register.
fn policy(departments: &[Department]) -> Vec<PolicyPublished> {
    let mut parts = shipped_policy();
    for part in parts.iter_mut().filter(|part| part.part == "departments") {
        let Document(content) = &mut part.content;
        content["register"] = serde_json::json!(departments);
    }
    parts
}

/// Three departments that may try things out, and those who read.
fn trial(demo: &Demo) -> Vec<Trial> {
    let department =
        |kind: &str| demo.departments().iter().find(|department| department.kinds.iter().any(|k| k == kind));
    let publishers = ["human-resources", "tax", "county"].into_iter().filter_map(department);
    let publisher = |department: &Department| {
        (department.name.clone(), department.org.clone(), vec![Role::Publisher, Role::Implementer])
    };
    publishers.map(publisher).chain(serve::readers()).collect()
}

fn print_tour(address: SocketAddr, tokens: &[(String, String)]) {
    let token = |index: usize| tokens.get(index).map_or("TOKEN", |(token, _)| token.as_str());
    let [publisher, auditor] = [token(0), tokens.iter().find(|(_, org)| org == "auditor").map_or("TOKEN", |(t, _)| t)];
    println!(
        r#"
The county is served on http://{address}. Paste these lines into another terminal:

# a department publishes a designation, and learns at once what it did
curl -s http://{address}/v1/events -H 'Authorization: Bearer {publisher}' -H 'Content-Type: application/json' -d '{{
  "id": "TOUR-{today}", "type": "designation.made", "effective": "{today}",
  "subject": {{"kind": "organisation", "id": "91654002MA00TEAT4G", "name": "伊宁市某某建筑有限公司"}},
  "data": {{"list": "black", "kind": "unpaid-wages", "document_no": "人社监〔2026〕1号", "months": 36, "watch_months": 12,
           "basis": [{{"citation": "保障农民工工资支付条例"}}], "repairable": {{"allowed": true, "how": "清偿欠薪后申请"}}}}}}'

# anyone with a token asks: the credit file, and the black list
curl -s http://{address}/v1/subjects/91654002MA00TEAT4G -H 'Authorization: Bearer {auditor}'
curl -s 'http://{address}/v1/lists/black?limit=3' -H 'Authorization: Bearer {auditor}'

# a downstream system follows the changes (end it with Ctrl-C)
curl -sN 'http://{address}/v1/list-changes' -H 'Accept: text/event-stream' -H 'Authorization: Bearer {auditor}'
"#,
        today = Date::of_instant(Clock::System.now()),
    );
}

/// Where the tokens of a demo are kept, so that its lines work after a restart, too. Nothing in a demo is worth protecting.
pub(super) fn tokens_path(data: &Path) -> std::path::PathBuf {
    data.join("demo-tokens")
}
