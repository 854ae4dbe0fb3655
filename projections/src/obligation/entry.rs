//! Duties about a list entry: to give notice of its end, to decide on a flag or on a lost basis.

use super::{Asked, Raised, Raising, duty};
use crate::{
    change::ListName,
    date::Date,
    dispute::{self, taken_down, withdrawal},
    facts::{Act, Record},
    flag,
    listing::Entry,
    notice,
};

pub(super) fn duties<'a>(asked: &Asked<'a>, entry: &Entry<'a>, places: &[usize], all: &mut Raising<'a>) {
    if !entry.is_own() {
        return;
    }
    all.extend(notify_exit(asked, entry));
    all.extend(decide_basis_lost(asked, entry));
    if entry.list == ListName::Red {
        decide_flags(asked, entry, places, all);
    }
}

/// (二十一) An exit notice on the channel of the original publication (default rule 9). The day of the exit is not counted.
fn notify_exit<'a>(asked: &Asked<'a>, entry: &Entry<'a>) -> Option<Raised<'a>> {
    if entry.is_withdrawn || asked.as_of < entry.span.after() {
        return None;
    }
    let done = notice::exit_told(entry, asked.known);
    Some(Raised { done, ..Raised::new(duty::NOTIFY_EXIT, entry.record, entry.span.to) })
}

/// When an exit or a repair of the entry decides, and when its term leaves nothing to decide.
fn ended(entry: &Entry) -> (Option<Date>, Option<Date>) {
    (entry.ended_by.map(|act| act.effective), (!entry.is_cut).then(|| entry.span.after()))
}

/// Default rule 5.
fn decide_basis_lost<'a>(asked: &Asked<'a>, entry: &Entry<'a>) -> Option<Raised<'a>> {
    let from = dispute::loss(asked.file, entry.designation, asked.known)?;
    let lost = entry.designation.basis.iter().filter_map(|id| asked.file.record(id));
    let told = lost.filter_map(|record| Some(withdrawal(record, asked.known)?.judged)).max()?;
    let since = from.max(entry.span.from).max(told).max(entry.record.judged);
    if !entry.span.contains(from.max(entry.span.from)) {
        return None;
    }
    let (confirmed, corrected) = dispute::decided_on_basis(entry.record, asked.known);
    let since = since.max(corrected.unwrap_or(since));
    let (ended, by_term) = ended(entry);
    let withdrawn = entry.withdrawn_by.map(taken_down);
    let done = confirmed.into_iter().chain(ended).chain(withdrawn).min();
    Some(Raised { done, cancelled: by_term, ..Raised::new(duty::DECIDE_BASIS_LOST, entry.record, since) })
}

/// Default rule 7: incentives go on until the authority decides.
fn decide_flags<'a>(asked: &Asked<'a>, entry: &Entry<'a>, places: &[usize], all: &mut Raising<'a>) {
    let records = places.iter().map(|place| &*asked.file.records[*place]);
    for cause in records.filter(|cause| asked.known.has(cause.stamp) && cause.id != entry.record.id) {
        let flags = flag::undecided(asked.file, entry, cause, asked.known);
        let Some(first) = flags.iter().map(|(_, span)| span.from).min() else { continue };
        // Before the entry's own end: the cause ended, and with it what there was to decide.
        let over = flags.iter().map(|(_, span)| span.after()).max().filter(|over| *over < entry.span.after());
        let before = |gone: Option<&Act>, other: &Record| gone.is_some_and(|act| act.stamp < other.stamp);
        if before(entry.withdrawn_by, cause) || before(withdrawal(cause, asked.known), entry.record) {
            continue; // When the later of them was recorded the other one never was: nobody was ever asked.
        }
        let since = first.max(cause.judged).max(entry.record.judged);
        let decides = |act: &&Act| {
            let known = flag::known_to(asked.file, entry.record, cause, act);
            act.effective >= first && known.iter().any(|(_, span)| span.from <= act.effective)
        };
        let confirmations = flag::confirmations(entry.record, asked.known);
        let confirmed = confirmations.filter(decides).map(|act| act.effective).min();
        let (ended, by_term) = ended(entry);
        let done = confirmed.into_iter().chain(ended).min();
        let withdrawn = [entry.withdrawn_by, withdrawal(cause, asked.known)];
        let gone = withdrawn.into_iter().flatten().map(taken_down).chain(by_term).chain(over).min();
        let cause = Some(&*cause.id);
        all.push(Raised { done, cancelled: gone, cause, ..Raised::new(duty::DECIDE_FLAG, entry.record, since) });
    }
}
