//! The days on the way to a deadline: which were counted, and why the others were not. Default rules 2 and 15.

use super::words;
use crate::{
    date::Date,
    policy::{Due, PolicyHistory},
};
use serde::Serialize;

/// Why a day counts or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub enum Why {
    #[serde(rename = "起算日")]
    Since,
    #[serde(rename = "工作日")]
    Workday,
    #[serde(rename = "周末")]
    Weekend,
    #[serde(rename = "放假")]
    Holiday,
    #[serde(rename = "调休上班")]
    MakeUp,
}

impl Why {
    pub fn word(self) -> &'static str {
        match self {
            Why::Since => "起算日，不计入",
            Why::Workday => "工作日",
            Why::Weekend => "周末",
            Why::Holiday => "放假",
            Why::MakeUp => "调休上班",
        }
    }
}

/// A day on the way to a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CountedDay {
    pub date: Date,
    pub weekday: &'static str,
    pub why: Why,
    /// Which of the working days it is; null if it does not count.
    pub number: Option<u32>,
    /// The arrangement of the year was not published: weekends only are known.
    pub provisional: bool,
}

/// The days from the first to the last, by the arrangements published up to `known`; `since` itself is told, and not
/// counted.
pub(super) fn counted(policies: &PolicyHistory, since: Date, last: Date, known: Date) -> Vec<CountedDay> {
    let mut days = vec![CountedDay { why: Why::Since, number: None, ..day(policies, since, known) }];
    days.extend(after(policies, since, last, known));
    days
}

/// The days after one up to another.
pub(super) fn after(policies: &PolicyHistory, since: Date, last: Date, known: Date) -> Vec<CountedDay> {
    let mut number = 0;
    let mut days = Vec::new();
    let mut date = since.next();
    while date <= last && date > since {
        let mut told = day(policies, date, known);
        if matches!(told.why, Why::Workday | Why::MakeUp) {
            number += 1;
            told.number = Some(number);
        }
        days.push(told);
        date = date.next();
    }
    days
}

fn day(policies: &PolicyHistory, date: Date, known: Date) -> CountedDay {
    let arranged = policies.arrangement(date.year(), known);
    let why = match arranged {
        Some((_, year)) if year.off.contains(&date) => Why::Holiday,
        Some((_, year)) if year.worked.contains(&date) => Why::MakeUp,
        _ if date.is_weekend() => Why::Weekend,
        _ => Why::Workday,
    };
    CountedDay { date, weekday: words::weekday(date), why, number: None, provisional: arranged.is_none() }
}

/// The due day in words.
pub(super) fn due(due: Due) -> String {
    let provisional = if due.provisional { "，有关年度放假安排尚未公布，暂按周末推算" } else { "" };
    format!("{}（含当日{provisional}）", words::date(due.date))
}
