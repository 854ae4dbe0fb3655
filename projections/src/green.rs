//! The green channel (十一): who may pass, and why. On the red list, or no penalty and no black entry in the years that
//! policy asks for. It is a default: the department decides.

use crate::{
    change::ListName,
    date::Date,
    dispute::withdrawal,
    facts::{Content, CreditFile, Known, Record},
    listing,
};
use serde::Serialize;

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// An active entry of the red list.
    RedList,
    /// Nothing bad in all the years.
    CleanYears,
    /// A penalty or a black entry in those years.
    BadRecord,
    /// No policy says for how many years.
    NoTerms,
}

/// Whether a subject may pass on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct GreenChannel<'a> {
    pub because: Because,
    /// The red entries, or the records that stand against it.
    pub records: Vec<&'a Record>,
}

impl GreenChannel<'_> {
    pub fn is_eligible(&self) -> bool {
        matches!(self.because, Because::RedList | Because::CleanYears)
    }
}

/// The rule as of a day. `clean_years` is the policy's. What was withdrawn never was; a repaired penalty was.
pub fn green_channel(file: &CreditFile, known: Known, as_of: Date, clean_years: Option<u32>) -> GreenChannel<'_> {
    let entries = || listing::entries(file, known).filter(|entry| !entry.is_withdrawn);
    let red = entries().filter(|entry| entry.list == ListName::Red && entry.is_active(as_of));
    let red: Vec<&Record> = red.map(|entry| entry.record).collect();
    if !red.is_empty() {
        return GreenChannel { because: Because::RedList, records: red };
    }
    let Some(years) = clean_years else { return GreenChannel { because: Because::NoTerms, records: Vec::new() } };
    // What lies full years back or more does not count any more.
    let counts = |last: Date| last.plus_months(years.saturating_mul(12)) > as_of;
    let penalties = file.records.iter().map(|record| &**record).filter(|record| {
        let begun = known.has(record.stamp) && record.effective <= as_of;
        let is_penalty = matches!(record.content(known), Content::Penalty(_));
        begun && is_penalty && counts(record.effective) && withdrawal(record, known).is_none()
    });
    let black = entries().filter(|entry| entry.list == ListName::Black && entry.is_own());
    let ran = black.filter(|entry| {
        let last = entry.span.after().previous().min(as_of);
        !entry.span.is_empty() && entry.span.from <= as_of && counts(last)
    });
    let records: Vec<&Record> = penalties.chain(ran.map(|entry| entry.record)).collect();
    let because = if records.is_empty() { Because::CleanYears } else { Because::BadRecord };
    GreenChannel { because, records }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;

    fn asked(scenario: &mut Scenario, day: &str) -> (Because, Vec<String>) {
        let green = green_channel(scenario.file(), Known::Now, day.parse().unwrap(), Some(3));
        let short = |record: &&Record| record.id.rsplit('/').next().unwrap_or_default().to_owned();
        (green.because, green.records.iter().map(short).collect())
    }

    fn against(records: &[&str]) -> (Because, Vec<String>) {
        (Because::BadRecord, records.iter().map(|id| (*id).to_owned()).collect())
    }

    #[test]
    fn a_penalty_closes_the_channel_for_three_full_years_from_its_day_on() {
        let mut scenario = given([day("2022-05-10"), penalty("P-1", "2022-05-10")]).on("2022-05-11");
        assert_eq!(asked(&mut scenario, "2022-05-09"), (Because::CleanYears, vec![]));
        for day in ["2022-05-10", "2024-12-31", "2025-05-09"] {
            assert_eq!(asked(&mut scenario, day), against(&["P-1"]), "{day}");
        }
        assert_eq!(asked(&mut scenario, "2025-05-10"), (Because::CleanYears, vec![]));
    }

    #[test]
    fn a_black_entry_counts_to_its_last_day_and_its_watch_does_not() {
        let mut scenario = given([day("2020-05-10"), black("L-1", "2020-05-10").until("2021-05-10").watch_months(12)]);
        assert_eq!(asked(&mut scenario, "2024-05-09"), against(&["L-1"]));
        assert_eq!(asked(&mut scenario, "2024-05-10"), (Because::CleanYears, vec![]));
        let mut left = scenario.on("2020-06-01").when(exit("L-1", "2020-06-01")).scenario;
        assert_eq!(asked(&mut left, "2023-05-30"), against(&["L-1"]));
        assert_eq!(asked(&mut left, "2023-05-31"), (Because::CleanYears, vec![]));
    }

    #[test]
    fn an_active_red_entry_opens_it_whatever_else_is_on_file() {
        let mut scenario =
            given([day("2026-05-11"), red("R-1", "2026-05-11").months(12), penalty("P-1", "2026-05-11")]);
        assert_eq!(asked(&mut scenario, "2026-05-11"), (Because::RedList, vec!["R-1".to_owned()]));
        assert_eq!(asked(&mut scenario, "2027-05-12"), against(&["P-1"]));
    }

    #[test]
    fn what_was_withdrawn_never_stood_against_anyone() {
        let steps = [day("2026-05-11"), penalty("P-1", "2026-05-11"), black("L-1", "2026-05-11")];
        let scenario = given(steps).when(withdraw_penalty("P-1", "2026-05-11")).scenario;
        let mut scenario = scenario.when(withdraw_designation("L-1", "2026-05-11")).scenario;
        assert_eq!(asked(&mut scenario, "2026-05-11"), (Because::CleanYears, vec![]));
    }

    #[test]
    fn without_terms_only_the_red_list_opens_it() {
        let mut scenario = given([day("2026-05-11"), license("A-1", "2026-05-11")]);
        let green = green_channel(scenario.file(), Known::Now, "2026-05-11".parse().unwrap(), None);
        assert_eq!((green.because, green.is_eligible()), (Because::NoTerms, false));
    }
}
