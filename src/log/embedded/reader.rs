//! Readers of the embedded log: each has a connection of its own and sees a committed snapshot per batch.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::super::{Batch, Gathered, LogError, Offset, READ_BATCH_BYTES, Reader};
use super::Shared;
use super::bundle::Unpacked;
use super::storage::{checksum, end_of_row, failure, offset};

/// How often a reader at the tail looks for records that another process has written.
const FOREIGN_POLL: Duration = Duration::from_millis(50);

pub(super) struct SqliteReader {
    shared: Arc<Shared>,
    conn: Connection,
    table: usize,
    select: String,
    /// Whether every record is kept: a gap is one that has been lost.
    is_whole: bool,
    position: Offset,
    /// Whether it has been at the end.
    follows: bool,
    /// Size of the last batch.
    last: (usize, usize),
}

impl SqliteReader {
    pub(super) fn new(shared: Arc<Shared>, conn: Connection, table: usize, from: Offset) -> SqliteReader {
        let (select, is_whole) = (shared.storage.select(table), shared.storage.is_whole(table));
        SqliteReader { shared, conn, table, select, is_whole, position: from, follows: false, last: (0, 0) }
    }

    fn fetch(&mut self, max_records: usize) -> Result<Batch, LogError> {
        let read = self.read(max_records).map_err(failure)?;
        read.map_err(|offset| self.shared.storage.damaged(self.table, offset))
    }

    /// A batch, or the offset of a record that is damaged.
    fn read(&mut self, max_records: usize) -> rusqlite::Result<Result<Batch, Offset>> {
        let max_records = max_records.max(1);
        // One more: we may stand behind the first row.
        let limit = i64::try_from(max_records).unwrap_or(i64::MAX).saturating_add(1);
        let from = i64::try_from(self.position).unwrap_or(i64::MAX);
        let mut next = self.position;
        let mut at_end = false;
        let mut gathered = Gathered::like(self.last);
        let mut statement = self.conn.prepare_cached(&self.select)?;
        let mut rows = statement.query((from, limit))?;
        while gathered.bytes() < READ_BATCH_BYTES && gathered.len() < max_records {
            let Some(row) = rows.next()? else {
                at_end = true;
                break;
            };
            let first = offset(row.get(0)?);
            let records = row.get(4)?;
            if end_of_row(first, records) <= next {
                continue;
            }
            if self.is_whole && first > next {
                return Ok(Err(next));
            }
            let (key, value) = (row.get_ref(1)?.as_blob(), row.get_ref(2)?.as_blob_or_null());
            let (Ok(key), Ok(value)) = (key, value) else { return Ok(Err(first)) };
            if row.get::<_, Option<u32>>(3)?.is_some_and(|written| written != checksum(first, records, key, value)) {
                return Ok(Err(first));
            }
            let Some(records) = records else {
                gathered.push(first, key, value);
                next = first + 1;
                continue;
            };
            let wanted = max_records - gathered.len();
            match value.and_then(|value| gather_bundle(&mut gathered, value, first, records, next, wanted)) {
                Some(after) => next = after,
                None => return Ok(Err(first)),
            }
        }
        self.position = next;
        self.last = gathered.size();
        Ok(Ok(Batch { records: gathered.records(), next, at_end }))
    }

    /// Next to the writer: SQLite is asked only when there is something to read that is not at hand.
    fn next_beside_writer(&mut self, max_records: usize, wait: Duration) -> Result<Batch, LogError> {
        let tail = &self.shared.tails[self.table];
        if tail.wait(self.position, wait) <= self.position {
            self.follows = true;
            return Ok(Batch { records: Vec::new(), next: self.position, at_end: true });
        }
        // Who only looks something up leaves it to those who follow.
        let at_hand = if self.follows { tail.take(self.position, max_records) } else { None };
        if let Some(batch) = at_hand {
            self.position = batch.next;
            return Ok(batch);
        }
        let mut batch = self.fetch(max_records)?;
        batch.at_end = self.shared.tails[self.table].end() <= self.position;
        self.follows |= batch.at_end;
        Ok(batch)
    }

    fn next_polling(&mut self, max_records: usize, wait: Duration) -> Result<Batch, LogError> {
        let deadline = Instant::now() + wait;
        loop {
            let batch = self.fetch(max_records)?;
            let left = deadline.saturating_duration_since(Instant::now());
            if !batch.records.is_empty() || left.is_zero() {
                return Ok(batch);
            }
            thread::sleep(left.min(FOREIGN_POLL));
        }
    }
}

/// Takes up to a number of records from an offset on out of a bundle; the offset behind the last of them, or none where it
/// is not a bundle of so many records.
fn gather_bundle(
    gathered: &mut Gathered,
    packed: &[u8],
    first: Offset,
    records: u32,
    from: Offset,
    wanted: usize,
) -> Option<Offset> {
    let unpacked = Unpacked::new(packed)?;
    let before = usize::try_from(from.saturating_sub(first)).ok()?;
    let mut next = from.max(first);
    for (key, value) in unpacked.records(records)?.into_iter().skip(before).take(wanted) {
        gathered.push(next, key, value);
        next += 1;
    }
    Some(next)
}

impl Reader for SqliteReader {
    fn next(&mut self, max_records: usize, wait: Duration) -> Result<Batch, LogError> {
        if self.shared.tails.is_empty() {
            self.next_polling(max_records, wait)
        } else {
            self.next_beside_writer(max_records, wait)
        }
    }
}
