//! Feeds: the changes of lists, measures and obligations as they went out, page by page or as they come.
//!
//! All are read from the output topics, so a consumer sees what is published and nothing else. Order is kept within a
//! partition, and a subject is in one partition. A consumer resumes behind any item with that item's cursor.
//!
//! A follower walks the read loop of [`live`]: scan storage to its end, follow the tail in memory, on lag go back to
//! storage. So a slow one costs no memory, and a fast one no reads.

mod cursor;
mod event;
mod live;
mod pool;
mod sources;
#[cfg(test)]
mod tests;

pub use cursor::{Cursor, CursorError};
pub use event::EventJson;
pub use live::{Delivered, SubscribeError, Subscription};
pub use sources::Reading;

use crate::{
    codec::{Codec, DecodeError},
    log::{Log, LogError, Offset, Stored, Topic},
};
use chengxin_projections::{
    change::{ListChange, MeasureChange, ObligationChange},
    event::Event,
    instant::Instant,
};
use live::Live;
use pool::Pool;
use serde::{Serialize, Serializer};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The events themselves; on the command line only.
    Events,
    ListChanges,
    MeasureChanges,
    ObligationChanges,
}

impl Kind {
    pub fn topic(self) -> Topic {
        match self {
            Kind::Events => Topic::Events,
            Kind::ListChanges => Topic::ListChanges,
            Kind::MeasureChanges => Topic::MeasureChanges,
            Kind::ObligationChanges => Topic::Obligations,
        }
    }

    /// The name of one item, as the `event` of a server-sent event.
    pub fn item_name(self) -> &'static str {
        match self {
            Kind::Events => "event",
            Kind::ListChanges => "list-change",
            Kind::MeasureChanges => "measure-change",
            Kind::ObligationChanges => "obligation-change",
        }
    }
}

/// One record of a feed.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// With its position, `PARTITION-OFFSET`.
    Event(Box<Event>, String),
    List(Box<ListChange>),
    Measure(Box<MeasureChange>),
    Obligation(Box<ObligationChange>),
}

impl Change {
    /// `None` for a record that is unreadable: a consumer of the feed can do nothing about it, so it is passed over.
    fn decode(kind: Kind, codec: &Codec, partition: u16, stored: &Stored) -> Option<Change> {
        let change = Change::read(kind, codec, partition, stored);
        let warn = |error| tracing::warn!(topic = kind.topic().name(), stored.offset, %error, "record passed over");
        change.map_err(warn).ok()
    }

    fn read(kind: Kind, codec: &Codec, partition: u16, stored: &Stored) -> Result<Change, DecodeError> {
        let message = stored.value.as_deref().unwrap_or_default();
        Ok(match kind {
            Kind::Events => {
                let position = format!("{partition}-{}", stored.offset);
                Change::Event(Box::new(codec.decode_event(message)?), position)
            }
            Kind::ListChanges => Change::List(Box::new(codec.decode_list_change(message)?)),
            Kind::MeasureChanges => Change::Measure(Box::new(codec.decode_measure_change(message)?)),
            Kind::ObligationChanges => Change::Obligation(Box::new(codec.decode_obligation_change(message)?)),
        })
    }

    pub fn recorded(&self) -> Instant {
        match self {
            Change::Event(event, _) => Instant(event.recorded),
            Change::List(change) => change.recorded,
            Change::Measure(change) => change.recorded,
            Change::Obligation(change) => change.recorded,
        }
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Change::Event(event, position) => EventJson { event, position }.serialize(serializer),
            Change::List(change) => change.serialize(serializer),
            Change::Measure(change) => change.serialize(serializer),
            Change::Obligation(change) => change.serialize(serializer),
        }
    }
}

/// One record of a feed, and where to go on behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    #[serde(skip)]
    pub partition: u16,
    #[serde(skip)]
    pub offset: Offset,
    #[serde(flatten)]
    pub change: Change,
    pub cursor: Cursor,
}

