//! The owner of a task's partition: a transactional producer whose id is the task's, so that a younger one fences it.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use rdkafka::{ClientContext, Offset as At, TopicPartitionList};

use super::super::{LogError, Offset, Owner, Progress, Record, Topic};
use super::appender::{base_record, limit_delivery};
use super::assignments::GroupConsumer;
use super::cluster::{Cluster, lock, offset};
use super::progress::{self, PROGRESS_TOPIC};
use super::{failure, is_fenced};

/// The broker aborts a transaction that is open for longer, so that readers are not held up by a dead process.
const TRANSACTION_LIMIT: Duration = Duration::from_secs(12);
/// How long fencing older owners may take; the brokers may first have to end their transactions.
const INIT_WAIT: Duration = Duration::from_secs(30);
/// How long the outputs of one transaction may take to reach the brokers.
const DRAIN_WAIT: Duration = Duration::from_secs(10);
/// Pause between two looks at what is still under way. `flush` would sleep out its poll of 100 ms.
const DRAIN_PAUSE: Duration = Duration::from_micros(50);
const RETRY_MS: &str = "1";
const OFFSETS_WAIT: Duration = Duration::from_secs(5);
const COMMIT_WAIT: Duration = Duration::from_secs(5);
const COMMIT_TRIES: u32 = 3;
const ABORT_WAIT: Duration = Duration::from_secs(5);

pub(super) struct KafkaOwner {
    cluster: Arc<Cluster>,
    producer: BaseProducer<Deliveries>,
    task: String,
    partition: u16,
    progress: Progress,
    /// After a failure with unknown outcome nothing more goes out through this owner.
    lost: Option<LogError>,
}

/// Why a transaction was not committed.
enum Failed {
    /// The consumer group refused the offsets: nothing is published, and it can be tried without them.
    GroupOffsets(KafkaError),
    Other(LogError),
}

impl KafkaOwner {
    pub(super) fn take(cluster: &Arc<Cluster>, task: &str, partition: u16) -> Result<KafkaOwner, LogError> {
        let mut client = cluster.client("owner");
        client.set("transactional.id", format!("{}.{task}.{partition}", cluster.config.application));
        client.set("transaction.timeout.ms", TRANSACTION_LIMIT.as_millis().to_string());
        limit_delivery(&mut client, DRAIN_WAIT);
        client.set("linger.ms", "0");
        // The broker answers "still ending the last one" to a transaction that follows closely; ask again soon, and
        // not twice as late each time.
        client.set("retry.backoff.ms", RETRY_MS);
        client.set("retry.backoff.max.ms", RETRY_MS);
        let producer: BaseProducer<Deliveries> = client.create_with_context(Deliveries::default()).map_err(failure)?;
        producer.init_transactions(INIT_WAIT).map_err(failure)?;
        // Only now: before, an older owner could still have moved it.
        let progress = progress::published(cluster, task, partition)?;
        Ok(KafkaOwner { cluster: cluster.clone(), producer, task: task.to_owned(), partition, progress, lost: None })
    }

    fn attempt(
        &self,
        outputs: &[Record],
        progress: Progress,
        group: Option<&GroupConsumer>,
    ) -> Result<Vec<Offset>, Failed> {
        self.producer.context().begin(outputs.len() + 1);
        self.producer.begin_transaction().map_err(|e| Failed::Other(failure(e)))?;
        let sent = self.send(outputs, progress);
        if let Err(error) = sent.and_then(|()| self.drain()) {
            self.abort();
            return Err(Failed::Other(error));
        }
        if let Some(Err(error)) = group.map(|group| self.send_offsets(group, progress.event)) {
            self.abort();
            return Err(match failure(error.clone()) {
                LogError::Fenced if is_fatal(&error) => Failed::Other(LogError::Fenced),
                _ => Failed::GroupOffsets(error),
            });
        }
        self.commit().map_err(Failed::Other)?;
        let mut offsets = self.producer.context().taken();
        if let Some(offset) = offsets.pop() {
            progress::published_here(&self.cluster, &self.task, self.partition, offset, progress.event);
        }
        Ok(offsets)
    }

    fn send(&self, outputs: &[Record], progress: Progress) -> Result<(), LogError> {
        for (index, record) in outputs.iter().enumerate() {
            self.send_one(base_record(&self.cluster.topic(record.topic), record, index))?;
        }
        let topic = self.cluster.name(PROGRESS_TOPIC);
        let key = progress::key(&self.cluster, &self.task);
        let value = progress::encode(progress);
        let record = BaseRecord::<[u8], [u8], usize>::with_opaque_to(&topic, outputs.len())
            .partition(i32::from(self.partition))
            .key(key.as_bytes())
            .payload(&value);
        self.send_one(record)
    }

