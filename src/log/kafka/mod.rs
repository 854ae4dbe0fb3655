//! The Kafka log, for more than one machine.
//!
//! Events are appended by an idempotent producer with `acks=all`; the outputs of a task go out in one transaction with
//! its progress, which stands in the compacted topic `credit.progress`. Readers see committed records only. Every
//! librdkafka call that can block is bounded by a named limit.

mod appender;
mod assignments;
mod cluster;
mod inbox;
mod owner;
mod progress;
mod reader;
mod topics;

use std::sync::Arc;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::{APPEND_QUEUE, Assignments, Log, LogError, Offset, Owner, Pending, Reader, Record, Topic};
use appender::Appender;
use cluster::Cluster;
pub use inbox::{InboxReader, InboxRecord};

/// How to reach a cluster, and which topics in it are ours.
#[derive(Debug, Clone)]
pub struct KafkaConfig {
    /// `host:port`, separated by commas.
    pub brokers: String,
    /// Names the consumer groups and transactions of one installation.
    pub application: String,
    /// Stands before the name of every topic; empty but in tests and where installations share a cluster.
    pub topic_prefix: String,
    pub partitions: u16,
    /// Copies of a topic that is made; 3 wherever three brokers exist.
    pub replication: i16,
    /// Appends that may wait for the brokers at a time.
    pub append_queue: usize,
    /// Further settings of librdkafka for every client, such as `security.protocol`.
    pub settings: Vec<(String, String)>,
}

impl KafkaConfig {
    pub fn new(brokers: impl Into<String>, partitions: u16) -> KafkaConfig {
        KafkaConfig {
            brokers: brokers.into(),
            application: "chengxin".into(),
            topic_prefix: String::new(),
            partitions,
            replication: 1,
            append_queue: APPEND_QUEUE,
            settings: Vec::new(),
        }
    }
}

/// The log on a Kafka cluster.
pub struct Kafka {
    cluster: Arc<Cluster>,
    appender: Appender,
}

impl Kafka {
    /// Connects, makes the topics that are missing, and refuses those whose partition count is not the configured one.
    pub fn open(config: KafkaConfig) -> Result<Kafka, LogError> {
        if config.partitions == 0 {
            return Err(LogError::Unusable("a log needs at least one partition".into()));
        }
        let cluster = Arc::new(Cluster::new(config)?);
        topics::ensure(&cluster)?;
        let appender = Appender::start(cluster.clone())?;
        Ok(Kafka { cluster, appender })
    }

    /// Reads the inbox topics of departments as a member of a consumer group, so that several processes share them.
    pub fn inbox_reader(&self) -> Result<InboxReader, LogError> {
        InboxReader::join(&self.cluster)
    }
}

impl Log for Kafka {
    fn partitions(&self) -> u16 {
        self.cluster.config.partitions
    }

    fn carries_attributes(&self) -> bool {
        true
    }

    fn append(&self, records: Vec<Record>) -> Pending {
        self.appender.append(records)
    }

    fn read(&self, topic: Topic, partition: u16, from: Offset) -> Result<Box<dyn Reader>, LogError> {
        self.cluster.check_partition(partition)?;
        Ok(Box::new(reader::KafkaReader::open(&self.cluster, topic, partition, from)?))
    }

    fn end(&self, topic: Topic, partition: u16) -> Result<Offset, LogError> {
        self.cluster.check_partition(partition)?;
        Ok(self.cluster.watermarks(&self.cluster.topic(topic), partition)?.1)
    }

    fn own(&self, task: &str, partition: u16) -> Result<Box<dyn Owner>, LogError> {
        self.cluster.check_partition(partition)?;
        Ok(Box::new(owner::KafkaOwner::take(&self.cluster, task, partition)?))
    }

    fn progress(&self, task: &str, partition: u16) -> Result<Offset, LogError> {
        self.cluster.check_partition(partition)?;
        progress::watched(&self.cluster, task, partition)
    }

    fn assignments(&self, task: &str) -> Result<Box<dyn Assignments>, LogError> {
        Ok(Box::new(assignments::Membership::join(&self.cluster, task)?))
    }
}

/// What an error of librdkafka means to the caller.
fn failure(error: KafkaError) -> LogError {
    use RDKafkaErrorCode::{
        GroupAuthorizationFailed, SaslAuthenticationFailed, TopicAuthorizationFailed,
        TransactionalIdAuthorizationFailed,
    };
    let code = match &error {
        KafkaError::Transaction(e) => Some(e.code()),
        KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_) => return LogError::Unusable(error.to_string()),
        other => other.rdkafka_error_code(),
    };
    match code {
        Some(code) if is_fenced(code) => LogError::Fenced,
        Some(
            GroupAuthorizationFailed
            | TopicAuthorizationFailed
            | TransactionalIdAuthorizationFailed
            | SaslAuthenticationFailed,
        ) => LogError::Unusable(error.to_string()),
        _ => LogError::Unavailable(error.to_string()),
    }
}

fn is_fenced(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode::{Fenced, InvalidProducerEpoch, ProducerFenced};
    matches!(code, Fenced | InvalidProducerEpoch | ProducerFenced)
}
