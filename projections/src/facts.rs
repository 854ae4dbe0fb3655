//! Facts: what the accepted events of one subject say, and when it became known.
//!
//! Facts are only ever added. Nothing derived is stored as truth: what is on a list, in force or due is computed from
//! facts by `listing`, `measure`, `publication` and `obligation`, for any business date and any state of knowledge.

use crate::{
    date::Date,
    event::{ExitReason, Finding, List, NoticeAbout, SubjectKind},
    hash, identifier,
    interval::Days,
    seen::{Seen, SeenEvents},
    shelf::Shelf,
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
    pub names: Arc<Vec<(Stamp, Box<str>)>>,
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
    /// As it was first; see [`Record::content`].
    pub first: Content,
    /// In the order of the log.
    pub acts: Vec<Act>,
}

impl Record {
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
    /// The first day on which a repair can be applied for: the end of the minimum publicity of the class.
    pub repairable_from: Date,
    /// The last day of the maximum publicity of the class.
    pub longest: Date,
    /// The last day of publicity that the publisher stated (CF_GSJZQ 公示截止期).
    pub stated_until: Option<Date>,
}

impl Penalty {
    /// Publicity ends by itself after this day: the stated one, within the bounds of the class (default rule 10).
    pub fn publicity_until(&self) -> Date {
        self.stated_until.map_or(self.longest, |stated| stated.max(self.repairable_from).min(self.longest))
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

/// Something done to a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    pub stamp: Stamp,
    /// The day that was open when it was judged.
    pub judged: Date,
    pub effective: Date,
    /// The event, `ORG/ID`.
    pub event: Box<str>,
    pub what: Deed,
}

impl Act {
    /// Who published the event.
    pub fn publisher(&self) -> &str {
        org(&self.event)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Deed {
    /// A license was revoked.
    Revoked,
    /// Wrong from the start.
    Withdrawn {
        /// Whether entries that rest on the record lose their basis: from rules revision 2 on.
        takes_basis: bool,
    },
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
    Confirmed {
        on: ConfirmedOn,
    },
    RepairApplied,
    RepairAccepted,
    RepairRefused,
    RepairGranted,
    ObjectionFiled,
    /// The objection is named by `ORG/ID`.
    ObjectionAnswered {
        objection: Box<str>,
    },
    ObjectionResolved {
        objection: Box<str>,
        finding: Finding,
    },
    /// What the record says from then on, as of any date.
    Corrected(Box<Content>),
    MeasuresInitiated {
        measures: Vec<Box<str>>,
        implementers: Vec<Box<str>>,
        respond_by: Date,
        /// On which roles of the entry's responsible persons which of them land, by the catalogue in force (十六).
        landing: Vec<(Box<str>, Box<str>)>,
    },
    MeasureAccepted {
        measure: Box<str>,
    },
    MeasureExecuted {
        measure: Box<str>,
    },
    MeasureDeclined {
        measure: Box<str>,
    },
    MeasureReported {
        measure: Box<str>,
    },
}

/// (二十一) On what the authority decided when it kept an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfirmedOn {
    Flag,
    BasisLost,
}

impl ConfirmedOn {
    /// As events write it.
    pub fn parse(on: &str) -> Option<ConfirmedOn> {
        match on {
            "flag" => Some(ConfirmedOn::Flag),
            "basis-lost" => Some(ConfirmedOn::BasisLost),
            _ => None,
        }
    }
}

impl Deed {
    /// The event type that it came with.
    pub fn event_type(&self, of: &Content) -> &'static str {
        match (self, of) {
            (Deed::Revoked, _) => "license.revoked",
            (Deed::Withdrawn { .. }, Content::Designation(_) | Content::Implication(_)) => "designation.withdrawn",
            (Deed::Withdrawn { .. }, _) => "penalty.withdrawn",
            (Deed::Published { .. }, _) => "publication.issued",
            (Deed::Withheld { .. }, _) => "publication.withheld",
            (Deed::Exited { .. }, _) => "exit.declared",
            (Deed::Noticed { .. }, _) => "notice.issued",
            (Deed::Confirmed { .. }, _) => "designation.confirmed",
            (Deed::RepairApplied, _) => "repair.applied",
            (Deed::RepairAccepted, _) => "repair.accepted",
            (Deed::RepairRefused, _) => "repair.refused",
            (Deed::RepairGranted, _) => "repair.granted",
            (Deed::ObjectionFiled, _) => "objection.filed",
            (Deed::ObjectionAnswered { .. }, _) => "objection.answered",
            (Deed::ObjectionResolved { .. }, _) => "objection.resolved",
            (Deed::Corrected(_), Content::Implication(_)) => "implication.stated",
            (Deed::Corrected(_), _) => "record.corrected",
            (Deed::MeasuresInitiated { .. }, _) => "measure.initiated",
            (Deed::MeasureAccepted { .. }, _) => "measure.accepted",
            (Deed::MeasureExecuted { .. }, _) => "measure.executed",
            (Deed::MeasureDeclined { .. }, _) => "measure.declined",
            (Deed::MeasureReported { .. }, _) => "measure.reported",
        }
    }
}

impl CreditFile {
    /// The file of a subject of whom nothing is known yet.
    pub fn new(id: &str, kind: SubjectKind) -> CreditFile {
        CreditFile {
            id: id.into(),
            kind,
            names: Arc::default(),
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

    /// The latest name known.
    pub fn name(&self, known: Known) -> Option<&str> {
        self.names.iter().rev().find(|(stamp, _)| known.has(*stamp)).map(|(_, name)| &**name)
    }

    /// The latest value of an identifier scheme.
    pub fn identifier(&self, scheme: &str, known: Known) -> Option<&str> {
        let found = self.identifiers.iter().rev().find(|number| &*number.scheme == scheme && number.is_linked(known));
        found.map(|number| &*number.value)
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
