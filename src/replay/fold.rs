//! Folds every partition from its first event, a thread each.

use super::{ReplayError, Show};
use crate::{
    codec::Codec,
    log::{Log, LogError, Offset, Topic},
};
use bytes::Bytes;
use chengxin_projections::{
    change::ListName,
    event::{Data, Event, List},
    fold::fold,
    memory::Memory,
    partition::Partition,
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    collections::HashMap,
    panic::resume_unwind,
    time::{Duration, Instant},
};

/// Events read at a time.
const BATCH_EVENTS: usize = 10_000;
/// One look of a reader at the log.
const READ_WAIT: Duration = Duration::from_millis(100);
/// How long a partition may give nothing before its end.
const READ_LIMIT: Duration = Duration::from_secs(30);

/// How far a partition is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// Everything that was in the log when the replay began.
    End,
    /// Up to the event at this offset, with it.
    Offset(Offset),
    /// Everything recorded up to then, in milliseconds since the epoch.
    Instant(i64),
    Nothing,
}

/// An event as it stands in the log.
type Body = (Offset, Bytes);

/// A partition, folded.
pub(super) struct Folded {
    pub(super) partition: Partition,
    pub(super) files: Memory,
    /// Events that are shown, as they stand in the log, by subject.
    pub(super) bodies: HashMap<Box<str>, Vec<Body>>,
    /// Everything below is folded.
    pub(super) at: Offset,
}

pub(super) fn all(log: &dyn Log, codec: &Codec, bounds: &[Bound], show: &Show) -> Result<Vec<Folded>, ReplayError> {
    let ends = (0_u16..).zip(bounds).map(|(partition, bound)| end(log, partition, *bound));
    let ends: Vec<Offset> = ends.collect::<Result<_, _>>()?;
    // To stderr, and only where a person looks at it.
    let bar = ProgressBar::new(ends.iter().sum());
    let style = "{pos} of {len} events {bar:40} {per_sec} {msg}";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let folded = std::thread::scope(|scope| {
        let threads: Vec<_> = (0_u16..)
            .zip(bounds.iter().zip(ends))
            .map(|(number, (bound, end))| {
                let bar = bar.clone();
                scope.spawn(move || Folding { log, codec, show, number, bound: *bound, end, bar }.run())
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        joined.collect::<Result<Vec<Folded>, LogError>>()
    });
    bar.finish_and_clear();
    Ok(folded?)
}

/// The offset before which a partition's replay ends.
fn end(log: &dyn Log, partition: u16, bound: Bound) -> Result<Offset, LogError> {
    let end = log.end(Topic::Events, partition)?;
    Ok(match bound {
        Bound::End | Bound::Instant(_) => end,
        Bound::Offset(last) => end.min(last.saturating_add(1)),
        Bound::Nothing => 0,
    })
}

struct Folding<'a> {
    log: &'a dyn Log,
    codec: &'a Codec,
    show: &'a Show,
    number: u16,
    bound: Bound,
    end: Offset,
    bar: ProgressBar,
}

impl Folding<'_> {
    fn run(self) -> Result<Folded, LogError> {
        let partition = Partition::new(self.number);
        let mut folded = Folded { partition, files: Memory::default(), bodies: HashMap::new(), at: 0 };
        if self.end == 0 {
            return Ok(folded);
        }
        let mut reader = self.log.read(Topic::Events, self.number, 0)?;
        let (mut unreadable, mut latest) = (0_u64, i64::MIN);
        let mut deadline = Instant::now() + READ_LIMIT;
        'read: loop {
            let batch = reader.next(BATCH_EVENTS, READ_WAIT)?;
            for stored in &batch.records {
                if stored.offset >= self.end {
                    break 'read;
                }
                let value = stored.value.as_deref().unwrap_or_default();
                // A record that is no event changes nothing, as in the projector.
                let Ok(event) = self.codec.decode_event(value) else {
                    unreadable += 1;
                    folded.at = stored.offset + 1;
                    continue;
                };
                // A clock that ran backwards does not bring an event forward.
                latest = latest.max(event.recorded);
                if matches!(self.bound, Bound::Instant(instant) if latest > instant) {
                    break 'read;
                }
                let Ok(_) = fold(&mut folded.partition, &mut folded.files, stored.offset, &event);
                if self.is_shown(&event) {
                    let body = (stored.offset, Bytes::copy_from_slice(value));
                    folded.bodies.entry(event.subject.id.as_str().into()).or_default().push(body);
                }
                folded.at = stored.offset + 1;
            }
            self.bar.inc(batch.records.len() as u64);
            if batch.at_end || batch.next >= self.end {
                break;
            }
            if !batch.records.is_empty() {
                deadline = Instant::now() + READ_LIMIT;
            } else if Instant::now() >= deadline {
                return Err(LogError::Unavailable(format!("partition {} does not answer", self.number)));
            }
        }
        if unreadable > 0 {
            self.bar.println(format!("partition {}: {unreadable} records are no events", self.number));
        }
        Ok(folded)
    }

    /// Whether what the event itself says is printed.
    fn is_shown(&self, event: &Event) -> bool {
        match (self.show, &event.data) {
            (Show::Subject(key), _) => event.subject.id == *key,
            (Show::List(list), Data::DesignationMade(made)) => match list {
                ListName::Red => made.list == List::Red,
                ListName::Black | ListName::Watch => made.list == List::Black,
            },
            // What an entry says as corrected.
            (Show::List(_), Data::RecordCorrected(_)) => true,
            (Show::List(_), _) => false,
        }
    }
}
