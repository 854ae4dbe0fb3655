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
/// Records of a partition that are read at a time.
const AHEAD: usize = 128;
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

    /// Has the next record ready, unless the partition is at its end. Returns the offset behind records that nobody can
    /// read, which are passed over.
    fn ready(&mut self, kind: Kind, codec: &Codec, ahead: usize) -> Result<Option<Offset>, LogError> {
        let mut passed = None;
        while self.head.is_none() {
            match self.ahead.pop_front() {
                Some(stored) => match Change::decode(kind, codec, self.partition, &stored) {
                    Some(change) => self.head = Some((stored.offset, change)),
                    None => passed = Some(stored.offset + 1),
                },
                None if self.at_end => break,
                None => self.read(ahead)?,
            }
        }
        Ok(passed)
    }

    /// Reads on until something is found or the partition is at its end.
    fn read(&mut self, count: usize) -> Result<(), LogError> {
        let deadline = Instant::now() + READ_LIMIT;
        // The first look does not wait: a log that knows its end says so at once.
        let mut wait = Duration::ZERO;
        loop {
            let batch = self.reader.next(count, wait)?;
            self.ahead.extend(batch.records);
            self.at_end = batch.at_end;
            if self.at_end || !self.ahead.is_empty() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let (topic, partition) = (self.topic.name(), self.partition);
                return Err(LogError::Unavailable(format!("partition {partition} of {topic} does not answer")));
            }
            wait = READ_WAIT;
        }
    }

    /// Whether it is small enough to be kept until somebody asks for what follows.
    pub(super) fn is_light(&self) -> bool {
        self.ahead.iter().map(|r| r.key.len() + r.value.as_ref().map_or(0, |value| value.len())).sum::<usize>()
            <= HELD_BYTES
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
        for source in &mut self.sources {
            // What was the end before may have grown.
            source.at_end = false;
        }
        let mut items = Vec::new();
        loop {
            // Each partition shows its next record, or none is chosen: else the order would depend on how much was read.
            for source in &mut self.sources {
                if let Some(next) = source.ready(self.kind, codec, limit.min(AHEAD))? {
                    self.cursor.advance(source.partition, next);
                }
            }
            let heads = self.sources.iter_mut().filter(|source| source.head.is_some());
            let first = heads.min_by_key(|s| (s.head.as_ref().map(|(_, change)| change.recorded()), s.partition));
            let Some(source) = first else { return Ok((items, true)) };
            if items.len() >= limit {
                return Ok((items, false));
            }
            let Some((offset, change)) = source.head.take() else { return Ok((items, false)) };
            self.cursor.advance(source.partition, offset + 1);
            items.push(Item { partition: source.partition, offset, change, cursor: self.cursor.clone() });
        }
    }
}
