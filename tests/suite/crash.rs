//! kill −9 of the server at random under publishing load: what was acknowledged is there once, every change went out once
//! and in order, and the views are those of a fresh rebuild.
//!
//! `CHENGXIN_KILLS` sets how often (5 times by default), `CHENGXIN_SEED` repeats a run.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chengxin::codec::Codec;
use chengxin::log::{Log, Offset, Record, Topic, partition_of};
use chengxin_projections::{
    change::{ListChange, MeasureChange, ObligationChange},
    date::Date,
    event::{Event, SubjectKind},
    fold::fold,
    judge::Effect,
    memory::Memory,
    partition::{Partition, day_event, policy_event},
    policy::shipped_policy,
    testing,
};

use crate::support::load::{Acknowledged, Publisher, Random};
use crate::support::logs::{append, read_from};
use crate::support::server::{ADMIN, AUDITOR, PARTITIONS, Server, Site, wait_until};

const KILLS: u64 = 5;
const FIRST_DAY: &str = "2026-05-11";

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

#[test]
fn a_server_that_is_killed_again_and_again_on_the_embedded_log_loses_and_doubles_nothing() {
    kill_again_and_again(&Site::embedded());
}

#[test]
fn a_server_that_is_killed_again_and_again_on_kafka_loses_and_doubles_nothing() {
    kill_again_and_again(&Site::kafka());
}

fn kill_again_and_again(site: &Site) {
    let kills = setting("CHENGXIN_KILLS").unwrap_or(KILLS);
    let seed = setting("CHENGXIN_SEED").unwrap_or_else(|| getrandom::u64().unwrap());
    println!("{}: {kills} kills, CHENGXIN_SEED={seed}", site.name());
    let mut random = Random(seed);
    let mut publishers: Vec<Publisher> = (0..3).map(|n| Publisher::new(n, random.next())).collect();
    let mut today: Date = FIRST_DAY.parse().unwrap();
    for _ in 0..kills {
        // Days are opened under the load as well.
        let server = site.start_without_waiting(&today.to_string());
        publish_until_killed(server, &mut publishers, &mut random, today);
        today = today.plus_days(random.below(20) as i32);
    }
    let server = site.start(&today.to_string());
    for publisher in &mut publishers {
        publisher.repeat_unanswered(&server);
    }
    let live = answers(&server);
    server.stop();
    let truth = Truth::of(site);
    let acknowledged: Vec<Acknowledged> = publishers.into_iter().flat_map(|publisher| publisher.acknowledged).collect();
    println!("{} acknowledged, {} list changes", acknowledged.len(), truth.lists.len());
    assert!(acknowledged.len() as u64 > 20 * kills, "the load was no load");
    truth.check_acknowledged(&acknowledged);
    truth.check_changes();
    std::fs::remove_dir_all(site.views()).unwrap();
    let server = site.start(&today.to_string());
    let rebuilt = answers(&server);
    for (path, answer) in &live {
        let (before, after) = (comparable(site, answer), comparable(site, &rebuilt[path]));
        assert_eq!(before, after, "{path}: before and after a rebuild of the views");
    }
    assert_eq!(live.len(), rebuilt.len());
    server.stop();
}

#[test]
fn a_day_with_very_many_ends_is_told_once_on_the_embedded_log_though_the_server_is_killed_in_it() {
    kill_within_a_day(&Site::embedded());
}

#[test]
fn a_day_with_very_many_ends_is_told_once_on_kafka_though_the_server_is_killed_in_it() {
    kill_within_a_day(&Site::kafka());
}

/// So many that what goes out at their end is published in parts.
const ENDING: usize = 4_000;
const LAST_DAY: &str = "2026-09-01";
const DAY_AFTER: &str = "2026-09-02";

fn kill_within_a_day(site: &Site) {
    fill_with_entries(&*site.writable_log());
    let server = site.start(LAST_DAY);
    let log = site.log();
    let told = || log.end(Topic::ListChanges, 0).unwrap();
    let before = told();
    std::thread::scope(|scope| {
        let client = server.client(ADMIN);
        scope.spawn(move || {
            drop(client.try_send("/v1/clock", "application/json", format!("{{\"open\": \"{DAY_AFTER}\"}}").as_bytes()))
        });
        wait_until("a part of the day is told", || told() > before);
        server.kill();
    });
    let half = read_from(&*log, Topic::ListChanges, 0, 0).len();
    assert!(half < 3 * ENDING, "the day was told before the server was killed");
    drop(log);
    site.start(DAY_AFTER).stop();
    let truth = Truth::of(site);
    assert_eq!(truth.published_lists.len(), 3 * ENDING, "listed, expired, watched");
    truth.check_changes();
}

