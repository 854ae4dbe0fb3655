//! The message log: what both adapters can do, and no more.
//!
//! A log has a fixed number of partitions, the same for every topic. Within one (topic, partition) records have
//! rising offsets; **offsets have gaps** (Kafka's transaction markers lie between records), so nobody adds one to
//! find the next record: a reader says where it stands.
//!
//! The traits are blocking, because librdkafka and SQLite are; asynchronous callers wait for the [`Pending`] answer of
//! an append or call from a thread of their own. There is no conditional append, since Kafka has none: whether an
//! event may have its effect is decided by the fold, behind the log.

pub mod embedded;
pub mod kafka;

use bytes::Bytes;
use chengxin_projections::event::Event;
use std::{sync::Arc, time::Duration};

/// A place in one partition: the offset of a record, or the offset up to which something has been done.
pub type Offset = u64;

/// The topics of the system. Every topic has the same number of partitions as [`Topic::Events`], and a record of a
/// derived topic stands in the partition of the event that caused it, so that one task writes one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Credit events as published, keyed by subject.
    Events,
    /// Changes of the red, black and watch lists, keyed by subject.
    ListChanges,
    /// Changes of the measures in force, keyed by subject.
    MeasureChanges,
    /// Events without effect and unreadable records, with their reasons, keyed by subject.
    Refusals,
    /// The current state of every list entry (compacted), keyed by subject and record.
    Lists,
    /// Duties that arose, moved or are overdue, keyed by subject.
    Obligations,
    /// What entries say of responsible persons now (compacted), keyed by person and record.
    Implications,
}

impl Topic {
    /// Every topic, in a stable order.
    pub const ALL: [Topic; 7] = [
        Topic::Events,
        Topic::ListChanges,
        Topic::MeasureChanges,
        Topic::Refusals,
        Topic::Lists,
        Topic::Obligations,
        Topic::Implications,
    ];

    /// The public name of the topic; downstream systems subscribe to it.
    pub fn name(self) -> &'static str {
        match self {
            Topic::Events => "credit.events",
            Topic::ListChanges => "credit.list-changes",
            Topic::MeasureChanges => "credit.measure-changes",
            Topic::Refusals => "credit.refusals",
            Topic::Lists => "credit.lists",
            Topic::Obligations => "credit.obligations",
            Topic::Implications => "credit.implications",
        }
    }

    /// Whether a record goes, sooner or later, once a later one has its key. Until then both are read.
    pub fn compacted(self) -> bool {
        matches!(self, Topic::Lists | Topic::Implications)
    }
}

/// A record to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub topic: Topic,
    pub partition: u16,
    pub key: Vec<u8>,
    /// `None` deletes the key from a compacted topic.
    pub value: Option<Vec<u8>>,
    /// CloudEvents attributes; Kafka carries them as headers, the embedded log drops them (the value says the same).
    pub attributes: Option<Attributes>,
    pub decoded: Decoded,
}

/// The event that a value says, where whoever wrote it had it at hand. A log whose reader is in the same process may hand it
/// on, so that nobody decodes what was just encoded. It follows from the value, and does not count where records are compared.
#[derive(Debug, Clone, Default)]
pub struct Decoded(pub Option<Arc<Event>>);

impl PartialEq for Decoded {
    fn eq(&self, _: &Decoded) -> bool {
        true
    }
}

impl Eq for Decoded {}

impl Record {
    /// A record without attributes.
    pub fn new(topic: Topic, partition: u16, key: impl Into<Vec<u8>>, value: Option<Vec<u8>>) -> Record {
        Record { topic, partition, key: key.into(), value, attributes: None, decoded: Decoded::default() }
    }

    /// Bytes of key and value.
    pub fn size(&self) -> usize {
        self.key.len() + self.value.as_ref().map_or(0, Vec::len)
    }
}

/// CloudEvents 1.0 attributes in Kafka binary mode; `ce_subject` is the record's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    pub id: String,
    /// The event type, such as `penalty.imposed`.
    pub kind: &'static str,
    /// The publishing organisation.
    pub source: String,
    /// Milliseconds since the epoch.
    pub time: i64,
}

/// A record as read back. The records of a batch share one buffer, which is there as long as one of them is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub offset: Offset,
    pub key: Bytes,
    pub value: Option<Bytes>,
    pub decoded: Decoded,
}

/// What one call of [`Reader::next`] found.
#[derive(Debug, Default)]
pub struct Batch {
    pub records: Vec<Stored>,
    /// Where the reader stands now: a reader opened at this offset goes on behind this batch.
    pub next: Offset,
    /// The reader stands behind the last committed record: there was nothing more to read at the time of the call.
    pub at_end: bool,
}

