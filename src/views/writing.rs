//! Writing subjects, and what leads to them.
//!
//! A subject is encoded while its file is at hand, and written once what leads to it is there: in between nobody needs the
//! file itself.

use super::{
    ViewError,
    bodies::{EncodedBodies, Place},
    partition::{Body, Held, PartitionViews, agenda_key, bodies_key, prefix},
    rows::{self, Encoder},
};
use crate::log::Offset;
use chengxin_projections::date::Date;

/// Subjects that are encoded before their events are written.
pub const ENCODED_AT_ONCE: usize = 256;
/// Bytes of a place among the bodies, as nearly all have.
const PLACE_BYTES: usize = 24;
/// Bytes of names in one row of the journal.
const NAMES_ROW_BYTES: usize = 64 << 10;

/// What leads to the subjects that are written, and is new. All but the names in any order.
#[derive(Debug, Default)]
pub struct Leading<'a> {
    /// Subjects, and names that became known.
    pub names: Vec<(&'a str, &'a str)>,
    /// Hashes of the names of records, and their subjects.
    pub ids: Vec<(u64, &'a str)>,
    /// Terms, and subjects that they index.
    pub terms: Vec<(&'a str, &'a str)>,
    /// Also those that stay where they are.
    pub moved: Vec<Moved<'a>>,
}

/// A subject, and its places in the agenda.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'a> {
    pub subject: &'a str,
    /// Where it is.
    pub planned: Option<Date>,
    pub next: Option<Date>,
}

/// Subjects that are being encoded, in memory that is used again.
#[derive(Debug, Default)]
pub struct Encoding {
    /// Their ids and files.
    plain: Vec<u8>,
    rows: Vec<Row>,
    bodies: EncodedBodies,
}

/// Subjects that are encoded, and whose events are written.
#[derive(Debug)]
pub struct Encoded {
    plain: Box<[u8]>,
    rows: Vec<Row>,
    places: Vec<Place>,
}

/// A subject, behind the one before.
#[derive(Debug)]
struct Row {
    /// Where its id ends, and its file begins.
    id: usize,
    /// Where its file ends.
    file: usize,
    /// Its first event, if it has any that were not saved before.
    first: Option<Offset>,
}

impl Encoding {
    /// Adds the next subject, in ascending order. `bodies` are its events that were not saved before.
    pub fn add(&mut self, subject: &str, held: &Held, bodies: &[Body]) -> Result<(), ViewError> {
        self.plain.extend_from_slice(subject.as_bytes());
        let id = self.plain.len();
        rows::write(held, &mut self.plain)?;
        let first = bodies.first().map(|(offset, _)| *offset);
        self.rows.push(Row { id, file: self.plain.len(), first });
        if first.is_some() {
            self.bodies.add(subject, bodies)?;
        }
        Ok(())
    }

    /// Whether its events should be written before more is encoded.
    pub fn is_full(&self) -> bool {
        self.rows.len() >= ENCODED_AT_ONCE
    }
}

impl Encoded {
    /// Subjects, their files and their first events.
    fn subjects(&self) -> impl Iterator<Item = (&[u8], &[u8], Option<Offset>)> {
        let starts = [0].into_iter().chain(self.rows.iter().map(|row| row.file));
        let rows = starts.zip(&self.rows);
        rows.map(|(start, row)| (&self.plain[start..row.id], &self.plain[row.id..row.file], row.first))
    }
}

impl PartitionViews {
    /// Writes the events of what was encoded; nothing leads to them yet. The rest is to be saved.
    pub fn write_events(&self, encoding: &mut Encoding) -> Result<Encoded, ViewError> {
        let places = self.bodies.append(&encoding.bodies)?;
        let encoded = Encoded { plain: (&*encoding.plain).into(), rows: std::mem::take(&mut encoding.rows), places };
        encoding.plain.clear();
        encoding.bodies.clear();
        Ok(encoded)
    }

    /// Writes subjects, and what leads to them, ahead of the checkpoint. Whatever leads to a file goes before
    /// the file: a replay skips what a file knows, so an index entry that is missing then would be missing for good, while one
    /// too many does no harm. Calls `step` before each small piece of work.
    pub fn save(
        &self,
        mut new: Leading,
        subjects: impl IntoIterator<Item = Result<Encoded, ViewError>>,
        step: &mut dyn FnMut(),
    ) -> Result<(), ViewError> {
        self.save_names(&new.names)?;
        new.moved.retain(|moved| moved.planned != moved.next);
        new.ids.sort_unstable();
        let ids: Vec<([u8; 8], &[u8])> =
            new.ids.iter().map(|(id, subject)| (id.to_be_bytes(), subject.as_bytes())).collect();
        self.ids.add(&ids, step)?;
        let term = |(term, subject): &(&str, &str)| ([&prefix(term)[..], subject.as_bytes()].concat(), &[][..]);
        let mut terms: Vec<(Vec<u8>, &[u8])> = new.terms.iter().map(term).collect();
        terms.sort_unstable();
        self.terms.add(&terms, step)?;
        // The new places in the agenda before the old ones go: a place too many does no harm.
        let added = |moved: &Moved| Some((agenda_key(moved.next?, moved.subject), &[][..]));
        let mut added: Vec<(Vec<u8>, &[u8])> = new.moved.iter().filter_map(added).collect();
        added.sort_unstable();
        self.agenda.add(&added, step)?;
        for some in subjects {
            self.save_files(&some?, step)?;
        }
        let gone = |moved: &Moved| Some(agenda_key(moved.planned?, moved.subject));
        let mut gone: Vec<Vec<u8>> = new.moved.iter().filter_map(gone).collect();
        gone.sort_unstable();
        self.agenda.remove(&gone, step)
    }

    /// Some neighbours.
    fn save_files(&self, encoded: &Encoded, step: &mut dyn FnMut()) -> Result<(), ViewError> {
        // The places of events first: a file must never tell of an event that cannot be shown.
        let firsts = encoded.subjects().filter_map(|(subject, _, first)| Some((subject, first?)));
        let mut places: Vec<(Vec<u8>, Vec<u8>)> = Vec::with_capacity(encoded.places.len());
        for ((subject, first), place) in firsts.zip(&encoded.places) {
            places.push((bodies_key(subject, first), rows::plain(place, PLACE_BYTES)?));
        }
        self.places.add(&places, step)?;
        let files: Vec<(&[u8], &[u8])> = encoded.subjects().map(|(subject, file, _)| (subject, file)).collect();
        self.files.add(&files, step)
    }

    fn save_names(&self, names: &[(&str, &str)]) -> Result<(), ViewError> {
        let mut rest = names;
        while !rest.is_empty() {
            let mut bytes = 0;
            let is_within = |(subject, name): &&(&str, &str)| {
                bytes += subject.len() + name.len();
                bytes <= NAMES_ROW_BYTES
            };
            let (journal, behind) = rest.split_at(rest.iter().take_while(is_within).count().max(1));
            self.write_names(journal)?;
            rest = behind;
        }
        Ok(())
    }

    /// Behind all rows there are: after a crash the same offsets can be saved again with other names.
    fn write_names(&self, journal: &[(&str, &str)]) -> Result<(), ViewError> {
        let last = self.names.last()?.and_then(|(key, _)| Some(u64::from_be_bytes(key.get(..8)?.try_into().ok()?)));
        let key = last.map_or(0, |last| last + 1).to_be_bytes();
        self.names.insert(key, Encoder::default().encode(journal)?)?;
        Ok(())
    }
}
