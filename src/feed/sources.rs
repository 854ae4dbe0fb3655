//! Reads one topic of all partitions together, each partition in its order.

use super::{Change, Cursor, Item, Kind};
use crate::{
    codec::Codec,
    log::{Log, LogError, Offset, Reader, Stored, Topic},
};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How long the log may take to say whether a partition has records.
const READ_LIMIT: Duration = Duration::from_secs(10);
/// One look of a reader that has yet to hear from the log.
const READ_WAIT: Duration = Duration::from_millis(100);
/// Bytes of records that a source holds between two pages.
const HELD_BYTES: usize = 256 << 10;

/// A partition that is being read, with the records that were read ahead.
pub(super) struct Source {
    pub(super) topic: Topic,
    pub(super) partition: u16,
    reader: Box<dyn Reader>,
    ahead: VecDeque<Stored>,
    at_end: bool,
    /// The next record, decoded so that it can be merged.
    head: Option<(Offset, Change)>,
}

impl Source {
    pub(super) fn open(log: &dyn Log, topic: Topic, partition: u16, from: Offset) -> Result<Source, LogError> {
        let reader = log.read(topic, partition, from)?;
        Ok(Source { topic, partition, reader, ahead: VecDeque::new(), at_end: false, head: None })
    }

    /// Reads ahead until `count` records are there or the partition is at its end.
    fn fill(&mut self, count: usize) -> Result<(), LogError> {
        let held = usize::from(self.head.is_some());
        if self.ahead.len() + held >= count {
            return Ok(());
        }
        let deadline = Instant::now() + READ_LIMIT;
        // The first look does not wait: a log that knows its end says so at once.
        let mut wait = Duration::ZERO;
        loop {
            let batch = self.reader.next(count - held - self.ahead.len(), wait)?;
            let found = !batch.records.is_empty();
            self.ahead.extend(batch.records);
            self.at_end = batch.at_end;
            if self.at_end || self.ahead.len() + held >= count {
                return Ok(());
            }
            if !found && Instant::now() >= deadline {
                let (topic, partition) = (self.topic.name(), self.partition);
                return Err(LogError::Unavailable(format!("partition {partition} of {topic} does not answer")));
            }
            wait = READ_WAIT;
        }
    }

    /// Decodes the next record. Returns the offset behind records that nobody can read; they are passed over.
    fn peek(&mut self, kind: Kind, codec: &Codec) -> Option<Offset> {
        let mut passed = None;
        while self.head.is_none() {
            let Some(stored) = self.ahead.pop_front() else { break };
            match Change::decode(kind, codec, self.partition, &stored) {
                Some(change) => self.head = Some((stored.offset, change)),
                None => passed = Some(stored.offset + 1),
            }
        }
        passed
    }

    fn is_drained(&self) -> bool {
        self.at_end && self.head.is_none() && self.ahead.is_empty()
    }

    /// Whether it is small enough to be kept until somebody asks for what follows.
    pub(super) fn is_light(&self) -> bool {
        self.ahead.iter().map(|r| r.key.len() + r.value.as_ref().map_or(0, Vec::len)).sum::<usize>() <= HELD_BYTES
    }
}

/// Every partition of one topic, read together from a cursor on.
pub struct Reading {
    kind: Kind,
    pub(super) cursor: Cursor,
    pub(super) sources: Vec<Source>,
}

impl Reading {
    /// Opens every partition. On Kafka they connect side by side before the first is waited for.
    pub fn open(log: &dyn Log, kind: Kind, after: Cursor) -> Result<Reading, LogError> {
        Reading::open_with(log, kind, after, |_, _| None)
    }

    /// Takes readers that were kept where there are some.
    pub(super) fn open_with(
        log: &dyn Log,
        kind: Kind,
        cursor: Cursor,
        mut kept: impl FnMut(u16, Offset) -> Option<Source>,
    ) -> Result<Reading, LogError> {
        let open = |(partition, at)| match kept(partition, at) {
            Some(source) => Ok(source),
            None => Source::open(log, kind.topic(), partition, at),
        };
        let sources: Result<Vec<Source>, LogError> = cursor.offsets().map(open).collect();
        Ok(Reading { kind, cursor, sources: sources? })
    }

    /// Up to `limit` items, and whether that was all there was. Partitions are merged by the time of recording and then by
    /// number, each in its own order, so what comes follows from the cursor and the log alone.
    pub fn next(&mut self, codec: &Codec, limit: usize) -> Result<(Vec<Item>, bool), LogError> {
        // With so many of each partition none runs dry before the page is full.
        for source in &mut self.sources {
            source.fill(limit)?;
        }
        let mut items = Vec::new();
        while items.len() < limit {
            for source in &mut self.sources {
                if let Some(next) = source.peek(self.kind, codec) {
                    self.cursor.advance(source.partition, next);
                }
            }
            let heads = self.sources.iter_mut().filter(|source| source.head.is_some());
            let first = heads.min_by_key(|s| (s.head.as_ref().map(|(_, change)| change.recorded()), s.partition));
            let Some(source) = first else { break };
            let Some((offset, change)) = source.head.take() else { break };
            self.cursor.advance(source.partition, offset + 1);
            items.push(Item { partition: source.partition, offset, change, cursor: self.cursor.clone() });
        }
        Ok((items, self.sources.iter().all(Source::is_drained)))
    }
}
