//! Statistics (二十八)(三十): counted from events only, by department, kind, region, measure and month.

use super::{counting::Counting, scope::Scope, walk::Walk};
use crate::{node::Node, problem::Problem};
use chengxin_projections::date::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

macro_rules! define_counts {
    ($($(#[$about:meta])* $name:ident,)*) => {
        /// How often each thing happened in the period.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
        pub struct Counts {
            $($(#[$about])* pub $name: u64,)*
        }
    };
}

define_counts! {
    /// Decided; what was withdrawn since is not counted.
    licenses,
    penalties,
    /// Published within the working days that policy gives.
    published_in_time,
    published_late,
    withheld,
    /// Designations that took effect; what was withdrawn since is not counted.
    red_listed,
    black_listed,
    /// Left a list before the term.
    exited,
    /// Whose last day lies in the period.
    expired,
    /// Designations and penalties withdrawn as wrong.
    withdrawn,
    /// Objections filed; a record withdrawn since is counted, too.
    disputed,
    corrected,
    repairs,
    /// Measures that came into force on a subject.
    imposed,
    /// What implementers did about measures.
    accepted,
    executed,
    declined,
    /// Measures that authorities asked implementers to answer, and how many of these were answered since, up to the day.
    asked,
    answered,
    /// First answers that came after the day by which they were asked for.
    answered_late,
    /// Duties done, in time and late, and those that became overdue and are not done yet.
    duties_done,
    duties_late,
    duties_overdue,
}

/// The counts of one department, kind, region, measure or month.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Line {
    /// An organisation's code; `license`, `penalty` or a list kind; characters 3 to 8 of a USCC, or `unknown`; the code of a
    /// measure; `YYYY-MM`.
    pub key: String,
    #[serde(flatten)]
    pub counts: Counts,
    /// Completeness of pushes: the share of what was asked that was answered, 0 to 1; null where nothing was asked.
    pub completeness: Option<f64>,
}

/// Counts of a period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Statistics {
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    pub subjects: u64,
    pub total: Counts,
    /// Completeness of pushes, over all.
    pub completeness: Option<f64>,
    /// By the organisation that did it: the authority of a record, the implementer of a measure, who owed a duty.
    pub departments: Vec<Line>,
    pub kinds: Vec<Line>,
    pub regions: Vec<Line>,
    /// Only what is about measures.
    pub measures: Vec<Line>,
    pub months: Vec<Line>,
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    pub known_at: String,
    pub position: String,
}

/// The period that is counted: business days, both ends included.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    pub(super) fn has(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }
}

/// Counts over all subjects.
pub fn statistics(node: &Node, period: Period, scope: &Scope) -> Result<Statistics, Problem> {
    let policies = scope.policies(0);
    let mut counting = Counting::new(period, scope.as_of, &policies);
    let mut walk = Walk::new(node, None, None)?;
    while let Some((shard, subject)) = walk.step()? {
        let Some(held) = shard.file(&subject)? else { continue };
        counting.subject(&held.file, scope.known(shard.number));
    }
    let Counting { subjects, total, departments, kinds, regions, measures, months, .. } = counting;
    Ok(Statistics {
        from: period.from,
        to: period.to,
        subjects,
        total,
        completeness: completeness(&total),
        departments: lines(departments),
        kinds: lines(kinds),
        regions: lines(regions),
        measures: lines(measures),
        months: lines(months),
        as_of: scope.as_of,
        known_at: scope.known_at.clone(),
        position: scope.position.clone(),
    })
}

fn lines(counts: BTreeMap<String, Counts>) -> Vec<Line> {
    let line = |(key, counts)| Line { key, counts, completeness: completeness(&counts) };
    counts.into_iter().map(line).collect()
}

/// To four digits, so that it reads as a share and not as a rounding error.
fn completeness(counts: &Counts) -> Option<f64> {
    (counts.asked > 0).then(|| (counts.answered as f64 / counts.asked as f64 * 1e4).round() / 1e4)
}
