//! Prints events or changes as they stand in the log, one JSON line each, and follows them.

use crate::{
    codec::Codec,
    feed::{Cursor, CursorError, Kind, Reading},
    log::{Log, LogError, Offset},
};
use std::{
    io::{self, ErrorKind, Write},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// Lines written before the log is asked again.
const LINES: usize = 1_000;
/// How often the end of the log is looked at. The log may be another process's file, which rings no bell.
const FOLLOW_POLL: Duration = Duration::from_millis(20);

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    #[error(transparent)]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

/// Writes what stands behind `after`, each line with the cursor to go on from. Ends at the end of the log, or with
/// `follow` when `stop` is set or nobody reads any more.
pub fn run(
    log: &dyn Log,
    what: Kind,
    after: Option<&str>,
    follow: bool,
    out: &mut dyn Write,
    stop: &AtomicBool,
) -> Result<(), TailError> {
    let codec = Codec::new();
    let after = Cursor::parse(after.unwrap_or_default(), log.partitions())?;
    let ends: Result<Vec<Offset>, LogError> =
        (0..log.partitions()).map(|partition| log.end(what.topic(), partition)).collect();
    after.check_not_ahead(&Cursor::from_offsets(ends?))?;
    let mut reading = Reading::open(log, what, after)?;
    while !stop.load(Ordering::SeqCst) {
        let (items, at_end) = reading.next(&codec, LINES)?;
        for item in &items {
            let line = serde_json::to_string(item).map_err(io::Error::from)?;
            if let Err(error) = writeln!(out, "{line}") {
                return closed(error);
            }
        }
        // Whoever follows sees a line when it is there.
        if let Err(error) = out.flush() {
            return closed(error);
        }
        if at_end && !follow {
            break;
        }
        if at_end {
            std::thread::sleep(FOLLOW_POLL);
        }
    }
    Ok(())
}

/// `chengxin tail … | head` is no failure.
fn closed(error: io::Error) -> Result<(), TailError> {
    if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::embedded::Embedded;
    use chengxin_projections::{
        date::Date,
        event::{DayOpened, Event, SYSTEM, Subject, SubjectKind},
    };
    use serde_json::Value;

    fn publish(log: &dyn Log, partition: u16, number: i32) {
        let date = Date::from_ymd(2026, 6, 15).unwrap().plus_days(number);
        let subject =
            Subject { id: SYSTEM.into(), kind: SubjectKind::System, name: None, uscc: None, aliases: Vec::new() };
        let event = Event {
            id: format!("day-{date}"),
            publisher: "system".into(),
            office: true,
            effective: date,
            recorded: date.start(),
            subject,
            record_subject: None,
            data: DayOpened { date }.into(),
        };
        let record = Codec::new().event_record(&event, partition);
        log.append(vec![record]).blocking_recv().unwrap().unwrap();
    }

    fn lines(log: &dyn Log, after: Option<&str>) -> Vec<Value> {
        let mut out = Vec::new();
        run(log, Kind::Events, after, false, &mut out, &AtomicBool::new(false)).unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_event_is_a_line_and_the_rest_follows_from_any_lines_cursor() {
        let dir = tempfile::tempdir().unwrap();
        let log = Embedded::open(dir.path(), 2).unwrap();
        (0..6).for_each(|number| publish(&log, (number % 2) as u16, number));
        let beside = Embedded::open_read_only(dir.path()).unwrap();
        let all = lines(&beside, None);
        assert_eq!(all.len(), 6);
        assert_eq!(all[3]["type"], "day.opened");
        assert_eq!(all[3]["data"]["date"], "2026-06-18");
        assert_eq!(all[3]["recorded"], "2026-06-18T00:00:00.000+08:00");
        assert_eq!(all[3]["position"], "1-1");
        for (index, line) in all.iter().enumerate() {
            assert_eq!(lines(&beside, line["cursor"].as_str()), all[index + 1..]);
        }
    }

    #[test]
    fn a_follower_of_another_processs_log_sees_what_comes_until_it_is_stopped() {
        struct Until<'a>(Vec<u8>, &'a AtomicBool);
        impl Write for Until<'_> {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.extend_from_slice(bytes);
                let lines = self.0.iter().filter(|byte| **byte == b'\n').count();
                self.1.store(lines == 3, Ordering::SeqCst);
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let log = Embedded::open(dir.path(), 2).unwrap();
        publish(&log, 0, 0);
        let beside = Embedded::open_read_only(dir.path()).unwrap();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let follower = scope.spawn(|| run(&beside, Kind::Events, None, true, &mut Until(Vec::new(), &stop), &stop));
            publish(&log, 1, 1);
            publish(&log, 0, 2);
            follower.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_cursor_of_another_log_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let log = Embedded::open(dir.path(), 2).unwrap();
        let refused = run(&log, Kind::Events, Some("2-0"), false, &mut Vec::new(), &AtomicBool::new(false));
        assert!(matches!(refused, Err(TailError::Cursor(CursorError::UnknownPartition { named: 2, partitions: 2 }))));
    }
}
