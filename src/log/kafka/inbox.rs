//! The inboxes of departments that speak Kafka: topics of their own, whose access list is their identity.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::Message;
use rdkafka::{Offset as At, TopicPartitionList};

use super::super::{LogError, Offset, READ_BATCH_BYTES};
use super::cluster::{Cluster, offset};
use super::failure;

/// An inbox topic is named this and the organisation.
const INBOX: &str = "credit.inbox.";
/// How soon a new inbox topic is noticed.
const REFRESH: Duration = Duration::from_secs(5);

/// A record as a department has written it; nothing in it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRecord {
    pub topic: String,
    pub partition: i32,
    pub offset: Offset,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
}

impl InboxRecord {
    /// The organisation that the topic belongs to.
    pub fn organisation(&self) -> &str {
        self.topic.split_once(INBOX).map_or("", |(_, organisation)| organisation)
    }
}

/// Shares the inbox topics with the other processes of the installation. What is not committed is read again after a
/// restart or a rebalance.
pub struct InboxReader {
    consumer: BaseConsumer,
}

impl InboxReader {
    pub(super) fn join(cluster: &Cluster) -> Result<InboxReader, LogError> {
        let mut client = cluster.consumer("inbox");
        client.set("group.id", format!("{}.{INBOX}readers", cluster.config.application));
        client.set("enable.partition.eof", "false");
        client.set("topic.metadata.refresh.interval.ms", REFRESH.as_millis().to_string());
        let consumer: BaseConsumer = client.create().map_err(failure)?;
        // The only character of topic names that means something in a regular expression is the full stop.
        let pattern = format!("^{}.+", cluster.name(INBOX).replace('.', "\\."));
        consumer.subscribe(&[&pattern]).map_err(failure)?;
        Ok(InboxReader { consumer })
    }

    /// Up to `max` records; waits up to `wait` for the first. To be called often, for this also keeps the membership.
    pub fn next(&mut self, max: usize, wait: Duration) -> Result<Vec<InboxRecord>, LogError> {
        let deadline = Instant::now() + wait;
        let mut records = Vec::new();
        let mut bytes = 0;
        while records.len() < max.max(1) && bytes < READ_BATCH_BYTES {
            let first = records.is_empty();
            let left = if first { deadline.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
            match self.consumer.poll(left) {
                Some(Ok(message)) => {
                    bytes += message.key_len() + message.payload_len();
                    records.push(InboxRecord {
                        topic: message.topic().to_owned(),
                        partition: message.partition(),
                        offset: offset(message.offset()),
                        key: message.key().map(<[u8]>::to_vec),
                        value: message.payload().map(<[u8]>::to_vec),
                    });
                }
                // No department has an inbox yet.
                Some(Err(error)) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::UnknownTopicOrPartition) => {}
                Some(Err(error)) if records.is_empty() => return Err(failure(error)),
                // A rebalance ends a poll early.
                None if first && Instant::now() < deadline => {}
                Some(Err(_)) | None => break,
            }
        }
        Ok(records)
    }

    /// Says that the records before these offsets, by topic and partition, need not be read again.
    pub fn commit(&self, processed: &[(String, i32, Offset)]) -> Result<(), LogError> {
        let mut list = TopicPartitionList::new();
        for (topic, partition, next) in processed {
            let next = At::Offset(i64::try_from(*next).unwrap_or(i64::MAX));
            list.add_partition_offset(topic, *partition, next).map_err(failure)?;
        }
        self.consumer.commit(&list, CommitMode::Sync).map_err(failure)
    }
}
