//! Duties about a list entry: to give notice of its end, to decide on a flag or on a lost basis.

use super::{Asked, Raised, duty};
use crate::{
    change::ListName,
    date::Date,
    dispute::{self, withdrawal},
    event::NoticeAbout,
    facts::{ConfirmedOn, Deed, Record},
    flag,
    listing::{self, Entry},
};

pub(super) fn duties<'a>(asked: &Asked<'a>, record: &'a Record, places: &[usize], all: &mut Vec<Raised<'a>>) {
    if record.designation(asked.known).is_none() {
        return;
    }
    let Some(entry) = listing::entry(asked.file, record, asked.known) else { return };
    all.extend(notify_exit(asked, &entry));
    all.extend(decide_basis_lost(asked, &entry));
    if entry.list == ListName::Red {
        decide_flags(asked, &entry, places, all);
    }
}

/// (二十一) An exit notice on the channel of the original publication (default rule 9). The day of the exit is not counted.
fn notify_exit<'a>(asked: &Asked<'a>, entry: &Entry<'a>) -> Option<Raised<'a>> {
    if entry.is_withdrawn || asked.as_of < entry.span.after() {
        return None;
    }
    let notice = entry.record.acts(asked.known).find(|act| {
        matches!(act.what, Deed::Noticed { about: NoticeAbout::Exit, .. } | Deed::Exited { notice: true, .. })
    });
    let done = notice.map(|act| act.effective);
    Some(Raised { done, ..Raised::new(duty::NOTIFY_EXIT, entry.record, entry.span.to) })
}

/// When the authority decides by an act of its own, and when the entry's end or withdrawal leaves nothing to decide.
fn decisions(asked: &Asked, entry: &Entry, since: Date, on: ConfirmedOn) -> (Option<Date>, Option<Date>) {
    let decides = |deed: &Deed| *deed == Deed::Confirmed { on } || matches!(deed, Deed::Exited { .. });
    let acts = entry.record.acts(asked.known).filter(|act| act.effective >= since && decides(&act.what));
    let by_term = (!entry.is_cut).then(|| entry.span.after());
    (acts.map(|act| act.effective).min(), by_term)
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
    let (decided, by_term) = decisions(asked, entry, from, ConfirmedOn::BasisLost);
    let withdrawn = entry.withdrawn_by.map(|act| act.effective);
    let done = decided.into_iter().chain(withdrawn).min();
    Some(Raised { done, cancelled: by_term, ..Raised::new(duty::DECIDE_BASIS_LOST, entry.record, since) })
}

/// Default rule 7: incentives go on until the authority decides.
fn decide_flags<'a>(asked: &Asked<'a>, entry: &Entry<'a>, places: &[usize], all: &mut Vec<Raised<'a>>) {
    let records = places.iter().map(|place| &*asked.file.records[*place]);
    for cause in records.filter(|cause| asked.known.has(cause.stamp) && cause.id != entry.record.id) {
        let flags = flag::possible(asked.file, entry, cause, asked.known);
        let Some(first) = flags.iter().map(|flag| flag.span.from).min() else { continue };
        let since = first.max(cause.judged).max(entry.record.judged);
        let (done, by_term) = decisions(asked, entry, first, ConfirmedOn::Flag);
        let withdrawn = [entry.withdrawn_by, withdrawal(cause, asked.known)];
        let gone = withdrawn.into_iter().flatten().map(|act| act.effective).chain(by_term).min();
        let cause = Some(&*cause.id);
        all.push(Raised { done, cancelled: gone, cause, ..Raised::new(duty::DECIDE_FLAG, entry.record, since) });
    }
}
