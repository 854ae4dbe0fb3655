//! The made-up county as records of the log.

use crate::{Result, settings::PARTITIONS};
use chengxin::{
    codec::Codec,
    demo::{Demo, DemoConfig, DemoItem},
    log::{Log, Pending, Record, Topic, partition_of},
};
use chengxin_projections::{
    event::Event,
    hash,
    partition::{day_event, policy_event},
    policy::shipped_policy,
};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Records appended together, and batches that wait for the writer at a time.
const BATCH: usize = 1_000;
const PIPELINE: usize = 4;

/// A person's id without a vault: only the server has its key.
pub(crate) fn person_id(kind: &str, number: &str) -> String {
    let (high, low) = (hash::of_text(&format!("{kind}{number}")), hash::of_text(&format!("{number}{kind}")));
    format!("P{high:016x}{low:016x}")
}

/// What a fill has written.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Filled {
    /// Keys and values of all events, days and policy among them.
    pub(crate) avro_bytes: u64,
}

/// Appends the county to an empty log: the policy, the days and the events, as they would have come.
pub(crate) fn fill(log: &dyn Log, county: &DemoConfig) -> Result<Filled> {
    let mut fill = Fill { log, batch: Vec::with_capacity(BATCH), pending: VecDeque::new(), filled: Filled::default() };
    let codec = Codec::new();
    let recorded = county.from.start();
    for part in shipped_policy() {
        fill.everywhere(&codec, &policy_event(&part, recorded))?;
    }
    for item in Demo::new(county.clone()).items(person_id) {
        match item {
            DemoItem::Day(date) => fill.everywhere(&codec, &day_event(date, date.start()))?,
            DemoItem::Event(event) => {
                fill.push(codec.event_record(&event, partition_of(event.subject.id.as_bytes(), PARTITIONS)))?;
            }
        }
    }
    fill.finish()
}

struct Fill<'a> {
    log: &'a dyn Log,
    batch: Vec<Record>,
    pending: VecDeque<Pending>,
    filled: Filled,
}

impl Fill<'_> {
    fn everywhere(&mut self, codec: &Codec, event: &Event) -> Result<()> {
        (0..PARTITIONS).try_for_each(|partition| self.push(codec.event_record(event, partition)))
    }

    fn push(&mut self, record: Record) -> Result<()> {
        self.filled.avro_bytes += record.size() as u64;
        self.batch.push(record);
        if self.batch.len() == BATCH { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<()> {
        if self.pending.len() == PIPELINE
            && let Some(first) = self.pending.pop_front()
        {
            first.blocking_recv()??;
        }
        self.pending.push_back(self.log.append(std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH))));
        Ok(())
    }

    fn finish(mut self) -> Result<Filled> {
        self.send()?;
        for pending in self.pending {
            pending.blocking_recv()??;
        }
        Ok(self.filled)
    }
}

/// Appends what another log holds of events to an empty one, and nothing else: the raw limit of publishing.
pub(crate) fn copy(from: &dyn Log, to: &dyn Log) -> Result<f64> {
    let mut batches = Vec::new();
    for partition in 0..PARTITIONS {
        let mut reader = from.read(Topic::Events, partition, 0)?;
        loop {
            let batch = reader.next(BATCH, Duration::from_secs(1))?;
            let records = batch
                .records
                .into_iter()
                .map(|stored| Record::new(Topic::Events, partition, stored.key, stored.value.map(Into::into)));
            batches.push(records.collect::<Vec<Record>>());
            if batch.at_end {
                break;
            }
        }
    }
    let events: usize = batches.iter().map(Vec::len).sum();
    let start = Instant::now();
    let mut pending: VecDeque<Pending> = VecDeque::new();
    for batch in batches {
        if pending.len() == PIPELINE
            && let Some(first) = pending.pop_front()
        {
            first.blocking_recv()??;
        }
        pending.push_back(to.append(batch));
    }
    for last in pending {
        last.blocking_recv()??;
    }
    Ok(events as f64 / start.elapsed().as_secs_f64())
}
