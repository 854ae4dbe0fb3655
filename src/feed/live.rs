//! The tail of a feed in memory, and those who follow it.
//!
//! One thread for each partition reads what is published, decodes it once, and appends it to a ring that all followers
//! share. A follower reads storage until it has reached what the ring covers, then the ring; when the ring has moved on
//! without it, it reads storage again. Each step goes on from the follower's own cursor, so there is no gap and no repeat.

use super::{Change, Cursor, Kind, sources::Reading};
use crate::{
    codec::Codec,
    log::{Log, LogError, Offset, Reader, Stored},
};
use std::{
    collections::VecDeque,
    ops::ControlFlow,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::watch;

/// What the ring of one feed holds at most.
const RING_ITEMS: usize = 16_384;
const RING_BYTES: usize = 16 << 20;
/// Followers of one feed at a time.
const SUBSCRIBERS: usize = 1_024;
/// Items handed to a follower at a time, from storage and from the ring.
const DELIVERED: usize = 256;
/// Records read from the tail at a time.
const TAIL_BATCH: usize = 1_000;
/// How long a tail thread waits for records before it looks whether it should stop.
const TAIL_WAIT: Duration = Duration::from_millis(100);
/// Pause before a tail that lost the log is read again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// Pause before storage is asked again for what the ring has already let go.
const STORAGE_PAUSE: Duration = Duration::from_millis(5);

/// The limits of a ring; smaller ones in tests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) items: usize,
    pub(super) bytes: usize,
}

/// The tail of one feed.
pub(super) struct Live {
    kind: Kind,
    log: Arc<dyn Log>,
    codec: Arc<Codec>,
    ring: Mutex<Ring>,
    /// Number of the next item of the ring; rises when something comes, and is touched at the stop.
    news: watch::Sender<u64>,
    subscribers: AtomicUsize,
    stopped: AtomicBool,
    tails: Mutex<Vec<JoinHandle<()>>>,
}

struct Ring {
    limits: Limits,
    /// Per partition where the tail began to be read: every record below was committed before. Empty until the first
    /// follower comes.
    start: Vec<Offset>,
    /// Per partition the offset from which on the ring has every record.
    from: Vec<Offset>,
    items: VecDeque<Arc<Fresh>>,
    bytes: usize,
    /// Number of the oldest item held; the first ever has 0.
    first: u64,
}

/// An item as all followers share it.
struct Fresh {
    partition: u16,
    offset: Offset,
    data: Arc<str>,
}

