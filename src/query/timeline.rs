//! The timeline of a subject: every interval with what began it and what ended it.

use super::{
    Page,
    access::Sight,
    cause::{self, Cause},
    listing::is_shown,
    measure,
    record::{self, known_records},
    same,
    scope::Scope,
    subject::Reading,
    walk::{Cursor, Place},
};
use crate::{node::Node, problem::Problem};
use chengxin_projections::{change::ListName, date::Date, facts::Deed, facts::Record, listing, publication};
use serde::Serialize;
use utoipa::ToSchema;

/// What an interval is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// An entry of the red or the black list.
    Listing,
    /// The watch behind a black listing.
    Watch,
    Measure,
    /// The publicity of a license or a penalty.
    Publication,
}

/// An interval of a subject's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Span {
    pub what: What,
    /// The record, by `ORG/ID`; of a measure, the first entry that carried it.
    pub record: String,
    /// The list kind of an entry, the code of a measure, `license` or `penalty`.
    pub kind: String,
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day on which it ends, as known; null where it has no end. A term includes that day; what an event ends is
    /// off from that day on.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
    /// `active`, `exited`, `expired`, `withdrawn`, `revoked`, `repaired`, `withheld`, `ended`: how it stands on the day.
    pub state: String,
    /// What it began with, and what ended it, as far as that has come.
    pub causes: Vec<Cause>,
    /// Of a measure: the entries that carried it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<String>,
}

/// A page of the timeline of a subject, as far as the sight shows it.
pub fn page(
    node: &Node,
    key: &str,
    sight: &Sight,
    scope: &Scope,
    place: Option<Place>,
    limit: usize,
) -> Result<Page<Span>, Problem> {
    let members = same::members(node, key, scope)?;
    let mut all = Vec::new();
    for (shard, held) in same::held(node, &members, scope)? {
        let (policy, policies) = (scope.policy(shard.number), scope.policies(shard.number));
        let (known, as_of) = (scope.known(shard.number), scope.as_of);
        let bodies = record::Bodies::new(&node.codec, Vec::new()); // intervals need nothing of what only events say
        let reading = Reading { file: &held.file, bodies, known, as_of, policy: &policy, policies: &policies };
        all.extend(timeline(&reading));
    }
    all.retain(|span| span.is_seen_by(sight));
    sort(&mut all);
    let shown = place.map_or(0, |place| place.shown);
    let end = shown.saturating_add(limit).min(all.len());
    let next = (end < all.len()).then(|| Place { subject: key.to_owned(), shown: end });
    let items = all.into_iter().skip(shown).take(limit).collect();
    Ok(Page::new(items, next.map(|place| Cursor::after(place, scope).render()), scope))
}

/// Every interval that had begun by the day, in the order of their beginnings.
pub fn timeline(reading: &Reading) -> Vec<Span> {
    let mut spans = listings(reading);
    spans.extend(measures(reading));
    spans.extend(known_records(reading).filter_map(|record| published(record, reading)));
    sort(&mut spans);
    spans
}

fn sort(spans: &mut [Span]) {
    spans.sort_by(|a, b| (a.from, a.what, &a.kind, &a.record).cmp(&(b.from, b.what, &b.kind, &b.record)));
}

fn listings(reading: &Reading) -> Vec<Span> {
    let entries = listing::entries(reading.file, reading.known).filter(|entry| is_shown(entry, reading.as_of));
    let span = |entry: listing::Entry| {
        let is_over = entry.span.after() <= reading.as_of;
        let end =
            is_over.then(|| cause::end_of(&entry, reading.known).unwrap_or_else(|| Cause::day(entry.span.after())));
        let (what, begin) = match entry.list {
            ListName::Watch => (What::Watch, begin_of_watch(&entry, reading)),
            _ => (What::Listing, begin_of(entry.record)),
        };
        Span {
            what,
            record: entry.record.id.to_string(),
            kind: entry.designation.kind.to_string(),
            from: entry.span.from,
            to: Some(entry.span.to),
            state: word(entry.state(reading.as_of)).to_owned(),
            causes: std::iter::once(begin).chain(end).collect(),
            basis: Vec::new(),
        }
    };
    entries.map(span).collect()
}

/// The watch begins with what ended the listing.
fn begin_of_watch(watch: &listing::Entry, reading: &Reading) -> Cause {
    let listing = listing::entry(reading.file, watch.record, reading.known);
    let end = listing.and_then(|entry| cause::end_of(&entry, reading.known));
    end.unwrap_or_else(|| Cause::day(watch.span.from))
}

fn measures(reading: &Reading) -> impl Iterator<Item = Span> {
    let as_of = reading.as_of;
    measure::measures(reading).into_iter().flat_map(move |measure| {
        let measure::Measure { measure: code, mut intervals, .. } = measure;
        let begins: Vec<Cause> = intervals.iter().skip(1).map(|next| next.cause.clone()).collect();
        let mut begins = begins.into_iter();
        let on = match measure.state {
            measure::State::Active => Some("active"),
            measure::State::Suspended => Some("suspended"),
            measure::State::Ended => None,
        };
        let last = intervals.len().saturating_sub(1);
        intervals
            .drain(..)
            .enumerate()
            .map(move |(index, interval)| {
                let next = begins.next().filter(|cause| cause.date <= as_of && cause.date <= interval.to.next());
                Span {
                    what: What::Measure,
                    record: interval.basis.first().cloned().unwrap_or_default(),
                    kind: code.clone(),
                    from: interval.from,
                    to: Some(interval.to),
                    state: on.filter(|_| index == last).unwrap_or("ended").to_owned(),
                    causes: std::iter::once(interval.cause).chain(next).collect(),
                    basis: interval.basis,
                }
            })
            .collect::<Vec<Span>>()
    })
}

/// The publicity of a license or a penalty, from its publication to its end.
fn published(record: &Record, reading: &Reading) -> Option<Span> {
    let publication = publication::publication(record, reading.known, reading.as_of, reading.policies)?;
    let from = publication.issued?;
    let issue = record.acts(reading.known).find(|act| matches!(act.what, Deed::Published { .. }))?;
    let ended = publication.ended_by;
    let has_expired = publication.until.is_some_and(|until| until < reading.as_of);
    let state = match ended.map(|act| &act.what) {
        Some(deed) if chengxin_projections::dispute::withdraws(deed) => "withdrawn",
        Some(Deed::Revoked) => "revoked",
        Some(Deed::RepairGranted) => "repaired",
        Some(Deed::Withheld { .. }) => "withheld",
        _ if has_expired => "expired",
        _ => "active",
    };
    let end = match ended {
        Some(act) => Some(Cause::of(record, act)),
        None => publication.until.filter(|_| has_expired).map(|until| Cause::day(until.next())),
    };
    Some(Span {
        what: What::Publication,
        record: record.id.to_string(),
        kind: record::kind(record).to_owned(),
        from,
        to: publication.until,
        state: state.to_owned(),
        causes: std::iter::once(Cause::of(record, issue)).chain(end).collect(),
        basis: Vec::new(),
    })
}

fn begin_of(record: &Record) -> Cause {
    Cause { kind: "designation.made".to_owned(), event: record.id.to_string(), date: record.effective }
}

fn word(state: listing::State) -> &'static str {
    match state {
        listing::State::Pending => "pending",
        listing::State::Active => "active",
        listing::State::Exited => "exited",
        listing::State::Expired => "expired",
        listing::State::Withdrawn => "withdrawn",
    }
}
