//! What only the embedded log promises.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use chengxin::log::embedded::Embedded;
use chengxin::log::{APPEND_QUEUE, Log, LogError, Topic};
use rusqlite::Connection;

use crate::support::child::{self, Process};
use crate::support::logs::{EmbeddedPlace, PARTITIONS, Place};
use crate::support::logs::{append, next_records, read_from, read_to_end, record, values};

const WAIT: Duration = Duration::from_secs(10);
const FULL_DISK_DIR: &str = "CHENGXIN_TEST_FULL_DISK";

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}

/// A log whose last record stands alone in the tail of the WAL, as a killed process has left it; with the WAL and the
/// length that it had before that record.
fn log_with_a_last_write() -> (EmbeddedPlace, PathBuf, u64) {
    let place = EmbeddedPlace::new();
    let wal = place.dir().join("log.db-wal");
    let mut child = Process::start(&place.address());
    child.say("append 50");
    child.wait_for("appended ");
    let before = fs::metadata(&wal).unwrap().len();
    child.say("append 1");
    child.wait_for("appended ");
    child.kill();
    assert!(fs::metadata(&wal).unwrap().len() > before);
    (place, wal, before)
}

fn assert_only_the_last_write_is_lost(place: &EmbeddedPlace) {
    let log = place.open();
    assert_eq!(values(&read_from(&*log, Topic::Events, 0, 0)), numbers(50));
    assert_eq!(append(&*log, vec![record(Topic::Events, 0, 50)]), [50]);
    drop(log);
    assert_eq!(values(&read_from(&*place.open(), Topic::Events, 0, 0)), numbers(51));
}

#[test]
fn a_torn_last_write_costs_nothing_that_was_written_before_it() {
    let (place, wal, before) = log_with_a_last_write();
    let file = OpenOptions::new().write(true).open(&wal).unwrap();
    let torn = before + (file.metadata().unwrap().len() - before) / 2;
    file.set_len(torn).unwrap();
    assert_only_the_last_write_is_lost(&place);
}

#[test]
fn a_garbled_last_write_costs_nothing_that_was_written_before_it() {
    let (place, wal, before) = log_with_a_last_write();
    let mut file = OpenOptions::new().write(true).open(&wal).unwrap();
    file.seek(SeekFrom::Start(before + 100)).unwrap();
    file.write_all(&[0xa5; 64]).unwrap();
    assert_only_the_last_write_is_lost(&place);
}

#[test]
fn garbage_behind_the_last_write_costs_nothing() {
    let (place, wal, _) = log_with_a_last_write();
    OpenOptions::new().append(true).open(&wal).unwrap().write_all(&[0xa5; 5_000]).unwrap();
    assert_eq!(values(&read_from(&*place.open(), Topic::Events, 0, 0)), numbers(51));
}

/// The log as a power cut leaves it that takes back what came behind the first `wal` bytes of the WAL.
fn after_a_power_cut(place: &EmbeddedPlace, wal: u64) -> EmbeddedPlace {
    let after = EmbeddedPlace::new();
    for file in ["log.db", "log.db-wal"] {
        fs::copy(place.dir().join(file), after.dir().join(file)).unwrap();
    }
    OpenOptions::new().write(true).open(after.dir().join("log.db-wal")).unwrap().set_len(wal).unwrap();
    after
}

#[test]
fn outputs_that_a_power_cut_takes_back_come_again_at_their_offsets() {
    let outputs = |from: usize| (from..from + 3).map(|n| record(Topic::ListChanges, 0, n)).collect::<Vec<_>>();
    let place = EmbeddedPlace::new();
    let log = place.open();
    let mut owner = log.own("task", 0).unwrap();
    append(&*log, vec![record(Topic::Events, 0, 0)]);
    owner.publish(outputs(0), 1).unwrap();
    append(&*log, vec![record(Topic::Events, 0, 1)]);
    let on_disk = fs::metadata(place.dir().join("log.db-wal")).unwrap().len();
    let offsets = owner.publish(outputs(3), 2).unwrap();
    let after = after_a_power_cut(&place, on_disk);
    let log = after.open();
    assert_eq!(values(&read_from(&*log, Topic::Events, 0, 0)), numbers(2));
    assert_eq!(values(&read_from(&*log, Topic::ListChanges, 0, 0)), numbers(3));
    let mut owner = log.own("task", 0).unwrap();
    assert_eq!(owner.progress(), 1);
    assert_eq!(owner.publish(outputs(3), 2).unwrap(), offsets);
    assert_eq!(values(&read_from(&*log, Topic::ListChanges, 0, 0)), numbers(6));
}

