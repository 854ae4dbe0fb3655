//! Facts: what the accepted events of one subject say, and when it became known.
//!
//! Facts are only ever added. Nothing derived is stored as truth: what is on a list, in force or due is computed from
//! facts by `listing`, `measure`, `publication` and `obligation`, for any business date and any state of knowledge.

mod act;
mod name;
mod record;

pub use act::*;
pub(crate) use name::Naming;
pub use name::{Called, Name, Names};
pub use record::*;

use crate::{
    date::Date,
    dispute,
    event::{Event, SubjectKind},
    hash, identifier,
    seen::{Seen, SeenEvents},
    shelf::Shelf,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Records that are looked at for a decision that comes again.
const DECISIONS_LOOKED_AT: usize = 256;

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
    pub names: Arc<Names>,
    /// What it is called by all that is known.
    pub called: Option<Called>,
    pub identifiers: Arc<Vec<Identifier>>,
    pub records: Shelf<Arc<Record>>,
    /// The records of which something will change by itself, in the order of their places. What a day or an event costs
    /// depends on these and not on the length of the history.
    pub live: Vec<Live>,
    /// (十六) The organisation is no more: since when, by whose word.
    pub deregistered: Option<Deregistration>,
    /// Requests to see more than one's level allows, and their decisions.
    pub access: Vec<Access>,
    /// Every event of the subject that was judged, for idempotency and the audit.
    pub seen: SeenEvents,
    /// Events below this offset are in the facts.
    pub applied: u64,
    /// The day up to which changes of this subject have gone out.
    pub day: Date,
    /// List changes, measure changes and changes of obligations announced so far.
    pub list_sequence: u64,
    pub measure_sequence: u64,
    pub obligation_sequence: u64,
}

/// A record of which something will change by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// Its place among the records.
    pub place: u32,
    /// The next day on which something of it may change.
    pub next: Date,
}

/// A number of the subject other than its id; the USCC has the scheme `uscc`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identifier {
    pub stamp: Stamp,
    /// The organisation that linked it, or gave it with an event; it may unlink it again.
    pub by: Box<str>,
    pub scheme: Box<str>,
    pub value: Box<str>,
    /// When it was unlinked again.
    pub unlinked: Option<Stamp>,
}

impl Identifier {
    pub fn is_linked(&self, known: Known) -> bool {
        known.has(self.stamp) && self.unlinked.is_none_or(|stamp| !known.has(stamp))
    }

    /// The organisation that the number names by itself: that of a USCC or an organisation code. On the file of another
    /// organisation it says that the two are one.
    pub fn organisation(&self) -> Option<&str> {
        identifier::organisation_of(&self.scheme, &self.value)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deregistration {
    pub stamp: Stamp,
    pub date: Date,
    /// The event, `ORG/ID`.
    pub event: Box<str>,
}

/// (二十二) A request for a higher level of access to the subject's data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Access {
    pub stamp: Stamp,
    /// The request, `ORG/ID`; the organisation that asked is its publisher.
    pub request: Box<str>,
    pub level: u32,
    pub effective: Date,
    pub decision: Option<AccessDecision>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessDecision {
    pub stamp: Stamp,
    /// The decision, `ORG/ID`.
    pub event: Box<str>,
    pub effective: Date,
    pub allowed: bool,
    /// Last day of the access; none means no end.
    pub until: Option<Date>,
}

impl CreditFile {
    /// The file of a subject of whom nothing is known yet.
    pub fn new(id: &str, kind: SubjectKind) -> CreditFile {
        CreditFile {
            id: id.into(),
            kind,
            names: Arc::default(),
            called: None,
            identifiers: Arc::default(),
            records: Shelf::default(),
            live: Vec::new(),
            deregistered: None,
            access: Vec::new(),
            seen: SeenEvents::default(),
            applied: 0,
            day: Date::MIN,
            list_sequence: 0,
            measure_sequence: 0,
            obligation_sequence: 0,
        }
    }

    /// The latest value of an identifier scheme.
    pub fn identifier(&self, scheme: &str, known: Known) -> Option<&str> {
        let found = self.identifiers.iter().rev().find(|number| &*number.scheme == scheme && number.is_linked(known));
        found.map(|number| &*number.value)
    }

    /// Whether the organisation is known by a USCC, and not by this one.
    pub fn has_other_uscc(&self, uscc: &str) -> bool {
        let own = |number: &&Identifier| &*number.scheme == "uscc" && number.organisation() == Some(&*self.id);
        let mut known = self.identifiers.iter().filter(own).filter(|number| number.is_linked(Known::Now)).peekable();
        known.peek().is_some() && known.all(|number| *number.value != *uscc)
    }

    /// The record of a decision that an event brings once more under another id: of the same department, type and document
    /// number, and not withdrawn. Of a long history the latest records are looked at.
    pub fn same_decision(&self, event: &Event) -> Option<&Record> {
        let document = record::document(event.data.document_no()?);
        let is_same = |record: &&Arc<Record>| {
            record.is_decision_of(&event.data, document)
                && record.authority() == event.publisher
                && dispute::withdrawal(record, Known::Now).is_none()
        };
        let name = event.name();
        let found = self.records.iter().rev().take(DECISIONS_LOOKED_AT).find(is_same);
        found.map(|record| &**record).filter(|record| *record.id != *name)
    }

    /// The event with this `ORG/ID`, if one was judged.
    pub fn seen(&self, event: &str) -> Option<&Seen> {
        self.seen.get(hash::of_text(event))
    }

    /// Where a record is.
    pub fn place(&self, id: &str) -> Option<usize> {
        let made = self.seen(id).and_then(|seen| seen.record).map(|place| place as usize);
        made.filter(|place| self.records.get(*place).is_some_and(|record| &*record.id == id))
            .or_else(|| self.implied(id))
    }

    /// What another subject's entry says of this person, by the entry. Persons have few.
    pub(crate) fn implied(&self, id: &str) -> Option<usize> {
        if self.kind != SubjectKind::Person {
            return None;
        }
        self.records.iter().position(|record| &*record.id == id && matches!(record.first, Content::Implication(_)))
    }

    pub fn record(&self, id: &str) -> Option<&Arc<Record>> {
        self.records.get(self.place(id)?)
    }

    /// The next day on which something changes by itself.
    pub fn next(&self) -> Option<Date> {
        self.live.iter().map(|live| live.next).min()
    }

    /// Whether anything at all was known of the subject.
    pub fn is_known(&self, known: Known) -> bool {
        self.seen.iter().any(|seen| known.has(seen.stamp))
    }
}
