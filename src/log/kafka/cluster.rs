//! What all clients of one open log share: names, settings and the consumer for look-ups.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::super::{LogError, Offset, Record, Topic, check_sizes};
use super::assignments::GroupConsumer;
use super::progress::Watch;
use super::{KafkaConfig, failure};

/// How long a question to the brokers may take.
pub(super) const ASK_WAIT: Duration = Duration::from_secs(10);
/// Fetches of a reader that waits at the tail are held by the broker for this long. It is also how late a reader
/// learns that it has reached the end, which an empty answer tells it.
const FETCH_WAIT_MS: u32 = 100;
/// The same for look-ups, which always read up to the end.
const LOOKUP_FETCH_WAIT_MS: u32 = 5;
/// librdkafka's pause when its queue is full; its default of a second lets a fast reader idle.
const FETCH_QUEUE_BACKOFF_MS: u32 = 5;
/// Pause before a partition without a leader is asked again.
const LEADER_PAUSE: Duration = Duration::from_millis(50);
/// Records fetched ahead by one reader; there is a reader for each partition.
const READ_AHEAD_KIB: u32 = 16 << 10;

pub(super) struct Cluster {
    pub(super) config: KafkaConfig,
    /// Tells the clients of this process from those of any other.
    token: u32,
    clients: AtomicU64,
    /// For questions that one thread at a time may ask.
    lookups: OnceLock<Mutex<BaseConsumer>>,
    /// The group consumers of this process by task, for the group metadata of transactions.
    groups: Mutex<HashMap<String, Weak<GroupConsumer>>>,
    pub(super) watch: OnceLock<Watch>,
    /// Held while the watch is started.
    pub(super) watch_start: Mutex<()>,
}

impl Cluster {
    pub(super) fn new(config: KafkaConfig) -> Result<Cluster, LogError> {
        let token = getrandom::u32().map_err(|e| LogError::Unavailable(format!("no randomness: {e}")))?;
        Ok(Cluster {
            config,
            token,
            clients: AtomicU64::new(0),
            lookups: OnceLock::new(),
            groups: Mutex::default(),
            watch: OnceLock::new(),
            watch_start: Mutex::new(()),
        })
    }

    pub(super) fn topic(&self, topic: Topic) -> String {
        self.name(topic.name())
    }

    pub(super) fn name(&self, topic: &str) -> String {
        format!("{}{topic}", self.config.topic_prefix)
    }

    pub(super) fn check_partition(&self, partition: u16) -> Result<(), LogError> {
        let count = self.config.partitions;
        if partition < count {
            return Ok(());
        }
        Err(LogError::Unusable(format!("no partition {partition}: the log has {count}")))
    }

    /// Whether records may be sent at all.
    pub(super) fn check(&self, records: &[Record]) -> Result<(), LogError> {
        check_sizes(records)?;
        records.iter().try_for_each(|record| self.check_partition(record.partition))
    }

    /// Settings of a client with an id of its own: brokers and people tell clients apart by it.
    pub(super) fn client(&self, role: &str) -> ClientConfig {
        let number = self.clients.fetch_add(1, Ordering::Relaxed);
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", &self.config.brokers);
        client.set("client.id", format!("{}-{role}-{:08x}-{number}", self.config.application, self.token));
        client.set("reconnect.backoff.max.ms", "1000");
        for (name, value) in &self.config.settings {
            client.set(name, value);
        }
        client
    }

    pub(super) fn consumer(&self, role: &str) -> ClientConfig {
        let mut client = self.client(role);
        // librdkafka wants a group also of a consumer that never joins one.
        client.set("group.id", format!("{}.{role}", self.config.application));
        client.set("enable.auto.commit", "false");
        client.set("enable.auto.offset.store", "false");
        client.set("isolation.level", "read_committed");
        client.set("enable.partition.eof", "true");
        client.set("auto.offset.reset", "earliest");
        client.set("fetch.wait.max.ms", FETCH_WAIT_MS.to_string());
        client.set("fetch.queue.backoff.ms", FETCH_QUEUE_BACKOFF_MS.to_string());
        client.set("queued.max.messages.kbytes", READ_AHEAD_KIB.to_string());
        client
    }

    /// The shared consumer for look-ups. It is made when first needed and connects then.
    pub(super) fn lookups(&self) -> Result<MutexGuard<'_, BaseConsumer>, LogError> {
        if self.lookups.get().is_none() {
            let mut client = self.consumer("lookup");
            client.set("fetch.wait.max.ms", LOOKUP_FETCH_WAIT_MS.to_string());
            // Two threads may both make one; the second is dropped.
            drop(self.lookups.set(Mutex::new(client.create().map_err(failure)?)));
        }
        Ok(lock(self.lookups.get().expect("it was set above")))
    }

    /// The first offset of a partition and the one behind its last committed record.
    pub(super) fn watermarks(&self, topic: &str, partition: u16) -> Result<(Offset, Offset), LogError> {
        watermarks(&*self.lookups()?, topic, partition)
    }

    pub(super) fn group(&self, task: &str) -> Option<Arc<GroupConsumer>> {
        lock(&self.groups).get(task)?.upgrade()
    }

    pub(super) fn register_group(&self, task: &str, consumer: &Arc<GroupConsumer>) {
        lock(&self.groups).insert(task.to_owned(), Arc::downgrade(consumer));
    }
}

/// With `read_committed` the upper one is the last stable offset, below every transaction that is still open. While a
/// partition has no leader yet, as just after its topic was made, it is asked again for as long as a question may take.
pub(super) fn watermarks(consumer: &BaseConsumer, topic: &str, partition: u16) -> Result<(Offset, Offset), LogError> {
    let deadline = Instant::now() + ASK_WAIT;
    loop {
        match consumer.fetch_watermarks(topic, i32::from(partition), ASK_WAIT) {
            Ok((low, high)) => return Ok((offset(low), offset(high))),
            Err(error) if is_leaderless(&error) && Instant::now() < deadline => std::thread::sleep(LEADER_PAUSE),
            Err(error) => return Err(failure(error)),
        }
    }
}

fn is_leaderless(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::NotLeaderForPartition | RDKafkaErrorCode::LeaderNotAvailable)
    )
}

/// Kafka's offsets are signed; those of records are never negative.
pub(super) fn offset(stored: i64) -> Offset {
    stored.max(0).cast_unsigned()
}

/// No code panics while it holds one of these locks half-way through a change, so a poisoned one is still good.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