#[test]
fn an_owner_whose_outputs_the_disk_has_lost_is_told_and_publishes_nothing() {
    let place = EmbeddedPlace::new();
    let log = place.open();
    let mut owner = log.own("task", 0).unwrap();
    owner.publish(vec![record(Topic::ListChanges, 0, 0)], 1).unwrap();
    let disk = Connection::open(place.dir().join("log.db")).unwrap();
    disk.execute_batch("UPDATE tasks SET progress = 0").unwrap();
    let refused = owner.publish(vec![record(Topic::ListChanges, 0, "beyond a gap")], 2);
    assert!(matches!(refused, Err(LogError::Unavailable(_))), "{refused:?}");
    assert_eq!(log.own("task", 0).unwrap().progress(), 0);
    assert_eq!(values(&read_from(&*log, Topic::ListChanges, 0, 0)), numbers(1));
}

#[test]
fn one_append_too_many_is_refused_at_once_and_the_others_are_answered() {
    let place = EmbeddedPlace::new();
    let log = place.open();
    let other = Connection::open(place.dir().join("log.db")).unwrap();
    // Nobody but this test ever locks the file from outside; it stands for a disk that does not answer.
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting: Vec<_> = (0..APPEND_QUEUE).map(|n| log.append(vec![record(Topic::Events, 0, n)])).collect();
    let refused = log.append(vec![record(Topic::Events, 0, "one too many")]).try_recv().unwrap();
    assert!(matches!(&refused, Err(LogError::Unavailable(why)) if why.contains("4096")), "{refused:?}");
    other.execute_batch("ROLLBACK").unwrap();
    for answer in waiting {
        answer.blocking_recv().unwrap().unwrap();
    }
    append(&*log, vec![record(Topic::Events, 0, APPEND_QUEUE)]);
    assert_eq!(values(&read_from(&*log, Topic::Events, 0, 0)), numbers(APPEND_QUEUE + 1));
}

#[test]
fn a_second_process_is_told_that_the_directory_is_in_use() {
    let place = EmbeddedPlace::new();
    let mut child = Process::start(&place.address());
    child.wait_for("ready ");
    let Err(LogError::Unusable(why)) = place.open_with(PARTITIONS).map(drop) else { panic!("it was opened") };
    assert!(why.contains("in use by another process"), "{why}");
    child.kill();
    place.open();
}

#[test]
fn a_log_opened_read_only_follows_the_process_that_writes_it() {
    let place = EmbeddedPlace::new();
    let mut child = Process::start(&place.address());
    child.say("append 3");
    child.wait_for("appended ");
    let log = Embedded::open_read_only(place.dir()).unwrap();
    assert_eq!(log.partitions(), PARTITIONS);
    assert_eq!(log.end(Topic::Events, 0).unwrap(), 3);
    let mut reader = log.read(Topic::Events, 0, 0).unwrap();
    assert_eq!(values(&read_to_end(&mut *reader)), numbers(3));
    child.say("append 1");
    assert_eq!(values(&next_records(&mut *reader, 10).records), ["3"]);
    let refused = log.append(vec![record(Topic::Events, 0, 4)]).blocking_recv().unwrap();
    assert!(matches!(refused, Err(LogError::Unusable(_))), "{refused:?}");
    assert!(matches!(log.own("task", 0).map(drop), Err(LogError::Unusable(_))));
}

#[test]
fn a_log_that_nobody_has_open_can_be_read() {
    let place = EmbeddedPlace::new();
    append(&*place.open(), vec![record(Topic::Events, 0, 0)]);
    let log = Embedded::open_read_only(place.dir()).unwrap();
    assert_eq!(values(&read_from(&log, Topic::Events, 0, 0)), ["0"]);
}

#[test]
fn a_directory_without_a_log_cannot_be_opened_read_only() {
    let place = EmbeddedPlace::new();
    let Err(LogError::Unusable(why)) = Embedded::open_read_only(place.dir()).map(drop) else { panic!("it was opened") };
    assert!(why.contains("there is no log"), "{why}");
}

#[test]
fn a_log_of_a_newer_program_is_refused() {
    let place = EmbeddedPlace::new();
    drop(place.open());
    Connection::open(place.dir().join("log.db")).unwrap().execute_batch("UPDATE log SET format = 99").unwrap();
    let Err(LogError::Unusable(why)) = place.open_with(PARTITIONS).map(drop) else { panic!("it was opened") };
    assert!(why.contains("format 99"), "{why}");
}

/// What stands in one cell of one record.
fn set(place: &EmbeddedPlace, change: &str) {
    let file = Connection::open(place.dir().join("log.db")).unwrap();
    assert_eq!(file.execute(&format!("UPDATE \"credit.events/0\" SET {change} WHERE offset = 1"), []).unwrap(), 1);
}

