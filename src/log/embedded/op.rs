//! What the writer of the embedded log is asked to do.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use tokio::sync::oneshot;

use super::super::{LogError, Offset, Progress, Record, Topic};
use super::Shared;

pub(super) type Answer<T> = SyncSender<Result<T, LogError>>;

/// What the writer is asked to do.
pub(super) enum Op {
    Append {
        records: Vec<Record>,
        answer: oneshot::Sender<Result<Vec<Offset>, LogError>>,
    },
    Own {
        task: Arc<str>,
        partition: u16,
        answer: Answer<(i64, Progress)>,
    },
    Publish {
        task: Arc<str>,
        partition: u16,
        epoch: i64,
        /// Where the owner knows the progress to be.
        from: Progress,
        outputs: Vec<Record>,
        progress: Progress,
        answer: Answer<Vec<Offset>>,
    },
    Stop,
}

/// What an operation came to, to be answered after the commit.
pub(super) enum Outcome {
    Written(Vec<Offset>),
    Owned(i64, Progress),
    Fenced,
    /// The log's progress is not where the owner knows it to be.
    TakenBack,
}

impl Op {
    pub(super) fn bytes(&self) -> usize {
        match self {
            Op::Append { records: written, .. } | Op::Publish { outputs: written, .. } => {
                written.iter().map(Record::size).sum()
            }
            Op::Own { .. } | Op::Stop => 0,
        }
    }

    /// Whether what it writes is nowhere else.
    pub(super) fn must_last(&self) -> bool {
        match self {
            Op::Append { records: written, .. } => !written.is_empty(),
            // The days that an owner opens are events, too.
            Op::Publish { outputs: written, .. } => written.iter().any(|record| record.topic == Topic::Events),
            Op::Own { .. } => true,
            Op::Stop => false,
        }
    }

    /// Answers; a caller that is gone does not want to know.
    pub(super) fn answer(self, shared: &Shared, result: Result<Outcome, LogError>) {
        match (self, result) {
            (Op::Append { answer, .. }, result) => {
                shared.give_place_back();
                drop(answer.send(result.and_then(Outcome::written)));
            }
            (Op::Publish { answer, .. }, result) => drop(answer.send(result.and_then(Outcome::written))),
            (Op::Own { answer, .. }, Ok(Outcome::Owned(epoch, progress))) => drop(answer.send(Ok((epoch, progress)))),
            (Op::Own { answer, .. }, Err(error)) => drop(answer.send(Err(error))),
            (Op::Own { .. } | Op::Stop, _) => {}
        }
    }
}

impl Outcome {
    fn written(self) -> Result<Vec<Offset>, LogError> {
        match self {
            Outcome::Written(offsets) => Ok(offsets),
            Outcome::Fenced | Outcome::Owned(..) => Err(LogError::Fenced),
            Outcome::TakenBack => Err(LogError::Unavailable("the disk has lost outputs; they come again".to_owned())),
        }
    }
}
