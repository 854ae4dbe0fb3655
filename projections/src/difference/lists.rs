//! How entries change.

use super::Happening;
use crate::{
    change::{About, ListChange, ListName, ListWhat},
    date::Date,
    facts::{CreditFile, Deed, Known, Stamp},
    listing::{self, Entry, State},
    measure,
};
use std::sync::Arc;

/// How one entry stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntryStanding {
    /// Place of the record in the file.
    pub place: usize,
    pub list: ListName,
    pub state: State,
    pub from: Date,
    pub until: Date,
    pub is_disputed: bool,
    pub is_suspended: bool,
    /// Corrections so far.
    version: usize,
    /// Whether it stands on a list, and is not what another subject's entry says of this person.
    is_listed: bool,
    /// What it carries while it is active: of its kind, and what was initiated, since when.
    pub measures: Arc<[Box<str>]>,
    pub initiated: Vec<(Box<str>, Date)>,
}

pub(super) fn standing(file: &CreditFile, places: &[usize], date: Date) -> Vec<EntryStanding> {
    let mut standing = Vec::new();
    for place in places {
        let Some(entry) = listing::entry(file, &file.records[*place], Known::Now) else { continue };
        standing.extend(listing::with_watch(entry).map(|entry| one(&entry, *place, date)));
    }
    standing
}

fn one(entry: &Entry, place: usize, date: Date) -> EntryStanding {
    let is_watch = entry.list == ListName::Watch;
    let begun = measure::initiated(entry.record, Known::Now).filter(|(_, since)| !is_watch && *since <= date);
    let corrections = entry.record.acts.iter().filter(|act| matches!(act.what, Deed::Corrected(_)));
    EntryStanding {
        place,
        list: entry.list,
        state: entry.state(date),
        from: entry.span.from,
        until: entry.span.to,
        is_disputed: entry.is_disputed(date),
        is_suspended: entry.is_disputed(date) || entry.is_basis_lost(date),
        version: if entry.is_own() { corrections.count() } else { 0 },
        is_listed: entry.is_own() || is_watch,
        measures: if is_watch { Arc::default() } else { entry.designation.measures.clone() },
        initiated: begun.map(|(code, since)| (code.into(), since.max(entry.span.from))).collect(),
    }
}

impl EntryStanding {
    /// What it carries, each with its first day.
    pub(super) fn carries(&self) -> impl Iterator<Item = (&str, Date)> {
        let of_kind = self.measures.iter().map(|code| (&**code, self.from));
        of_kind.chain(self.initiated.iter().map(|(code, since)| (&**code, *since)))
    }
}

/// The entries that the public sees change, in their words.
pub(super) fn changed<'a>(
    file: &CreditFile,
    before: &'a [EntryStanding],
    after: &'a [EntryStanding],
    happening: &Happening,
) -> Vec<(&'a EntryStanding, ListWhat)> {
    let mut changed = Vec::new();
    for entry in after.iter().filter(|entry| entry.is_listed) {
        let earlier = before.iter().find(|earlier| (earlier.place, earlier.list) == (entry.place, entry.list));
        let words = words(earlier, entry, happening.revision).into_iter().flatten();
        let is_told = |_: &ListWhat| {
            let was_over = earlier.is_some_and(|earlier| matches!(earlier.state, State::Exited | State::Expired));
            !was_over || entry.state == State::Active || was_told(file, entry, happening.stamp)
        };
        changed.extend(words.filter(is_told).map(|what| (entry, what)));
    }
    // A watch whose term was corrected to nothing: there never was one.
    let is_there =
        |gone: &&EntryStanding| after.iter().any(|entry| (entry.place, entry.list) == (gone.place, gone.list));
    let gone = before.iter().filter(|entry| happening.revision >= 2 && entry.is_listed && !is_there(entry));
    let gone = gone.filter(|entry| match entry.state {
        State::Active => true,
        State::Exited | State::Expired => was_told(file, entry, happening.stamp),
        State::Pending | State::Withdrawn => false,
    });
    changed.extend(gone.map(|entry| (entry, ListWhat::Withdrawn)));
    changed
}