#[test]
fn a_record_that_is_not_as_it_was_written_is_told_and_not_given() {
    for change in ["value = x'00'", "value = 'text'", "key = x'00'", "value = NULL", "checksum = 1"] {
        let place = EmbeddedPlace::new();
        append(&*place.open(), (0..3).map(|n| record(Topic::Events, 0, n)).collect());
        set(&place, change);
        for log in [place.open(), Box::new(Embedded::open_read_only(place.dir()).unwrap()) as Box<dyn Log>] {
            let told = log.read(Topic::Events, 0, 0).unwrap().next(10, WAIT).map(drop);
            let Err(LogError::Unusable(why)) = told else { panic!("it was given: {change}") };
            assert!(why.contains("record 0-1 of credit.events") && why.contains("damaged"), "{why}");
        }
    }
}

/// Outputs of two publishes, of three records and two, as they stand in two rows.
fn bundled_outputs(place: &EmbeddedPlace) {
    let log = place.open();
    let mut owner = log.own("task", 0).unwrap();
    let outputs = |from: usize, to: usize| (from..to).map(|n| record(Topic::ListChanges, 0, n)).collect::<Vec<_>>();
    assert_eq!(owner.publish(outputs(0, 3), 1).unwrap(), [0, 1, 2]);
    assert_eq!(owner.publish(outputs(3, 5), 2).unwrap(), [3, 4]);
}

#[test]
fn outputs_of_a_publish_share_a_row_and_are_read_from_any_offset_by_any_number() {
    let place = EmbeddedPlace::new();
    bundled_outputs(&place);
    let file = Connection::open(place.dir().join("log.db")).unwrap();
    let rows = file.query_row("SELECT count(*) FROM \"credit.list-changes/0\"", [], |row| row.get::<_, i64>(0));
    assert_eq!(rows.unwrap(), 2);
    for log in [place.open(), Box::new(Embedded::open_read_only(place.dir()).unwrap()) as Box<dyn Log>] {
        assert_eq!(log.end(Topic::ListChanges, 0).unwrap(), 5);
        for from in 0..=5 {
            for at_once in 1..=6 {
                let mut reader = log.read(Topic::ListChanges, 0, from).unwrap();
                let mut read = Vec::new();
                loop {
                    let batch = reader.next(at_once, Duration::ZERO).unwrap();
                    assert!(batch.records.len() <= at_once);
                    read.extend(batch.records);
                    assert_eq!(batch.next, from + read.len() as u64);
                    if batch.at_end {
                        break;
                    }
                    assert!(!read.is_empty(), "no record, and not at the end");
                }
                assert_eq!(values(&read), numbers(5)[from as usize..], "from {from}, {at_once} at once");
                assert_eq!(read.iter().map(|r| r.offset).collect::<Vec<_>>(), (from..5).collect::<Vec<_>>());
            }
        }
    }
    assert_eq!(append(&*place.open(), vec![record(Topic::ListChanges, 0, 5)]), [5]);
}

#[test]
fn a_row_of_outputs_that_is_not_as_it_was_written_is_told_and_not_given() {
    for change in ["value = x'00'", "value = NULL", "records = 1", "records = NULL", "checksum = 1"] {
        let place = EmbeddedPlace::new();
        bundled_outputs(&place);
        let file = Connection::open(place.dir().join("log.db")).unwrap();
        let damage = format!("UPDATE \"credit.list-changes/0\" SET {change} WHERE offset = 0");
        assert_eq!(file.execute(&damage, []).unwrap(), 1);
        let log = place.open();
        let told = log.read(Topic::ListChanges, 0, 0).unwrap().next(10, WAIT).map(drop);
        let Err(LogError::Unusable(why)) = told else { panic!("it was given: {change}") };
        assert!(why.contains("record 0-0 of credit.list-changes") && why.contains("damaged"), "{why}");
    }
}

#[test]
fn a_record_that_is_gone_from_the_middle_is_told_and_not_passed_over() {
    let place = EmbeddedPlace::new();
    append(&*place.open(), (0..3).map(|n| record(Topic::Events, 0, n)).collect());
    let file = Connection::open(place.dir().join("log.db")).unwrap();
    assert_eq!(file.execute("DELETE FROM \"credit.events/0\" WHERE offset = 1", []).unwrap(), 1);
    let log = place.open();
    let mut reader = log.read(Topic::Events, 0, 0).unwrap();
    let Err(LogError::Unusable(why)) = reader.next(10, WAIT).map(drop) else { panic!("it was passed over") };
    assert!(why.contains("record 0-1 of credit.events"), "{why}");
}

