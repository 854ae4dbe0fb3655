//! The committed end of one (topic, partition), and of the events the latest records themselves: who follows them in the
//! process that writes them need not read them back from the file.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::super::{Batch, Decoded, Gathered, Offset, READ_BATCH_BYTES, Record, Stored};
use super::lock;

/// Records that are kept for whoever follows. One who is further behind reads the file.
const KEPT: usize = 8_192;
/// Bytes of keys and values that are kept.
const KEPT_BYTES: usize = 8 << 20;

/// The end, and the bell that rings when it grows.
pub(super) struct Tail {
    latest: Mutex<Latest>,
    grown: Condvar,
}

struct Latest {
    end: Offset,
    /// Every committed record from this offset on is in `records`; their offsets have no gaps.
    first: Offset,
    records: VecDeque<Stored>,
    bytes: usize,
}

impl Tail {
    pub(super) fn new(end: Offset) -> Tail {
        let latest = Latest { end, first: end, records: VecDeque::new(), bytes: 0 };
        Tail { latest: Mutex::new(latest), grown: Condvar::new() }
    }

    pub(super) fn end(&self) -> Offset {
        lock(&self.latest).end
    }

    /// Says that records were committed up to `end`; `records` are all of them, or none.
    pub(super) fn grow(&self, records: Vec<Stored>, end: Offset) {
        let mut latest = lock(&self.latest);
        latest.bytes += records.iter().map(size).sum::<usize>();
        latest.records.extend(records);
        latest.end = end;
        let is_whole = latest.first + latest.records.len() as Offset == end;
        if !is_whole || latest.records.len() > KEPT || latest.bytes > KEPT_BYTES {
            // Freed once the lock is given back.
            let forgotten = latest.forget();
            drop(latest);
            drop(forgotten);
        }
        self.grown.notify_all();
    }

    /// Says where the file ends, perhaps earlier than was known, where it was opened again after a failure.
    pub(super) fn reset(&self, end: Offset) {
        let mut latest = lock(&self.latest);
        latest.end = end;
        drop(latest.forget());
        self.grown.notify_all();
    }

    /// Waits until there is a record behind `from`, or until `wait` has passed.
    pub(super) fn wait(&self, from: Offset, wait: Duration) -> Offset {
        let latest = lock(&self.latest);
        if latest.end > from || wait.is_zero() {
            return latest.end;
        }
        let grown = self.grown.wait_timeout_while(latest, wait, |latest| latest.end <= from);
        grown.unwrap_or_else(PoisonError::into_inner).0.end
    }

    /// The records from `from` on, for the first who asks for them; `None` if they are to be read from the file.
    pub(super) fn take(&self, from: Offset, max_records: usize) -> Option<Batch> {
        let mut latest = lock(&self.latest);
        if !(latest.first..latest.end).contains(&from) {
            return None;
        }
        let passed = latest.drop_below(from);
        debug_assert_eq!(latest.records.front().map(|record| record.offset), Some(from));
        let mut taken = 0;
        let within = |record: &&Stored| {
            let is_room = taken < READ_BATCH_BYTES;
            taken += size(record);
            is_room
        };
        let count = latest.records.iter().take(max_records.max(1)).take_while(within).count();
        let records: Vec<Stored> = latest.records.drain(..count).collect();
        latest.bytes -= records.iter().map(size).sum::<usize>();
        latest.first = from + count as Offset;
        let (next, at_end) = (latest.first, latest.first == latest.end);
        drop(latest);
        drop(passed);
        Some(Batch { records, next, at_end })
    }
}

impl Latest {
    /// Gives all records away, to be freed by the caller.
    fn forget(&mut self) -> VecDeque<Stored> {
        (self.first, self.bytes) = (self.end, 0);
        std::mem::take(&mut self.records)
    }

    /// Gives those before an offset away.
    fn drop_below(&mut self, from: Offset) -> Vec<Stored> {
        let count = self.records.iter().take_while(|record| record.offset < from).count();
        let passed: Vec<Stored> = self.records.drain(..count).collect();
        self.bytes -= passed.iter().map(size).sum::<usize>();
        passed
    }
}

fn size(record: &Stored) -> usize {
    record.key.len() + record.value.as_ref().map_or(0, |value| value.len())
}

/// Records that are being committed, as they will be read.
#[derive(Default)]
pub(super) struct Committing {
    gathered: Gathered,
    decoded: Vec<Decoded>,
}

impl Committing {
    pub(super) fn push(&mut self, offset: Offset, record: &Record) {
        self.gathered.push(offset, &record.key, record.value.as_deref());
        self.decoded.push(record.decoded.clone());
    }

    pub(super) fn records(mut self) -> Vec<Stored> {
        // Views keep bodies for some time, and with one of them the buffer that they share.
        self.gathered.shrink();
        let mut records = self.gathered.records();
        records.iter_mut().zip(self.decoded).for_each(|(record, decoded)| record.decoded = decoded);
        records
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn records(offsets: std::ops::Range<Offset>) -> Vec<Stored> {
        let record = |offset| Stored { offset, key: Bytes::new(), value: None, decoded: Decoded::default() };
        offsets.map(record).collect()
    }

    fn taken(tail: &Tail, from: Offset, max_records: usize) -> Option<(Vec<Offset>, bool)> {
        let batch = tail.take(from, max_records)?;
        Some((batch.records.iter().map(|record| record.offset).collect(), batch.at_end))
    }

    #[test]
    fn the_latest_records_are_given_once_and_from_where_they_begin() {
        let tail = Tail::new(5);
        tail.grow(records(5..8), 8);
        tail.grow(records(8..9), 9);
        assert_eq!(taken(&tail, 4, 10), None, "what was there before is in the file");
        assert_eq!(taken(&tail, 6, 2), Some((vec![6, 7], false)));
        assert_eq!(taken(&tail, 6, 2), None, "what was given away is in the file");
        assert_eq!(taken(&tail, 8, 2), Some((vec![8], true)));
        assert_eq!(taken(&tail, 9, 2), None, "there is nothing behind the end");
    }

    #[test]
    fn of_more_than_is_kept_nothing_is_and_what_comes_then_is_again() {
        let tail = Tail::new(0);
        let many = KEPT as Offset + 1;
        tail.grow(records(0..many), many);
        assert_eq!(taken(&tail, 0, 1), None);
        tail.grow(records(many..many + 2), many + 2);
        assert_eq!(taken(&tail, many - 1, 1), None);
        assert_eq!(taken(&tail, many, 9), Some((vec![many, many + 1], true)));
    }

    #[test]
    fn nothing_is_kept_of_a_file_that_was_opened_again_or_of_records_that_were_not_told() {
        let tail = Tail::new(0);
        tail.grow(records(0..2), 2);
        tail.reset(1);
        assert_eq!((tail.end(), taken(&tail, 0, 9)), (1, None));
        tail.grow(records(1..2), 2);
        tail.grow(Vec::new(), 3);
        tail.grow(records(3..4), 4);
        assert_eq!(taken(&tail, 1, 9), None);
        assert_eq!(taken(&tail, 3, 9), Some((vec![3], true)));
    }
}
