//! Publishes batch after batch: while one is read another is prepared and sealed, and others are being synced and judged.

use super::{BATCHES_READ_AHEAD, ImportError, Report, Target};
use crate::intake::{Answered, Draft, Outcome, Rejection, Submission};
use chengxin_projections::judge::Effect;
use std::{ops::ControlFlow, sync::mpsc, time::Duration};

/// What is done while the log is away.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    pub pause: Duration,
    /// Tries after which the import ends; none to try until it is stopped.
    pub limit: Option<u32>,
}

impl Default for Retry {
    /// For someone who waits at a terminal: five minutes.
    fn default() -> Retry {
        Retry { pause: Duration::from_secs(2), limit: Some(150) }
    }
}

/// How far an import is.
#[derive(Debug)]
pub struct Step<'a> {
    /// Of `total`: bytes of a text file, rows of a sheet.
    pub done: u64,
    pub total: u64,
    pub report: &'a Report,
    /// Why it does not go on at the moment.
    pub waiting: Option<&'a str>,
}

/// Is told how far an import is; a break stops it.
pub type Watch<'w> = dyn FnMut(Step<'_>) -> ControlFlow<()> + 'w;

/// Rows that are published together.
pub(super) struct Batch<K> {
    pub(super) items: Vec<Item<K>>,
    pub(super) done: u64,
    pub(super) total: u64,
}

/// A row: what is kept of it for the quarantine and the counts, and its draft if it has one.
pub(super) struct Item<K> {
    pub(super) kept: K,
    pub(super) draft: Option<Box<Draft>>,
}