/// Policy, a day, and entries of one partition that all end on the same day.
fn fill_with_entries(log: &dyn Log) {
    let codec = Codec::new();
    let first: Date = FIRST_DAY.parse().unwrap();
    let policy = shipped_policy();
    let shared = policy.iter().map(|part| policy_event(part, first.start())).chain([day_event(first, first.start())]);
    let shared: Vec<Event> = shared.collect();
    for partition in 0..PARTITIONS {
        append(log, shared.iter().map(|event| codec.event_record(event, partition)).collect());
    }
    let subjects = (0..).map(|number| format!("S{number:08}"));
    let subjects = subjects.filter(|subject| partition_of(subject.as_bytes(), PARTITIONS) == 0);
    let entry = |(number, subject): (usize, String)| {
        let step = testing::black(&format!("L-{number}"), FIRST_DAY).until(LAST_DAY);
        let testing::Step::Event(mut event) = step else { unreachable!("it is an event") };
        (event.subject.id, event.subject.uscc) = (subject, None);
        codec.event_record(&event, 0)
    };
    let entries: Vec<Record> = subjects.take(ENDING).enumerate().map(entry).collect();
    entries.chunks(1_000).for_each(|some| drop(append(log, some.to_vec())));
}

/// Publishes from several threads and kills the server while they do.
fn publish_until_killed(server: Server, publishers: &mut [Publisher], random: &mut Random, today: Date) {
    let answered = Arc::new(AtomicUsize::new(0));
    // Now and then long enough that views are being saved.
    let most = if random.below(3) == 0 { 1_000 } else { 60 };
    let enough = random.below(most) as usize;
    let moment = Duration::from_micros(random.below(30_000));
    std::thread::scope(|scope| {
        for publisher in publishers {
            let (clients, answered) = (publisher.clients(&server), answered.clone());
            scope.spawn(move || publisher.publish_until_it_fails(&clients, today, &answered));
        }
        // A random number of answers, then a random moment within whatever is under way.
        wait_until("enough is answered", || answered.load(Ordering::SeqCst) >= enough);
        let until = std::time::Instant::now() + moment;
        while std::time::Instant::now() < until {
            std::hint::spin_loop();
        }
        server.kill();
    });
}

/// Everything that can be asked, as it is answered.
fn answers(server: &Server) -> BTreeMap<String, String> {
    let client = server.client(AUDITOR);
    let mut paths: Vec<String> = Vec::new();
    for list in ["red", "black", "watch"] {
        paths.push(format!("/v1/lists/{list}?limit=1000"));
        paths.push(format!("/v1/lists/{list}?limit=1000&as_of={FIRST_DAY}"));
    }
    paths.extend(["/v1/obligations?limit=1000", "/v1/measures?limit=1000", "/v1/statistics"].map(str::to_owned));
    // In pages too: where one ends and the next begins must not depend on how the views came to be.
    paths.extend(["/v1/lists/black?limit=7", "/v1/subjects?name=%E6%98%9F%E6%B2%B3"].map(str::to_owned));
    for subject in Publisher::subjects() {
        for of in ["", "/timeline", "/events"] {
            paths.push(format!("/v1/subjects/{subject}{of}"));
        }
    }
    let answer = |path: String| {
        let reply = client.get(&path);
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        (path, format!("{} {}", reply.status, reply.body))
    };
    paths.into_iter().map(answer).collect()
}

/// On the embedded log answers are the same to the byte. On Kafka a cursor of the feed may stand before or behind the
/// markers of transactions, between which no change lies, so the same place has several names.
fn comparable(site: &Site, answer: &str) -> String {
    let json = answer.strip_prefix("200 ").and_then(|body| serde_json::from_str::<serde_json::Value>(body).ok());
    match json {
        Some(mut json) if site.name() == "kafka" && json.get("feed").is_some() => {
            json["feed"] = "somewhere".into();
            json["next"] = json["next"].is_null().into();
            json.to_string()
        }
        _ => answer.to_owned(),
    }
}

