//! Append, wait for the judge, answer.

use super::{
    Draft, FieldError, Rejection,
    noted::{Calling, names_person},
    prepare::{Prepared, makes_record},
    redact,
    underway::{Appending, Kept, Stage, Underway},
};
use crate::{
    log::{Decoded, RECORD_BYTES, Record, partition_of},
    node::Node,
    projector::Answer,
    renaming::Place,
    vault::{Noted, Sealing, ToSeal},
};
use chengxin_projections::{
    date::Date,
    difference::Changes,
    event::{Event, SubjectKind},
    judge::{self, Effect},
    refusal::Refusal,
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
    time::Duration,
};

/// How long a publisher waits for the effect of an event that is durable already.
pub const MAX_WAIT: Duration = Duration::from_secs(20);

/// Why an event had no effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Reason {
    pub code: &'static str,
    pub detail: String,
}

impl From<&Refusal> for Reason {
    fn from(refusal: &Refusal) -> Reason {
        Reason { code: refusal.code.as_str(), detail: refusal.detail.clone() }
    }
}

/// What an event did.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub id: String,
    /// `ORG/ID`.
    pub record: String,
    pub position: String,
    /// Milliseconds since the epoch.
    pub recorded: i64,
    pub answered: Answered,
    /// What the publisher should look at though the event was taken.
    pub warnings: Vec<Reason>,
}

/// The effect of an event.
#[derive(Debug, Clone)]
pub enum Answered {
    /// Judged now.
    Judged(Answer),
    /// The same event was judged before: applied, or refused with this code.
    Duplicate(Option<&'static str>),
}

impl Outcome {
    pub fn effect(&self) -> &'static str {
        match &self.answered {
            Answered::Duplicate(_) => "duplicate",
            Answered::Judged(outcome) => match outcome.effect {
                Effect::Applied => "applied",
                Effect::Refused(_) => "refused",
                Effect::Duplicate(_) => "duplicate",
            },
        }
    }

    pub fn reason(&self) -> Option<Reason> {
        let before = |code: &'static str| {
            let why = format!("/v1/subjects/{{id}}/explain?event={} says why", self.record);
            Reason { code, detail: format!("refused when it was first published; {why}") }
        };
        match &self.answered {
            Answered::Duplicate(refused) => refused.map(before),
            Answered::Judged(outcome) => match &outcome.effect {
                Effect::Refused(refusal) => Some(refusal.into()),
                Effect::Duplicate(seen) => seen.refused.map(|code| before(code.as_str())),
                Effect::Applied => None,
            },
        }
    }

    /// The changes that went out for it.
    pub fn changes(&self) -> Option<&Changes> {
        match &self.answered {
            Answered::Judged(outcome) => Some(&outcome.changes),
            Answered::Duplicate(_) => None,
        }
    }
}

/// Publishes drafts.
#[derive(Clone)]
pub struct Intake {
    pub(super) node: Arc<Node>,
}

/// Drafts on their way: some are answered already, the others are being appended.
pub struct Submission {
    node: Arc<Node>,
    answers: Vec<Awaited>,
    /// Names that still wait, of records that were sent again.
    waiting: Vec<(Noted, Place)>,
    underway: Underway,
}

enum Awaited {
    Known(Box<Result<Outcome, Rejection>>),
    /// The n-th of the records appended to a partition.
    Appended {
        id: String,
        record: String,
        recorded: i64,
        partition: u16,
        index: usize,
        /// To every partition, of which the first answers.
        everywhere: bool,
        told: Told,
    },
}

/// What comes with the effect of an event.
struct Told {
    warnings: Vec<Reason>,
    /// Fields of persons that hold from then on, if it has an effect.
    renames: Vec<ToSeal>,
    /// What the names wait by.
    content: u64,
}

impl Intake {
    pub fn new(node: Arc<Node>) -> Intake {
        Intake { node }
    }

