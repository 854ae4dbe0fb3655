use super::*;
use crate::{
    clock::Clock,
    log::{Record, embedded::Embedded},
    projector::{Surroundings, TASK, showing::Shown},
    views::{Held, Views, list_term},
};
use chengxin_projections::{
    change::ListName,
    event::Event,
    partition::{day_event, policy_event},
    policy::shipped_policy,
    testing::{SUBJECT, Step, black, correct, license, penalty},
};
use std::sync::{Arc, atomic::AtomicBool};
use tempfile::TempDir;

const TODAY: &str = "2026-05-11";
const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// A partition whose events others publish, and its shard here.
struct World {
    surroundings: Arc<Surroundings>,
    shard: Arc<Shard>,
    _views: Views,
    _directory: TempDir,
}

impl World {
    /// Every group of steps is published by others, and then replayed here.
    fn replayed<const N: usize>(groups: [&[Step]; N]) -> World {
        let directory = tempfile::tempdir().unwrap();
        let log = Arc::new(Embedded::open(directory.path(), 1).unwrap());
        let clock: Clock = format!("manual:{TODAY}").parse().unwrap();
        let surroundings =
            Surroundings { log, codec: Arc::new(Codec::new()), clock: Arc::new(clock), first_policy: Vec::new() };
        let views = Views::open(directory.path()).unwrap();
        let shard = Arc::new(Shard::open(0, 1, views.partition(0).unwrap()).unwrap());
        let world = World { surroundings: Arc::new(surroundings), shard, _views: views, _directory: directory };
        let today: Date = TODAY.parse().unwrap();
        let policy = shipped_policy().into_iter().map(|part| policy_event(&part, today.start()));
        world.append(policy.chain([day_event(today, today.start())]).collect());
        for steps in groups {
            world.publish(steps);
            world.task().rebuild().unwrap();
        }
        world
    }

    fn append(&self, events: Vec<Event>) {
        let record = |event: &Event| self.surroundings.codec.event_record(event, 0);
        let records: Vec<Record> = events.iter().map(record).collect();
        self.surroundings.log.append(records).blocking_recv().unwrap().unwrap();
    }

    fn publish(&self, steps: &[Step]) {
        let today: Date = TODAY.parse().unwrap();
        let event = |step: &Step| match step {
            Step::Event(event) => Event { recorded: today.start(), ..(**event).clone() },
            Step::Day(day) => day_event(*day, day.start()),
        };
        self.append(steps.iter().map(event).collect());
        let end = self.surroundings.log.end(Topic::Events, 0).unwrap();
        self.surroundings.log.own(TASK, 0).unwrap().publish(Vec::new(), end).unwrap();
    }

    fn task(&self) -> Task {
        Task::new(self.surroundings.clone(), self.shard.clone(), Arc::new(AtomicBool::new(false)))
    }

    /// Publishes steps and shows what they did to the subject, as one who follows does, and does not save it.
    fn follow(&self, steps: &[Step]) {
        let task = self.task();
        let mut gathering = Gathering::new(&task);
        let mut reader = self.surroundings.log.read(Topic::Events, 0, self.shard.at()).unwrap();
        self.publish(steps);
        reader.next(steps.len(), LIMIT).unwrap().records.into_iter().for_each(|stored| gathering.take(stored));
        let (subject, own) = gathering.subjects.drain().next().unwrap();
        let changed = gathering.fold_subject(&subject, own).unwrap().unwrap();
        let (at, partition) = (gathering.at, gathering.stretch.partition().clone());
        self.shard.show(Shown { at, partition, changed: vec![(subject, changed)], answers: Vec::new() });
    }

    /// What readers see of the subject, and of what leads to it.
    fn seen(&self) -> (Held, usize, Vec<Box<str>>, Vec<Box<str>>, Option<Box<str>>) {
        let held = self.shard.file(SUBJECT).unwrap().unwrap();
        let record = held.file.records.iter().last().unwrap().id.clone();
        (
            Held::clone(&held),
            self.shard.bodies(SUBJECT).unwrap().len(),
            self.shard.with_term(&list_term(ListName::Black), None, 10).unwrap(),
            self.shard.due(Date::MIN, Date::MAX),
            self.shard.subject_of(&record).unwrap(),
        )
    }
}

fn steps() -> [Vec<Step>; 3] {
    let renamed = correct("C", "P", TODAY, serde_json::json!({ "amount": "9" }));
    [vec![penalty("P", TODAY)], vec![license("L", TODAY), black("B", TODAY)], vec![renamed, penalty("Q", TODAY)]]
}

#[test]
fn what_others_published_is_seen_at_once_by_who_has_read_the_subject_before() {
    let [first, second, third] = steps();
    let world = World::replayed([&first]);
    world.seen();
    world.publish(&second);
    world.task().rebuild().unwrap();
    world.seen();
    world.publish(&third);
    world.task().rebuild().unwrap();
    let (held, bodies, listed, due, owner) = world.seen();
    let whole = World::replayed([&[first, second, third].concat()]);
    assert_eq!(held, whole.seen().0);
    let own = || vec![SUBJECT.into()];
    assert_eq!((bodies, listed, due, owner), (5, own(), own(), Some(SUBJECT.into())));
    assert_eq!(world.shard.named("星河", 10), [SUBJECT.into()]);
}

#[test]
fn what_is_not_saved_yet_hides_nothing_that_others_published_since() {
    let [first, second, third] = steps();
    let world = World::replayed([&first]);
    world.follow(&second);
    world.publish(&third);
    world.task().rebuild().unwrap();
    let whole = World::replayed([&[first, second, third].concat()]);
    assert_eq!(world.seen(), whole.seen());
    assert_eq!(world.shard.views().file(SUBJECT).unwrap(), whole.shard.views().file(SUBJECT).unwrap());
}
