//! Measures in force on a subject. (十一)–(十八)(二十), default rule 8: a measure is in force while at least one live entry
//! carries it; it ends with the last.

use crate::{
    change::ListName,
    date::Date,
    facts::{CreditFile, Known},
    interval::Span,
    listing::{self, Entry},
};
use std::collections::BTreeMap;

/// The measures that an entry carries, and for how long. The watch carries none.
pub fn carried<'a>(entry: &Entry<'a>) -> impl Iterator<Item = &'a str> {
    let carries = entry.list != ListName::Watch && entry.withdrawn_by.is_none();
    entry.designation.measures.iter().filter(move |_| carries).map(|code| &**code)
}

/// A stretch of time in which the same entries carried a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<'a> {
    pub span: Span,
    pub basis: Vec<&'a str>,
}

/// The whole timeline of each measure of a subject, past and to come as known: stretches in order, without overlaps.
pub fn timelines(file: &CreditFile, known: Known) -> BTreeMap<&str, Vec<Stretch<'_>>> {
    let mut spans: BTreeMap<&str, Vec<(Span, &str)>> = BTreeMap::new();
    for entry in listing::entries(file, known).filter(|entry| !entry.span.is_empty()) {
        for code in carried(&entry) {
            spans.entry(code).or_default().push((entry.span, &entry.record.id));
        }
    }
    spans.into_iter().map(|(code, spans)| (code, stretches(&spans))).collect()
}

/// Cuts overlapping spans at every day on which one begins or ends.
fn stretches<'a>(spans: &[(Span, &'a str)]) -> Vec<Stretch<'a>> {
    let mut days: Vec<Date> = spans.iter().flat_map(|(span, _)| [span.from, span.after()]).collect();
    days.sort_unstable();
    days.dedup();
    let mut stretches = Vec::new();
    for pair in days.windows(2) {
        let live: Vec<&(Span, &str)> = spans.iter().filter(|(span, _)| span.contains(pair[0])).collect();
        if live.is_empty() {
            continue;
        }
        // A stretch that ends where a term ends shows that term's last day; otherwise the day of the event.
        let by_term = live.iter().any(|(span, _)| span.through && span.after() == pair[1]);
        let by_event = live.iter().any(|(span, _)| !span.through && span.after() == pair[1]);
        let span = if by_term && !by_event {
            Span::by_term(pair[0], pair[1].previous())
        } else {
            Span { from: pair[0], to: pair[1], through: false }
        };
        stretches.push(Stretch { span, basis: live.iter().map(|(_, record)| *record).collect() });
    }
    stretches
}

#[cfg(test)]
mod tests {
    use crate::{event::List, testing::*};

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
            .then_measure_changes(MEASURE, ["ended 2026-05-11..2026-06-15 on L-1"]);
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
