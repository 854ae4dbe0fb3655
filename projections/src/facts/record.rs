//! A record and what it says.

use super::{Act, Deed, Known, Name, Stamp};
use crate::{
    date::Date,
    event::{Data, List},
    hash,
    identifier::number_form,
    interval::Days,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A license, a penalty, a designation, or what another subject's designation says of this person, with everything that
/// was later done to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// `ORG/ID`.
    pub id: Box<str>,
    pub stamp: Stamp,
    /// The day that was open when it was judged.
    pub judged: Date,
    pub effective: Date,
    /// The name that it gives the organisation, as it was first.
    pub name: Option<Name>,
    /// Tells apart by which document it was decided, whatever the spelling of the number.
    pub document: u64,
    /// As it was first; see [`Record::content`].
    pub first: Content,
    /// In the order of the log.
    pub acts: Vec<Act>,
}

/// What [`Record::document`] is of a number.
pub(crate) fn document(number: &str) -> u64 {
    hash::of_text(&number_form(number))
}

impl Record {
    /// Whether it is what an event decides once more, by this document.
    pub(super) fn is_decision_of(&self, data: &Data, document: u64) -> bool {
        let is_alike = || match (&self.first, data) {
            (Content::License(_), Data::LicenseGranted(_)) | (Content::Penalty(_), Data::PenaltyImposed(_)) => true,
            (Content::Designation(entry), Data::DesignationMade(made)) => {
                entry.list == made.list && *entry.kind == *made.kind
            }
            _ => false,
        };
        self.document == document && is_alike()
    }

    /// Adds what was done to it. Most records have one act or two, so there is no room for four from the start.
    pub(crate) fn add(&mut self, act: Act) {
        if self.acts.len() == self.acts.capacity() {
            self.acts.reserve_exact((self.acts.len() / 2).max(1));
        }
        self.acts.push(act);
    }

    /// The department that published it; it alone may amend it (谁认定、谁负责).
    pub fn authority(&self) -> &str {
        org(&self.id)
    }

    /// What it says, corrections included that the one who asks may know: a correction holds on every date.
    pub fn content(&self, known: Known) -> &Content {
        let corrected = self.acts.iter().rev().find_map(|act| match &act.what {
            Deed::Corrected(content) if known.has(act.stamp) => Some(&**content),
            _ => None,
        });
        corrected.unwrap_or(&self.first)
    }

    /// The acts that the one who asks may know, in the order of the log.
    pub fn acts(&self, known: Known) -> impl DoubleEndedIterator<Item = &Act> + Clone {
        self.acts.iter().filter(move |act| known.has(act.stamp))
    }

    /// The entry on the red or the black list that this record is, if it is one of this subject.
    pub fn designation(&self, known: Known) -> Option<&Designation> {
        match self.content(known) {
            Content::Designation(designation) => Some(designation),
            _ => None,
        }
    }

    /// What another subject's entry says of this person, if it is that.
    pub fn implication(&self, known: Known) -> Option<&Implication> {
        match self.content(known) {
            Content::Implication(implication) => Some(implication),
            _ => None,
        }
    }
}

/// The organisation in `ORG/ID`.
pub fn org(name: &str) -> &str {
    // Asked for with every event: by bytes, which is faster than by characters.
    name.bytes().position(|byte| byte == b'/').map_or(name, |at| &name[..at])
}

/// What a record is, with the policy values that were resolved when it was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Content {
    License(License),
    Penalty(Penalty),
    Designation(Box<Designation>),
    /// On the file of a responsible person.
    Implication(Box<Implication>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct License {
    pub valid_from: Option<Date>,
    pub valid_until: Option<Date>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Penalty {
    pub severity: Box<str>,
    /// The last day of the minimum publicity of the class; the day of the decision where it has none.
    pub shortest: Date,
    /// The last day of the maximum publicity of the class.
    pub longest: Date,
    /// The last day of publicity that the publisher stated (CF_GSJZQ 公示截止期).
    pub stated_until: Option<Date>,
}

impl Penalty {
    /// Publicity ends by itself after this day: the stated one, within the bounds of the class (default rule 10).
    pub fn publicity_until(&self) -> Date {
        self.stated_until.map_or(self.longest, |stated| stated.max(self.shortest).min(self.longest))
    }

    /// The first day on which a repair of what was decided on a day can be applied for: after the minimum publicity (default
    /// rule 10).
    pub fn repairable_from(&self, decided: Date) -> Date {
        if self.shortest > decided { self.shortest.next() } else { decided }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Designation {
    pub list: List,
    pub kind: Box<str>,
    /// Last day of the term (default rule 2).
    pub until: Date,
    /// Months of watch once a black listing ends.
    pub watch_months: u32,
    /// Codes of the measures that the list kind carried when the designation was accepted.
    pub measures: Arc<[Box<str>]>,
    pub repairable: bool,
    /// How it can be repaired, or the citation that bars it.
    pub repair_note: Option<Box<str>>,
    /// Records that it rests on.
    pub basis: Vec<Box<str>>,
    /// Whether it rests on nothing but these records; an item of the basis without a record stands by itself.
    pub rests_on_records: bool,
    pub persons: Vec<Responsible>,
    pub channel: Option<Box<str>>,
    pub grade: Option<Box<str>>,
}

/// (十六) A responsible person of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responsible {
    pub person: Box<str>,
    pub role: Box<str>,
    /// Those of the entry's measures that land on the role, by the catalogue in force when the entry was accepted.
    pub measures: Arc<[Box<str>]>,
}

/// (十六) What the entry of an organisation says of a responsible person, as the organisation's side last stated it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Implication {
    /// The organisation.
    pub entity: Box<str>,
    pub role: Box<str>,
    /// The entry as it stands, with the measures that land on the person.
    pub entry: Designation,
    /// The day on which an event ended the entry before its term.
    pub ended: Option<Date>,
    pub withdrawn: bool,
    /// Measures that were initiated beyond what the list kind carries.
    pub initiated: Vec<Initiated>,
    /// The days on which the entity's entry is disputed, and on which it has no basis.
    pub disputed: Days,
    pub lost: Days,
}

/// A measure that was initiated and lands on a responsible person, and who was asked to carry it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Initiated {
    pub measure: Box<str>,
    pub since: Date,
    /// The initiation, `ORG/ID`.
    pub event: Box<str>,
    pub implementers: Vec<Box<str>>,
    /// None where the statement was made before statements told who was asked.
    pub respond_by: Option<Date>,
}
