//! Membership of the consumer group of a task: it says which partitions this process holds, and reads nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError;
use rdkafka::{ClientContext, TopicPartitionList};

use super::super::{Assignment, Assignments, LogError, Topic};
use super::cluster::{Cluster, lock};
use super::failure;

pub(super) type GroupConsumer = BaseConsumer<Rebalances>;

/// A member that is silent for longer is taken for dead and its partitions go to others.
const SESSION_LIMIT: Duration = Duration::from_secs(10);
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long the tasks of lost partitions may take to stop; the next owner fences them in any case.
const RELEASE_LIMIT: Duration = Duration::from_secs(30);
/// The group's limit for a rebalance; longer than the release of partitions may take.
const REBALANCE_LIMIT: Duration = Duration::from_secs(60);
/// How soon the thread notices that it is to leave.
const POLL: Duration = Duration::from_millis(100);

pub(super) struct Membership {
    changes: Receiver<Result<Assignment, LogError>>,
    released: Sender<()>,
    leaving: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Membership {
    pub(super) fn join(cluster: &Cluster, task: &str) -> Result<Membership, LogError> {
        let (announce, changes) = mpsc::channel();
        let (released, wait_released) = mpsc::channel();
        let leaving = Arc::new(AtomicBool::new(false));
        let context =
            Rebalances { announce: announce.clone(), released: Mutex::new(wait_released), leaving: leaving.clone() };
        let consumer: GroupConsumer = settings(cluster, task).create_with_context(context).map_err(failure)?;
        consumer.subscribe(&[&cluster.topic(Topic::Events)]).map_err(failure)?;
        let consumer = Arc::new(consumer);
        cluster.register_group(task, &consumer);
        let left = leaving.clone();
        let thread = thread::Builder::new().name("log-group".into()).spawn(move || {
            while !left.load(Ordering::Relaxed) {
                // Partitions are paused as soon as they are assigned; what slips through is not ours to read.
                if let Some(Err(error)) = consumer.poll(POLL)
                    && let Some(error) = lasting(error)
                {
                    drop(announce.send(Err(error)));
                }
            }
        });
        let thread = thread.map_err(|e| LogError::Unavailable(format!("no thread for the group: {e}")))?;
        Ok(Membership { changes, released, leaving, thread: Some(thread) })
    }
}

fn settings(cluster: &Cluster, task: &str) -> rdkafka::ClientConfig {
    let mut client = cluster.consumer("group");
    client.set("group.id", format!("{}.{task}", cluster.config.application));
    // Only the partitions that really move are taken away.
    client.set("partition.assignment.strategy", "cooperative-sticky");
    client.set("session.timeout.ms", SESSION_LIMIT.as_millis().to_string());
    client.set("heartbeat.interval.ms", HEARTBEAT.as_millis().to_string());
    client.set("max.poll.interval.ms", REBALANCE_LIMIT.as_millis().to_string());
    client
}

/// Errors that the client does not get over by itself.
fn lasting(error: KafkaError) -> Option<LogError> {
    let fatal = matches!(error, KafkaError::MessageConsumptionFatal(_));
    match failure(error) {
        unusable @ LogError::Unusable(_) => Some(unusable),
        other if fatal => Some(other),
        _ => None,
    }
}

impl Assignments for Membership {
    fn next(&mut self, wait: Duration) -> Result<Option<Assignment>, LogError> {
        match self.changes.recv_timeout(wait) {
            Ok(change) => change.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(LogError::Unavailable("the group's thread has ended".into())),
        }
    }

    fn released(&mut self) {
        // Nobody waits any more once the limit has passed.
        let _ = self.released.send(());
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.leaving.store(true, Ordering::Relaxed);
        // Whoever waits in the callback goes on.
        self.released();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Called by the thread of the group in the middle of a rebalance.
pub(super) struct Rebalances {
    announce: Sender<Result<Assignment, LogError>>,
    released: Mutex<Receiver<()>>,
    leaving: Arc<AtomicBool>,
}

impl Rebalances {
    /// Tells that the partitions are lost, and holds up the rebalance until their tasks have stopped.
    fn lose(&self, partitions: Vec<u16>) {
        let released = lock(&self.released);
        // What an earlier loss was answered too late with does not count for this one.
        while released.try_recv().is_ok() {}
        let told = self.announce.send(Ok(Assignment::Lost(partitions)));
        if told.is_err() || self.leaving.load(Ordering::Relaxed) {
            return;
        }
        if released.recv_timeout(RELEASE_LIMIT).is_err() {
            tracing::warn!("partitions were given up before their tasks had stopped");
        }
    }
}

fn partitions(list: &TopicPartitionList) -> Vec<u16> {
    let mut partitions: Vec<_> = list.elements().iter().filter_map(|e| u16::try_from(e.partition()).ok()).collect();
    partitions.sort_unstable();
    partitions
}

impl ClientContext for Rebalances {
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(%error, reason, "consumer group");
    }
}

impl ConsumerContext for Rebalances {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Revoke(list) = rebalance
            && list.count() > 0
        {
            self.lose(partitions(list));
        }
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Assign(list) = rebalance
            && list.count() > 0
        {
            if let Err(error) = consumer.pause(list) {
                tracing::warn!(%error, "partitions of the group are not paused");
            }
            drop(self.announce.send(Ok(Assignment::Gained(partitions(list)))));
        }
    }
}
