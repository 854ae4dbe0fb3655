use super::*;
use crate::{
    clock::Clock,
    log::{Record, embedded::Embedded},
    projector::{Surroundings, TASK, showing::Shown},
    views::{Body, Held, Index, Views, list_term},
};
use chengxin_projections::{
    change::ListName,
    event::Event,
    facts::Known,
    partition::{day_event, policy_event},
    policy::shipped_policy,
    testing::{MARKET, SUBJECT, Step, black, correct, license, penalty},
};
use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use tempfile::TempDir;

const TODAY: &str = "2026-05-11";
const TOMORROW: &str = "2026-05-12";
const LIMIT: Duration = Duration::from_secs(30);

/// The file of the subject, how many events it has, who is listed, who is due, and whose its last record is.
type Seen = (Held, usize, Vec<Box<str>>, Vec<Box<str>>, Option<Box<str>>);

/// A partition whose events others publish, and its shard here.
struct World {
    surroundings: Arc<Surroundings>,
    shard: Arc<Shard>,
    views: Views,
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
        let world = World { surroundings: Arc::new(surroundings), shard, views, _directory: directory };
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

    fn seen(&self) -> Seen {
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

/// More subjects than are encoded together.
const MANY: usize = 300;

fn many(step: impl Fn(&str) -> Step) -> Vec<Step> {
    let of_one = |number: usize| {
        let subject = format!("S{number:03}");
        step(&format!("R-{number}")).about(&subject).event(|event| event.subject.name = Some(format!("{subject}公司")))
    };
    (0..MANY).map(of_one).collect()
}

impl World {
    /// Replays what was published, and dies before the n-th step of writing it. Whether it came so far.
    fn dies_at(&self, step: usize) -> bool {
        let task = self.task();
        let mut gathering = Gathering::new(&task);
        let mut reader = self.surroundings.log.read(Topic::Events, 0, self.shard.at()).unwrap();
        while gathering.at < self.surroundings.log.end(Topic::Events, 0).unwrap() {
            reader.next(1_000, LIMIT).unwrap().records.into_iter().for_each(|stored| gathering.take(stored));
        }
        let (mut replayed, _) = gathering.fold().unwrap();
        let mut steps = 0;
        let mut die = || {
            steps += 1;
            assert!(steps <= step, "dies here");
        };
        catch_unwind(AssertUnwindSafe(|| replayed.write(&self.shard, &mut die))).is_err()
    }

    /// As a process that was started again.
    fn started_again(mut self) -> World {
        self.shard = Arc::new(Shard::open(0, 1, self.views.partition(0).unwrap()).unwrap());
        self.task().rebuild().unwrap();
        self
    }

    fn rows(&self) -> Vec<(Held, Vec<Body>)> {
        let views = self.shard.views();
        let subjects: Vec<Box<str>> = views.subjects(None).collect::<Result<_, _>>().unwrap();
        subjects.iter().map(|subject| (views.file(subject).unwrap().unwrap(), views.bodies(subject).unwrap())).collect()
    }

    fn index(&self, index: Index) -> BTreeSet<Box<[u8]>> {
        self.shard.views().keys(index).collect::<Result<_, _>>().unwrap()
    }
}

/// What leads to a file goes before the file: nothing of it may be missing once a replay has found that file again.
#[test]
fn a_process_that_dies_anywhere_while_a_replay_is_written_leaves_nothing_that_the_next_one_does_not_mend() {
    let (first, second) = (many(|id| license(id, TODAY)), many(|id| black(id, TOMORROW).by(MARKET)));
    let whole = World::replayed([&first, &second]);
    let mut step = 0;
    loop {
        let world = World::replayed([&first]);
        world.publish(&second);
        let died = world.dies_at(step);
        let world = world.started_again();
        assert!(world.rows() == whole.rows(), "step {step}");
        for index in [Index::Agenda, Index::Terms, Index::Ids] {
            assert!(world.index(index).is_superset(&whole.index(index)), "{index:?}, step {step}");
        }
        assert_eq!(world.shard.named("公司", 2 * MANY).len(), MANY);
        if !died {
            break;
        }
        step += 1;
    }
    assert!(step > 5, "{step} steps");
}

#[test]
fn nobody_is_denied_while_a_replay_writes_their_file() {
    let world = World::replayed([&[penalty("P", TODAY)]]);
    world.publish(&many(|id| black(id, TODAY)));
    assert!(!world.dies_at(usize::MAX), "all is written and not shown");
    assert!(world.shard.file("S007").unwrap().is_some());
    let asked = |subject: &str| crate::query::subject::held(&world.shard, subject, Known::Offset(world.shard.at() - 1));
    assert_eq!(asked("S007").unwrap_err().http_status, 503);
    assert!(asked(SUBJECT).is_ok());
}
