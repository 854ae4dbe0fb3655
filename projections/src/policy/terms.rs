//! Deadlines in working days, and the other terms that the plan leaves to policy.

use super::check::{Check, PolicyError, values};
use crate::date::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Every duty that the fold times; each needs a deadline.
pub const DUTIES: &[&str] = &[
    "publish",
    "answer-objection",
    "decide-flag",
    "decide-basis-lost",
    "notify-exit",
    "notify-takedown",
    "accept-repair",
    "decide-repair",
    "answer-measure",
    "report-measure",
];

/// The working days within which a duty is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    #[serde(default)]
    pub duty: String,
    #[serde(default)]
    pub title: String,
    pub working_days: u32,
    /// What the count begins with.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub item: String,
    #[serde(default)]
    pub basis: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    deadlines: Vec<Deadline>,
    /// How many days ahead of today an event may be effective.
    pub effective_ahead_days: u32,
    /// No business date before this day is judged.
    pub first_day: Date,
    /// (十一) Years without a bad record that open the green channel.
    pub clean_years: u32,
}

impl Terms {
    pub(super) fn parse(content: &Value) -> Result<Terms, Vec<PolicyError>> {
        let mut check = Check::new(content, &["deadlines", "effective_ahead_days", "first_day", "clean_years"]);
        let deadlines: Vec<(String, Deadline)> = check.list("deadlines");
        for (at, deadline) in &deadlines {
            check.filled(at, "title", &deadline.title);
            check.filled(at, "from", &deadline.from);
            check.filled(at, "item", &deadline.item);
            if !DUTIES.contains(&deadline.duty.as_str()) {
                check.error(&format!("{at}/duty"), "unknown-duty", format!("one of {}", DUTIES.join(", ")));
            }
            if !(1..=250).contains(&deadline.working_days) {
                check.error(&format!("{at}/working_days"), "out-of-range", "1 to 250 working days");
            }
        }
        check.once("duty", deadlines.iter().map(|(at, deadline)| (at.clone(), &deadline.duty)));
        for duty in DUTIES {
            if !deadlines.iter().any(|(_, deadline)| deadline.duty == *duty) {
                check.error("/deadlines", "missing", format!("no deadline for {duty}"));
            }
        }
        let effective_ahead_days: Option<u32> = check.value("effective_ahead_days");
        if effective_ahead_days.is_some_and(|days| days > 3660) {
            check.error("/effective_ahead_days", "out-of-range", "at most ten years");
        }
        let first_day = check.value("first_day").unwrap_or(Date::MIN);
        let clean_years: Option<u32> = check.value("clean_years");
        if clean_years.is_some_and(|years| !(1..=100).contains(&years)) {
            check.error("/clean_years", "out-of-range", "1 to 100 years");
        }
        check.end(Terms {
            deadlines: values(deadlines),
            effective_ahead_days: effective_ahead_days.unwrap_or_default(),
            first_day,
            clean_years: clean_years.unwrap_or_default(),
        })
    }

    pub fn working_days_for(&self, duty: &str) -> Option<u32> {
        self.deadlines.iter().find(|deadline| deadline.duty == duty).map(|deadline| deadline.working_days)
    }

    pub fn deadlines(&self) -> &[Deadline] {
        &self.deadlines
    }
}
