//! What goes out for an event or a day is the difference of two standings of the subject, and nothing else.

use crate::{
    change::{About, Cause, ListChange, ListName, ListWhat, MeasureChange, MeasureWhat},
    date::Date,
    facts::{CreditFile, Known, Stamp},
    instant::Instant,
    listing::{self, State},
};
use std::collections::BTreeMap;

/// How one entry stands on a day. Owned, so that it outlives a change of the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryStanding {
    /// Index of the designation in the file.
    record: usize,
    list: ListName,
    state: State,
    from: Date,
    until: Date,
}

/// How all entries of a subject stand on a day.
pub fn standing(file: &CreditFile, date: Date) -> Vec<EntryStanding> {
    let mut standing = Vec::new();
    for (index, record) in file.records.iter().enumerate() {
        let Some(designation) = record.designation() else { continue };
        let entry = listing::entry(record, designation, Known::Now);
        for entry in std::iter::once(entry).chain(listing::watch(record, designation, Known::Now)) {
            let (from, until) = (entry.span.from, entry.span.to);
            standing.push(EntryStanding { record: index, list: entry.list, state: entry.state(date), from, until });
        }
    }
    standing
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
    /// The day on which it takes effect.
    pub date: Date,
}

impl Happening<'_> {
    fn cause(&self) -> Cause {
        Cause { kind: self.kind.to_owned(), event: self.event.to_owned(), date: self.date }
    }

    fn position(&self) -> String {
        format!("{}-{}", self.partition, self.stamp.offset)
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

/// Announces the difference, and counts it in the subject's sequences.
pub fn announce(
    file: &mut CreditFile,
    before: &[EntryStanding],
    after: &[EntryStanding],
    happening: &Happening,
    telling: Telling,
) -> (Vec<ListChange>, Vec<MeasureChange>) {
    if before == after {
        return (Vec::new(), Vec::new());
    }
    if telling == Telling::Counted {
        let lists = listed(before, after).count() as u64;
        let measures = changed_measures(&in_force(file, before), &in_force(file, after)).len() as u64;
        file.list_sequence += lists;
        file.measure_sequence += measures;
        return (Vec::new(), Vec::new());
    }
    let about = About { id: file.id.to_string(), kind: file.kind, name: file.name(Known::Now).map(str::to_owned) };
    let lists = list_changes(file, before, after, happening, &about);
    let measures = measure_changes(file, before, after, happening, &about);
    file.list_sequence += lists.len() as u64;
    file.measure_sequence += measures.len() as u64;
    (lists, measures)
}

/// The entries that the public sees change.
fn listed<'a>(
    before: &'a [EntryStanding],
    after: &'a [EntryStanding],
) -> impl Iterator<Item = (&'a EntryStanding, ListWhat)> {
    after.iter().filter_map(move |entry| {
        let earlier = before.iter().find(|earlier| (earlier.record, earlier.list) == (entry.record, entry.list));
        Some((entry, list_what(earlier, entry)?))
    })
}

fn list_changes(
    file: &CreditFile,
    before: &[EntryStanding],
    after: &[EntryStanding],
    happening: &Happening,
    about: &About,
) -> Vec<ListChange> {
    let mut changes = Vec::new();
    for (entry, what) in listed(before, after) {
        let record = &file.records[entry.record];
        let sequence = file.list_sequence + changes.len() as u64 + 1;
        changes.push(ListChange {
            change: format!("{}-L{sequence}", file.id),
            subject: about.clone(),
            list: entry.list,
            kind: record.designation().map(|designation| designation.kind.to_string()).unwrap_or_default(),
            record: record.id.to_string(),
            what,
            from: entry.from,
            until: entry.until,
            cause: happening.cause(),
            position: happening.position(),
            sequence,
            recorded: Instant(happening.stamp.recorded),
        });
    }
    changes
}

/// The word for a change of an entry, if the list that the public sees has changed.
fn list_what(before: Option<&EntryStanding>, after: &EntryStanding) -> Option<ListWhat> {
    let was = before.map_or(State::Pending, |entry| entry.state);
    match (was, after.state) {
        (State::Active, State::Active) if before.is_some_and(|b| (b.from, b.until) != (after.from, after.until)) => {
            Some(ListWhat::Amended)
        }
        (was, now) if was == now => None,
        (_, State::Active) => Some(ListWhat::Listed),
        (State::Active, State::Exited) => Some(ListWhat::Exited),
        (State::Active, State::Expired) => Some(ListWhat::Expired),
        (State::Active | State::Exited | State::Expired, State::Withdrawn) => Some(ListWhat::Withdrawn),
        _ => None,
    }
}

