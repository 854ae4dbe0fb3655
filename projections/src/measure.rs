//! Measures on a subject. (十一)–(十八)(二十), default rule 8: a measure is in force while at least one live entry carries it; it
//! ends with the last. While every entry that carries it is disputed or without basis, it is suspended (二十七).

use crate::{
    change::ListName,
    date::Date,
    facts::{Content, CreditFile, Deed, Known, Record},
    interval::{Days, Span},
    listing::{self, Entry},
};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Active,
    Suspended,
}

/// The measures that an entry carries, each with its first day. The watch carries none.
pub fn carried<'a>(entry: &Entry<'a>, known: Known) -> Vec<(&'a str, Date)> {
    if entry.list == ListName::Watch || entry.is_withdrawn {
        return Vec::new();
    }
    let own = entry.designation.measures.iter().map(|code| (&**code, entry.span.from));
    own.chain(initiated(entry.record, known)).collect()
}

/// What `measure.initiated` added to an entry, each with its first day (二十二).
pub fn initiated(record: &Record, known: Known) -> impl Iterator<Item = (&str, Date)> {
    let stated = match record.content(known) {
        Content::Implication(stated) => &stated.initiated[..],
        _ => &[],
    };
    let acts = record.acts(known).flat_map(|act| {
        let measures = match &act.what {
            Deed::MeasuresInitiated { measures, .. } => &measures[..],
            _ => &[],
        };
        measures.iter().map(|code| (&**code, act.effective))
    });
    stated.iter().map(|one| (&*one.measure, one.since)).chain(acts)
}

/// A stretch of time in which the same entries carried a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<'a> {
    pub span: Span,
    pub state: State,
    /// The entries that carry it: those that are not suspended, or where all are, all.
    pub basis: Vec<&'a str>,
}

/// One entry's part in a measure.
struct Part<'a> {
    record: &'a str,
    span: Span,
    off: Days,
}

/// The whole timeline of each measure of a subject, past and to come as known: stretches in order, without overlaps.
pub fn timelines(file: &CreditFile, known: Known) -> BTreeMap<&str, Vec<Stretch<'_>>> {
    let mut parts: BTreeMap<&str, Vec<Part<'_>>> = BTreeMap::new();
    let records = file.records.iter().filter(|record| known.has(record.stamp));
    for entry in records.filter_map(|record| listing::entry(file, record, known)) {
        for (code, from) in carried(&entry, known) {
            let span = entry.span.since(from);
            if !span.is_empty() {
                let part = Part { record: &entry.record.id, span, off: entry.suspension.days() };
                parts.entry(code).or_default().push(part);
            }
        }
    }
    parts.into_iter().map(|(code, parts)| (code, stretches(&parts))).collect()
}

/// Cuts overlapping parts at every day on which something begins or ends, and joins what is the same.
fn stretches<'a>(parts: &[Part<'a>]) -> Vec<Stretch<'a>> {
    let edges = |part: &Part| {
        let off: Vec<Date> = part.off.edges().filter(|day| part.span.contains(*day)).collect();
        [part.span.from, part.span.after()].into_iter().chain(off).collect::<Vec<Date>>()
    };
    let mut days: Vec<Date> = parts.iter().flat_map(edges).collect();
    days.sort_unstable();
    days.dedup();
    let mut stretches: Vec<Stretch> = Vec::new();
    for pair in days.windows(2) {
        let Some((state, basis)) = on(parts, pair[0]) else { continue };
        let span = stretch(parts, pair[0], pair[1]);
        match stretches.last_mut().filter(|last| last.span.after() == pair[0] && last.state == state) {
            Some(last) if last.basis == basis => last.span = Span { from: last.span.from, ..span },
            _ => stretches.push(Stretch { span, state, basis }),
        }
    }
    stretches
}

/// How a measure stands on a day.
fn on<'a>(parts: &[Part<'a>], day: Date) -> Option<(State, Vec<&'a str>)> {
    let live: Vec<&Part> = parts.iter().filter(|part| part.span.contains(day)).collect();
    if live.is_empty() {
        return None;
    }
    let basis = |suspended: bool| {
        let mut basis: Vec<&str> = Vec::new();
        for part in live.iter().filter(|part| part.off.contains(day) == suspended) {
            if !basis.contains(&part.record) {
                basis.push(part.record);
            }
        }
        basis
    };
    let active = basis(false);
    Some(if active.is_empty() { (State::Suspended, basis(true)) } else { (State::Active, active) })
}

/// A stretch that ends where a term ends shows that term's last day; otherwise the day of the event.
fn stretch(parts: &[Part], from: Date, to: Date) -> Span {
    let ends = |through: bool| parts.iter().any(|part| part.span.through == through && part.span.after() == to);
    if ends(true) && !ends(false) { Span::by_term(from, to.previous()) } else { Span { from, to, through: false } }
}

#[cfg(test)]
mod tests {
    use crate::{event::List, refusal::Code, testing::*};

    const MEASURE: &str = "R-KEY-SUPERVISION";

    fn tax_and_market() -> Scenario {
        given([
            day("2026-01-10"),
            designation(List::Black, "tax-violation", "T-1", "2026-01-10").by(TAX).until("2028-01-10"),
            designation(List::Black, "market-violation", "M-1", "2026-03-02").by(MARKET).until("2029-03-02"),
        ])
    }

