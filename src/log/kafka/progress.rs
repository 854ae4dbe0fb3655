//! The published progress of tasks: a compacted topic, written in the transactions of the owners.
//!
//! The record of a task on a partition stands in that partition of the topic, under the key `application.task`; its
//! value is the progress in eight bytes, big-endian; of an event that is published in part, eight more with the number of
//! outputs that are. It is usually among the last few records, so it is looked for
//! from the end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Message};

use bytes::Bytes;

use super::super::{Decoded, LogError, Offset, Progress, Stored};
use super::cluster::{ASK_WAIT, Cluster, lock, offset, watermarks};
use super::failure;
use super::reader::assign;

pub(super) const PROGRESS_TOPIC: &str = "credit.progress";

/// Offsets looked at first; each further look goes back this many times as far.
const FIRST_LOOK: Offset = 64;
const LOOK_FACTOR: Offset = 16;
/// How long one look for a progress may take.
const LOOK_WAIT: Duration = Duration::from_secs(20);
/// How soon the watch notices that the log has been closed.
const WATCH_POLL: Duration = Duration::from_millis(200);

fn stored(message: &BorrowedMessage<'_>) -> Stored {
    Stored {
        offset: offset(message.offset()),
        key: Bytes::copy_from_slice(message.key().unwrap_or_default()),
        value: message.payload().map(Bytes::copy_from_slice),
        decoded: Decoded::default(),
    }
}

pub(super) fn key(cluster: &Cluster, task: &str) -> String {
    format!("{}.{task}", cluster.config.application)
}

pub(super) fn encode(progress: Progress) -> Vec<u8> {
    let mut value = progress.event.to_be_bytes().to_vec();
    if progress.part > 0 {
        value.extend(progress.part.to_be_bytes());
    }
    value
}

fn decode(value: Option<&[u8]>) -> Result<Progress, LogError> {
    // A deleted key is a task that starts anew.
    let Some(value) = value else { return Ok(Progress::default()) };
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_be_bytes);
    let progress = match value.len() {
        8 => number(value).map(|event| Progress { event, part: 0 }),
        16 => number(&value[..8]).zip(number(&value[8..])).map(|(event, part)| Progress { event, part }),
        _ => None,
    };
    progress.ok_or_else(|| LogError::Unusable("a record of credit.progress has neither eight nor sixteen bytes".into()))
}

/// The published progress as it is now.
pub(super) fn published(cluster: &Cluster, task: &str, partition: u16) -> Result<Progress, LogError> {
    look_back(cluster, task, partition).map(|(_, progress)| progress)
}

/// The offset behind the last record of the task, and the progress in it; zero if there is none.
fn look_back(cluster: &Cluster, task: &str, partition: u16) -> Result<(Offset, Progress), LogError> {
    let consumer = cluster.lookups()?;
    let topic = cluster.name(PROGRESS_TOPIC);
    let key = key(cluster, task);
    let deadline = Instant::now() + LOOK_WAIT;
    let (low, end) = watermarks(&consumer, &topic, partition)?;
    let (mut to, mut look) = (end, FIRST_LOOK);
    let mut found = None;
    while found.is_none() && to > low {
        let from = to.saturating_sub(look).max(low);
        assign(&consumer, &topic, [(partition, from)])?;
        let mut last = None;
        read_between(&consumer, from, to, deadline, |record| {
            if record.key == key.as_bytes() {
                last = Some(record);
            }
        })?;
        found = last;
        (to, look) = (from, look.saturating_mul(LOOK_FACTOR));
    }
    consumer.unassign().map_err(failure)?;
    found.map_or_else(
        || Ok((0, Progress::default())),
        |record| Ok((record.offset + 1, decode(record.value.as_deref())?)),
    )
}