    /// The closed list of penalty kinds, as the policy in force has it.
    pub fn penalty_kinds(&self) -> Vec<String> {
        self.node.policy().severity().map(|severity| severity.penalty_kinds().to_vec()).unwrap_or_default()
    }

    /// The business date.
    pub fn today(&self) -> Date {
        self.node.today()
    }

    /// Checks what the views know, seals personal fields of what is new, and hands the events to the log. Blocks for as
    /// long as the vault and the views take.
    pub fn submit(&self, drafts: Vec<Result<Draft, Rejection>>) -> Submission {
        let stamped = self.node.moments.stamp(&self.node.clock);
        let recorded = stamped.at();
        let mentions = redact::mention(&self.node, drafts.iter().flatten());
        let mut kept = Kept { names: Vec::new(), _mentions: mentions, _stamped: stamped };
        let prepared: Vec<Result<Prepared, Rejection>> =
            drafts.into_iter().map(|draft| self.prepare(draft?, recorded, &mut kept.names)).collect();
        let sealed = self.seal(&prepared);
        let mut records: BTreeMap<u16, Vec<Record>> = BTreeMap::new();
        let mut waiting = Vec::new();
        let answers = prepared.into_iter().map(|prepared| {
            let known = |result| Awaited::Known(Box::new(result));
            match (prepared, &sealed) {
                (Err(rejection), _) => known(Err(rejection)),
                (Ok(Prepared::Duplicate(outcome, waits)), _) => {
                    waiting.extend(waits);
                    known(Ok(outcome))
                }
                (Ok(Prepared::New(_, sealings, _)), Err(rejection)) if !sealings.is_empty() => {
                    known(Err(rejection.clone()))
                }
                (Ok(Prepared::New(event, sealings, warnings)), _) => {
                    let renames = if makes_record(&event.data) { sealings } else { Vec::new() };
                    let content = if renames.is_empty() { 0 } else { event.content_hash() };
                    let told = Told { warnings, renames, content };
                    self.enqueue(event, told, &mut records).unwrap_or_else(|rejection| known(Err(rejection)))
                }
            }
        });
        let answers = answers.collect();
        // Events for every subject reach every partition in the same order, whoever publishes them at the same time.
        let _in_order = self.node.appends_to_all.lock().unwrap_or_else(PoisonError::into_inner);
        let append = |(partition, records)| {
            let expecting = self.node.shards()[usize::from(partition)].expect();
            (partition, Appending { stage: Stage::Appending(self.node.log.append(records)), _expecting: expecting })
        };
        let partitions = records.into_iter().map(append).collect();
        let underway = Underway { node: self.node.clone(), partitions, kept: Some(kept) };
        Submission { node: self.node.clone(), answers, waiting, underway }
    }