/// Records while they are read, one buffer for all of them.
#[derive(Debug, Default)]
struct Gathered {
    buffer: Vec<u8>,
    /// Offset, end of the key and, if there is a value, its end in the buffer.
    ends: Vec<(Offset, usize, Option<usize>)>,
}

impl Gathered {
    /// With room for as much as there was in the batch before: batches are long, and growing into one takes longer than
    /// filling it.
    fn like(before: (usize, usize)) -> Gathered {
        let (records, bytes) = before;
        Gathered { buffer: Vec::with_capacity(bytes + bytes / 16), ends: Vec::with_capacity(records) }
    }

    /// Gives the room back that is not needed.
    fn shrink(&mut self) {
        self.buffer.shrink_to_fit();
    }

    /// Records, and their bytes.
    fn size(&self) -> (usize, usize) {
        (self.ends.len(), self.buffer.len())
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Keys and values so far.
    fn bytes(&self) -> usize {
        self.buffer.len()
    }

    fn push(&mut self, offset: Offset, key: &[u8], value: Option<&[u8]>) {
        self.buffer.extend_from_slice(key);
        let end_of_key = self.buffer.len();
        self.buffer.extend_from_slice(value.unwrap_or_default());
        self.ends.push((offset, end_of_key, value.map(|_| self.buffer.len())));
    }

    fn records(self) -> Vec<Stored> {
        let buffer = Bytes::from(self.buffer);
        let mut start = 0;
        let record = |(offset, end_of_key, end): (Offset, usize, Option<usize>)| {
            let key = buffer.slice(start..end_of_key);
            start = end.unwrap_or(end_of_key);
            let value = end.map(|end| buffer.slice(end_of_key..end));
            Stored { offset, key, value, decoded: Decoded::default() }
        };
        self.ends.into_iter().map(record).collect()
    }
}

/// Reads the committed records of one partition in order, each once.
pub trait Reader: Send {
    /// Up to `max_records` records (at least one if there is one, whatever its size; otherwise bounded by
    /// [`READ_BATCH_BYTES`]). Waits up to `wait` for the first; an empty batch that comes earlier brings the news that
    /// the end has just been reached. After [`LogError::Unavailable`] the reader can go on where it stands.
    fn next(&mut self, max_records: usize, wait: Duration) -> Result<Batch, LogError>;
}

/// The exclusive right to publish the outputs of one task on one partition.
pub trait Owner: Send {
    /// The offset of the first event not yet processed, as published by this or an earlier owner; 0 at first.
    /// Read after older owners were fenced, so it can no longer move but through this owner.
    fn progress(&self) -> Offset;

    /// How many outputs of the event at `progress` are published already: only where an owner died within a long one. As
    /// outputs follow from the log alone, whoever goes on passes over as many.
    fn part(&self) -> u64;

    /// Publishes `outputs` of which the last belong to the event at `progress`, which has more: `part` of its outputs are
    /// published then. For an event with so many that they should not be one transaction. May return before it is done;
    /// if it fails, so does what follows.
    fn publish_part(&mut self, outputs: Vec<Record>, progress: Offset, part: u64) -> Result<(), LogError>;

    /// Publishes `outputs` and the new progress atomically: all visible, or none. Events among them are durable then, and
    /// so is every event below the progress that the log held; the other outputs follow from those, and a log may lose
    /// the latest with the machine (not with the process), the progress with them: they are published again the same.
    /// Returns the offsets of the outputs in their order where the log knows them. [`LogError::Fenced`] means that a
    /// younger owner exists: stop. After any other error the outcome is unknown: drop this owner, [`Log::own`] again and
    /// read the progress.
    fn publish(&mut self, outputs: Vec<Record>, progress: Offset) -> Result<Vec<Offset>, LogError>;
}

/// The next event of a task, and how many of its outputs are published already.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Progress {
    event: Offset,
    part: u64,
}

impl Progress {
    fn whole(event: Offset) -> Progress {
        Progress { event, part: 0 }
    }
}

/// Told by [`Assignments::next`] which partitions this process holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignment {
    /// These partitions are ours from now on.
    Gained(Vec<u16>),
    /// These partitions go to another process. Stop their tasks, then call [`Assignments::released`].
    Lost(Vec<u16>),
}

