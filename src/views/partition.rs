//! The rows of one partition.
//!
//! | tree | key | value |
//! |---|---|---|
//! | files | subject | the facts, and where they are indexed |
//! | bodies | subject, 0, first offset | where the subject's events are that were saved together (`bodies.rs`) |
//! | agenda | date, subject | when something of the subject changes next by itself |
//! | terms | term, 0, subject | subjects by list, by department with duties, by other numbers; who links others |
//! | ids | hash of a record's `ORG/ID` | its subject |
//! | names | number | names new since the save before, for the search in memory |
//! | meta | `checkpoint` | offset, and what the subjects share |
//!
//! All but the last two hold many keys in a row (`pages.rs`).

use super::{
    ViewError,
    bodies::Bodies,
    pages::Pages,
    rows::{self, Encoder, decode},
};
use crate::log::Offset;
use bytes::Bytes;
use chengxin_projections::{date::Date, facts::CreditFile, partition::Partition};
use serde::{Deserialize, Serialize};
use std::{ops::Bound, sync::Arc};

/// An event as it stands in the log, and where.
pub type Body = (Offset, Bytes);

/// A subject and a name that became known.
pub type NewName = (Box<str>, Box<str>);

/// A file as the views keep it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub file: CreditFile,
    /// The next day on which something changes by itself.
    pub next: Option<Date>,
}

/// How far the rows of a partition go, and what its subjects share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Every event below is in the rows; a row may know later ones.
    pub offset: Offset,
    pub partition: Partition,
}

/// The views of one partition.
#[derive(Debug, Clone)]
pub struct PartitionViews {
    db: sled::Db,
    number: u16,
    pub(super) files: Pages,
    /// Where each subject's events are in `bodies`.
    pub(super) places: Pages,
    pub(super) bodies: Arc<Bodies>,
    pub(super) agenda: Pages,
    pub(super) terms: Pages,
    pub(super) ids: Pages,
    pub(super) names: sled::Tree,
    meta: sled::Tree,
}

/// What leads to a subject, beside its own file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    Agenda,
    Terms,
    Ids,
}

const TREES: [&str; 7] = ["files", "bodies", "agenda", "terms", "ids", "names", "meta"];
const CHECKPOINT: &str = "checkpoint";

impl PartitionViews {
    pub(super) fn open(db: &sled::Db, in_file: Arc<Bodies>, number: u16) -> Result<PartitionViews, ViewError> {
        let [files, places, agenda, terms, ids, names, meta] = TREES.map(|tree| db.open_tree(tree_name(tree, number)));
        Ok(PartitionViews {
            db: db.clone(),
            number,
            files: Pages::new(files?),
            places: Pages::new(places?),
            bodies: in_file,
            agenda: Pages::new(agenda?),
            terms: Pages::new(terms?),
            ids: Pages::new(ids?),
            names: names?,
            meta: meta?,
        })
    }

    /// Throws everything away.
    pub fn clear(&mut self) -> Result<(), ViewError> {
        // The checkpoint first: it must never vouch for rows that are gone.
        self.meta.remove(CHECKPOINT)?;
        for tree in TREES {
            self.db.drop_tree(tree_name(tree, self.number))?;
        }
        // Before the file: after a crash no row that leads into it may come back.
        self.db.flush()?;
        self.bodies.clear()?;
        *self = PartitionViews::open(&self.db.clone(), self.bodies.clone(), self.number)?;
        Ok(())
    }

    /// Brings the events that are saved to the disk.
    pub fn sync(&self) -> Result<(), ViewError> {
        self.bodies.sync()
    }

    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, ViewError> {
        let row = self.meta.get(CHECKPOINT)?;
        let checkpoint: Option<Checkpoint> = row.map(|row| decode(&row)).transpose()?;
        Ok(checkpoint.map(|checkpoint| Checkpoint { partition: checkpoint.partition.restored(), ..checkpoint }))
    }

