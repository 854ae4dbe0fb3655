//! What began or ended something, by the event that did.

use super::subject::Reading;
use chengxin_projections::{
    date::Date,
    dispute,
    event::{Data, SYSTEM_PUBLISHER},
    facts::{Act, ConfirmedOn, Content, CreditFile, Deed, Known, Record},
    interval::Days,
    listing::Entry,
    measure::{State, Stretch},
};
use serde::Serialize;
use utoipa::ToSchema;

/// What began or ended something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cause {
    /// The event type; `day.opened` where a term ended by itself.
    #[serde(rename = "type")]
    pub kind: String,
    /// The event, by `ORG/ID`.
    pub event: String,
    #[schema(value_type = String, format = Date)]
    pub date: Date,
}

impl Cause {
    /// The beginning of a day, when terms end.
    pub fn day(date: Date) -> Cause {
        Cause { kind: "day.opened".to_owned(), event: format!("{SYSTEM_PUBLISHER}/day-{date}"), date }
    }

    /// Something done to a record.
    pub fn of(record: &Record, act: &Act) -> Cause {
        let kind = act.what.event_type(&record.first).to_owned();
        Cause { kind, event: act.event.to_string(), date: act.effective }
    }

    fn designation(record: &Record, date: Date) -> Cause {
        Cause { kind: "designation.made".to_owned(), event: record.id.to_string(), date }
    }

    /// On a person's file stands only that the organisation's side stated something; this says what made it do so.
    #[must_use]
    pub fn behind_statement(self, reading: &Reading) -> Cause {
        let stated = || match reading.bodies.data(reading.file.seen(&self.event)?.stamp.offset) {
            Some(Data::ImplicationStated(stated)) => Some((stated.cause_type, stated.cause_event)),
            _ => None,
        };
        if self.kind != STATED {
            return self;
        }
        match stated() {
            Some((kind, event)) => Cause { kind, event, date: self.date },
            None => self,
        }
    }
}

const STATED: &str = "implication.stated";

/// What ended an entry before its term.
pub fn end_of(entry: &Entry, known: Known) -> Option<Cause> {
    let ends = |act: &&Act| match &act.what {
        Deed::Corrected(content) => matches!(&**content, Content::Implication(stated) if stated.ended.is_some()),
        _ => false,
    };
    let stated = || entry.record.acts(known).find(ends).filter(|_| entry.is_cut);
    entry.ended_by.or_else(stated).map(|act| Cause::of(entry.record, act))
}

/// What stretches of measures are explained with.
#[derive(Clone, Copy)]
pub struct Explaining<'a> {
    pub file: &'a CreditFile,
    pub known: Known,
    pub entries: &'a [Entry<'a>],
}

impl<'a> Explaining<'a> {
    /// What a stretch of a measure began with: an entry that came, one that ended, or what suspended it or let it go on.
    pub fn begin(&self, code: &str, stretch: &Stretch, joined: Option<&Stretch>) -> Cause {
        let date = stretch.span.from;
        let before = joined.map_or(&[][..], |joined| &joined.basis[..]);
        let new = || self.of(&stretch.basis).filter(|entry| !before.contains(&&*entry.record.id));
        let gone = || self.of(before).filter(|entry| !stretch.basis.contains(&&*entry.record.id));
        let began = || new().find_map(|entry| self.began(entry, code, date));
        let ended = || {
            let ended = gone().find(|entry| entry.span.after() == date)?;
            Some(end_of(ended, self.known).unwrap_or_else(|| Cause::day(date)))
        };
        let turned = || self.of(&stretch.basis).chain(self.of(before)).find_map(|entry| self.turned(entry, date));
        // What suspends an entry on its first day is more to the point than the entry.
        let suspended =
            || self.of(&stretch.basis).filter(|entry| entry.is_own()).find_map(|entry| self.turned(entry, date));
        let is_off = stretch.state == State::Suspended;
        let cause = is_off.then(suspended).flatten().or_else(began).or_else(ended).or_else(turned);
        cause.or_else(|| new().next().map(|entry| Cause::designation(entry.record, date))).unwrap_or(Cause::day(date))
    }

    fn of(&self, records: &[&str]) -> impl Iterator<Item = &'a Entry<'a>> {
        let entries = self.entries.iter();
        let wanted: Vec<&Entry> = entries.filter(|entry| records.contains(&&*entry.record.id)).collect();
        wanted.into_iter()
    }

    /// If the entry carries the measure from that day on.
    fn began(&self, entry: &Entry, code: &str, date: Date) -> Option<Cause> {
        if entry.span.from == date && entry.designation.measures.iter().any(|measure| **measure == *code) {
            return Some(Cause::designation(entry.record, date));
        }
        let initiates = |act: &&Act| match &act.what {
            Deed::MeasuresInitiated { measures, .. } => {
                act.effective.max(entry.span.from) == date && measures.iter().any(|measure| **measure == *code)
            }
            _ => false,
        };
        entry.record.acts(self.known).find(initiates).map(|act| Cause::of(entry.record, act))
    }

    /// What suspended the measures of an entry on that day, or let them go on: done to it, or to what it rests on.
    fn turned(&self, entry: &Entry, date: Date) -> Option<Cause> {
        let turns = |act: &&Act| {
            let deed = matches!(
                act.what,
                Deed::ObjectionFiled
                    | Deed::ObjectionResolved { .. }
                    | Deed::Withdrawn { .. }
                    | Deed::Confirmed { on: ConfirmedOn::BasisLost }
            );
            deed && dispute::counts_from(act) == date
        };
        let basis = entry.designation.basis.iter().filter_map(|id| self.file.record(id)).map(|record| &**record);
        let done = std::iter::once(entry.record)
            .chain(basis)
            .find_map(|record| Some(Cause::of(record, record.acts(self.known).find(turns)?)));
        done.or_else(|| self.stated(entry, date))
    }

    /// Of a person: what the organisation's side stated then. What was back-dated was stated later, by the first statement
    /// that knows of it.
    fn stated(&self, entry: &Entry, date: Date) -> Option<Cause> {
        let turns = |days: &Days| days.stretches().iter().any(|(from, to)| *from == date || *to == date);
        let knows = |act: &&Act| match &act.what {
            Deed::Corrected(content) => {
                matches!(&**content, Content::Implication(stated) if turns(&stated.disputed) || turns(&stated.lost))
            }
            _ => false,
        };
        let says = |act: &&Act| matches!(act.what, Deed::Corrected(_)) && act.effective >= date;
        let acts = || entry.record.acts(self.known);
        let act = acts().find(knows).or_else(|| acts().find(says)).filter(|_| !entry.is_own())?;
        Some(Cause { date, ..Cause::of(entry.record, act) })
    }
}