    /// Default rule 8, the tenth of the worked scenarios.
    #[test]
    fn a_measure_stays_in_force_while_one_live_entry_carries_it_and_ends_with_the_last() {
        tax_and_market()
            .on("2026-09-15")
            .when(exit(&format!("{MARKET}/M-1"), "2026-09-15").by(MARKET))
            .then_measure_changes(MEASURE, ["rebased 2026-01-10..2028-01-10 on T-1"])
            .then_measure_changes("R-MARKET-BAN", ["ended 2026-03-02..2026-09-15 on M-1"])
            .then_measure_changes("R-HIGHER-RATES", [])
            .then_measure(
                MEASURE,
                [
                    "2026-01-10..2026-03-02 on T-1",
                    "2026-03-02..2026-09-15 on T-1+M-1",
                    "2026-09-15..=2028-01-10 on T-1",
                ],
            )
            .on("2028-01-09")
            .when(day("2028-01-10"))
            .then_measure_changes(MEASURE, [])
            .when(day("2028-01-11"))
            .then_measure_changes(MEASURE, ["ended 2026-01-10..2028-01-10 on T-1"]);
    }

    #[test]
    fn a_second_basis_rebases_a_measure_and_imposes_only_what_is_new() {
        tax_and_market()
            .on("2026-03-01")
            .when(day("2026-03-02"))
            .then_measure_changes(MEASURE, ["rebased 2026-01-10..2029-03-02 on T-1+M-1"])
            .then_measure_changes("R-MARKET-BAN", ["imposed 2026-03-02..2029-03-02 on M-1"])
            .then_measure_changes("R-HIGHER-RATES", []);
    }

    #[test]
    fn a_second_basis_that_ends_earlier_shortens_nothing() {
        given([day("2026-01-10"), black("L-1", "2026-01-10").until("2029-01-10")])
            .when(black("L-2", "2026-01-10").until("2027-01-10"))
            .then_measure_changes(MEASURE, ["rebased 2026-01-10..2029-01-10 on L-1+L-2"])
            .then_measure(MEASURE, ["2026-01-10..=2027-01-10 on L-1+L-2", "2027-01-11..=2029-01-10 on L-1"])
            .when(day("2027-01-11"))
            .then_measure_changes(MEASURE, ["rebased 2026-01-10..2029-01-10 on L-1"]);
    }

    #[test]
    fn measures_are_off_from_the_day_of_the_exit_on_and_the_watch_carries_none() {
        given([day("2026-05-11"), black("L-1", "2026-05-11")])
            .on("2026-06-15")
            .when(exit("L-1", "2026-06-15"))
            .then_measure(MEASURE, ["2026-05-11..2026-06-15 on L-1"])
            .when(day("2026-06-16"))
            .then_listed("2026-06-16", ["watch L-1"])
            .then_measure_changes(MEASURE, []);
    }

    #[test]
    fn measures_of_a_term_are_on_through_its_last_day() {
        given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-06-15")])
            .on("2026-06-15")
            .when(day("2026-06-16"))
            .then_measure(MEASURE, ["2026-05-11..=2026-06-15 on L-1"])
            .then_measure_changes(MEASURE, ["ended 2026-05-11..2026-06-15 on L-1"]);
    }

    #[test]
    fn a_withdrawn_entry_never_carried_a_measure() {
        given([day("2026-05-11"), black("L-1", "2026-05-11")])
            .on("2026-06-15")
            .when(withdraw_designation("L-1", "2026-06-15"))
            .then_measure(MEASURE, [])
            .then_measure_changes(MEASURE, ["withdrawn 2026-05-11..2026-06-15 on L-1"]);
    }

    #[test]
    fn what_is_for_organisations_alone_is_nothing_to_a_person_and_the_other_way_round() {
        let worker = || designation(List::Red, "model-worker", "R-1", "2026-05-11");
        let span = "2026-05-11..=2029-05-11 on R-1";
        let of_person = given([day("2026-05-11")]).when(worker().months(36).about_person(PERSON)).of(PERSON);
        of_person.then_measure("I-SERVICE-SUPPORT", [span]).then_measure("I-GREEN-CHANNEL", [span]);
        let of_company = given([day("2026-05-11")]).when(worker().months(36));
        of_company.then_measure("I-SERVICE-SUPPORT", []).then_measure("I-GREEN-CHANNEL", [span]);
        given([day("2026-05-11"), worker().about_person(PERSON)])
            .when(initiate("M-1", "R-1", "2026-05-12", "I-BID-POINTS", TAX, "2026-06-01").about_person(PERSON))
            .then_refused(Code::MeasureMismatch);
    }

    /// Default rule 13.
    #[test]
    fn an_entry_carries_the_measures_that_its_kind_had_when_it_was_accepted() {
        let mut kinds = shipped("list-kinds");
        let all = kinds["kinds"].as_array_mut().unwrap();
        all.iter_mut().find(|kind| kind["code"] == "unpaid-wages").unwrap()["measures"] =
            serde_json::json!(["R-CREDIT-RECORD"]);
        given([day("2026-05-11"), black("L-1", "2026-05-11"), policy("list-kinds", 2, "2026-05-12", kinds)])
            .on("2026-05-12")
            .when(black("L-2", "2026-05-12"))
            .then_measure(MEASURE, ["2026-05-11..=2029-05-11 on L-1"])
            .then_measure_changes("R-CREDIT-RECORD", ["rebased 2026-05-11..2029-05-12 on L-1+L-2"]);
    }
}