/// The partitions that this process holds: all of them on the embedded log, those of the consumer group on Kafka.
pub trait Assignments: Send {
    /// The next change, or `None` when none came within `wait`.
    fn next(&mut self, wait: Duration) -> Result<Option<Assignment>, LogError>;
    /// Says that the tasks of the partitions named by the last [`Assignment::Lost`] have stopped.
    fn released(&mut self);
}

/// The answer to an append: the offsets in the order of the records, once all of them are durable.
pub type Pending = tokio::sync::oneshot::Receiver<Result<Vec<Offset>, LogError>>;

/// A message log.
pub trait Log: Send + Sync + 'static {
    /// Number of partitions of every topic, fixed for the life of the log.
    fn partitions(&self) -> u16;

    /// Whether the attributes of records go with them; otherwise nobody needs to make them up.
    fn carries_attributes(&self) -> bool;

    /// Appends records; those of one partition keep their order, also between calls of one thread. The answer comes
    /// when all are durable. On an error any part of them may have been written: the caller repeats, the fold drops what
    /// comes twice. Answers [`LogError::Unavailable`] at once when [`APPEND_QUEUE`] calls are waiting.
    fn append(&self, records: Vec<Record>) -> Pending;

    /// A reader that starts at the first record with an offset of at least `from`.
    fn read(&self, topic: Topic, partition: u16, from: Offset) -> Result<Box<dyn Reader>, LogError>;

    /// An offset greater than that of every committed record of the partition, and not greater than that of any later one.
    fn end(&self, topic: Topic, partition: u16) -> Result<Offset, LogError>;

    /// Fences older owners of the task on the partition, then reads its progress.
    fn own(&self, task: &str, partition: u16) -> Result<Box<dyn Owner>, LogError>;

    /// The published progress of a task without owning it; 0 if it never published.
    fn progress(&self, task: &str, partition: u16) -> Result<Offset, LogError>;

    /// Joins the group of processes that share the task's partitions.
    fn assignments(&self, task: &str) -> Result<Box<dyn Assignments>, LogError>;
}

/// Appends that may wait for the writer at a time; one more is refused as unavailable.
pub const APPEND_QUEUE: usize = 4_096;
/// Bytes of keys and values after which a read batch ends.
pub const READ_BATCH_BYTES: usize = 4 << 20;

/// Bytes of key and value that a record may have. Brokers refuse what is larger than about a megabyte, and a record that
/// one log takes the other must take too.
pub const RECORD_BYTES: usize = 900_000;

/// Refuses records that no log takes; nothing of a call with one of them is written.
fn check_sizes(records: &[Record]) -> Result<(), LogError> {
    match records.iter().map(Record::size).find(|size| *size > RECORD_BYTES) {
        None => Ok(()),
        Some(size) => Err(LogError::Unusable(format!("a record of {size} bytes, the limit is {RECORD_BYTES}"))),
    }
}

/// What can go wrong with a log.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogError {
    /// A younger owner of the same task and partition exists.
    #[error("fenced: another process has taken over this partition")]
    Fenced,
    /// The log cannot take or give records now (broker away, disk full, queue full); try again later.
    #[error("log unavailable: {0}")]
    Unavailable(String),
    /// The log is not what the configuration says (partition count, lock held, version); needs a person.
    #[error("log not usable: {0}")]
    Unusable(String),
}

/// The partition of a key: murmur2 as in Kafka's Java client, so that any default producer of Kafka finds the same one.
pub fn partition_of(key: &[u8], partitions: u16) -> u16 {
    ((murmur2(key) & 0x7fff_ffff) % u32::from(partitions)) as u16
}

fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    const SEED: u32 = 0x9747_b28c;
    let mut hash = SEED ^ data.len() as u32;
    let mut chunks = data.chunks_exact(4);
    for chunk in &mut chunks {
        let mut k = u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    let rest = chunks.remainder();
    if rest.len() == 3 {
        hash ^= u32::from(rest[2]) << 16;
    }
    if rest.len() >= 2 {
        hash ^= u32::from(rest[1]) << 8;
    }
    if !rest.is_empty() {
        hash = (hash ^ u32::from(rest[0])).wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `org.apache.kafka.common.utils.Utils.murmur2` from Kafka's own unit test.
    #[test]
    fn murmur2_agrees_with_kafkas_java_client() {
        for (key, expected) in [
            ("21", -973932308_i32),
            ("foobar", -790332482),
            ("a-little-bit-long-string", -985981536),
            ("abc", 479470107),
        ] {
            assert_eq!(murmur2(key.as_bytes()) as i32, expected, "{key}");
        }
    }
}
