//! What an organisation is called: by which of its records, and since when. Names never link (default rule 12).

use super::{CreditFile, Known, Stamp};
use crate::{date::Date, dispute};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The names of an organisation; of a person none are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Names {
    /// Each once, in the order in which they became known.
    pub all: Vec<(Stamp, Box<str>)>,
    /// What corrections say that records should have said, in the order of the log.
    corrected: Vec<Corrected>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Corrected {
    stamp: Stamp,
    /// Place of the record.
    record: u32,
    name: Name,
}

/// The place of a name among all of a file.
pub type Name = u32;

/// A name, and the place of the record that gives it; of one that came without a record there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Called {
    name: Name,
    record: Option<u32>,
}

/// What an accepted event does, as far as it bears on names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Naming {
    /// It makes the record at a place.
    Makes(usize),
    /// It corrects that record.
    Corrects(usize),
    /// It withdraws a record.
    Withdraws,
    Other,
}

impl CreditFile {
    /// The name that the latest record gives, by its day: what is recorded late, with the name of earlier, renames nobody,
    /// nor does a record that was wrong (default rule 4) as long as there is another.
    pub fn name(&self, known: Known) -> Option<&str> {
        let called = match (known, &self.names.all[..]) {
            (_, [(stamp, name)]) => return known.has(*stamp).then_some(name),
            (Known::Now, _) => self.called,
            (known, _) => self.find_name(known),
        };
        called.map(|called| &*self.names.all[called.name as usize].1)
    }

    /// Takes the name that came with an event, once its facts have been added.
    pub(crate) fn learn_name(&mut self, name: Option<&str>, naming: Naming, stamp: Stamp) {
        match (naming, name) {
            (Naming::Makes(place), Some(name)) => {
                let name = self.place_of_name(name, stamp);
                let Some(record) = self.records.get_mut(place) else { return };
                Arc::make_mut(record).name = Some(name);
                let called = Called { name, record: Some(place as u32) };
                if self.called.is_none_or(|before| self.rank(before, Known::Now) < self.rank(called, Known::Now)) {
                    self.called = Some(called);
                }
            }
            (Naming::Corrects(place), Some(name)) => {
                let name = self.place_of_name(name, stamp);
                if self.name_in(place as u32, Known::Now) != Some(name) {
                    let corrected = Corrected { stamp, record: place as u32, name };
                    Arc::make_mut(&mut self.names).corrected.push(corrected);
                    self.called = self.find_name(Known::Now);
                }
            }
            // A name comes with what is decided about the subject, not with what others do to a record.
            (Naming::Withdraws | Naming::Other, Some(name)) if self.names.all.is_empty() => {
                self.called = Some(Called { name: self.place_of_name(name, stamp), record: None });
            }
            (Naming::Withdraws, _) => self.called = self.find_name(Known::Now),
            _ => {}
        }
    }

    fn place_of_name(&mut self, name: &str, stamp: Stamp) -> Name {
        let known = self.names.all.iter().position(|(_, known)| &**known == name);
        let place = known.unwrap_or_else(|| {
            let names = Arc::make_mut(&mut self.names);
            names.all.push((stamp, name.into()));
            names.all.len() - 1
        });
        place as Name
    }

    /// The name that a record gives, as corrected.
    fn name_in(&self, record: u32, known: Known) -> Option<Name> {
        let is_meant = |corrected: &&Corrected| corrected.record == record && known.has(corrected.stamp);
        let corrected = self.names.corrected.iter().rev().find(is_meant).map(|corrected| corrected.name);
        corrected.or_else(|| self.records.get(record as usize)?.name)
    }

    /// Which name goes before which: those of right records, of the latest day, that came last.
    fn rank(&self, called: Called, known: Known) -> (bool, Date, Option<Stamp>) {
        let record = called.record.and_then(|place| self.records.get(place as usize));
        let is_right = record.is_none_or(|record| dispute::withdrawal(record, known).is_none());
        (is_right, record.map_or(Date::MIN, |record| record.effective), record.map(|record| record.stamp))
    }

    /// Looks through all records.
    fn find_name(&self, known: Known) -> Option<Called> {
        let given = self.records.iter().enumerate().filter(|(_, record)| known.has(record.stamp));
        let by_records = given.filter_map(|(place, _)| {
            let record = place as u32;
            Some(Called { name: self.name_in(record, known)?, record: Some(record) })
        });
        // The first name of all may have come without a record.
        let first = self.names.all.first().filter(|(stamp, _)| known.has(*stamp));
        let by_none = first.map(|_| Called { name: 0, record: None });
        let is_right = |called: &Called| self.rank(*called, known).0;
        by_records.max_by_key(|called| self.rank(*called, known)).filter(is_right).or(by_none)
    }
}

#[cfg(test)]
mod tests;