fn read_between(
    consumer: &BaseConsumer,
    from: Offset,
    to: Offset,
    deadline: Instant,
    mut each: impl FnMut(Stored),
) -> Result<(), LogError> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(LogError::Unavailable("the progress cannot be read".into()));
        }
        match consumer.poll(left.min(ASK_WAIT)) {
            Some(Ok(message)) => {
                let record = stored(&message);
                if record.offset >= to {
                    return Ok(());
                }
                let last = record.offset + 1 == to;
                if record.offset >= from {
                    each(record);
                }
                if last {
                    return Ok(());
                }
            }
            // Behind the last record lies the marker of its transaction, which only the end tells us.
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(()),
            Some(Err(error)) => tracing::debug!(%error, "while reading the progress"),
            None => {}
        }
    }
}

/// The latest progress of every task, kept up to date by a thread: followers ask for it all the time.
pub(super) struct Watch {
    /// By key and partition: the offset behind the record, and the progress in it.
    latest: Mutex<HashMap<(String, u16), (Offset, Offset)>>,
}

impl Watch {
    fn learn(&self, key: String, partition: u16, behind: Offset, progress: Offset) -> Offset {
        let mut latest = lock(&self.latest);
        let known = latest.entry((key, partition)).or_insert((behind, progress));
        if known.0 < behind {
            *known = (behind, progress);
        }
        known.1
    }
}

/// The published progress as this process knows it: its own at once, that of others some milliseconds later.
pub(super) fn watched(cluster: &Arc<Cluster>, task: &str, partition: u16) -> Result<Offset, LogError> {
    let watch = watch(cluster)?;
    let key = key(cluster, task);
    if let Some((_, progress)) = lock(&watch.latest).get(&(key.clone(), partition)) {
        return Ok(*progress);
    }
    // The watch began at the end, so everything before this look is in the look and everything after is in the watch.
    let (behind, progress) = look_back(cluster, task, partition)?;
    Ok(watch.learn(key, partition, behind, progress.event))
}

/// An owner of this process has published.
pub(super) fn published_here(cluster: &Cluster, task: &str, partition: u16, offset: Offset, progress: Offset) {
    if let Some(watch) = cluster.watch.get() {
        watch.learn(key(cluster, task), partition, offset + 1, progress);
    }
}

fn watch(cluster: &Arc<Cluster>) -> Result<&Watch, LogError> {
    if let Some(watch) = cluster.watch.get() {
        return Ok(watch);
    }
    let _only_one = lock(&cluster.watch_start);
    if cluster.watch.get().is_none() {
        let consumer: BaseConsumer = cluster.consumer("progress").create().map_err(failure)?;
        let topic = cluster.name(PROGRESS_TOPIC);
        let ends = (0..cluster.config.partitions)
            .map(|partition| Ok((partition, watermarks(&consumer, &topic, partition)?.1)))
            .collect::<Result<Vec<_>, LogError>>()?;
        assign(&consumer, &topic, ends)?;
        let fresh = Watch { latest: Mutex::default() };
        drop(cluster.watch.set(fresh));
        // The thread must not keep the log open.
        let weak = Arc::downgrade(cluster);
        let thread = thread::Builder::new().name("log-progress".into()).spawn(move || follow(&consumer, &weak));
        thread.map_err(|e| LogError::Unavailable(format!("no thread for the progress: {e}")))?;
    }
    Ok(cluster.watch.get().expect("it was set above"))
}

fn follow(consumer: &BaseConsumer, cluster: &Weak<Cluster>) {
    while let Some(cluster) = cluster.upgrade() {
        let Some(watch) = cluster.watch.get() else { return };
        let found = consumer.poll(WATCH_POLL);
        match found {
            Some(Ok(message)) => {
                let record = stored(&message);
                let partition = u16::try_from(message.partition());
                let key = String::from_utf8(record.key.into());
                if let (Ok(partition), Ok(key), Ok(progress)) = (partition, key, decode(record.value.as_deref())) {
                    watch.learn(key, partition, record.offset + 1, progress.event);
                }
            }
            Some(Err(KafkaError::PartitionEOF(_))) | None => {}
            Some(Err(error)) => tracing::debug!(%error, "while following the progress"),
        }
    }
}