/// Whether anyone was ever told that the entry began, before something happened: it ran on a day on which that was known.
/// What was over when it was recorded was told to nobody, and so is what changes of it.
fn was_told(file: &CreditFile, entry: &EntryStanding, happened: Stamp) -> bool {
    let record = &file.records[entry.place];
    let acts = record.acts.iter().map(|act| (act.stamp, act.judged)).filter(|(stamp, _)| *stamp < happened);
    let known: Vec<(Stamp, Date)> = std::iter::once((record.stamp, record.judged)).chain(acts).collect();
    known.iter().enumerate().any(|(index, (stamp, since))| {
        // Until the next act was known; what is known last has been over since.
        let until = known.get(index + 1).map_or(Date::MAX, |(_, judged)| *judged);
        let then = listing::entry(file, record, Known::Offset(stamp.offset));
        let mut stood = then.into_iter().flat_map(listing::with_watch).filter(|then| then.list == entry.list);
        stood.any(|then| {
            let runs = !then.is_withdrawn && !then.span.is_empty();
            runs && then.span.from <= until && then.span.after() > *since
        })
    })
}

/// The words for a change of an entry, if the list that the public sees has changed.
fn words(before: Option<&EntryStanding>, after: &EntryStanding, revision: u32) -> [Option<ListWhat>; 2] {
    let was = before.map_or(State::Pending, |entry| entry.state);
    let is_other = before.is_some_and(|b| (b.from, b.until) != (after.from, after.until));
    let is_corrected = revision >= 2 && before.is_some_and(|b| b.version != after.version);
    let was_disputed = before.is_some_and(|entry| entry.is_disputed);
    let dispute = match (was_disputed, after.is_disputed) {
        (false, true) => Some(ListWhat::Disputed),
        (true, false) if after.state == State::Active => Some(ListWhat::Undisputed),
        _ => None,
    };
    let what = match (was, after.state) {
        (State::Active, State::Active) => (is_other || is_corrected).then_some(ListWhat::Amended),
        // The end that everyone was told has moved into the past.
        (State::Exited | State::Expired, State::Exited | State::Expired) => {
            (revision >= 2 && (is_other || is_corrected)).then_some(ListWhat::Amended)
        }
        (was, now) if was == now => None,
        (_, State::Active) => Some(ListWhat::Listed),
        (State::Active, State::Exited) => Some(ListWhat::Exited),
        (State::Active, State::Expired) => Some(ListWhat::Expired),
        // Also a watch that had begun, and begins later because the end before it has moved: so far there was none.
        (State::Active | State::Exited | State::Expired, State::Withdrawn | State::Pending) => {
            Some(ListWhat::Withdrawn)
        }
        _ => None,
    };
    [what, dispute]
}

pub(super) fn changes(
    file: &CreditFile,
    changed: &[(&EntryStanding, ListWhat)],
    happening: &Happening,
    about: &About,
) -> Vec<ListChange> {
    let position = happening.position();
    let changes = changed.iter().zip(file.list_sequence + 1..).map(|((entry, what), sequence)| {
        let record = &file.records[entry.place];
        let kind = listing::entry(file, record, Known::Now).map(|entry| entry.designation.kind.to_string());
        ListChange {
            change: format!("{}-L{sequence}", file.id),
            subject: about.clone(),
            list: entry.list,
            kind: kind.unwrap_or_default(),
            record: record.id.to_string(),
            what: *what,
            from: entry.from,
            until: entry.until,
            cause: happening.cause(),
            position: position.clone(),
            sequence,
            recorded: happening.recorded(),
            state: Some(match (what, entry.state) {
                (ListWhat::Withdrawn, State::Pending) => State::Pending,
                (ListWhat::Withdrawn, _) => State::Withdrawn,
                (_, state) => state,
            }),
        }
    });
    changes.collect()
}
