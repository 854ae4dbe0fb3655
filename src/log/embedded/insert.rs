//! Rows of records, as the writer puts them into the file.

use rusqlite::{Connection, Statement};

use super::super::{Offset, Record, Stored, Topic};
use super::bundle;
use super::storage::{self, Storage};
use super::tail::{Committing, Tail};

/// Rows that one statement writes, where there are so many.
const ROWS: usize = 16;

/// Inserts over one connection.
pub(super) struct Inserter<'c> {
    storage: &'c Storage,
    tails: &'c [Tail],
    conn: &'c Connection,
    /// Prepared when first needed, by table.
    inserts: Vec<Option<Statement<'c>>>,
    /// The same for [`ROWS`] rows.
    many_inserts: Vec<Option<Statement<'c>>>,
    /// The next offset by table, for those of this transaction only: after a failure it is read from `tails` again,
    /// which only a commit moves.
    next: Vec<Option<Offset>>,
    /// The events of this transaction, by table.
    committing: Vec<Committing>,
}

impl<'c> Inserter<'c> {
    pub(super) fn new(storage: &'c Storage, tails: &'c [Tail], conn: &'c Connection) -> Inserter<'c> {
        let tables = storage.tables();
        Inserter {
            storage,
            tails,
            conn,
            inserts: (0..tables).map(|_| None).collect(),
            many_inserts: (0..tables).map(|_| None).collect(),
            next: vec![None; tables],
            committing: (0..tables).map(|_| Committing::default()).collect(),
        }
    }

    /// Table by table, so that a statement finds the right edge of its table once for many rows.
    pub(super) fn insert(&mut self, records: &[Record]) -> rusqlite::Result<Vec<Offset>> {
        let mut offsets = Vec::with_capacity(records.len());
        let mut rows: Vec<Vec<(Offset, &Record)>> = vec![Vec::new(); self.storage.tables()];
        for record in records {
            let table = self.storage.table(record.topic, record.partition);
            let table = table.expect("checked before it was queued");
            let next = self.next[table].get_or_insert_with(|| self.tails[table].end());
            rows[table].push((*next, record));
            if record.topic == Topic::Events {
                self.committing[table].push(*next, record);
            }
            offsets.push(*next);
            *next += 1;
        }
        for (table, rows) in rows.iter().enumerate() {
            if self.storage.bundles(table) {
                self.insert_bundles(table, rows)?;
            } else {
                self.insert_each(table, rows)?;
            }
        }
        Ok(offsets)
    }

    /// Ends the transaction: of the tables that it has written to, the records that are kept at hand, and the new ends.
    pub(super) fn finish(&mut self) -> Vec<(&'c Tail, Vec<Stored>, Offset)> {
        let written = self.next.iter_mut().zip(&mut self.committing).zip(self.tails);
        let finish = |((next, committing), tail): ((&mut Option<Offset>, &mut Committing), &'c Tail)| {
            let end = next.take()?;
            Some((tail, std::mem::take(committing).records(), end))
        };
        written.filter_map(finish).collect()
    }

    fn insert_bundles(&mut self, table: usize, mut rows: &[(Offset, &Record)]) -> rusqlite::Result<()> {
        while !rows.is_empty() {
            let (taken, rest) = rows.split_at(bundle::take(rows.iter().map(|(_, record)| *record)));
            match taken {
                [_] => self.insert_rows(table, taken)?,
                _ => self.insert_bundle(table, taken)?,
            }
            rows = rest;
        }
        Ok(())
    }

    fn insert_bundle(&self, table: usize, rows: &[(Offset, &Record)]) -> rusqlite::Result<()> {
        let (offset, key) = (rows[0].0, [].as_slice());
        let packed = bundle::pack(rows.iter().map(|(_, record)| *record));
        let records = u32::try_from(rows.len()).expect("a bundle has few records");
        let checksum = storage::checksum(offset, Some(records), key, Some(&packed));
        let sql = format!("INSERT INTO {} VALUES (?, ?, ?, ?, ?)", self.storage.name(table));
        let mut insert = self.conn.prepare_cached(&sql)?;
        insert.execute((offset.cast_signed(), key, packed, checksum, records)).map(drop)
    }

    fn insert_each(&mut self, table: usize, rows: &[(Offset, &Record)]) -> rusqlite::Result<()> {
        let many = rows.chunks_exact(ROWS);
        let few = many.remainder();
        for rows in many {
            self.insert_rows(table, rows)?;
        }
        for row in few {
            self.insert_rows(table, std::slice::from_ref(row))?;
        }
        Ok(())
    }

    /// One row, or [`ROWS`].
    fn insert_rows(&mut self, table: usize, rows: &[(Offset, &Record)]) -> rusqlite::Result<()> {
        let prepared = if rows.len() == 1 { &mut self.inserts[table] } else { &mut self.many_inserts[table] };
        let insert = match prepared {
            Some(insert) => insert,
            unprepared => {
                let values = vec!["(?, ?, ?, ?)"; rows.len()].join(", ");
                let name = self.storage.name(table);
                let sql = format!("INSERT INTO {name}(offset, key, value, checksum) VALUES {values}");
                unprepared.insert(self.conn.prepare(&sql)?)
            }
        };
        let mut parameter = 0;
        for (offset, record) in rows {
            insert.raw_bind_parameter(parameter + 1, offset.cast_signed())?;
            insert.raw_bind_parameter(parameter + 2, record.key.as_slice())?;
            insert.raw_bind_parameter(parameter + 3, record.value.as_deref())?;
            let checksum = storage::checksum(*offset, None, &record.key, record.value.as_deref());
            insert.raw_bind_parameter(parameter + 4, checksum)?;
            parameter += 4;
        }
        insert.raw_execute().map(drop)
    }
}
