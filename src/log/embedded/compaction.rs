//! What a later record of the same key has replaced in a compacted table goes away by and by, as in Kafka.
//!
//! The earlier record of a key stands anywhere in its table: taking it away with each new one would write two pages for a
//! record of some hundred bytes. Instead a table is gone through once it may hold twice what it needs, in small steps: one
//! after each commit, and while nobody asks for anything, one after the other (ADR 18).

use std::collections::HashMap;

use rusqlite::Connection;

use super::super::{Offset, Topic};
use super::Shared;
use super::storage::{checksum, offset};

/// Records written to a table before it is worth going through.
const WORTHWHILE: u64 = 8_192;
/// Rows that are read at a time.
const ROWS_READ: usize = 1_024;
/// Rows that are taken away at a time, and the pages that this may write.
const ROWS_REMOVED: usize = 256;
const PAGES_WRITTEN: usize = 32;
/// Neighbouring rows that share a page, roughly.
const ROWS_OF_A_PAGE: u64 = 64;

/// The compacted tables of a log, and the one that is being gone through.
pub(super) struct Compaction {
    tables: Vec<Table>,
    pass: Option<Pass>,
}

struct Table {
    /// Its number in the storage.
    number: usize,
    /// Up to here it was gone through last; 0 if nobody knows.
    clean: Offset,
    /// Rows that were left then.
    left: u64,
}

/// One walk through a table.
struct Pass {
    /// Its place among the tables.
    place: usize,
    next: Offset,
    /// What is written from here on is for the next pass.
    end: Offset,
    /// Of each key, its last record so far. Whole keys: two that were taken for one would lose a record.
    latest: HashMap<Box<[u8]>, Offset>,
    replaced: Vec<Offset>,
    /// Rows that will be left, once all are read.
    left: u64,
}

impl Compaction {
    pub(super) fn new(shared: &Shared) -> Compaction {
        let topics = Topic::ALL.into_iter().filter(|topic| topic.compacted());
        let numbers =
            topics.flat_map(|topic| (0..shared.storage.partitions()).map(move |partition| (topic, partition)));
        let table = |(topic, partition)| {
            let number = shared.table(topic, partition).expect("the log has its own partitions");
            Table { number, clean: 0, left: 0 }
        };
        Compaction { tables: numbers.map(table).collect(), pass: None }
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.pass.is_some()
    }

    /// Whether the next step writes.
    pub(super) fn writes(&self) -> bool {
        self.pass.as_ref().is_some_and(Pass::is_read)
    }

    /// Begins with a table if there is one that is worth it.
    pub(super) fn begin_if_due(&mut self, shared: &Shared) {
        if self.pass.is_some() {
            return;
        }
        let end = |table: &Table| shared.tails[table.number].end();
        let is_due = |table: &Table| end(table) - table.clean >= table.left.max(WORTHWHILE);
        self.pass = self.tables.iter().position(is_due).map(|place| Pass::new(place, end(&self.tables[place])));
    }

    /// Does a little of it. Returns how many pages it has written, roughly.
    pub(super) fn step(&mut self, shared: &Shared, conn: &Connection) -> rusqlite::Result<usize> {
        let Some(pass) = &mut self.pass else { return Ok(0) };
        let name = shared.storage.name(self.tables[pass.place].number);
        let done = if pass.is_read() { pass.remove(&name, conn) } else { pass.read(&name, conn).map(|()| 0) };
        if pass.is_read() && pass.replaced.is_empty() {
            self.end_pass();
        }
        done
    }

    /// Leaves the table as it is until it is due again.
    pub(super) fn end_pass(&mut self) {
        if let Some(Pass { place, end, left, .. }) = self.pass.take() {
            (self.tables[place].clean, self.tables[place].left) = (end, left);
        }
    }
}

impl Pass {
    fn new(place: usize, end: Offset) -> Pass {
        Pass { place, next: 0, end, latest: HashMap::new(), replaced: Vec::new(), left: 0 }
    }

    fn is_read(&self) -> bool {
        self.next == self.end
    }

    /// Reads some rows on.
    fn read(&mut self, table: &str, conn: &Connection) -> rusqlite::Result<()> {
        let sql = format!(
            "SELECT offset, key, value, checksum FROM {table} WHERE offset >= ?1 AND offset < ?2 ORDER BY offset LIMIT ?3"
        );
        let mut statement = conn.prepare_cached(&sql)?;
        let mut rows = statement.query((self.next.cast_signed(), self.end.cast_signed(), ROWS_READ as i64))?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            let (at, key, value) =
                (offset(row.get(0)?), row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_blob_or_null()?);
            // What is damaged replaces nothing, and stays to be told of.
            if row.get::<_, Option<u32>>(3)?.is_none_or(|written| written == checksum(at, None, key, value)) {
                self.replaced.extend(self.latest.insert(key.into(), at));
            }
            (self.next, read) = (at + 1, read + 1);
        }
        if read < ROWS_READ || self.is_read() {
            self.next = self.end;
            self.left = std::mem::take(&mut self.latest).len() as u64;
            self.replaced.sort_unstable();
        }
        Ok(())
    }

    /// Takes some rows away, the last ones first. The last record of a table always stays, that which deletes a key too, so no
    /// offset is ever given twice.
    fn remove(&mut self, table: &str, conn: &Connection) -> rusqlite::Result<usize> {
        let last = &self.replaced[self.replaced.len().saturating_sub(ROWS_REMOVED)..];
        let pages = last.chunk_by(|a, b| a / ROWS_OF_A_PAGE == b / ROWS_OF_A_PAGE).rev().take(PAGES_WRITTEN);
        let (pages, rows) = pages.fold((0, 0), |(pages, rows), page| (pages + 1, rows + page.len()));
        let left = self.replaced.len() - rows;
        let transaction = conn.unchecked_transaction()?;
        {
            let mut delete = transaction.prepare_cached(&format!("DELETE FROM {table} WHERE offset = ?1"))?;
            self.replaced[left..].iter().try_for_each(|gone| delete.execute([gone.cast_signed()]).map(drop))?;
        }
        transaction.commit()?;
        self.replaced.truncate(left);
        Ok(pages)
    }
}
