//! Facts: what the accepted events of one subject say, and when it became known.
//!
//! Facts are only ever added. Nothing derived is stored as truth: what is on a list, in force or due is computed from
//! facts by `listing`, `measure`, `publication` and `obligation`, for any business date and any state of knowledge.

use crate::{
    date::Date,
    event::{ExitReason, List, NoticeAbout, SubjectKind},
    hash,
    policy::Due,
    refusal::Code,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// When a fact became known: the offset of its event, and the time of recording, which never runs backwards within a
/// partition even if a clock did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stamp {
    pub offset: u64,
    /// Milliseconds since the epoch.
    pub recorded: i64,
}

/// What the one who asks may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Everything.
    Now,
    /// What was known once the event at this offset of the subject's partition had been judged.
    Offset(u64),
    /// What was known at that instant, in milliseconds since the epoch.
    Instant(i64),
}

impl Known {
    pub fn has(self, stamp: Stamp) -> bool {
        match self {
            Known::Now => true,
            Known::Offset(offset) => stamp.offset <= offset,
            Known::Instant(instant) => stamp.recorded <= instant,
        }
    }
}

/// All facts of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreditFile {
    pub id: Box<str>,
    pub kind: SubjectKind,
    /// The subject's names, the latest last; never those of a person.
    pub names: Vec<(Stamp, Box<str>)>,
    /// Other identifiers as (scheme, value); the USCC has the scheme `uscc`.
    pub identifiers: Vec<(Stamp, Box<str>, Box<str>)>,
    pub records: Vec<Arc<Record>>,
    /// Every event of the subject that was judged, for idempotency and the audit.
    pub seen: Vec<Seen>,
    /// Events below this offset are in the facts.
    pub applied: u64,
    /// The day up to which changes of this subject have gone out.
    pub day: Date,
    /// List changes and measure changes announced so far.
    pub list_sequence: u64,
    pub measure_sequence: u64,
}

/// An event that was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Hash of `ORG/ID`.
    pub id: u64,
    /// Hash of the content without the time of recording.
    pub content: u64,
    pub stamp: Stamp,
    /// `None` if it was applied.
    pub refused: Option<Code>,
}

/// A license, a penalty or a designation, with everything that was later done to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// `ORG/ID`.
    pub id: Box<str>,
    pub stamp: Stamp,
    pub effective: Date,
    pub content: Content,
    /// In the order of the log.
    pub acts: Vec<Act>,
}

impl Record {
    /// The department that published it; it alone may amend it (谁认定、谁负责).
    pub fn authority(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// The acts that the one who asks may know, in the order of the log.
    pub fn acts(&self, known: Known) -> impl Iterator<Item = &Act> {
        self.acts.iter().filter(move |act| known.has(act.stamp))
    }

    /// The entry on the red or the black list that this record is, if it is one.
    pub fn designation(&self) -> Option<&Designation> {
        match &self.content {
            Content::Designation(designation) => Some(designation),
            _ => None,
        }
    }
}

/// What a record is, with the policy values that were resolved when it was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Content {
    License(License),
    Penalty(Penalty),
    Designation(Box<Designation>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct License {
    pub valid_until: Option<Date>,
    pub publication_due: Due,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Penalty {
    pub severity: Box<str>,
    /// Publicity ends by itself after this day, if its class has a maximum (default rule 10).
    pub publicity_until: Option<Date>,
    /// The first day on which a repair can be applied for.
    pub repairable_from: Date,
    pub publication_due: Due,
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
    /// Responsible persons: subject id and role.
    pub persons: Vec<(Box<str>, Box<str>)>,
    pub channel: Option<Box<str>>,
    pub grade: Option<Box<str>>,
}

/// Something done to a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    pub stamp: Stamp,
    pub effective: Date,
    /// The event, `ORG/ID`.
    pub event: Box<str>,
    pub what: Deed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Deed {
    /// A license was revoked.
    Revoked,
    /// Wrong from the start.
    Withdrawn,
    Published {
        channel: Box<str>,
    },
    Withheld {
        ground: Box<str>,
    },
    Exited {
        reason: ExitReason,
        notice: bool,
    },
    Noticed {
        about: NoticeAbout,
        channel: Box<str>,
    },
    RepairGranted,
}

impl Deed {
    /// The event type that it came with.
    pub fn event_type(&self, of: &Content) -> &'static str {
        match (self, of) {
            (Deed::Revoked, _) => "license.revoked",
            (Deed::Withdrawn, Content::Designation(_)) => "designation.withdrawn",
            (Deed::Withdrawn, _) => "penalty.withdrawn",
            (Deed::Published { .. }, _) => "publication.issued",
            (Deed::Withheld { .. }, _) => "publication.withheld",
            (Deed::Exited { .. }, _) => "exit.declared",
            (Deed::Noticed { .. }, _) => "notice.issued",
            (Deed::RepairGranted, _) => "repair.granted",
        }
    }
}

impl CreditFile {
    /// The file of a subject of whom nothing is known yet.
    pub fn new(id: &str, kind: SubjectKind) -> CreditFile {
        CreditFile {
            id: id.into(),
            kind,
            names: Vec::new(),
            identifiers: Vec::new(),
            records: Vec::new(),
            seen: Vec::new(),
            applied: 0,
            day: Date::MIN,
            list_sequence: 0,
            measure_sequence: 0,
        }
    }

    /// The latest name known.
    pub fn name(&self, known: Known) -> Option<&str> {
        self.names.iter().rev().find(|(stamp, _)| known.has(*stamp)).map(|(_, name)| &**name)
    }

    /// The latest value of an identifier scheme.
    pub fn identifier(&self, scheme: &str, known: Known) -> Option<&str> {
        let found = self.identifiers.iter().rev().find(|(stamp, s, _)| &**s == scheme && known.has(*stamp));
        found.map(|(_, _, value)| &**value)
    }

    /// The event with this `ORG/ID`, if one was judged.
    pub fn seen(&self, event: &str) -> Option<&Seen> {
        let id = hash::of_text(event);
        self.seen.iter().find(|seen| seen.id == id)
    }

    pub fn record(&self, id: &str) -> Option<&Arc<Record>> {
        self.records.iter().find(|record| &*record.id == id)
    }

    /// The designations, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = (&Record, &Designation)> {
        self.records.iter().filter_map(|record| record.designation().map(|designation| (&**record, designation)))
    }

    /// Whether anything at all was known of the subject.
    pub fn is_known(&self, known: Known) -> bool {
        self.seen.iter().any(|seen| known.has(seen.stamp))
    }
}