/// A measure in force, its bases by index of the designation.
struct InForce {
    basis: Vec<usize>,
    from: Date,
    until: Date,
}

fn in_force<'a>(file: &'a CreditFile, standing: &[EntryStanding]) -> BTreeMap<&'a str, InForce> {
    let mut measures: BTreeMap<&str, InForce> = BTreeMap::new();
    for entry in standing.iter().filter(|entry| entry.state == State::Active && entry.list != ListName::Watch) {
        for code in file.records[entry.record].designation().into_iter().flat_map(|d| d.measures.iter()) {
            let new = InForce { basis: Vec::new(), from: entry.from, until: entry.until };
            let measure = measures.entry(code).or_insert(new);
            measure.basis.push(entry.record);
            measure.from = measure.from.min(entry.from);
            measure.until = measure.until.max(entry.until);
        }
    }
    measures
}

/// The measures that are other than they were, by code.
fn changed_measures<'a>(
    was: &'a BTreeMap<&'a str, InForce>,
    now: &'a BTreeMap<&'a str, InForce>,
) -> Vec<(&'a str, MeasureWhat, &'a InForce)> {
    let mut changed: Vec<(&str, MeasureWhat, &InForce)> = Vec::new();
    for (code, measure) in now {
        match was.get(code) {
            None => changed.push((code, MeasureWhat::Imposed, measure)),
            Some(earlier) if (&earlier.basis, earlier.until) != (&measure.basis, measure.until) => {
                changed.push((code, MeasureWhat::Rebased, measure));
            }
            Some(_) => {}
        }
    }
    changed.extend(
        was.iter().filter(|(code, _)| !now.contains_key(*code)).map(|(code, m)| (*code, MeasureWhat::Ended, m)),
    );
    changed.sort_by_key(|(code, ..)| *code);
    changed
}

fn measure_changes(
    file: &CreditFile,
    before: &[EntryStanding],
    after: &[EntryStanding],
    happening: &Happening,
    about: &About,
) -> Vec<MeasureChange> {
    let (was, now) = (in_force(file, before), in_force(file, after));
    let changes = changed_measures(&was, &now).into_iter().enumerate().map(|(index, (code, what, measure))| {
        let sequence = file.measure_sequence + index as u64 + 1;
        // What ended is told with the day on which it did, not with the term that it once had.
        let ended = |record: usize| after.iter().find(|entry| entry.record == record && entry.list != ListName::Watch);
        let until = match what {
            MeasureWhat::Ended => measure.basis.iter().filter_map(|b| ended(*b)).map(|entry| entry.until).max(),
            _ => None,
        };
        // A withdrawn entry keeps its term; the measure ended with the withdrawal all the same.
        let until = until.map(|until| until.min(happening.date));
        MeasureChange {
            change: format!("{}-M{sequence}", file.id),
            subject: about.clone(),
            measure: code.to_owned(),
            what,
            basis: measure.basis.iter().map(|record| file.records[*record].id.to_string()).collect(),
            from: measure.from,
            until: until.unwrap_or(measure.until),
            cause: happening.cause(),
            position: happening.position(),
            sequence,
            recorded: Instant(happening.stamp.recorded),
        }
    });
    changes.collect()
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
            changes.extend(outcome.lists.into_iter().filter(|change| change.subject.id == SUBJECT));
            measures.extend(outcome.measures.into_iter().filter(|change| change.subject.id == SUBJECT));
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
        let change = &then.outcome.lists[0];
        assert_eq!((change.cause.kind.as_str(), change.cause.event.as_str()), ("day.opened", "system/day-2026-06-12"));
        assert_eq!(change.cause.date.to_string(), "2026-06-12");
        let then = then.when(withdraw_designation("L-1", "2026-06-12").id("W-1"));
        let change = &then.outcome.lists[0];
        assert_eq!(change.cause.kind, "designation.withdrawn");
        assert_eq!(change.cause.event, format!("{LABOUR}/W-1"));
        assert_eq!(change.position, format!("0-{}", then.offset));
        assert_eq!(change.subject.name.as_deref(), Some("伊宁市星河建筑有限公司"));
    }

    #[test]
    fn a_back_dated_event_takes_effect_on_the_open_day_and_one_ahead_on_its_own() {
        let cause = |effective: &str| {
            let then = given([day("2026-05-11"), black("L-1", "2026-05-01")]).when(exit("L-1", effective));
            then.outcome.lists[0].cause.date.to_string()
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
        assert!(then.outcome.lists.iter().all(|change| change.subject.name.is_none()));
        assert!(then.outcome.measures.iter().all(|change| change.subject.name.is_none()));
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
