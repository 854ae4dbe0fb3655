//! The events of a subject that were judged: for idempotency, the audit, and to find a record by its name. A subject may
//! have fifty thousand, and each new event asks whether it was there before, so they lie in sorted runs that clones share.

use crate::{facts::Stamp, refusal::Code};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeSeq};
use std::sync::Arc;

/// Events that are looked through one by one; more are sorted into a run.
const TAIL: usize = 64;

/// An event that was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Hash of `ORG/ID`.
    pub id: u64,
    /// Hash of the content without the time of recording.
    pub content: u64,
    pub stamp: Stamp,
    /// `None` if it was applied.
    pub refused: Option<Code>,
    /// Where the record is that it made, among the records of the file.
    pub record: Option<u32>,
}

/// Events by the hash of their name. Clones share all but the last few.
#[derive(Debug, Clone, Default)]
pub struct SeenEvents {
    /// Sorted by id; each run is at least as long as all shorter ones together, so there are few.
    runs: Vec<Arc<[Seen]>>,
    tail: Vec<Seen>,
}

impl SeenEvents {
    pub fn get(&self, id: u64) -> Option<&Seen> {
        if let Some(seen) = self.tail.iter().find(|seen| seen.id == id) {
            return Some(seen);
        }
        let in_run = |run: &'_ Arc<[Seen]>| run.binary_search_by_key(&id, |seen| seen.id).ok();
        self.runs.iter().find_map(|run| in_run(run).map(|index| &run[index]))
    }

    /// Makes room for events that will be pushed, so that none is left over; at most what is sorted together.
    pub fn reserve(&mut self, events: usize) {
        self.tail.reserve_exact(events.min(TAIL.saturating_sub(self.tail.len())));
    }

    pub fn push(&mut self, seen: Seen) {
        self.tail.push(seen);
        if self.tail.len() < TAIL {
            return;
        }
        let mut run = std::mem::take(&mut self.tail);
        while let Some(shorter) = self.runs.pop_if(|last| last.len() <= run.len()) {
            run.extend_from_slice(&shorter);
        }
        run.sort_unstable_by_key(|seen| seen.id);
        self.runs.push(run.into());
    }

    /// In no order.
    pub fn iter(&self) -> impl Iterator<Item = &Seen> {
        self.runs.iter().flat_map(|run| run.iter()).chain(&self.tail)
    }

    pub fn len(&self) -> usize {
        self.runs.iter().map(|run| run.len()).sum::<usize>() + self.tail.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// In the order of the log.
    pub fn in_order(&self) -> Vec<Seen> {
        let mut all: Vec<Seen> = self.iter().copied().collect();
        all.sort_unstable_by_key(|seen| seen.stamp);
        all
    }
}

impl PartialEq for SeenEvents {
    fn eq(&self, other: &SeenEvents) -> bool {
        self.len() == other.len() && self.in_order() == other.in_order()
    }
}

impl Serialize for SeenEvents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Formats that write the length first ask for it; the iterator cannot tell.
        let mut sequence = serializer.serialize_seq(Some(self.len()))?;
        self.iter().try_for_each(|seen| sequence.serialize_element(seen))?;
        sequence.end()
    }
}

impl<'de> Deserialize<'de> for SeenEvents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SeenEvents, D::Error> {
        let mut all: Vec<Seen> = Vec::deserialize(deserializer)?;
        if all.len() < TAIL {
            return Ok(SeenEvents { runs: Vec::new(), tail: all });
        }
        all.sort_unstable_by_key(|seen| seen.id);
        Ok(SeenEvents { runs: vec![all.into()], tail: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(number: u64) -> Seen {
        let stamp = Stamp { offset: number, recorded: 0 };
        Seen { id: number.wrapping_mul(0x9E37_79B9_7F4A_7C15), content: number, stamp, refused: None, record: None }
    }

    #[test]
    fn every_event_is_found_again_in_a_short_and_in_a_long_history() {
        let mut events = SeenEvents::default();
        for number in 0..5_000 {
            assert!(events.get(seen(number).id).is_none());
            events.push(seen(number));
            assert_eq!(events.get(seen(number / 2).id).map(|seen| seen.content), Some(number / 2));
        }
        assert!(events.runs.len() < 8, "{} runs", events.runs.len());
        assert!(events.in_order().iter().map(|seen| seen.stamp.offset).eq(0..5_000));
        let stored = serde_json::to_string(&events).unwrap();
        assert_eq!(serde_json::from_str::<SeenEvents>(&stored).unwrap(), events);
    }
}
