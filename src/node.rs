//! One running node: a log, the projector that folds it, and what both need.

use crate::{
    clock::Clock,
    codec::Codec,
    feed::Feeds,
    log::{Log, partition_of},
    mentions::Mentions,
    moments::Moments,
    projector::{Projector, Shard, Surroundings},
    renaming::Renaming,
    reservation::Reservations,
    vault::Vault,
    views::{ViewError, Views},
};
use chengxin_projections::{date::Date, event::PolicyPublished, policy::Policy};
use std::sync::{Arc, Mutex};

/// What intake, queries and feeds work on.
pub struct Node {
    pub log: Arc<dyn Log>,
    pub codec: Arc<Codec>,
    pub clock: Arc<Clock>,
    pub vault: Arc<Vault>,
    pub projector: Projector,
    pub feeds: Feeds,
    /// Names of records that are being made.
    pub reservations: Arc<Reservations>,
    /// Whom they name.
    pub mentions: Arc<Mentions>,
    /// What their records call persons.
    pub renaming: Renaming,
    /// When they were recorded.
    pub moments: Arc<Moments>,
    /// Held while events are handed to every partition.
    pub appends_to_all: Mutex<()>,
}

impl Node {
    /// Starts the projector over the log. `first_policy` is published if the log has no policy yet.
    pub fn start(
        log: Arc<dyn Log>,
        views: Views,
        vault: Vault,
        clock: Clock,
        first_policy: Vec<PolicyPublished>,
    ) -> Result<Node, ViewError> {
        let (codec, clock) = (Arc::new(Codec::new()), Arc::new(clock));
        let surroundings = Surroundings { log: log.clone(), codec: codec.clone(), clock: clock.clone(), first_policy };
        let projector = Projector::start(surroundings, views)?;
        let feeds = Feeds::new(log.clone(), codec.clone());
        Ok(Node {
            log,
            codec,
            clock,
            vault: Arc::new(vault),
            projector,
            feeds,
            reservations: Arc::default(),
            mentions: Arc::default(),
            renaming: Renaming::default(),
            moments: Arc::default(),
            appends_to_all: Mutex::new(()),
        })
    }

    pub fn shards(&self) -> &[Arc<Shard>] {
        &self.projector.shards
    }

    /// Finishes what is under way and leaves everything where the next start, and a backup, look for it.
    pub fn stop(&self) -> Result<(), ViewError> {
        let stopped = self.projector.stop();
        if let Err(error) = self.vault.settle() {
            tracing::warn!(%error, "the journal of the vault is still to be copied into vault.db; keep vault.db-wal with it");
        }
        stopped
    }

    /// The partition that holds a subject.
    pub fn shard_of(&self, subject: &str) -> &Arc<Shard> {
        &self.projector.shards[usize::from(partition_of(subject.as_bytes(), self.log.partitions()))]
    }

    /// The policy in force, as the first partition has it: every partition has the same.
    pub fn policy(&self) -> Policy {
        self.projector.shards[0].partition().0.policy().clone()
    }

    /// The business date: the day that is open in every partition, or the clock's before the first is.
    pub fn today(&self) -> Date {
        let open = self.shards().iter().filter_map(|shard| shard.partition().0.day).min();
        open.unwrap_or_else(|| self.clock.today())
    }
}
