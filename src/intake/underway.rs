//! Events between the append and the judge. Whoever waits for them may leave; the names of their records are kept until
//! the views know them all the same.

use super::publish::MAX_WAIT;
use crate::{
    log::{LogError, Offset, Pending},
    mentions::Told,
    moments::Stamped,
    node::Node,
    projector::Expecting,
    reservation::Reserved,
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::{runtime::Handle, time::Instant};

/// What was handed to the log together.
pub(super) struct Underway {
    pub(super) node: Arc<Node>,
    pub(super) partitions: BTreeMap<u16, Appending>,
    pub(super) kept: Option<Kept>,
}

/// What is kept of events until they are shown.
pub(super) struct Kept {
    /// The names of new records, and numbers.
    pub(super) names: Vec<Reserved>,
    /// Whom they name.
    pub(super) _mentions: Vec<Told>,
    /// When they were recorded.
    pub(super) _stamped: Stamped,
}

/// The part of one partition.
pub(super) struct Appending {
    pub(super) stage: Stage,
    pub(super) _expecting: Expecting,
}

pub(super) enum Stage {
    Appending(Pending),
    /// Up to this offset it is in the log.
    Appended(Offset),
    /// Shown; or the append failed, of which the publisher is told that it may send it again.
    Over,
}

impl Underway {
    /// Waits until all of it is judged, or for as long as a publisher waits. Tells the offsets of each partition.
    pub(super) async fn judged(&mut self) -> BTreeMap<u16, Result<Vec<Offset>, LogError>> {
        let mut offsets = BTreeMap::new();
        for (partition, appending) in &mut self.partitions {
            offsets.insert(*partition, appending.stage.appended().await);
        }
        // One limit for all partitions: a publisher is told in time however many of them stand still.
        let deadline = Instant::now() + MAX_WAIT;
        for (partition, appending) in &mut self.partitions {
            let shown = tokio::time::timeout_at(deadline, appending.stage.shown(&self.node, *partition)).await;
            if shown.is_err() {
                let detail = "the event is in the log but not judged yet; send it again to learn what it did";
                offsets.insert(*partition, Err(LogError::Unavailable(detail.to_owned())));
            }
        }
        offsets
    }

    async fn over(mut self) {
        for (partition, appending) in &mut self.partitions {
            let _ = appending.stage.appended().await;
            appending.stage.shown(&self.node, *partition).await;
        }
    }
}

impl Stage {
    async fn appended(&mut self) -> Result<Vec<Offset>, LogError> {
        let Stage::Appending(pending) = self else { return Ok(Vec::new()) };
        let stopped = |_| Err(LogError::Unavailable("the log has stopped".to_owned()));
        let appended = pending.await.unwrap_or_else(stopped);
        let last = appended.as_ref().ok().and_then(|offsets| offsets.last().copied());
        *self = last.map_or(Stage::Over, Stage::Appended);
        appended
    }

    async fn shown(&mut self, node: &Node, partition: u16) {
        if let Stage::Appended(last) = self {
            let mut progress = node.shards()[usize::from(partition)].progress();
            // An error means that the node is gone.
            let _ = progress.wait_for(|at| *at > *last).await;
            *self = Stage::Over;
        }
    }
}

/// A name must not be free while a record of it is on its way and in no view: then another subject could have it, too.
impl Drop for Underway {
    fn drop(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        if self.partitions.values().all(|part| matches!(part.stage, Stage::Over)) {
            return;
        }
        let rest = Underway { node: self.node.clone(), partitions: std::mem::take(&mut self.partitions), kept: None };
        let keep = async move {
            rest.over().await;
            drop(kept);
        };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(keep)),
            // An import that ended early; it has a thread to spare.
            Err(_) => drop(std::thread::spawn(|| futures::executor::block_on(keep))),
        }
    }
}
