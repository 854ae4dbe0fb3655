//! Logs to test, and short ways to write and read them.

use std::path::Path;
use std::time::{Duration, Instant};

use chengxin::log::embedded::Embedded;
use chengxin::log::kafka::Kafka;
use chengxin::log::{Batch, Log, LogError, Offset, Reader, Record, Stored, Topic};
use tempfile::TempDir;

use super::broker::Namespace;

pub const PARTITIONS: u16 = 3;
/// No test waits for anything longer than this.
pub const LIMIT: Duration = Duration::from_secs(60);
/// How long a reader waits where nothing is to come.
const SHORT: Duration = Duration::from_millis(300);

/// A place where a log can be opened, again and again.
pub trait Place {
    fn new() -> Self;
    fn open_with(&self, partitions: u16) -> Result<Box<dyn Log>, LogError>;
    /// For [`super::child`].
    fn address(&self) -> String;

    fn open(&self) -> Box<dyn Log> {
        self.open_with(PARTITIONS).unwrap()
    }
}

pub struct EmbeddedPlace(pub TempDir);

impl EmbeddedPlace {
    pub fn dir(&self) -> &Path {
        self.0.path()
    }
}

impl Place for EmbeddedPlace {
    fn new() -> EmbeddedPlace {
        EmbeddedPlace(tempfile::tempdir().unwrap())
    }

    fn open_with(&self, partitions: u16) -> Result<Box<dyn Log>, LogError> {
        Ok(Box::new(Embedded::open(self.dir(), partitions)?))
    }

    fn address(&self) -> String {
        format!("embedded:{}", self.dir().display())
    }
}

pub struct KafkaPlace(pub Namespace);

impl Place for KafkaPlace {
    fn new() -> KafkaPlace {
        KafkaPlace(Namespace::new())
    }

    fn open_with(&self, partitions: u16) -> Result<Box<dyn Log>, LogError> {
        Ok(Box::new(Kafka::open(self.0.config(partitions))?))
    }

    fn address(&self) -> String {
        format!("kafka:{}", self.0.prefix)
    }
}

pub fn record(topic: Topic, partition: u16, value: impl ToString) -> Record {
    Record::new(topic, partition, *b"subject", Some(value.to_string().into()))
}

pub fn append(log: &dyn Log, records: Vec<Record>) -> Vec<Offset> {
    log.append(records).blocking_recv().expect("the log answers").unwrap()
}

pub fn values(records: &[Stored]) -> Vec<String> {
    records.iter().map(|r| String::from_utf8(r.value.clone().unwrap().into()).unwrap()).collect()
}

/// Everything from an offset up to the end.
pub fn read_from(log: &dyn Log, topic: Topic, partition: u16, from: Offset) -> Vec<Stored> {
    read_to_end(&mut *log.read(topic, partition, from).unwrap())
}

pub fn read_to_end(reader: &mut dyn Reader) -> Vec<Stored> {
    let deadline = Instant::now() + LIMIT;
    let mut records = Vec::new();
    loop {
        let batch = reader.next(1_000, SHORT).unwrap();
        records.extend(batch.records);
        if batch.at_end {
            return records;
        }
        assert!(Instant::now() < deadline, "the end is not reached");
    }
}

/// The next batch that is not empty.
pub fn next_records(reader: &mut dyn Reader, max: usize) -> Batch {
    let deadline = Instant::now() + LIMIT;
    loop {
        let batch = reader.next(max, SHORT).unwrap();
        if !batch.records.is_empty() {
            return batch;
        }
        assert!(Instant::now() < deadline, "no record comes");
    }
}
