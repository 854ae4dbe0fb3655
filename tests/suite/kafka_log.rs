//! What only the Kafka log promises.

use std::time::{Duration, Instant};

use chengxin::log::kafka::{InboxReader, InboxRecord, Kafka};
use chengxin::log::{Assignment, Assignments, Attributes, Log, LogError, Record, Topic};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};

use crate::support::broker::Namespace;
use crate::support::logs::{LIMIT, PARTITIONS, append, read_from, record, values};

const POLL: Duration = Duration::from_millis(100);

fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within {LIMIT:?}");
    }
}

#[test]
fn events_carry_their_attributes_as_cloudevents_headers() {
    let space = Namespace::new();
    let log = Kafka::open(space.config(PARTITIONS)).unwrap();
    let attributes = Attributes {
        id: "SJ-1".into(),
        kind: "penalty.imposed",
        source: "11654000010399991A".into(),
        time: 1_780_000_000_123,
    };
    append(&log, vec![Record { attributes: Some(attributes), ..record(Topic::Events, 1, "value") }]);

    let consumer: BaseConsumer = space.client().set("group.id", "none").create().unwrap();
    let mut place = TopicPartitionList::new();
    place.add_partition_offset(&format!("{}credit.events", space.prefix), 1, Offset::Beginning).unwrap();
    consumer.assign(&place).unwrap();
    let message = until("the event", || consumer.poll(POLL)).unwrap();
    let headers: Vec<_> =
        message.headers().unwrap().iter().map(|h| (h.key, std::str::from_utf8(h.value.unwrap()).unwrap())).collect();
    assert_eq!(
        headers,
        [
            ("ce_specversion", "1.0"),
            ("ce_id", "SJ-1"),
            ("ce_type", "penalty.imposed"),
            ("ce_source", "11654000010399991A"),
            ("ce_subject", "subject"),
            ("ce_time", "2026-05-28T20:26:40.123Z"),
        ]
    );
}

#[test]
fn one_append_too_many_is_refused_at_once_and_the_others_are_answered() {
    let space = Namespace::new();
    let mut config = space.config(PARTITIONS);
    config.append_queue = 1;
    let log = Kafka::open(config).unwrap();
    let many = || (0..5_000).map(|n| record(Topic::Events, 0, n)).collect::<Vec<_>>();
    // The first call takes longer to be stored than the second takes to be refused, but nobody promises it.
    until("a refusal", || {
        let first = log.append(many());
        let second = log.append(many()).try_recv();
        assert_eq!(first.blocking_recv().unwrap().unwrap().len(), 5_000);
        matches!(second, Ok(Err(LogError::Unavailable(_)))).then_some(())
    });
    append(&log, vec![record(Topic::Events, 0, "later")]);
}

#[test]
fn an_open_transaction_of_a_stopped_owner_is_never_seen() {
    let space = Namespace::new();
    let log = Kafka::open(space.config(PARTITIONS)).unwrap();
    log.own("task", 0).unwrap().publish(vec![record(Topic::ListChanges, 0, "committed")], 1).unwrap();
    // An owner that stops in the middle, as it stands in the broker's eyes.
    let application = space.config(PARTITIONS).application;
    let zombie: BaseProducer =
        space.client().set("transactional.id", format!("{application}.task.0")).create().unwrap();
    zombie.init_transactions(LIMIT).unwrap();
    zombie.begin_transaction().unwrap();
    for topic in ["credit.list-changes", "credit.progress"] {
        let topic = format!("{}{topic}", space.prefix);
        zombie.send(BaseRecord::<str, str>::to(&topic).partition(0).key("subject").payload("zombie")).unwrap();
    }
    until("the zombie's records are stored", || {
        zombie.poll(POLL);
        (zombie.in_flight_count() == 0).then_some(())
    });
    assert_eq!(values(&read_from(&log, Topic::ListChanges, 0, 0)), ["committed"]);
    let mut owner = log.own("task", 0).unwrap();
    assert_eq!(owner.progress(), 1);
    owner.publish(vec![record(Topic::ListChanges, 0, "next")], 2).unwrap();
    zombie.commit_transaction(LIMIT).unwrap_err();
    assert_eq!(values(&read_from(&log, Topic::ListChanges, 0, 0)), ["committed", "next"]);
}

#[test]
fn progress_published_by_another_process_becomes_known() {
    let space = Namespace::new();
    let here = Kafka::open(space.config(PARTITIONS)).unwrap();
    let there = Kafka::open(space.config(PARTITIONS)).unwrap();
    let mut owner = there.own("task", 0).unwrap();
    assert_eq!(here.progress("task", 0).unwrap(), 0);
    for step in 1..=3 {
        owner.publish(Vec::new(), step).unwrap();
        until("the progress", || (here.progress("task", 0).unwrap() == step).then_some(()));
    }
}

