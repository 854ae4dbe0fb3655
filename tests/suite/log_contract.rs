//! What every log promises, run against each adapter.

use std::thread;

use bytes::Bytes;
use chengxin::log::{Assignment, LogError, RECORD_BYTES, Record, Topic};

use crate::support::child::{OUTPUTS, Process, TASK};
use crate::support::logs::{EmbeddedPlace, KafkaPlace, LIMIT, PARTITIONS, Place};
use crate::support::logs::{append, next_records, read_from, read_to_end, record, values};

/// Runs each promise as a test of each adapter.
macro_rules! contract {
    ($($promise:ident),* $(,)?) => {
        mod embedded {
            $(#[test] fn $promise() { super::$promise::<super::EmbeddedPlace>() })*
        }
        mod kafka {
            $(#[test] fn $promise() { super::$promise::<super::KafkaPlace>() })*
        }
    };
}

contract! {
    records_of_a_partition_come_back_in_the_order_of_their_appends,
    the_answer_to_an_append_names_the_offsets_that_readers_see,
    records_come_back_byte_for_byte,
    a_reader_starts_at_the_position_it_is_given_also_where_no_record_stands,
    a_batch_says_where_to_go_on,
    a_record_larger_than_a_batch_is_still_read,
    a_reader_at_the_end_sees_what_is_appended_later,
    the_end_lies_behind_every_record_and_not_behind_later_ones,
    outputs_and_progress_become_visible_together,
    an_event_is_published_in_parts_of_which_each_is_there_with_its_number_or_not_at_all,
    an_owner_may_publish_events,
    progress_is_kept_for_each_task_and_partition,
    a_second_owner_goes_on_where_the_first_has_stopped,
    a_fenced_owner_publishes_nothing,
    an_owner_that_failed_leaves_nothing_of_the_failed_publish,
    a_partition_that_does_not_exist_is_refused,
    a_record_that_is_too_large_is_refused_with_its_whole_call,
    another_number_of_partitions_is_refused_and_both_are_named,
    what_was_answered_survives_a_killed_process,
    what_a_killed_owner_published_is_there_with_its_progress_or_not_at_all,
    one_process_alone_gains_every_partition_once,
}

fn records_of_a_partition_come_back_in_the_order_of_their_appends<P: Place>() {
    let place = P::new();
    let log = place.open();
    let pending: Vec<_> = (0..50)
        .map(|call| log.append((0..20).map(|n| record(Topic::Events, n % PARTITIONS, call * 100 + n)).collect()))
        .collect();
    for answer in pending {
        answer.blocking_recv().unwrap().unwrap();
    }
    for partition in 0..PARTITIONS {
        let expected =
            (0..50).flat_map(|call| (0..20).filter(|n| n % PARTITIONS == partition).map(move |n| call * 100 + n));
        let expected: Vec<_> = expected.map(|n| n.to_string()).collect();
        assert_eq!(values(&read_from(&*log, Topic::Events, partition, 0)), expected);
    }
}

fn the_answer_to_an_append_names_the_offsets_that_readers_see<P: Place>() {
    let place = P::new();
    let log = place.open();
    let offsets = append(
        &*log,
        vec![record(Topic::Events, 0, "a"), record(Topic::Events, 1, "b"), record(Topic::Events, 0, "c")],
    );
    let first = read_from(&*log, Topic::Events, 0, 0);
    let second = read_from(&*log, Topic::Events, 1, 0);
    assert_eq!(offsets, [first[0].offset, second[0].offset, first[1].offset]);
    assert!(first[0].offset < first[1].offset);
}

fn records_come_back_byte_for_byte<P: Place>() {
    let place = P::new();
    let log = place.open();
    let bytes: Vec<u8> = (0..=255).collect();
    let full = Record::new(Topic::Events, 2, bytes.clone(), Some(bytes.clone()));
    let empty = Record { value: Some(Vec::new()), ..full.clone() };
    let deleted = Record { value: None, ..full.clone() };
    append(&*log, vec![full, empty, deleted]);
    let stored = read_from(&*log, Topic::Events, 2, 0);
    assert!(stored.iter().all(|r| r.key == bytes));
    let values: Vec<_> = stored.into_iter().map(|r| r.value).collect();
    assert_eq!(values, [Some(bytes.into()), Some(Bytes::new()), None]);
}

fn a_reader_starts_at_the_position_it_is_given_also_where_no_record_stands<P: Place>() {
    let place = P::new();
    let log = place.open();
    // Each transaction of Kafka leaves a marker behind its records: offsets with gaps.
    let mut owner = log.own("gaps", 0).unwrap();
    for step in 0..4 {
        owner.publish(vec![record(Topic::ListChanges, 0, step)], step).unwrap();
    }
    let all = read_from(&*log, Topic::ListChanges, 0, 0);
    assert_eq!(values(&all), ["0", "1", "2", "3"]);
    for from in 0..=log.end(Topic::ListChanges, 0).unwrap() {
        let expected: Vec<_> = all.iter().filter(|r| r.offset >= from).cloned().collect();
        assert_eq!(read_from(&*log, Topic::ListChanges, 0, from), expected, "from {from}");
    }
}

fn a_batch_says_where_to_go_on<P: Place>() {
    let place = P::new();
    let log = place.open();
    append(&*log, (0..10).map(|n| record(Topic::Events, 0, n)).collect());
    let batch = next_records(&mut *log.read(Topic::Events, 0, 0).unwrap(), 4);
    assert_eq!(values(&batch.records), ["0", "1", "2", "3"]);
    assert!(!batch.at_end);
    assert_eq!(values(&read_from(&*log, Topic::Events, 0, batch.next)), ["4", "5", "6", "7", "8", "9"]);
}

fn a_record_larger_than_a_batch_is_still_read<P: Place>() {
    let place = P::new();
    let log = place.open();
    let large = "x".repeat(800_000);
    append(&*log, (0..6).map(|_| record(Topic::Events, 0, &large)).collect());
    assert_eq!(values(&read_from(&*log, Topic::Events, 0, 0)), vec![large; 6]);
}

fn a_reader_at_the_end_sees_what_is_appended_later<P: Place>() {
    let place = P::new();
    let log = place.open();
    append(&*log, vec![record(Topic::Events, 1, "early")]);
    let mut reader = log.read(Topic::Events, 1, 0).unwrap();
    assert_eq!(values(&read_to_end(&mut *reader)), ["early"]);
    thread::scope(|scope| {
        let follower = scope.spawn(move || next_records(&mut *reader, 10));
        append(&*log, vec![record(Topic::Events, 0, "elsewhere")]);
        append(&*log, vec![record(Topic::Events, 1, "late")]);
        assert_eq!(values(&follower.join().unwrap().records), ["late"]);
    });
}

fn the_end_lies_behind_every_record_and_not_behind_later_ones<P: Place>() {
    let place = P::new();
    let log = place.open();
    assert_eq!(log.end(Topic::Events, 0).unwrap(), 0);
    let first = append(&*log, vec![record(Topic::Events, 0, 1), record(Topic::Events, 0, 2)]);
    let end = log.end(Topic::Events, 0).unwrap();
    let later = append(&*log, vec![record(Topic::Events, 0, 3)]);
    assert!(first[1] < end && end <= later[0], "{first:?} {end} {later:?}");
}

fn outputs_and_progress_become_visible_together<P: Place>() {
    let place = P::new();
    let log = place.open();
    let mut owner = log.own("task", 1).unwrap();
    assert_eq!(owner.progress(), 0);
    let outputs =
        vec![record(Topic::ListChanges, 1, "l"), record(Topic::MeasureChanges, 1, "m"), record(Topic::Lists, 1, "s")];
    let offsets = owner.publish(outputs, 17).unwrap();
    assert_eq!(owner.progress(), 17);
    assert_eq!(log.progress("task", 1).unwrap(), 17);
    for (topic, offset, value) in [
        (Topic::ListChanges, offsets[0], "l"),
        (Topic::MeasureChanges, offsets[1], "m"),
        (Topic::Lists, offsets[2], "s"),
    ] {
        let stored = read_from(&*log, topic, 1, 0);
        assert_eq!((values(&stored), stored[0].offset), (vec![value.to_owned()], offset));
    }
}

fn an_event_is_published_in_parts_of_which_each_is_there_with_its_number_or_not_at_all<P: Place>() {
    let place = P::new();
    let log = place.open();
    let told = |value: &str| vec![record(Topic::ListChanges, 0, value)];
    let mut owner = log.own("task", 0).unwrap();
    owner.publish(told("before"), 7).unwrap();
    owner.publish_part(told("first"), 7, 1).unwrap();
    owner.publish_part(told("second"), 7, 2).unwrap();
    assert_eq!(log.own("task", 1).unwrap().part(), 0);
    // What is under way when an owner goes is done, or never was.
    drop(owner);
    let mut owner = log.own("task", 0).unwrap();
    assert_eq!((owner.progress(), owner.part()), (7, 2));
    assert_eq!(log.progress("task", 0).unwrap(), 7);
    let mut young = log.own("task", 0).unwrap();
    let refused = owner.publish_part(told("zombie"), 7, 3).and_then(|()| owner.publish(Vec::new(), 8).map(drop));
    assert!(matches!(refused, Err(LogError::Fenced)), "{refused:?}");
    young.publish_part(told("third"), 7, 3).unwrap();
    young.publish(told("last"), 8).unwrap();
    assert_eq!((young.progress(), young.part()), (8, 0));
    let all = ["before", "first", "second", "third", "last"];
    assert_eq!(values(&read_from(&*log, Topic::ListChanges, 0, 0)), all);
    let owner = log.own("task", 0).unwrap();
    assert_eq!((owner.progress(), owner.part()), (8, 0));
}

fn an_owner_may_publish_events<P: Place>() {
    let place = P::new();
    let log = place.open();
    let mut owner = log.own("task", 0).unwrap();
    append(&*log, vec![record(Topic::Events, 0, "event")]);
    owner.publish(vec![record(Topic::Events, 0, "day")], 1).unwrap();
    append(&*log, vec![record(Topic::Events, 0, "event")]);
    assert_eq!(values(&read_from(&*log, Topic::Events, 0, 0)), ["event", "day", "event"]);
}

fn progress_is_kept_for_each_task_and_partition<P: Place>() {
    let place = P::new();
    let log = place.open();
    for (task, partition, progress) in [("a", 0, 1), ("a", 1, 2), ("b", 0, 3), ("a", 0, 4)] {
        log.own(task, partition).unwrap().publish(Vec::new(), progress).unwrap();
    }
    let found = [("a", 0), ("a", 1), ("b", 0), ("b", 1)].map(|(t, p)| log.progress(t, p).unwrap());
    assert_eq!(found, [4, 2, 3, 0]);
}

fn a_second_owner_goes_on_where_the_first_has_stopped<P: Place>() {
    let place = P::new();
    let log = place.open();
    // More records than one look from the end of the progress topic takes in.
    let mut other = log.own("busy", 0).unwrap();
    log.own("task", 0).unwrap().publish(Vec::new(), 5).unwrap();
    for step in 0..100 {
        other.publish(Vec::new(), step).unwrap();
    }
    drop(other);
    drop(log);
    let log = place.open();
    let mut owner = log.own("task", 0).unwrap();
    assert_eq!(owner.progress(), 5);
    owner.publish(Vec::new(), 6).unwrap();
    assert_eq!(log.own("task", 0).unwrap().progress(), 6);
}

fn a_fenced_owner_publishes_nothing<P: Place>() {
    let place = P::new();
    let log = place.open();
    let mut old = log.own("task", 0).unwrap();
    old.publish(vec![record(Topic::ListChanges, 0, "old")], 1).unwrap();
    let mut elsewhere = log.own("task", 1).unwrap();
    let mut young = log.own("task", 0).unwrap();
    let refused = old.publish(vec![record(Topic::ListChanges, 0, "zombie")], 9);
    assert!(matches!(refused, Err(LogError::Fenced)), "{refused:?}");
    young.publish(vec![record(Topic::ListChanges, 0, "young")], 2).unwrap();
    elsewhere.publish(Vec::new(), 1).unwrap();
    let refused = old.publish(vec![record(Topic::ListChanges, 0, "zombie")], 9);
    assert!(matches!(refused, Err(LogError::Fenced)), "{refused:?}");
    assert_eq!(values(&read_from(&*log, Topic::ListChanges, 0, 0)), ["old", "young"]);
    assert_eq!(log.own("task", 0).unwrap().progress(), 2);
}

fn an_owner_that_failed_leaves_nothing_of_the_failed_publish<P: Place>() {
    let place = P::new();
    let log = place.open();
    let mut owner = log.own("task", 0).unwrap();
    let outputs = vec![record(Topic::ListChanges, 0, "half"), record(Topic::ListChanges, PARTITIONS, "nowhere")];
    owner.publish(outputs, 3).unwrap_err();
    drop(owner);
    let mut owner = log.own("task", 0).unwrap();
    assert_eq!(owner.progress(), 0);
    owner.publish(vec![record(Topic::ListChanges, 0, "whole")], 3).unwrap();
    assert_eq!(values(&read_from(&*log, Topic::ListChanges, 0, 0)), ["whole"]);
}

fn a_partition_that_does_not_exist_is_refused<P: Place>() {
    let place = P::new();
    let log = place.open();
    let unusable = |result: Result<(), LogError>| matches!(result, Err(LogError::Unusable(_)));
    assert!(unusable(log.append(vec![record(Topic::Events, PARTITIONS, "")]).blocking_recv().unwrap().map(drop)));
    assert!(unusable(log.read(Topic::Events, PARTITIONS, 0).map(drop)));
    assert!(unusable(log.end(Topic::Events, PARTITIONS).map(drop)));
    assert!(unusable(log.own("task", PARTITIONS).map(drop)));
    assert!(unusable(log.progress("task", PARTITIONS).map(drop)));
}

fn a_record_that_is_too_large_is_refused_with_its_whole_call<P: Place>() {
    let place = P::new();
    let log = place.open();
    let call = || vec![record(Topic::Events, 0, "small"), record(Topic::Events, 0, "x".repeat(RECORD_BYTES))];
    assert!(matches!(log.append(call()).blocking_recv().unwrap(), Err(LogError::Unusable(_))));
    assert!(matches!(log.own("task", 0).unwrap().publish(call(), 1), Err(LogError::Unusable(_))));
    let largest = "x".repeat(RECORD_BYTES - b"subject".len());
    append(&*log, vec![record(Topic::Events, 0, &largest)]);
    assert_eq!(values(&read_from(&*log, Topic::Events, 0, 0)), [largest]);
    assert_eq!(log.progress("task", 0).unwrap(), 0);
}

fn another_number_of_partitions_is_refused_and_both_are_named<P: Place>() {
    let place = P::new();
    drop(place.open());
    let Err(LogError::Unusable(why)) = place.open_with(PARTITIONS + 4).map(drop) else { panic!("it was opened") };
    assert!(why.contains("has 3 partitions, but 7 are configured"), "{why}");
    place.open();
}

fn what_was_answered_survives_a_killed_process<P: Place>() {
    let place = P::new();
    let mut child = Process::start(&place.address());
    child.say("append 100");
    assert_eq!(child.wait_for("appended "), 100);
    child.kill();
    let log = place.open();
    let expected: Vec<_> = (0..100).map(|n| n.to_string()).collect();
    assert_eq!(values(&read_from(&*log, Topic::Events, 0, 0)), expected);
    append(&*log, vec![record(Topic::Events, 0, "more")]);
    assert_eq!(read_from(&*log, Topic::Events, 0, 0).len(), 101);
}

fn what_a_killed_owner_published_is_there_with_its_progress_or_not_at_all<P: Place>() {
    let place = P::new();
    for round in 0..3 {
        let mut child = Process::start(&place.address());
        child.say("publish 2");
        let published = child.wait_for("published ");
        for more in 1..=20 * round {
            assert_eq!(child.wait_for("published "), published + more);
        }
        child.kill();
        let log = place.open();
        let progress = log.own(TASK, 2).unwrap().progress();
        assert!(progress >= published + 20 * round);
        let expected: Vec<_> = (0..progress * OUTPUTS).map(|n| (n / OUTPUTS).to_string()).collect();
        assert_eq!(values(&read_from(&*log, Topic::ListChanges, 2, 0)), expected);
    }
}

fn one_process_alone_gains_every_partition_once<P: Place>() {
    let place = P::new();
    let log = place.open();
    let mut assignments = log.assignments("task").unwrap();
    let gained = assignments.next(LIMIT).unwrap();
    assert_eq!(gained, Some(Assignment::Gained((0..PARTITIONS).collect())));
    assert_eq!(assignments.next(std::time::Duration::from_millis(50)).unwrap(), None);
}