    /// Seals what is not sealed yet. What was published before was sealed before, and may have been erased since. What may
    /// have no effect does not change what a person is called: see `rename`.
    fn seal(&self, prepared: &[Result<Prepared, Rejection>]) -> Result<(), Rejection> {
        let new = prepared.iter().filter_map(|prepared| match prepared {
            Ok(Prepared::New(event, sealings, _)) if !sealings.is_empty() => Some((event, sealings)),
            _ => None,
        });
        let new: Vec<(&Arc<Event>, &Vec<ToSeal>)> = new.collect();
        let record = |event: &Event| makes_record(&event.data).then(|| (event.name(), event.content_hash()));
        let records: Vec<Option<(String, u64)>> = new.iter().map(|(event, _)| record(event)).collect();
        let mut sealings: Vec<(Sealing<'_>, Option<(&str, u64)>)> = Vec::new();
        for ((_, of_one), record) in new.iter().zip(&records) {
            let record = record.as_ref().map(|(name, content)| (name.as_str(), *content));
            sealings.extend(of_one.iter().map(|sealing| (sealing.sealing(), record.filter(|_| names_person(sealing)))));
        }
        Ok(self.node.vault.seal_new(&sealings)?)
    }

    /// Adds the event to the records of its partition; policy goes to every partition.
    fn enqueue(
        &self,
        event: Arc<Event>,
        told: Told,
        records: &mut BTreeMap<u16, Vec<Record>>,
    ) -> Result<Awaited, Rejection> {
        let partitions = self.node.log.partitions();
        let mut record = self.node.codec.event_record(&event, 0);
        // Marks can be longer than the names in whose place they stand. No log takes what is longer, nor what comes with it.
        if record.size() > RECORD_BYTES {
            let detail = format!("the event would take {} bytes in the log, which takes {RECORD_BYTES}", record.size());
            return Err(Rejection::Malformed(vec![FieldError::new("/data", "too-long", detail)]));
        }
        let everywhere = event.subject.kind == SubjectKind::System;
        let (id, event_name, recorded) = (event.id.clone(), event.name(), event.recorded);
        record.decoded = Decoded(Some(event));
        let last = if everywhere { partitions - 1 } else { partition_of(&record.key, partitions) };
        let first = if everywhere { 0 } else { last };
        for partition in first + 1..=last {
            records.entry(partition).or_default().push(Record { partition, ..record.clone() });
        }
        record.partition = first;
        let queue = records.entry(first).or_default();
        let index = queue.len();
        queue.push(record);
        Ok(Awaited::Appended { id, record: event_name, recorded, partition: first, index, everywhere, told })
    }
}

impl Submission {
    /// Waits until the events are durable and judged; the answers come in the order of the drafts.
    pub async fn answers(mut self) -> Vec<Result<Outcome, Rejection>> {
        let offsets = self.underway.judged().await;
        let shards = self.node.shards();
        let judged = offsets.iter().filter_map(|(partition, offsets)| Some((*partition, offsets.as_deref().ok()?)));
        let mut taken: BTreeMap<u16, Vec<Option<Answer>>> = judged
            .map(|(partition, offsets)| (partition, shards[usize::from(partition)].take_answers(offsets)))
            .collect();
        let mut calling = Calling::of(self.waiting);
        let mut answer = |awaited| match awaited {
            Awaited::Known(result) => *result,
            Awaited::Appended { id, record, recorded, partition, index, everywhere, told } => {
                if everywhere && let Some(error) = offsets.values().find_map(|result| result.as_ref().err()) {
                    return Err(Rejection::Unavailable(error.to_string()));
                }
                let offset = match offsets.get(&partition) {
                    Some(Ok(offsets)) => offsets.get(index).copied(),
                    Some(Err(error)) => return Err(Rejection::Unavailable(error.to_string())),
                    None => None,
                };
                let offset = offset.ok_or_else(|| Rejection::Unavailable("the log gave no offset".to_owned()))?;
                let answer = taken.get_mut(&partition).and_then(|answers| answers.get_mut(index)?.take());
                let answer = answer.ok_or_else(forgotten)?;
                let place = Place { partition, offset, recorded };
                calling.judged(told.renames, (&record, told.content), place, &answer.effect);
                let (position, warnings) = (format!("{partition}-{offset}"), told.warnings);
                let outcome = Outcome { id, record, position, recorded, answered: Answered::Judged(answer), warnings };
                conflict(outcome)
            }
        };
        let answers = self.answers.into_iter().map(&mut answer).collect();
        calling.settle(&self.node).await;
        answers
    }
}

/// Two events of one id that met in the log: the later one is told as intake would have.
fn conflict(outcome: Outcome) -> Result<Outcome, Rejection> {
    match &outcome.answered {
        Answered::Judged(answer) => match &answer.effect {
            Effect::Refused(refusal) if refusal.code == chengxin_projections::refusal::Code::IdConflict => {
                Err(Rejection::Conflict(refusal.detail.clone()))
            }
            judge::Effect::Applied | judge::Effect::Duplicate(_) | judge::Effect::Refused(_) => Ok(outcome),
        },
        Answered::Duplicate(_) => Ok(outcome),
    }
}

fn forgotten() -> Rejection {
    Rejection::Unavailable("the event is in the log; send it again to learn what it did".to_owned())
}