#[test]
fn a_published_progress_is_the_groups_committed_offset() {
    let space = Namespace::new();
    let log = Kafka::open(space.config(PARTITIONS)).unwrap();
    let mut assignments = log.assignments("task").unwrap();
    assignments.next(LIMIT).unwrap().unwrap();
    append(&log, vec![record(Topic::Events, 0, "event")]);
    log.own("task", 0).unwrap().publish(Vec::new(), 1).unwrap();

    let group = format!("{}.task", space.config(PARTITIONS).application);
    let consumer: BaseConsumer = space.client().set("group.id", group).create().unwrap();
    let topic = format!("{}credit.events", space.prefix);
    let mut place = TopicPartitionList::new();
    place.add_partition(&topic, 0);
    let committed = consumer.committed_offsets(place, LIMIT).unwrap();
    assert_eq!(committed.find_partition(&topic, 0).unwrap().offset(), Offset::Offset(1));
}

/// Takes changes until both processes together hold every partition, and each has some.
fn settle(members: &mut [(Box<dyn Assignments>, Vec<u16>)]) {
    until("the partitions are shared out", || {
        for (member, held) in members.iter_mut() {
            match member.next(POLL).unwrap() {
                Some(Assignment::Gained(gained)) => held.extend(gained),
                Some(Assignment::Lost(lost)) => {
                    held.retain(|p| !lost.contains(p));
                    member.released();
                }
                None => {}
            }
        }
        let mut all: Vec<_> = members.iter().flat_map(|(_, held)| held).copied().collect();
        all.sort_unstable();
        (all == [0, 1, 2] && members.iter().all(|(_, held)| !held.is_empty())).then_some(())
    });
}

#[test]
fn processes_share_the_partitions_and_take_over_from_one_that_leaves() {
    let space = Namespace::new();
    let first = Kafka::open(space.config(PARTITIONS)).unwrap();
    let second = Kafka::open(space.config(PARTITIONS)).unwrap();
    let mut members = vec![(first.assignments("task").unwrap(), Vec::new())];
    settle(&mut members);
    members.push((second.assignments("task").unwrap(), Vec::new()));
    settle(&mut members);
    drop(members.remove(0));
    settle(&mut members);
}

#[test]
fn a_lost_partition_goes_to_nobody_before_it_is_released() {
    let space = Namespace::new();
    let log = Kafka::open(space.config(PARTITIONS)).unwrap();
    let mut old = log.assignments("task").unwrap();
    assert!(matches!(old.next(LIMIT).unwrap(), Some(Assignment::Gained(all)) if all == [0, 1, 2]));
    let other = Kafka::open(space.config(PARTITIONS)).unwrap();
    let mut young = other.assignments("task").unwrap();
    let Some(Assignment::Lost(lost)) = old.next(LIMIT).unwrap() else { panic!("nothing is lost") };
    // Long enough for the group to have gone on if it did not wait.
    assert_eq!(young.next(Duration::from_secs(1)).unwrap(), None);
    old.released();
    assert_eq!(young.next(LIMIT).unwrap(), Some(Assignment::Gained(lost)));
}

fn write(space: &Namespace, topic: &str, value: &str) {
    let producer: BaseProducer = space.client().create().unwrap();
    producer.send(BaseRecord::<str, str>::to(topic).partition(1).payload(value)).unwrap();
    producer.flush(LIMIT).unwrap();
}

fn next_inbox(reader: &mut InboxReader) -> InboxRecord {
    let records = until("an inbox record", || Some(reader.next(10, POLL).unwrap()).filter(|r| !r.is_empty()));
    let [record] = &records[..] else { panic!("more than one: {records:?}") };
    record.clone()
}

#[test]
fn inboxes_are_read_also_when_they_are_made_later_and_again_until_they_are_committed() {
    let space = Namespace::new();
    let log = Kafka::open(space.config(PARTITIONS)).unwrap();
    let (early, late) = (format!("{}credit.inbox.org-a", space.prefix), format!("{}credit.inbox.org-b", space.prefix));
    space.make_topic(&early);
    write(&space, &early, "one");
    let mut reader = log.inbox_reader().unwrap();
    let one = next_inbox(&mut reader);
    assert_eq!((one.organisation(), one.partition, one.value.as_deref()), ("org-a", 1, Some(&b"one"[..])));
    reader.commit(&[(one.topic.clone(), one.partition, one.offset + 1)]).unwrap();

    space.make_topic(&late);
    write(&space, &late, "two");
    let two = next_inbox(&mut reader);
    assert_eq!((two.organisation(), two.key.as_deref(), two.value.as_deref()), ("org-b", None, Some(&b"two"[..])));
    drop(reader);

    let mut reader = log.inbox_reader().unwrap();
    assert_eq!(next_inbox(&mut reader), two);
    reader.commit(&[(two.topic, two.partition, two.offset + 1)]).unwrap();
}

#[test]
fn a_broker_that_is_away_is_unavailable() {
    let mut config = Namespace::new().config(PARTITIONS);
    config.brokers = "127.0.0.1:1".into();
    let refused = Kafka::open(config).map(drop);
    assert!(matches!(&refused, Err(LogError::Unavailable(why)) if why.contains("no broker answers")), "{refused:?}");
}