/// What publishing a row came to.
pub(super) enum Verdict {
    /// There was no draft.
    NotPublished,
    /// With the codes of what the clerk should look at.
    Applied(Vec<&'static str>),
    Duplicate,
    /// With code and detail.
    Refused(&'static str, String),
    Malformed(Vec<crate::intake::FieldError>),
}

/// Reads batches and learns what became of them, in the order of the file.
pub(super) trait Source<K>: Send {
    /// The next batch; none at the end of the file.
    fn next(&mut self) -> Result<Option<Batch<K>>, ImportError>;
}

/// Keeps the counts and the quarantine.
pub(super) trait Sink<K> {
    fn settle(&mut self, kept: K, verdict: Verdict) -> Result<(), ImportError>;
    fn report(&self) -> &Report;
}

struct Flight<K> {
    batch: Batch<K>,
    submission: Submission,
}

/// Reads on one thread, publishes on another, and settles on this one.
pub(super) fn run<K: Send>(
    source: &mut impl Source<K>,
    sink: &mut impl Sink<K>,
    under_way: usize,
    target: &Target,
    watch: &mut Watch,
) -> Result<(), ImportError> {
    std::thread::scope(|scope| {
        let (read, batches) = mpsc::sync_channel(BATCHES_READ_AHEAD);
        scope.spawn(move || {
            while let Some(batch) = source.next().transpose() {
                let failed = batch.is_err();
                // Nobody listens any more once the import has ended early.
                if read.send(batch).is_err() || failed {
                    return;
                }
            }
        });
        let (published, flights) = mpsc::channel();
        // A place for each batch that may be under way: it is given back when the batch is settled.
        let (give_back, places) = mpsc::channel();
        (0..under_way).try_for_each(|_| give_back.send(())).expect("the places are held here");
        scope.spawn(move || {
            for batch in batches {
                let flight = match batch {
                    Ok(_) if places.recv().is_err() => return,
                    Ok(batch) => Ok(publish(batch, target)),
                    Err(error) => Err(error),
                };
                if published.send(flight).is_err() {
                    return;
                }
            }
        });
        for flight in flights {
            // An error of reading comes behind what was read before it, so the counts and the quarantine are right.
            settle(flight?, sink, target, watch)?;
            // Nobody takes the place any more at the end of the file.
            let _ = give_back.send(());
        }
        Ok(())
    })
}

fn publish<K>(batch: Batch<K>, target: &Target) -> Flight<K> {
    let drafts = batch.items.iter().filter_map(|item| item.draft.as_deref()).map(|draft| Ok(draft.clone()));
    let submission = target.intake.submit(drafts.collect());
    Flight { batch, submission }
}

fn settle<K>(
    flight: Flight<K>,
    sink: &mut impl Sink<K>,
    target: &Target,
    watch: &mut Watch,
) -> Result<(), ImportError> {
    let Flight { batch, submission } = flight;
    let mut answers = target.runtime.block_on(submission.answers());
    let retried = retry(&batch, &mut answers, sink.report(), target, watch)?;
    let Batch { items, done, total } = batch;
    let mut answers = answers.into_iter().zip(retried);
    for Item { kept, draft } in items {
        let answer = draft.and_then(|_| answers.next());
        let verdict = answer.map_or(Verdict::NotPublished, |(answer, retried)| verdict(answer, retried));
        sink.settle(kept, verdict)?;
    }
    step(Step { done, total, report: sink.report(), waiting: None }, watch)
}

fn step(step: Step<'_>, watch: &mut Watch) -> Result<(), ImportError> {
    if watch(step).is_break() { Err(ImportError::Stopped) } else { Ok(()) }
}

/// Publishes again what the log could not take, until it does. Says which of the answers came so.
fn retry<K>(
    batch: &Batch<K>,
    answers: &mut [Result<Outcome, Rejection>],
    report: &Report,
    target: &Target,
    watch: &mut Watch,
) -> Result<Vec<bool>, ImportError> {
    let mut retried = vec![false; answers.len()];
    for attempt in 1.. {
        let reason = answers.iter().find_map(|answer| match answer {
            Err(Rejection::Unavailable(detail)) => Some(detail.clone()),
            _ => None,
        });
        let Some(detail) = reason else { break };
        if target.retry.limit.is_some_and(|limit| attempt > limit) {
            return Err(ImportError::Unavailable { detail });
        }
        let (done, total) = (batch.done, batch.total);
        step(Step { done, total, report, waiting: Some(&detail) }, watch)?;
        std::thread::sleep(target.retry.pause);
        let drafts = batch.items.iter().filter_map(|item| item.draft.as_deref());
        let missing: Vec<(usize, &Draft)> =
            drafts.enumerate().filter(|(index, _)| matches!(answers[*index], Err(Rejection::Unavailable(_)))).collect();
        let again = target.intake.submit(missing.iter().map(|(_, draft)| Ok(Draft::clone(draft))).collect());
        for ((index, _), answer) in missing.iter().zip(target.runtime.block_on(again.answers())) {
            (answers[*index], retried[*index]) = (answer, true);
        }
    }
    Ok(retried)
}

/// A duplicate of what was retried is what the log had taken after all.
fn verdict(answer: Result<Outcome, Rejection>, retried: bool) -> Verdict {
    match answer {
        Ok(outcome) => {
            let applied_before = match &outcome.answered {
                Answered::Duplicate(refused) => refused.is_none(),
                Answered::Judged(judged) => {
                    matches!(&judged.effect, Effect::Duplicate(seen) if seen.refused.is_none())
                }
            };
            match outcome.reason() {
                Some(reason) => Verdict::Refused(reason.code, reason.detail),
                None if applied_before && !retried => Verdict::Duplicate,
                None => Verdict::Applied(outcome.warnings.iter().map(|warning| warning.code).collect()),
            }
        }
        Err(Rejection::Malformed(errors)) => Verdict::Malformed(errors),
        Err(Rejection::Conflict(detail)) => Verdict::Refused("id-conflict", detail),
        Err(Rejection::Forbidden(detail)) => Verdict::Refused("forbidden", detail),
        Err(Rejection::Unavailable(detail)) => Verdict::Refused("unavailable", detail),
    }
}