    /// Vouches for all rows below the checkpoint's offset; to be called after they were saved.
    pub fn set_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), ViewError> {
        self.meta.insert(CHECKPOINT, Encoder::default().encode(checkpoint)?)?;
        Ok(())
    }

    pub fn file(&self, subject: &str) -> Result<Option<Held>, ViewError> {
        self.files.get(subject.as_bytes())?.map(|value| rows::parse(&value)).transpose()
    }

    /// The subject's events as they stand in the log, by offset.
    pub fn bodies(&self, subject: &str) -> Result<Vec<Body>, ViewError> {
        let mut bodies = Vec::new();
        self.places.with_prefix(&prefix(subject), |place| {
            bodies.extend(self.bodies.read(subject, &rows::parse(place)?)?);
            Ok(())
        })?;
        // After a crash the same events can have been saved together with others.
        bodies.sort_unstable_by_key(|(offset, _)| *offset);
        bodies.dedup_by_key(|(offset, _)| *offset);
        Ok(bodies)
    }

    /// One of them.
    pub fn body(&self, subject: &str, offset: Offset) -> Result<Option<Bytes>, ViewError> {
        let prefix = prefix(subject);
        let mut begin = Some(offset);
        while let Some(first) = begin {
            let Some((key, place)) = self.places.at_or_before(&bodies_key(subject, first))? else { break };
            let Some(first) = key.strip_prefix(&prefix[..]).and_then(|first| first.try_into().ok()) else { break };
            let found = self.bodies.read(subject, &rows::parse(&place)?)?;
            if let Some((_, body)) = found.into_iter().find(|(known, _)| *known == offset) {
                return Ok(Some(body));
            }
            // After a crash events can have been saved together with fewer others.
            begin = u64::from_be_bytes(first).checked_sub(1);
        }
        Ok(None)
    }

    /// When something of each subject changes next by itself.
    pub fn agenda(&self) -> impl Iterator<Item = Result<(Date, Box<str>), ViewError>> + use<> {
        let no_date = || ViewError("an entry of the agenda has no date".to_owned());
        self.agenda.keys(None).map(move |key| agenda_place(&key?).ok_or_else(no_date))
    }

    /// Subjects indexed by a term, in order, from the first behind `after` on.
    pub fn with_term(
        &self,
        term: &str,
        after: Option<&str>,
    ) -> impl Iterator<Item = Result<Box<str>, ViewError>> + use<> {
        let prefix = prefix(term);
        let length = prefix.len();
        let start = match after {
            Some(subject) => Bound::Excluded([&prefix[..], subject.as_bytes()].concat()),
            None => Bound::Included(prefix.clone()),
        };
        let rows = self.terms.scan(start);
        rows.take_while(move |row| row.as_ref().map_or(true, |(key, _)| key.starts_with(&prefix)))
            .map(move |row| Ok(text(row?.0.get(length..).unwrap_or_default())))
    }

    /// Every subject, in order, from the first behind `after` on.
    pub fn subjects(&self, after: Option<&str>) -> impl Iterator<Item = Result<Box<str>, ViewError>> + use<> {
        self.files.keys(after.map(str::as_bytes)).map(|key| Ok(text(&key?)))
    }

    /// The keys of an index, sorted.
    pub fn keys(&self, index: Index) -> impl Iterator<Item = Result<Box<[u8]>, ViewError>> + use<> {
        match index {
            Index::Agenda => self.agenda.keys(None),
            Index::Terms => self.terms.keys(None),
            Index::Ids => self.ids.keys(None),
        }
    }

    /// The subject of the record whose `ORG/ID` has this hash.
    pub fn subject_of(&self, id: u64) -> Result<Option<Box<str>>, ViewError> {
        Ok(self.ids.get(&id.to_be_bytes())?.map(|subject| text(&subject)))
    }

    /// The hashes of the names of all records.
    pub fn ids(&self) -> impl Iterator<Item = Result<u64, ViewError>> + use<> {
        self.ids.keys(None).map(|key| {
            let id = key?.as_ref().try_into().map_err(|_| ViewError("a record's hash has not 8 bytes".to_owned()))?;
            Ok(u64::from_be_bytes(id))
        })
    }

    /// Every (subject, name) in the order in which they became known.
    pub fn names(&self) -> Result<Vec<NewName>, ViewError> {
        let mut names = Vec::new();
        for row in self.names.iter() {
            let journal: Vec<NewName> = decode(&row?.1)?;
            names.extend(journal);
        }
        Ok(names)
    }
}

fn tree_name(tree: &str, partition: u16) -> String {
    format!("{partition}/{tree}")
}

/// Text that no other text begins with: ids and terms hold no NUL, intake sees to that.
pub(super) fn prefix(text: impl AsRef<[u8]>) -> Vec<u8> {
    [text.as_ref(), &[0]].concat()
}

/// Bodies of a subject that were saved together, by the first of them.
pub(super) fn bodies_key(subject: impl AsRef<[u8]>, first: Offset) -> Vec<u8> {
    [&prefix(subject)[..], &first.to_be_bytes()].concat()
}

pub(super) fn agenda_key(day: Date, subject: &str) -> Vec<u8> {
    // Flipping the sign bit makes the order of the bytes that of the days.
    let day = (day.days() as u32 ^ 0x8000_0000).to_be_bytes();
    [&day[..], subject.as_bytes()].concat()
}

fn agenda_place(key: &[u8]) -> Option<(Date, Box<str>)> {
    let (day, subject) = key.split_first_chunk()?;
    Some((Date::from_days((u32::from_be_bytes(*day) ^ 0x8000_0000) as i32)?, text(subject)))
}

fn text(bytes: &[u8]) -> Box<str> {
    String::from_utf8_lossy(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::{Encoding, Leading};
    use chengxin_projections::event::SubjectKind;

    fn views(directory: &std::path::Path) -> PartitionViews {
        let db = sled::Config::new().temporary(true).open().unwrap();
        PartitionViews::open(&db, Arc::new(Bodies::open(directory, 0).unwrap()), 0).unwrap()
    }

    fn body(offset: Offset) -> Body {
        (offset, Bytes::from(format!("event {offset}")))
    }

    fn save(views: &PartitionViews, subject: &str, offsets: &[Offset]) {
        let held = Held { file: CreditFile::new(subject, SubjectKind::Organisation), next: None };
        let bodies: Vec<Body> = offsets.iter().copied().map(body).collect();
        let mut encoding = Encoding::default();
        encoding.add(subject, &held, &bodies).unwrap();
        let rows = views.write_events(&mut encoding);
        views.save(Leading::default(), [rows], &mut || {}).unwrap();
    }

    #[test]
    fn one_event_is_found_among_those_of_many_saves_of_which_some_were_repeated_after_a_crash() {
        let directory = tempfile::tempdir().unwrap();
        let views = views(directory.path());
        save(&views, "S", &[1]);
        save(&views, "S1", &[3, 5, 20, 30]);
        save(&views, "S1", &[5, 20]);
        save(&views, "S1", &[40, 41]);
        save(&views, "S2", &[35]);
        for offset in [3, 5, 20, 30, 40, 41] {
            assert_eq!(views.body("S1", offset).unwrap(), Some(body(offset).1), "{offset}");
        }
        for offset in [0, 1, 4, 35, 50] {
            assert_eq!(views.body("S1", offset).unwrap(), None, "{offset}");
        }
        assert_eq!(views.body("S0", 1).unwrap(), None);
    }
}
