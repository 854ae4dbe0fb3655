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
use obligations::DutyStanding;

/// How those records of a subject stand on a day that an event or the day may concern. Owned, so that it outlives a change
/// of the facts.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    entries: Vec<EntryStanding>,
    duties: Vec<DutyStanding>,
    implications: Implications,
}

/// How some records of a subject stand on a day.
pub fn standing(file: &CreditFile, places: &[usize], date: Date, policies: &PolicyHistory, revision: u32) -> Standing {
    let entries = lists::standing(file, places, date);
    if revision < 2 {
        return Standing { entries, ..Standing::default() };
    }
    Standing {
        entries,
        duties: obligations::standing(file, places, date, policies),
        implications: implications::standing(file, places),
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
        let lists = lists::changed(&before.entries, &after.entries, happening.revision);
        let measures = measures::changed(&before.entries, &after.entries, happening.revision);
        if telling == Telling::Told {
            let about = about(file);
            changes.lists = lists::changes(file, &lists, happening, &about);
            changes.measures = measures::changes(file, &measures, &after.entries, happening, &about);
        }
        file.list_sequence += lists.len() as u64;
        file.measure_sequence += measures.len() as u64;
    }
    let duties = obligations::changed(&before.duties, &after.duties, happening);
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
mod tests {
    use crate::testing::*;

    #[test]
    fn sequences_count_the_changes_of_a_subject_without_gap_over_events_and_days() {
        let mut scenario = given([day("2026-05-11")]);
        let steps = [
            black("L-1", "2026-05-11").months(1),
            red("R-1", "2026-05-11").months(2),
            black("other", "2026-05-11").about(OTHER),
            exit("none", "2026-05-11"),
            day("2026-08-11"),
            withdraw_designation("L-1", "2026-08-11"),
        ];
        let mut changes = Vec::new();
        let mut measures = Vec::new();
        for step in steps {
            let outcome = scenario.take(step);
            changes.extend(outcome.changes.lists.into_iter().filter(|change| change.subject.id == SUBJECT));
            measures.extend(outcome.changes.measures.into_iter().filter(|change| change.subject.id == SUBJECT));
        }
        assert_eq!(changes.len(), 7);
        assert!(changes.iter().map(|change| change.sequence).eq(1..=7));
        assert!(changes.iter().zip(1..).all(|(change, n)| change.change == format!("{SUBJECT}-L{n}")));
        assert!(measures.iter().map(|change| change.sequence).eq(1..=measures.len() as u64));
        let file = scenario.file();
        assert_eq!((file.list_sequence, file.measure_sequence), (7, measures.len() as u64));
    }

    #[test]
    fn a_change_names_its_cause_its_position_and_whom_it_is_about() {
        let then = given([day("2026-05-11"), black("L-1", "2026-05-11").months(1)]).when(day("2026-06-12"));
        let change = &then.outcome.changes.lists[0];
        assert_eq!((change.cause.kind.as_str(), change.cause.event.as_str()), ("day.opened", "system/day-2026-06-12"));
        assert_eq!(change.cause.date.to_string(), "2026-06-12");
        let then = then.when(withdraw_designation("L-1", "2026-06-12").id("W-1"));
        let change = &then.outcome.changes.lists[0];
        assert_eq!(change.cause.kind, "designation.withdrawn");
        assert_eq!(change.cause.event, format!("{LABOUR}/W-1"));
        assert_eq!(change.position, format!("0-{}", then.offset));
        assert_eq!(change.subject.name.as_deref(), Some("伊宁市星河建筑有限公司"));
    }

    #[test]
    fn a_back_dated_event_takes_effect_on_the_open_day_and_one_ahead_on_its_own() {
        let cause = |effective: &str| {
            let then = given([day("2026-05-11"), black("L-1", "2026-05-01")]).when(exit("L-1", effective));
            then.outcome.changes.lists[0].cause.date.to_string()
        };
        assert_eq!(cause("2026-05-05"), "2026-05-11");
        assert_eq!(cause("2026-05-20"), "2026-05-20");
    }

    #[test]
    fn a_person_is_never_named_in_a_change() {
        let person = black("L-1", "2026-05-11").event(|event| {
            event.subject.kind = crate::event::SubjectKind::Person;
            event.subject.uscc = None;
        });
        let then = given([day("2026-05-11")]).when(person).then_applied();
        assert!(then.outcome.changes.lists.iter().all(|change| change.subject.name.is_none()));
        assert!(then.outcome.changes.measures.iter().all(|change| change.subject.name.is_none()));
    }

    #[test]
    fn licenses_penalties_and_their_publications_change_no_list() {
        given([day("2026-05-11")])
            .when(penalty("P-1", "2026-05-11"))
            .then_changes([])
            .when(publish("P-1", "2026-05-11"))
            .then_changes([])
            .when(license("A-1", "2026-05-11"))
            .then_changes([]);
    }
}