#[test]
fn a_log_from_before_there_were_checksums_is_read_as_it_is_and_what_comes_has_them() {
    let place = EmbeddedPlace::new();
    append(&*place.open(), (0..2).map(|n| record(Topic::Events, 0, n)).collect());
    let file = Connection::open(place.dir().join("log.db")).unwrap();
    let mut tables = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%/%'").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(tables.len() > 10, "{tables:?}");
    for table in tables {
        for column in ["checksum", "records"] {
            file.execute_batch(&format!("ALTER TABLE \"{table}\" DROP COLUMN {column}")).unwrap();
        }
    }
    file.execute_batch("UPDATE log SET format = 2").unwrap();
    let beside = Embedded::open_read_only(place.dir()).unwrap();
    assert_eq!(values(&read_from(&beside, Topic::Events, 0, 0)), numbers(2));
    let log = place.open();
    append(&*log, vec![record(Topic::Events, 0, 2)]);
    assert_eq!(values(&read_from(&*log, Topic::Events, 0, 0)), numbers(3));
    let with: i64 = file.query_row("SELECT count(checksum) FROM \"credit.events/0\"", [], |row| row.get(0)).unwrap();
    assert_eq!(with, 1);
}

#[test]
fn an_owner_that_outlives_its_log_is_told_that_the_log_is_closed() {
    let place = EmbeddedPlace::new();
    let log = place.open();
    let mut owner = log.own("task", 0).unwrap();
    drop(log);
    let refused = owner.publish(Vec::new(), 1);
    assert!(matches!(refused, Err(LogError::Unavailable(_))), "{refused:?}");
    assert_eq!(place.open().progress("task", 0).unwrap(), 0);
}

#[test]
fn a_full_disk_fails_the_append_and_the_log_goes_on_when_there_is_room_again() {
    let place = EmbeddedPlace::new();
    let test = child::command("embedded_log::fills_its_disk");
    // The limit on the size of files stands for a full disk; ignored, its signal becomes an error of the write.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(test.get_program()).args(test.get_args());
    let output = shell.env(FULL_DISK_DIR, place.dir()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stored = read_from(&*place.open(), Topic::Events, 0, 0);
    assert_eq!(stored.last().unwrap().value.as_deref(), Some(&b"after"[..]));
}

/// Another test starts it in a process of its own; without its directory there is nothing to do.
#[test]
fn fills_its_disk() {
    let Some(dir) = std::env::var_os(FULL_DISK_DIR).map(PathBuf::from) else { return };
    let log = Embedded::open(&dir, PARTITIONS).unwrap();
    let mut owner = log.own("task", 0).unwrap();
    limit_file_size("1000000");
    let mut answered = Vec::new();
    let chunk = "x".repeat(50_000);
    let failed = loop {
        match log.append(vec![record(Topic::Events, 0, &chunk)]).blocking_recv().unwrap() {
            Ok(offsets) => answered.extend(offsets),
            Err(error) => break error,
        }
    };
    assert!(matches!(failed, LogError::Unavailable(_)), "{failed:?}");
    let failed = owner.publish(vec![record(Topic::ListChanges, 0, &chunk); 30], 1).unwrap_err();
    assert!(matches!(failed, LogError::Unavailable(_)), "{failed:?}");
    limit_file_size("unlimited");
    answered.extend(append(&log, vec![record(Topic::Events, 0, "after")]));
    let stored: Vec<_> = read_from(&log, Topic::Events, 0, 0).iter().map(|r| r.offset).collect();
    assert_eq!(stored, answered);
    assert_eq!(log.progress("task", 0).unwrap(), 0);
    assert_eq!(log.end(Topic::ListChanges, 0).unwrap(), 0);
    owner.publish(Vec::new(), 1).unwrap();
}

fn limit_file_size(bytes: &str) {
    let pid = std::process::id().to_string();
    let limited =
        Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")]).status().unwrap();
    assert!(limited.success());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// What was just written is at hand for the first who reads it, and in the file for everyone.
    #[test]
    fn whoever_reads_beside_the_writer_finds_every_record_once_and_in_order(
        steps in proptest::collection::vec((0_usize..4, 1_usize..40), 1..60),
    ) {
        let place = EmbeddedPlace::new();
        let log = place.open();
        let mut readers: Vec<_> = (0..3).map(|_| log.read(Topic::Events, 0, 0).unwrap()).collect();
        let mut read: Vec<Vec<String>> = vec![Vec::new(); readers.len()];
        let mut written = 0;
        for (who, count) in steps {
            match readers.get_mut(who) {
                Some(reader) => read[who].extend(values(&reader.next(count, Duration::ZERO).unwrap().records)),
                None => {
                    append(&*log, (written..written + count).map(|n| record(Topic::Events, 0, n)).collect());
                    written += count;
                }
            }
        }
        for (reader, read) in readers.iter_mut().zip(&mut read) {
            read.extend(values(&read_to_end(&mut **reader)));
            assert_eq!(*read, numbers(written));
        }
    }
}
