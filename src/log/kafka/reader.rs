//! Reads one partition with a consumer of its own, which is nobody else's member.

use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::{Offset as At, TopicPartitionList};

use super::super::{Batch, LogError, Offset, READ_BATCH_BYTES, Reader, Stored, Topic};
use super::cluster::{Cluster, offset};
use super::failure;

/// Tells of errors, but not of the end of a partition, which librdkafka counts among them.
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::PartitionEOF) {
            tracing::warn!(%error, reason, "reader");
        }
    }
}

impl ConsumerContext for Quiet {}

pub(super) struct KafkaReader {
    consumer: BaseConsumer<Quiet>,
    position: Offset,
    at_end: bool,
}

/// What the consumer has for us.
enum Found {
    Record(Stored),
    End,
    Nothing,
}

impl KafkaReader {
    pub(super) fn open(cluster: &Cluster, topic: Topic, partition: u16, from: Offset) -> Result<KafkaReader, LogError> {
        let consumer: BaseConsumer<Quiet> = cluster.consumer("reader").create_with_context(Quiet).map_err(failure)?;
        assign(&consumer, &cluster.topic(topic), [(partition, from)])?;
        Ok(KafkaReader { consumer, position: from, at_end: false })
    }

    fn poll(&mut self, wait: Duration) -> Result<Found, LogError> {
        match self.consumer.poll(wait) {
            None => Ok(Found::Nothing),
            Some(Err(KafkaError::PartitionEOF(_))) => Ok(Found::End),
            Some(Err(error)) => Err(failure(error)),
            Some(Ok(message)) => Ok(Found::Record(stored(&message))),
        }
    }

    /// Takes what was found; false ends the batch.
    fn take(&mut self, found: Found, batch: &mut Batch, bytes: &mut usize) -> bool {
        match found {
            // A partition that ends before the wanted position is read again from its start.
            Found::Record(record) if record.offset < self.position => {}
            Found::Record(record) => {
                *bytes += record.key.len() + record.value.as_ref().map_or(0, Vec::len);
                self.position = record.offset + 1;
                self.at_end = false;
                batch.records.push(record);
            }
            Found::End => {
                self.at_end = true;
                return false;
            }
            Found::Nothing => return false,
        }
        true
    }
}

impl Reader for KafkaReader {
    fn next(&mut self, max_records: usize, wait: Duration) -> Result<Batch, LogError> {
        let deadline = Instant::now() + wait;
        let mut batch = Batch::default();
        let (mut bytes, mut trouble) = (0, None);
        while batch.records.len() < max_records.max(1) && bytes < READ_BATCH_BYTES {
            let first = batch.records.is_empty();
            let left = if first { deadline.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
            let was_at_end = self.at_end;
            let more = match self.poll(left) {
                Ok(found) => {
                    let news = !matches!(found, Found::Nothing);
                    trouble = trouble.filter(|_| !news);
                    self.take(found, &mut batch, &mut bytes)
                }
                Err(unusable @ LogError::Unusable(_)) => return Err(unusable),
                // librdkafka goes on by itself, and what it complains of may long be over.
                Err(passing) => {
                    trouble = Some(passing);
                    true
                }
            };
            // To have just reached the end is news, which does not wait for the next record.
            let waits = batch.records.is_empty() && (was_at_end || !self.at_end);
            if !more && !waits || batch.records.is_empty() && Instant::now() >= deadline {
                break;
            }
        }
        if let Some(trouble) = trouble.filter(|_| batch.records.is_empty()) {
            return Err(trouble);
        }
        batch.next = self.position;
        batch.at_end = self.at_end;
        Ok(batch)
    }
}

pub(super) fn assign<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partitions: impl IntoIterator<Item = (u16, Offset)>,
) -> Result<(), LogError> {
    let mut list = TopicPartitionList::new();
    for (partition, from) in partitions {
        let from = At::Offset(i64::try_from(from).unwrap_or(i64::MAX));
        list.add_partition_offset(topic, i32::from(partition), from).map_err(failure)?;
    }
    consumer.assign(&list).map_err(failure)
}

pub(super) fn stored(message: &BorrowedMessage<'_>) -> Stored {
    Stored {
        offset: offset(message.offset()),
        key: message.key().unwrap_or_default().to_vec(),
        value: message.payload().map(<[u8]>::to_vec),
    }
}