/// Items of a feed in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub items: Vec<Item>,
    /// Where to go on, also at the end: later changes follow from there.
    pub next: Cursor,
    /// There was nothing more at the time.
    pub at_end: bool,
}

/// The feeds of one log.
pub struct Feeds {
    log: Arc<dyn Log>,
    codec: Arc<Codec>,
    pool: Pool,
    lists: Arc<Live>,
    measures: Arc<Live>,
    obligations: Arc<Live>,
    /// Where each feed ended when that was asked last: nearly every cursor is behind it.
    ends: Mutex<HashMap<Kind, Cursor>>,
}

impl Feeds {
    pub fn new(log: Arc<dyn Log>, codec: Arc<Codec>) -> Feeds {
        let live = |kind| Arc::new(Live::new(kind, log.clone(), codec.clone()));
        let (lists, measures) = (live(Kind::ListChanges), live(Kind::MeasureChanges));
        let obligations = live(Kind::ObligationChanges);
        Feeds { log, codec, pool: Pool::default(), lists, measures, obligations, ends: Mutex::default() }
    }

    /// Reads a cursor of this log; absent means the beginning.
    pub fn cursor(&self, text: Option<&str>) -> Result<Cursor, CursorError> {
        Cursor::parse(text.unwrap_or_default(), self.log.partitions())
    }

    /// Refuses a cursor ahead of the feed. Blocks on the log.
    pub fn check(&self, kind: Kind, after: &Cursor) -> Result<Result<(), CursorError>, LogError> {
        let known = self.ends.lock().unwrap_or_else(PoisonError::into_inner).get(&kind).cloned();
        if known.is_some_and(|end| after.check_not_ahead(&end).is_ok()) {
            return Ok(Ok(()));
        }
        let end = self.end(kind)?;
        let checked = after.check_not_ahead(&end);
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).insert(kind, end);
        Ok(checked)
    }

    /// Up to `limit` items behind a cursor. The same cursor on the same log gives the same page. Blocks on the log.
    pub fn page(&self, kind: Kind, after: &Cursor, limit: usize) -> Result<Page, LogError> {
        let kept = |partition, at| self.pool.take(kind.topic(), partition, at);
        let mut sources = Reading::open_with(&*self.log, kind, after.clone(), kept)?;
        let (items, at_end) = sources.next(&self.codec, limit)?;
        let next = sources.cursor.clone();
        for source in sources.sources {
            let at = next.at(source.partition);
            self.pool.keep(at, source);
        }
        Ok(Page { items, next, at_end })
    }

    /// The cursor behind everything that is published now. Taken before a snapshot is read, it is where a consumer follows
    /// on from that snapshot: nothing is missed, and what comes twice shows in its `sequence`. Blocks on the log.
    pub fn end(&self, kind: Kind) -> Result<Cursor, LogError> {
        let ends: Result<Vec<Offset>, LogError> =
            (0..self.log.partitions()).map(|partition| self.log.end(kind.topic(), partition)).collect();
        Ok(Cursor::from_offsets(ends?))
    }

    /// Follows a feed from a cursor on. The first subscriber starts the threads that read the tail. Blocks on the log.
    pub fn subscribe(&self, kind: Kind, after: Cursor) -> Result<Subscription, SubscribeError> {
        match kind {
            Kind::Events => Err(SubscribeError::NotFollowed),
            Kind::ListChanges => Live::subscribe(&self.lists, after),
            Kind::MeasureChanges => Live::subscribe(&self.measures, after),
            Kind::ObligationChanges => Live::subscribe(&self.obligations, after),
        }
    }

    /// Ends every subscription and the threads that read for them. To be called before a server waits for its connections
    /// to close: those of followers never would.
    pub fn stop(&self) {
        self.lists.stop();
        self.measures.stop();
        self.obligations.stop();
    }
}

impl Drop for Feeds {
    fn drop(&mut self) {
        self.stop();
    }
}
