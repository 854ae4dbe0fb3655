//! Explanations: why something is as it is, in the sentences of a department's clerk, each with the events, the rule, the
//! versions of the policy and the days that it rests on.
//!
//! Read in this order: [`rule`] the rules by name → `teller` how names, titles and references are told → `deed` one act →
//! one file for each thing that can be asked about. Nothing is decided here: what is told is what the other modules
//! compute. No person is ever named.

mod days;
mod deed;
mod event;
mod flag;
mod listing;
mod measure;
mod obligation;
mod publication;
mod refusal;
pub mod rule;
mod teller;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use days::{CountedDay, Why};

use crate::{
    date::Date,
    event::Event,
    facts::{Content, CreditFile, Known},
    flag::FlagKind,
    instant::Instant,
    policy::{DUTIES, PolicyHistory},
};
use serde::Serialize;
use teller::Teller;

/// What an explanation may look at.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub file: &'a CreditFile,
    pub known: Known,
    pub as_of: Date,
    /// The versions of the policy that were known.
    pub policies: &'a PolicyHistory,
    /// What the subject's event at an offset says. Facts keep only what rules need; document numbers, for one, they do not.
    pub events: &'a dyn Fn(u64) -> Option<Event>,
}

/// What is asked about. Records and events are named `ORG/ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// A list entry, a license or a penalty.
    Record(String),
    /// A measure, by its code in the catalogue.
    Measure(String),
    Flag {
        kind: FlagKind,
        record: String,
    },
    Duty {
        duty: String,
        record: String,
    },
    /// What an event did, or why it was refused.
    Event(String),
}

/// What somebody asks about, as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionText {
    pub record: Option<String>,
    pub measure: Option<String>,
    pub flag: Option<String>,
    pub duty: Option<String>,
    pub event: Option<String>,
}

/// What is wrong with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoQuestion {
    #[error("ask about one thing: a record, a measure, an event, a flag of a record, or a duty of a record")]
    NotOne,
    #[error("a flag is dishonest-while-red, red-and-black, relapse-in-watch or basis-lost")]
    UnknownFlag,
    #[error("a duty is one of those of /v1/obligations, such as publish or answer-objection")]
    UnknownDuty,
}

impl TryFrom<QuestionText> for Question {
    type Error = NoQuestion;

    fn try_from(text: QuestionText) -> Result<Question, NoQuestion> {
        let QuestionText { record, measure, flag, duty, event } = text;
        match (record, measure, flag, duty, event) {
            (Some(record), None, None, None, None) => Ok(Question::Record(record)),
            (None, Some(measure), None, None, None) => Ok(Question::Measure(measure)),
            (None, None, None, None, Some(event)) => Ok(Question::Event(event)),
            (Some(record), None, Some(flag), None, None) => {
                let kind = FlagKind::ALL.iter().find(|kind| kind.as_str() == flag);
                kind.map(|kind| Question::Flag { kind: *kind, record }).ok_or(NoQuestion::UnknownFlag)
            }
            (Some(record), None, None, Some(duty), None) => match DUTIES.contains(&duty.as_str()) {
                true => Ok(Question::Duty { duty, record }),
                false => Err(NoQuestion::UnknownDuty),
            },
            _ => Err(NoQuestion::NotOne),
        }
    }
}

/// There is nothing of the kind to explain, by what was known and as of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NothingToExplain {
    #[error("the subject has no such record, by what was known")]
    Record,
    #[error("no entry of the subject that had begun by that day carries this measure")]
    Measure,
    #[error("by that day no such flag stood on the record")]
    Flag,
    #[error("by that day no such duty had arisen about the record")]
    Duty,
    #[error("the subject has no such event, by what was known")]
    Event,
}

/// The answer to a question, and the steps that lead to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Explanation {
    pub question: String,
    /// One sentence.
    pub answer: String,
    pub steps: Vec<Step>,
}

/// One step of an explanation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Step {
    /// The business day on which it takes effect.
    pub date: Date,
    pub sentence: String,
    /// The events that it rests on.
    pub events: Vec<EventRef>,
    pub rule: Option<RuleRef>,
    /// The versions of the policy that it was judged or counted by.
    pub policy: Vec<PolicyRef>,
    /// Of a deadline: every day on the way, and whether it was counted.
    pub days: Vec<CountedDay>,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct EventRef {
    #[serde(rename = "type")]
    pub kind: String,
    /// The event type in words.
    pub title: String,
    /// `ORG/ID`.
    pub event: String,
    pub effective: Date,
    pub recorded: Instant,
}

/// A rule by the plan's item and the number of our default rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct RuleRef {
    pub rule: String,
    pub title: String,
    /// The plan's item, such as （二十七）.
    pub item: Option<String>,
    /// The number of our own rule where the plan is silent.
    pub default_rule: Option<u8>,
    /// The citation.
    pub source: String,
    /// The rules revision in force on the day.
    pub revision: u32,
}

/// A part of the policy, and the version that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct PolicyRef {
    pub part: String,
    pub title: String,
    pub version: u32,
}

/// Explains.
pub fn explain(asked: &Asked, question: &Question) -> Result<Explanation, NothingToExplain> {
    let teller = Teller::new(asked);
    match question {
        Question::Record(id) => {
            let record = asked.file.record(id).filter(|record| asked.known.has(record.stamp));
            let record = record.ok_or(NothingToExplain::Record)?;
            Ok(match record.first {
                Content::License(_) | Content::Penalty(_) => publication::explain(&teller, record),
                Content::Designation(_) | Content::Implication(_) => listing::explain(&teller, record),
            })
        }
        Question::Measure(code) => measure::explain(&teller, code).ok_or(NothingToExplain::Measure),
        Question::Flag { kind, record } => flag::explain(&teller, *kind, record).ok_or(NothingToExplain::Flag),
        Question::Duty { duty, record } => obligation::explain(&teller, duty, record).ok_or(NothingToExplain::Duty),
        Question::Event(name) => event::explain(&teller, name).ok_or(NothingToExplain::Event),
    }
}
