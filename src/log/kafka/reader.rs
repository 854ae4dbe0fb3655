//! Reads one partition with a consumer of its own, which is nobody else's member.

use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::{Offset as At, TopicPartitionList};

use super::super::{Batch, Gathered, LogError, Offset, READ_BATCH_BYTES, Reader, Topic};
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
    /// Size of the last batch.
    last: (usize, usize),
}

/// What the consumer has for us.
#[derive(PartialEq, Eq)]
enum Found {
    Record,
    End,
    Nothing,
}

impl KafkaReader {
    pub(super) fn open(cluster: &Cluster, topic: Topic, partition: u16, from: Offset) -> Result<KafkaReader, LogError> {
        let consumer: BaseConsumer<Quiet> = cluster.consumer("reader").create_with_context(Quiet).map_err(failure)?;
        assign(&consumer, &cluster.topic(topic), [(partition, from)])?;
        Ok(KafkaReader { consumer, position: from, at_end: false, last: (0, 0) })
    }

    /// Gathers what comes next. A timeout is nothing; an error says only that the consumer has to be asked again.
    fn poll(&mut self, wait: Duration, gathered: &mut Gathered) -> Result<Found, LogError> {
        match self.consumer.poll(wait) {
            None => Ok(Found::Nothing),
            Some(Err(KafkaError::PartitionEOF(_))) => {
                self.at_end = true;
                Ok(Found::End)
            }
            Some(Err(error)) => Err(failure(error)),
            Some(Ok(message)) => {
                let offset = offset(message.offset());
                // A partition that ends before the wanted position is read again from its start.
                if offset >= self.position {
                    gathered.push(offset, message.key().unwrap_or_default(), message.payload());
                    self.position = offset + 1;
                    self.at_end = false;
                }
                Ok(Found::Record)
            }
        }
    }
}

impl Reader for KafkaReader {
    fn next(&mut self, max_records: usize, wait: Duration) -> Result<Batch, LogError> {
        let deadline = Instant::now() + wait;
        let (mut gathered, mut trouble) = (Gathered::like(self.last), None);
        while gathered.len() < max_records.max(1) && gathered.bytes() < READ_BATCH_BYTES {
            let first = gathered.is_empty();
            let left = if first { deadline.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
            let was_at_end = self.at_end;
            let more = match self.poll(left, &mut gathered) {
                Ok(found) => {
                    trouble = trouble.filter(|_| found == Found::Nothing);
                    found == Found::Record
                }
                Err(unusable @ LogError::Unusable(_)) => return Err(unusable),
                // librdkafka goes on by itself, and what it complains of may long be over.
                Err(passing) => {
                    trouble = Some(passing);
                    true
                }
            };
            // To have just reached the end is news, which does not wait for the next record.
            let waits = gathered.is_empty() && (was_at_end || !self.at_end);
            if !more && !waits || gathered.is_empty() && Instant::now() >= deadline {
                break;
            }
        }
        if let Some(trouble) = trouble.filter(|_| gathered.is_empty()) {
            return Err(trouble);
        }
        self.last = gathered.size();
        Ok(Batch { records: gathered.records(), next: self.position, at_end: self.at_end })
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