/// What the log says, folded without batches.
struct Truth {
    /// Every event of the log: where it stands, and what it did.
    events: Vec<(String, Event, Effect)>,
    /// The changes that follow, and those that went out, by partition.
    lists: Vec<ListChange>,
    measures: Vec<MeasureChange>,
    obligations: Vec<ObligationChange>,
    published_lists: Vec<ListChange>,
    published_measures: Vec<MeasureChange>,
    published_obligations: Vec<ObligationChange>,
}

impl Truth {
    fn of(site: &Site) -> Truth {
        let (log, codec) = (site.log(), Codec::new());
        let mut truth = Truth {
            events: Vec::new(),
            lists: Vec::new(),
            measures: Vec::new(),
            obligations: Vec::new(),
            published_lists: Vec::new(),
            published_measures: Vec::new(),
            published_obligations: Vec::new(),
        };
        for number in 0..PARTITIONS {
            let (mut partition, mut memory) = (Partition::new(number), Memory::default());
            for stored in read_from(&*log, Topic::Events, number, 0) {
                let event = codec.decode_event(&stored.value.unwrap()).unwrap();
                let Ok(outcome) = fold(&mut partition, &mut memory, stored.offset, &event);
                let outcome = outcome.unwrap();
                truth.events.push((position(number, stored.offset), event, outcome.effect));
                truth.lists.extend(outcome.changes.lists);
                truth.measures.extend(outcome.changes.measures);
                truth.obligations.extend(outcome.changes.obligations);
            }
            let values = |topic| read_from(&*log, topic, number, 0).into_iter().map(|stored| stored.value.unwrap());
            let lists = values(Topic::ListChanges).map(|value| codec.decode_list_change(&value).unwrap());
            truth.published_lists.extend(lists);
            let measures = values(Topic::MeasureChanges).map(|value| codec.decode_measure_change(&value).unwrap());
            truth.published_measures.extend(measures);
            let obligations = values(Topic::Obligations).map(|value| codec.decode_obligation_change(&value).unwrap());
            truth.published_obligations.extend(obligations);
        }
        truth
    }

    /// Each is in the log, at the position of its answer or an earlier one, and had its effect once.
    fn check_acknowledged(&self, acknowledged: &[Acknowledged]) {
        let mut effects: BTreeMap<String, Vec<(&str, &Effect)>> = BTreeMap::new();
        for (at, event, effect) in self.events.iter().filter(|(_, event, _)| event.subject.kind != SubjectKind::System)
        {
            effects.entry(event.name()).or_default().push((at, effect));
        }
        for one in acknowledged {
            let found = effects.get(&one.record).unwrap_or_else(|| panic!("{one:?} is not in the log"));
            let judged: Vec<_> = found.iter().filter(|(_, effect)| !matches!(effect, Effect::Duplicate(_))).collect();
            assert_eq!(judged.len(), 1, "{one:?} had its effect more than once: {found:?}");
            assert!(one.was_repeated || found.len() == 1, "{one:?} stands more than once in the log: {found:?}");
            let (at, effect) = judged[0];
            let said = match effect {
                Effect::Applied => "applied",
                Effect::Refused(_) => "refused",
                Effect::Duplicate(_) => unreachable!("filtered above"),
            };
            match one.effect.as_str() {
                "duplicate" => assert!(one.was_repeated, "{one:?}"),
                effect => assert_eq!((effect, one.position.as_str()), (said, *at), "{one:?}"),
            }
        }
    }

    fn check_changes(&self) {
        assert_eq!(
            self.published_lists, self.lists,
            "the list changes that went out are those that follow from the log"
        );
        assert_eq!(self.published_measures, self.measures);
        assert_eq!(self.published_obligations, self.obligations);
        let mut sequences: BTreeMap<&str, u64> = BTreeMap::new();
        let mut names = BTreeSet::new();
        for change in &self.published_lists {
            let sequence = sequences.entry(&change.subject.id).or_default();
            *sequence += 1;
            assert_eq!(change.sequence, *sequence, "a gap or a repeat: {change:?}");
            assert!(names.insert(&change.change), "twice: {change:?}");
        }
        assert!(names.len() > 20, "too few changes to mean anything");
    }
}

fn position(partition: u16, offset: Offset) -> String {
    format!("{partition}-{offset}")
}