    fn send_one(&self, mut record: BaseRecord<'_, [u8], [u8], usize>) -> Result<(), LogError> {
        let deadline = Instant::now() + DRAIN_WAIT;
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back))
                    if Instant::now() < deadline =>
                {
                    record = back;
                    self.producer.poll(Duration::ZERO);
                    thread::sleep(DRAIN_PAUSE);
                }
                Err((error, _)) => return Err(failure(error)),
            }
        }
    }

    /// Waits until every record of the transaction has its delivery report.
    fn drain(&self) -> Result<(), LogError> {
        let deadline = Instant::now() + DRAIN_WAIT;
        while self.producer.in_flight_count() > 0 {
            self.producer.poll(Duration::ZERO);
            if Instant::now() > deadline {
                return Err(LogError::Unavailable("the brokers do not take the outputs".into()));
            }
            thread::sleep(DRAIN_PAUSE);
        }
        self.producer.context().result()
    }

    /// The group's committed offsets decide nothing; tools that watch a group's lag read them.
    fn send_offsets(&self, group: &GroupConsumer, progress: Offset) -> Result<(), KafkaError> {
        use rdkafka::consumer::Consumer;
        // Fresh for every transaction: the generation changes with every rebalance.
        let Some(member) = group.group_metadata() else { return Ok(()) };
        let mut offsets = TopicPartitionList::new();
        let at = At::Offset(i64::try_from(progress).unwrap_or(i64::MAX));
        offsets.add_partition_offset(&self.cluster.topic(Topic::Events), i32::from(self.partition), at)?;
        self.producer.send_offsets_to_transaction(&offsets, &member, OFFSETS_WAIT)
    }

    fn commit(&self) -> Result<(), LogError> {
        let mut tries = 1;
        loop {
            let Err(error) = self.producer.commit_transaction(COMMIT_WAIT) else { return Ok(()) };
            let KafkaError::Transaction(transaction) = &error else { return Err(failure(error)) };
            if transaction.txn_requires_abort() {
                self.abort();
                return Err(failure(error));
            }
            if !transaction.is_retriable() || tries == COMMIT_TRIES {
                return Err(match failure(error) {
                    LogError::Unavailable(why) => LogError::Unavailable(format!("commit with unknown outcome: {why}")),
                    other => other,
                });
            }
            tries += 1;
        }
    }

    /// If it fails, the next owner's `init_transactions` or the broker's time limit ends the transaction.
    fn abort(&self) {
        if let Err(error) = self.producer.abort_transaction(ABORT_WAIT) {
            tracing::warn!(%error, task = self.task, partition = self.partition, "a transaction could not be aborted");
        }
    }

    fn publish_or_fail(&self, outputs: &[Record], progress: Progress) -> Result<Vec<Offset>, LogError> {
        let group = self.cluster.group(&self.task);
        match self.attempt(outputs, progress, group.as_deref()) {
            Ok(offsets) => Ok(offsets),
            Err(Failed::Other(error)) => Err(error),
            Err(Failed::GroupOffsets(error)) => {
                tracing::debug!(%error, task = self.task, "published without group offsets");
                self.attempt(outputs, progress, None).map_err(|failed| match failed {
                    Failed::Other(error) => error,
                    Failed::GroupOffsets(error) => failure(error),
                })
            }
        }
    }
}

impl KafkaOwner {
    fn publish_up_to(&mut self, outputs: &[Record], progress: Progress) -> Result<Vec<Offset>, LogError> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        self.cluster.check(outputs)?;
        let published = self.publish_or_fail(outputs, progress).map_err(|error| self.cause(error));
        match &published {
            Ok(_) => self.progress = progress,
            Err(error) => self.lost = Some(error.clone()),
        }
        published
    }

    /// Being fenced is fatal to the producer, while the call that meets it may fail with one of the consequences.
    fn cause(&self, error: LogError) -> LogError {
        match self.producer.client().fatal_error() {
            Some((code, _)) if is_fenced(code) => LogError::Fenced,
            _ => error,
        }
    }
}

impl Owner for KafkaOwner {
    fn progress(&self) -> Offset {
        self.progress.event
    }

    fn part(&self) -> u64 {
        self.progress.part
    }

    fn publish_part(&mut self, outputs: Vec<Record>, progress: Offset, part: u64) -> Result<(), LogError> {
        self.publish_up_to(&outputs, Progress { event: progress, part }).map(drop)
    }

    fn publish(&mut self, outputs: Vec<Record>, progress: Offset) -> Result<Vec<Offset>, LogError> {
        self.publish_up_to(&outputs, Progress::whole(progress))
    }
}

fn is_fatal(error: &KafkaError) -> bool {
    matches!(error, KafkaError::Transaction(e) if e.is_fatal())
}

/// The delivery reports of the transaction under way.
#[derive(Default)]
struct Deliveries(Mutex<Reported>);

#[derive(Default)]
struct Reported {
    offsets: Vec<Offset>,
    error: Option<LogError>,
}

impl Deliveries {
    fn begin(&self, records: usize) {
        *lock(&self.0) = Reported { offsets: vec![0; records], error: None };
    }

    fn result(&self) -> Result<(), LogError> {
        lock(&self.0).error.clone().map_or(Ok(()), Err)
    }

    fn taken(&self) -> Vec<Offset> {
        std::mem::take(&mut lock(&self.0).offsets)
    }
}

impl ClientContext for Deliveries {
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(%error, reason, "producer of outputs");
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, index: usize) {
        let mut reported = lock(&self.0);
        match result {
            Ok(message) => {
                if let Some(place) = reported.offsets.get_mut(index) {
                    *place = offset(message.offset());
                }
            }
            Err((error, _)) => {
                reported.error.get_or_insert_with(|| failure(error.clone()));
            }
        }
    }
}