/// Why a feed cannot be followed now.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SubscribeError {
    #[error("{SUBSCRIBERS} consumers follow this feed already; read it page by page, or try again later")]
    TooMany,
    #[error("the server is stopping")]
    Stopped,
    #[error("events are not followed in memory")]
    NotFollowed,
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Live {
    pub(super) fn new(kind: Kind, log: Arc<dyn Log>, codec: Arc<Codec>) -> Live {
        Live::with_limits(kind, log, codec, Limits { items: RING_ITEMS, bytes: RING_BYTES })
    }

    pub(super) fn with_limits(kind: Kind, log: Arc<dyn Log>, codec: Arc<Codec>, limits: Limits) -> Live {
        let ring = Ring { limits, start: Vec::new(), from: Vec::new(), items: VecDeque::new(), bytes: 0, first: 0 };
        Live {
            kind,
            log,
            codec,
            ring: Mutex::new(ring),
            news: watch::Sender::new(0),
            subscribers: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            tails: Mutex::default(),
        }
    }

    pub(super) fn subscribe(self: &Arc<Live>, after: Cursor) -> Result<Subscription, SubscribeError> {
        let place = Place::take(self)?;
        self.start()?;
        Ok(Subscription { news: self.news.subscribe(), place, cursor: after, at: At::Storage(None) })
    }

    /// Begins to read the tail, if nobody has yet.
    fn start(self: &Arc<Live>) -> Result<(), SubscribeError> {
        let mut ring = lock(&self.ring);
        if self.stopped.load(Ordering::SeqCst) {
            return Err(SubscribeError::Stopped);
        }
        if !ring.start.is_empty() {
            return Ok(());
        }
        let ends = |partition| self.log.end(self.kind.topic(), partition);
        let ends: Vec<Offset> = (0..self.log.partitions()).map(ends).collect::<Result<_, _>>()?;
        let mut tails = lock(&self.tails);
        for (partition, end) in (0_u16..).zip(ends.iter().copied()) {
            let live = self.clone();
            let thread = std::thread::Builder::new().name(format!("tail-{}-{partition}", self.kind.item_name()));
            let thread = thread.spawn(move || live.tail(partition, end));
            tails.push(thread.expect("the system can start a thread for each partition"));
        }
        (ring.start, ring.from) = (ends.clone(), ends);
        Ok(())
    }

    pub(super) fn stop(&self) {
        {
            // Under the lock of the ring, so that no tail is started behind the stop.
            let _ring = lock(&self.ring);
            self.stopped.store(true, Ordering::SeqCst);
        }
        self.news.send_modify(|_| {});
        let tails = std::mem::take(&mut *lock(&self.tails));
        for tail in &tails {
            tail.thread().unpark();
        }
        for tail in tails {
            let _ = tail.join();
        }
    }

    /// Waits until the tails have read so many records.
    #[cfg(test)]
    pub(super) fn wait_until_read(&self, count: u64) {
        let deadline = std::time::Instant::now() + Duration::from_secs(30);
        while *self.news.borrow() < count {
            assert!(std::time::Instant::now() < deadline, "the tail does not read on");
            std::thread::yield_now();
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Reads one partition's tail until the stop.
    fn tail(&self, partition: u16, mut next: Offset) {
        while !self.is_stopped() {
            let ended = self.log.read(self.kind.topic(), partition, next);
            let ended = ended.and_then(|mut reader| self.follow(partition, &mut *reader, &mut next));
            if let Err(error) = ended {
                tracing::warn!(feed = self.kind.item_name(), partition, %error, "tail lost; reading it again");
                std::thread::park_timeout(RETRY_PAUSE);
            }
        }
    }

    fn follow(&self, partition: u16, reader: &mut dyn Reader, next: &mut Offset) -> Result<(), LogError> {
        while !self.is_stopped() {
            let batch = reader.next(TAIL_BATCH, TAIL_WAIT)?;
            if !batch.records.is_empty() {
                self.push(partition, &batch.records);
            }
            *next = batch.next;
        }
        Ok(())
    }

    fn push(&self, partition: u16, records: &[Stored]) {
        let fresh = |stored: &Stored| {
            let change = Change::decode(self.kind, &self.codec, partition, stored)?;
            Some(Arc::new(Fresh { partition, offset: stored.offset, data: json(&change) }))
        };
        let fresh: Vec<Arc<Fresh>> = records.iter().filter_map(fresh).collect();
        let next = lock(&self.ring).push(fresh);
        self.news.send_replace(next);
    }

    /// Whether the ring has everything behind the cursor of a follower who has read storage to its end after the tail
    /// was started. If so, the number of the item to go on with.
    fn join(&self, cursor: &mut Cursor) -> Option<u64> {
        let ring = lock(&self.ring);
        let place = |partition: u16| usize::from(partition);
        // Where the ring still begins at the start of the tail, storage has nothing between its last record and there:
        // offsets have gaps. Where it begins later, something was let go that the follower may not have seen.
        let lost = |(p, at): (u16, Offset)| at < ring.from[place(p)] && ring.from[place(p)] > ring.start[place(p)];
        if cursor.offsets().any(lost) {
            return None;
        }
        for (partition, start) in (0_u16..).zip(ring.start.iter().copied()) {
            cursor.advance(partition, start);
        }
        Some(ring.first)
    }

    /// What came behind the cursor, from the item with the number `next` on. `None` if the ring has let it go.
    fn since(&self, next: &mut u64, cursor: &Cursor) -> Option<Vec<Arc<Fresh>>> {
        let ring = lock(&self.ring);
        let skip = usize::try_from(next.checked_sub(ring.first)?).ok()?;
        let mut found = Vec::new();
        for item in ring.items.iter().skip(skip) {
            *next += 1;
            if item.offset >= cursor.at(item.partition) {
                found.push(item.clone());
                if found.len() == DELIVERED {
                    break;
                }
            }
        }
        Some(found)
    }
}

impl Ring {
    /// Returns the number of the item that will come next.
    fn push(&mut self, fresh: Vec<Arc<Fresh>>) -> u64 {
        for item in fresh {
            self.bytes += item.data.len();
            self.items.push_back(item);
        }
        while self.items.len() > self.limits.items || self.bytes > self.limits.bytes {
            let Some(oldest) = self.items.pop_front() else { break };
            self.bytes -= oldest.data.len();
            self.from[usize::from(oldest.partition)] = oldest.offset + 1;
            self.first += 1;
        }
        self.first + self.items.len() as u64
    }
}

/// An item as a follower gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Where to go on behind it.
    pub cursor: String,
    /// The change, JSON text.
    pub data: Arc<str>,
}

/// One follower of a feed.
pub struct Subscription {
    place: Place,
    news: watch::Receiver<u64>,
    cursor: Cursor,
    at: At,
}

/// Where a follower reads.
enum At {
    /// `None` before the partitions are opened.
    Storage(Option<Reading>),
    /// The number of the next item of the ring.
    Ring(u64),
}

impl Subscription {
    /// The next items, at least one; `None` when the feeds are stopped. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Result<Option<Vec<Delivered>>, LogError> {
        while !self.place.0.is_stopped() {
            let step = match &mut self.at {
                At::Ring(_) => self.step_in_ring().await,
                At::Storage(_) => self.step_in_storage().await?,
            };
            if let ControlFlow::Break(items) = step {
                return Ok(Some(items));
            }
        }
        Ok(None)
    }

    async fn step_in_ring(&mut self) -> ControlFlow<Vec<Delivered>> {
        let At::Ring(next) = &mut self.at else { return ControlFlow::Continue(()) };
        // What comes from here on wakes the wait below.
        drop(self.news.borrow_and_update());
        match self.place.0.since(next, &self.cursor) {
            None => self.at = At::Storage(None),
            Some(fresh) if fresh.is_empty() => {
                // The sender lives as long as this follower's place.
                let _ = self.news.changed().await;
            }
            Some(fresh) => {
                let cursor = &mut self.cursor;
                let deliver = |item: Arc<Fresh>| {
                    cursor.advance(item.partition, item.offset + 1);
                    Delivered { cursor: cursor.to_string(), data: item.data.clone() }
                };
                return ControlFlow::Break(fresh.into_iter().map(deliver).collect());
            }
        }
        ControlFlow::Continue(())
    }

    async fn step_in_storage(&mut self) -> Result<ControlFlow<Vec<Delivered>>, LogError> {
        let At::Storage(sources) = &mut self.at else { return Ok(ControlFlow::Continue(())) };
        let (sources, live, cursor) = (sources.take(), self.place.0.clone(), self.cursor.clone());
        let read = tokio::task::spawn_blocking(move || {
            let mut sources = match sources {
                Some(sources) => sources,
                // Never a kept reader: its end may be older than the start of the tail.
                None => Reading::open(&*live.log, live.kind, cursor)?,
            };
            let (items, at_end) = sources.next(&live.codec, DELIVERED)?;
            let deliver = |item: super::Item| Delivered { cursor: item.cursor.to_string(), data: json(&item.change) };
            Ok::<_, LogError>((sources, items.into_iter().map(deliver).collect::<Vec<_>>(), at_end))
        });
        let stopped = |_| LogError::Unavailable("the server is stopping".to_owned());
        let (sources, items, at_end) = read.await.map_err(stopped)??;
        self.cursor = sources.cursor.clone();
        let joined = if at_end { self.place.0.join(&mut self.cursor) } else { None };
        self.at = joined.map_or(At::Storage(Some(sources)), At::Ring);
        if !items.is_empty() {
            return Ok(ControlFlow::Break(items));
        }
        if at_end && joined.is_none() {
            tokio::time::sleep(STORAGE_PAUSE).await;
        }
        Ok(ControlFlow::Continue(()))
    }

    #[cfg(test)]
    pub(super) fn is_in_ring(&self) -> bool {
        matches!(self.at, At::Ring(_))
    }
}

/// A follower's place among [`SUBSCRIBERS`].
struct Place(Arc<Live>);

impl Place {
    fn take(live: &Arc<Live>) -> Result<Place, SubscribeError> {
        let taken = live.subscribers.fetch_add(1, Ordering::Relaxed);
        // Given back when it is dropped, also right here.
        let place = Place(live.clone());
        if taken < SUBSCRIBERS { Ok(place) } else { Err(SubscribeError::TooMany) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.subscribers.fetch_sub(1, Ordering::Relaxed);
    }
}

fn json(change: &Change) -> Arc<str> {
    serde_json::to_string(change).expect("a change has no map with keys that are no text").into()
}

/// No code panics while it holds one of these locks half-way through a change, so a poisoned one is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
