//! What goes out for an event or a day is the difference of two standings of the subject, and nothing else.

mod implications;
mod lists;
mod measures;
mod obligations;

pub use implications::Implied;

use crate::{
    change::{About, Cause, ListChange, MeasureChange, ObligationChange},
    date::Date,
    facts::{CreditFile, Known, Stamp},
    instant::Instant,
    policy::PolicyHistory,
};
use implications::Implications;
use lists::EntryStanding;
use obligations::DutyStandings;

/// How those records of a subject stand on a day that an event or the day may concern. Owned, so that it outlives a change
/// of the facts.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    entries: Vec<EntryStanding>,
    duties: DutyStandings,
    implications: Implications,
}

impl Standing {
    /// Of each duty that is open: the first day on which it is overdue, and the records that tell of it together.
    pub(crate) fn overdue_days(&self, file: &CreditFile) -> impl Iterator<Item = (Date, usize, Option<usize>)> {
        self.duties.iter().filter_map(|duty| duty.overdue(file))
    }
}

/// How some records of a subject stand on a day. What entries say of persons is told and not counted, so a replay passes
/// over it.
pub fn standing(
    file: &CreditFile,
    places: &[usize],
    date: Date,
    policies: &PolicyHistory,
    revision: u32,
    telling: Telling,
) -> Standing {
    let entries = lists::standing(file, places, date);
    if revision < 2 {
        return Standing { entries, ..Standing::default() };
    }
    let is_told = telling == Telling::Told;
    Standing {
        entries,
        duties: obligations::standing(file, places, date, policies),
        implications: if is_told { implications::standing(file, places) } else { Implications::new() },
    }
}

/// What happened: an event, or the beginning of a day.
#[derive(Debug, Clone, Copy)]
pub struct Happening<'a> {
    pub partition: u16,
    pub stamp: Stamp,
    /// The event type.
    pub kind: &'a str,
    /// The event, `ORG/ID`.
    pub event: &'a str,
    /// Who published it, who therefore need not be told what it makes due from them.
    pub publisher: &'a str,
    /// The day on which it takes effect.
    pub date: Date,
    /// The rules revision in force: what went out under an earlier one is never told again in other words.
    pub revision: u32,
}

impl Happening<'_> {
    fn cause(&self) -> Cause {
        Cause { kind: self.kind.to_owned(), event: self.event.to_owned(), date: self.date }
    }

    fn position(&self) -> String {
        format!("{}-{}", self.partition, self.stamp.offset)
    }

    fn recorded(&self) -> Instant {
        Instant(self.stamp.recorded)
    }
}

/// Who listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// Someone is told every change.
    Told,
    /// All of it went out before: changes are only counted, in the subject's sequences.
    Counted,
}

/// What goes out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    pub lists: Vec<ListChange>,
    pub measures: Vec<MeasureChange>,
    pub obligations: Vec<ObligationChange>,
    /// What is stated about persons on their own partitions.
    pub implications: Vec<Implied>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.measures.is_empty() && self.obligations.is_empty() && self.implications.is_empty()
    }

    pub fn extend(&mut self, other: Changes) {
        self.lists.extend(other.lists);
        self.measures.extend(other.measures);
        self.obligations.extend(other.obligations);
        self.implications.extend(other.implications);
    }
}

/// Announces the difference, and counts it in the subject's sequences.
pub fn announce(
    file: &mut CreditFile,
    before: &Standing,
    after: &Standing,
    happening: &Happening,
    telling: Telling,
) -> Changes {
    let mut changes = Changes::default();
    if before.entries != after.entries {
        let lists = lists::changed(file, &before.entries, &after.entries, happening);
        let measures = measures::changed(&before.entries, &after.entries, happening.revision);
        if telling == Telling::Told {
            let about = about(file);
            changes.lists = lists::changes(file, &lists, happening, &about);
            changes.measures = measures::changes(file, &measures, &after.entries, happening, &about);
        }
        file.list_sequence += lists.len() as u64;
        file.measure_sequence += measures.len() as u64;
    }
    let duties = obligations::changed(file, &before.duties, &after.duties, happening);
    if !duties.is_empty() {
        if telling == Telling::Told {
            changes.obligations = obligations::changes(file, &duties, happening, &about(file));
        }
        file.obligation_sequence += duties.len() as u64;
    }
    if telling == Telling::Told {
        changes.implications = implications::changed(file, &before.implications, &after.implications, happening);
    }
    changes
}

fn about(file: &CreditFile) -> About {
    About { id: file.id.to_string(), kind: file.kind, name: file.name(Known::Now).map(str::to_owned) }
}

#[cfg(test)]
mod tests;
