//! Pages, cursors and positions over the partitions of a running node.

mod joint_action;
mod levels;

use super::{
    access::Sight,
    events, find,
    levels::Onlooker,
    list::{self, Filter, ListPage},
    measure, obligations, policy, position,
    scope::{Asked, Scope},
    statistics::{self, Period},
    subject,
    walk::Cursor,
    worklist::{self, Implementer},
};
use crate::{
    clock::Clock,
    http::{Problem, lists::snapshot},
    intake::{Intake, Outcome, Publisher, parse},
    log::{Topic, embedded::Embedded},
    node::Node,
    replay::{self, Format, ReplayOptions, Show},
    vault::Vault,
    views::Views,
};
use chengxin_projections::{
    change::ListName,
    date::Date,
    event::{Event, PolicyPublished},
    identifier::organisation_check_character,
    policy::shipped_policy,
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tempfile::TempDir;

const PARTITIONS: u16 = 3;
const COMPANIES: usize = 40;

struct World {
    node: Arc<Node>,
    runtime: tokio::runtime::Runtime,
    _directory: TempDir,
}

impl World {
    fn new() -> World {
        World::with(shipped_policy())
    }

    fn with(policy: Vec<PolicyPublished>) -> World {
        let directory = tempfile::tempdir().unwrap();
        let log = Arc::new(Embedded::open(directory.path(), PARTITIONS).unwrap());
        let (views, vault) = (Views::open(directory.path()).unwrap(), Vault::open(directory.path()).unwrap());
        let clock: Clock = "manual:2026-04-20".parse().unwrap();
        let node = Arc::new(Node::start(log, views, vault, clock, policy).unwrap());
        while !node.projector.is_ready() {
            std::thread::sleep(Duration::from_millis(2));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        World { node, runtime, _directory: directory }
    }

    fn publish(&self, events: Vec<serde_json::Value>) -> Vec<Outcome> {
        self.publish_as(&Publisher::department("social"), events)
    }

    fn publish_as(&self, publisher: &Publisher, events: Vec<serde_json::Value>) -> Vec<Outcome> {
        let draft = |event: serde_json::Value| parse(event.to_string().as_bytes(), publisher, &self.node.vault);
        let submission = Intake::new(self.node.clone()).submit(events.into_iter().map(draft).collect());
        let answers = self.runtime.block_on(submission.answers());
        answers.into_iter().map(|answer| answer.unwrap_or_else(|error| panic!("{error:?}"))).collect()
    }

    fn scope(&self, as_of: Option<&str>, known_at: Option<&str>) -> Result<Scope, Problem> {
        Asked::read(&self.node, as_of, known_at)?.scope(&self.node, None)
    }

    fn now(&self) -> Scope {
        self.scope(None, None).unwrap()
    }

    /// Who looks with a level of access.
    fn onlooker(&self, org: &str, level: u32) -> Onlooker {
        Onlooker::new(Sight::new(level, self.node.policy()), org, self.node.today())
    }

    /// Who sees everything.
    fn office(&self) -> Onlooker {
        self.onlooker("office", 5)
    }

    fn black(&self, known_at: Option<&str>, cursor: Option<&str>, limit: usize) -> ListPage {
        let (scope, feed, place) = snapshot(&self.node, None, known_at, cursor).unwrap();
        list::page(&self.node, ListName::Black, &Filter::default(), &scope, feed, place, limit).unwrap()
    }

    /// All pages of the black list, by size of page.
    fn pages(&self, limit: usize) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let mut page = self.black(None, None, limit);
        loop {
            assert!(page.page.items.len() <= limit);
            all.extend(page.page.items.iter().map(|item| (item.subject.id.clone(), item.listing.record.clone())));
            let Some(next) = page.page.next else { return all };
            page = self.black(None, Some(&next), limit);
        }
    }
}

fn code(number: usize) -> String {
    let first = format!("{:08}", 70_000_000 + number);
    format!("{first}{}", organisation_check_character(&first).unwrap())
}

fn designation(id: &str, subject: &str, number: usize) -> serde_json::Value {
    json!({
        "id": id, "type": "designation.made", "effective": "2026-04-20",
        "subject": {"kind": "organisation", "id": subject, "name": format!("第{number}建筑公司"),
                    "aliases": [{"scheme": "registration", "value": format!("R-{number}")}]},
        "data": {"list": "black", "kind": "unpaid-wages", "document_no": "1", "months": 36, "watch_months": 12,
                 "basis": [{"citation": "…"}], "repairable": {"allowed": true}}
    })
}

/// Every second company twice on the list.
fn listed() -> World {
    let world = World::new();
    let once = (0..COMPANIES).map(|n| designation(&format!("D-{n}"), &code(n), n));
    let again = (0..COMPANIES).step_by(2).map(|n| designation(&format!("E-{n}"), &code(n), n));
    for outcome in world.publish(once.chain(again).collect()) {
        assert_eq!(outcome.effect(), "applied", "{:?}", outcome.reason());
    }
    world
}

#[test]
fn pages_of_any_size_give_every_entry_once_in_the_order_of_subjects() {
    let world = listed();
    let all = world.pages(1_000);
    assert_eq!(all.len(), COMPANIES + COMPANIES / 2);
    assert!(all.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    for limit in [1, 3, 7, 59, 60, 61] {
        assert_eq!(world.pages(limit), all, "{limit}");
    }
}

#[test]
fn the_pages_after_the_first_know_what_the_first_knew() {
    let world = listed();
    let first = world.black(None, None, 10);
    world.publish((0..COMPANIES).map(|n| designation(&format!("F-{n}"), &code(n), n)).collect());
    let second = world.black(None, first.page.next.as_deref(), 1_000);
    assert_eq!(first.page.items.len() + second.page.items.len(), COMPANIES + COMPANIES / 2);
    assert_eq!(second.page.known_at, first.page.position);
    assert_eq!(second.feed, first.feed, "the changes go on from what the first page knew");
    assert!(first.feed.is_some());
    assert_eq!(world.black(None, None, 1_000).page.items.len(), 2 * COMPANIES + COMPANIES / 2);
    let then = world.black(Some(&first.page.position), None, 1_000);
    assert_eq!(then.page.items.len(), COMPANIES + COMPANIES / 2);
    assert_eq!(then.feed, None, "what was known before is nothing to go on from");
    assert_ne!(then.page.position, first.page.position, "the answer reflects more than it may tell");
}

/// The records that the list changes behind a cursor speak of.
fn followed(node: &Node, feed: &str) -> BTreeSet<String> {
    let mut records = BTreeSet::new();
    for place in feed.split('.') {
        let (partition, offset) = place.split_once('-').unwrap();
        let (partition, offset) = (partition.parse().unwrap(), offset.parse().unwrap());
        let mut reader = node.log.read(Topic::ListChanges, partition, offset).unwrap();
        let batch = reader.next(10_000, Duration::from_millis(10)).unwrap();
        let change = |value: &[u8]| node.codec.decode_list_change(value).unwrap().record;
        records.extend(batch.records.iter().map(|stored| change(stored.value.as_deref().unwrap())));
    }
    records
}

#[test]
fn a_snapshot_and_the_changes_behind_its_cursor_miss_nothing_while_events_come() {
    let world = World::new();
    let snapshots: Vec<ListPage> = std::thread::scope(|scope| {
        let publishing = scope.spawn(|| {
            for n in 0..100 {
                world.publish(vec![designation(&format!("D-{n}"), &code(n), n)]);
            }
        });
        let mut snapshots = Vec::new();
        while !publishing.is_finished() {
            snapshots.push(world.black(None, None, 1_000));
        }
        snapshots
    });
    let all: BTreeSet<String> = (0..100).map(|n| format!("social/D-{n}")).collect();
    for page in snapshots {
        let mut known = followed(&world.node, page.feed.as_deref().unwrap());
        known.extend(page.page.items.into_iter().map(|item| item.listing.record));
        assert_eq!(known, all);
    }
}

#[test]
fn the_position_of_an_outcome_is_known_at_in_every_partition() {
    let world = World::new();
    let outcomes = world.publish((0..10).map(|n| designation(&format!("D-{n}"), &code(n), n)).collect());
    let other = |outcome: &&Outcome| world.node.shard_of(&code(0)).number.to_string() != outcome.position[..1];
    let foreign = outcomes.iter().find(other).unwrap();
    let scope = world.scope(None, Some(&foreign.position)).unwrap();
    assert_eq!(scope.known_at, foreign.position);
    assert_eq!(subject::credit_file(&world.node, &code(0), &scope).unwrap().listings.len(), 1);
    let before = world.scope(None, Some("2026-04-19")).unwrap();
    let status = subject::credit_file(&world.node, &code(0), &before).unwrap_err().status;
    assert_eq!(status, 404);
}

/// What is stated about a person was recorded with its cause, and comes behind later events.
#[test]
fn a_position_knows_no_less_than_the_positions_before_it_though_its_event_was_recorded_earlier() {
    let world = listed();
    let Outcome { position, .. } = world.publish(vec![designation("L-0", &code(0), 0)]).remove(0);
    let (partition, _) = position.split_once('-').unwrap();
    let partition: u16 = partition.parse().unwrap();
    let body = world.node.shards()[usize::from(partition)].bodies(&code(0)).unwrap().remove(0).1;
    let event = world.node.codec.decode_event(&body).unwrap();
    let late = Event { id: "X-0".to_owned(), recorded: event.recorded - 86_400_000, ..event };
    let record = world.node.codec.event_record(&late, partition);
    let offset = world.node.log.append(vec![record]).blocking_recv().unwrap().unwrap()[0];
    let mut progress = world.node.shards()[usize::from(partition)].progress();
    let shown =
        async { tokio::time::timeout(Duration::from_secs(30), progress.wait_for(|at| *at > offset)).await.is_ok() };
    assert!(world.runtime.block_on(shown), "the event is not shown");
    let known = |position: &str| world.black(Some(position), None, 1_000).page.items.len();
    let replayed = |position: &str| {
        let (until, show) = (Some(position.to_owned()), Show::List(ListName::Black));
        let mut out = Vec::new();
        replay::run(&*world.node.log, &ReplayOptions { until, as_of: None, show, format: Format::Json }, &mut out)
            .unwrap();
        serde_json::from_slice::<serde_json::Value>(&out).unwrap()["items"].as_array().unwrap().len()
    };
    for (position, entries) in [(&position, 1), (&format!("{partition}-{offset}"), 2)] {
        assert_eq!(known(position), COMPANIES + COMPANIES / 2 + entries, "{position}");
        assert_eq!(replayed(position), known(position), "{position}");
    }
}

#[test]
fn a_position_that_is_not_there_yet_and_a_day_that_is_none_are_refused() {
    let world = World::new();
    let end = world.node.shards()[0].at();
    for known_at in ["0-4000000000", "9-0", "yesterday", "", &format!("0-{end}"), "0-1.1-4000000000"] {
        assert_eq!(world.scope(None, Some(known_at)).unwrap_err().code, "invalid-parameter", "{known_at}");
    }
    for as_of in ["", "10000-01-01", "2026-02-30", "today"] {
        assert_eq!(world.scope(Some(as_of), None).unwrap_err().code, "invalid-parameter", "{as_of}");
    }
    assert!(world.scope(Some("9999-12-31"), Some("2999-01-01")).is_ok());
}

#[test]
fn a_company_is_found_by_every_number_and_suggested_by_name() {
    let world = listed();
    let scope = world.now();
    for identifier in [code(7), "R-7".to_owned()] {
        let found = find::by_identifier(&world.node, &identifier, &scope).unwrap();
        assert_eq!((found.items.len(), &found.items[0].subject.id), (1, &code(7)), "{identifier}");
    }
    assert!(find::by_identifier(&world.node, "R-", &scope).unwrap().items.is_empty());
    let first = find::by_name(&world.node, "建筑", &scope, None, 30).unwrap();
    let cursor = Cursor::read(first.next.as_deref().unwrap()).unwrap();
    let rest = find::by_name(&world.node, "建筑", &scope, Some(cursor.place), 30).unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (30, COMPANIES - 30, None));
}

#[test]
fn worklists_obligations_statistics_and_policy_answer_over_all_partitions() {
    let world = listed();
    let (scope, office) = (world.now(), world.office());
    let work =
        worklist::worklist(&world.node, None, Some(measure::State::Active), &office, &scope, None, 1_000).unwrap();
    assert!(work.items.len() >= COMPANIES && work.next.is_none());
    let tax = Implementer::find("tax", &scope.policy(0)).unwrap();
    let theirs = worklist::worklist(&world.node, Some(&tax), None, &office, &scope, None, 1_000).unwrap();
    assert!(theirs.items.iter().all(|item| item.measure.implementer.iter().any(|i| i == "tax" || i == "*")));
    assert!(Implementer::find("taxx", &scope.policy(0)).is_err());
    let late = world.scope(Some("2029-06-01"), None).unwrap();
    let filter = obligations::Filter { org: Some("social".into()), overdue: Some(true), duty: None };
    let overdue = obligations::page(&world.node, &filter, &office, &late, None, 1_000).unwrap();
    assert_eq!(overdue.items.len(), COMPANIES + COMPANIES / 2, "nobody gave notice of the exits");
    let period = Period { from: Date::MIN, to: Date::MAX };
    let counts = statistics::statistics(&world.node, period, &scope).unwrap();
    assert_eq!((counts.subjects, counts.total.black_listed), (COMPANIES as u64, (COMPANIES + COMPANIES / 2) as u64));
    assert_eq!(policy::policy(&scope).items.len(), shipped_policy().len());
    assert!(!policy::catalogue(&scope).items.is_empty());
    let before = world.scope(Some("2026-04-20"), Some("2026-04-01")).unwrap();
    assert!(policy::policy(&before).items.is_empty());
}

#[test]
fn the_events_of_a_subject_are_paged_and_held_to_what_was_known() {
    let world = listed();
    let scope = world.now();
    let first = events::page(&world.node, &code(0), &scope, None, 1).unwrap();
    let cursor = Cursor::read(first.next.as_deref().unwrap()).unwrap();
    let second = events::page(&world.node, &code(0), &scope, Some(cursor.place), 1).unwrap();
    assert_eq!((first.items[0].id.as_str(), second.items[0].id.as_str()), ("D-0", "E-0"));
    assert_eq!(second.next, None);
    let then = world.scope(None, Some(&first.items[0].position)).unwrap();
    let known = events::page(&world.node, &code(0), &then, None, 10).unwrap();
    assert_eq!(known.items.len(), 1);
    assert!(position::parse(&known.position, PARTITIONS).is_some());
}
