//! Readers kept between pages. On Kafka a reader is a connection and costs milliseconds or more, and a consumer that walks
//! the feed comes back with the cursor of the page before.

use super::sources::Source;
use crate::log::{Offset, Topic};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Readers kept at a time; the one that waited longest makes room.
const KEPT: usize = 64;
/// How long a reader is kept for a consumer who may not come back. Looked at when a page is read.
const KEPT_FOR: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(super) struct Pool(Mutex<VecDeque<Kept>>);

struct Kept {
    since: Instant,
    /// The first offset that was not handed out.
    at: Offset,
    source: Source,
}

impl Pool {
    pub(super) fn take(&self, topic: Topic, partition: u16, at: Offset) -> Option<Source> {
        let mut kept = self.lock();
        let wanted = |k: &Kept| (k.source.topic, k.source.partition, k.at) == (topic, partition, at);
        let place = kept.iter().position(wanted)?;
        kept.remove(place).map(|kept| kept.source)
    }

    pub(super) fn keep(&self, at: Offset, source: Source) {
        let dropped = {
            let mut kept = self.lock();
            if source.is_light() {
                kept.push_back(Kept { since: Instant::now(), at, source });
            }
            let old = kept.iter().take_while(|k| k.since.elapsed() > KEPT_FOR).count();
            let excess = kept.len().saturating_sub(KEPT);
            kept.drain(..old.max(excess)).collect::<Vec<_>>()
        };
        // To close a Kafka reader takes a while, so it is done outside the lock.
        drop(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
