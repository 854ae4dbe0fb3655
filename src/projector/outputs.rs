//! What goes out for an event, as records of the output topics.

use crate::{
    codec::Codec,
    log::{Attributes, Log, LogError, Offset, Owner, Record, Stored, Topic, partition_of},
};
use chengxin_projections::{
    change::{Bytes, ListChange, ListEntry, MeasureChange, ObligationChange, Refused},
    difference::{Changes, Implied},
    event::Event,
    judge::{Effect, Outcome},
    refusal::Code,
};

/// Longest piece of an unreadable record that is set aside with its refusal; well below the longest record of a log.
const SET_ASIDE_BYTES: usize = 256 << 10;

pub(super) struct Outputs<'a> {
    pub(super) codec: &'a Codec,
    pub(super) partition: u16,
    pub(super) partitions: u16,
    /// Whether the log carries attributes.
    with_attributes: bool,
    owner: &'a mut dyn Owner,
    /// Everything below is folded; of the event behind it, how many outputs there were so far, and how many of them were
    /// published before.
    at: Offset,
    of_event: u64,
    published: u64,
    records: Vec<Record>,
    /// Why a part was not published. The fold goes on to its end; what it leads to is dropped.
    failed: Option<LogError>,
    /// Where values are encoded, before they are as long as they are.
    scratch: Vec<u8>,
}

impl<'a> Outputs<'a> {
    /// `published`: how many outputs of the first event are out already.
    pub(super) fn new(
        codec: &'a Codec,
        log: &dyn Log,
        owner: &'a mut dyn Owner,
        partition: u16,
        published: u64,
    ) -> Outputs<'a> {
        Outputs {
            codec,
            partition,
            partitions: log.partitions(),
            with_attributes: log.carries_attributes(),
            owner,
            at: 0,
            of_event: 0,
            published,
            records: Vec::new(),
            failed: None,
            scratch: Vec::new(),
        }
    }

    /// To be called before an event is folded, with the end of those that are.
    pub(super) fn begin(&mut self, at: Offset) {
        (self.at, self.of_event) = (at, 0);
    }

    /// To be called after an event was folded.
    pub(super) fn end(&mut self) -> Result<(), LogError> {
        match self.failed.take() {
            Some(error) => Err(error),
            None if self.published > self.of_event => {
                let (of, at) = (self.published, self.at);
                Err(LogError::Unusable(format!("{of} outputs of the event at {at} were published; it has fewer now")))
            }
            None => {
                self.published = 0;
                Ok(())
            }
        }
    }

    /// Outputs that are to go out.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn into_records(self) -> Vec<Record> {
        self.records
    }

    /// Publishes what there is so far of an event with very many outputs: neither memory nor a transaction holds them all,
    /// and the log writes some while others are made.
    pub(super) fn publish_part(&mut self) {
        if self.failed.is_none() {
            let records = std::mem::take(&mut self.records);
            metrics::counter!("chengxin_outputs_published_total").increment(records.len() as u64);
            self.failed = self.owner.publish_part(records, self.at, self.of_event).err();
        }
    }

    fn put(&mut self, record: Record) {
        self.of_event += 1;
        if self.of_event > self.published && self.failed.is_none() {
            self.records.push(record);
        }
    }

    pub(super) fn changes(&mut self, changes: &Changes) {
        for change in &changes.lists {
            self.list_change(change);
        }
        for change in &changes.measures {
            self.measure_change(change);
        }
        for change in &changes.obligations {
            self.obligation_change(change);
        }
        for implied in &changes.implications {
            self.implied(implied);
        }
    }

    pub(super) fn outcome(&mut self, event: &Event, offset: u64, outcome: &Outcome) {
        self.changes(&outcome.changes);
        if let Effect::Refused(refusal) = &outcome.effect {
            let refused = Refused {
                position: format!("{}-{offset}", self.partition),
                id: Some(event.id.clone()),
                publisher: Some(event.publisher.clone()),
                kind: Some(event.data.kind().to_owned()),
                subject: Some(event.subject.id.clone()),
                code: refusal.code.as_str().to_owned(),
                detail: refusal.detail.clone(),
                bytes: None,
            };
            self.refused(event.subject.id.as_bytes(), &refused, event.recorded);
        }
    }

    /// A record that is no event: set aside with its bytes.
    pub(super) fn unreadable(&mut self, stored: &Stored, detail: String) {
        let bytes = stored.value.as_deref().unwrap_or_default();
        let refused = Refused {
            position: format!("{}-{}", self.partition, stored.offset),
            id: None,
            publisher: None,
            kind: None,
            subject: None,
            code: Code::Unreadable.as_str().to_owned(),
            detail,
            bytes: Some(Bytes(bytes[..bytes.len().min(SET_ASIDE_BYTES)].to_vec())),
        };
        self.refused(&stored.key, &refused, 0);
    }

    fn list_change(&mut self, change: &ListChange) {
        let told = Told { id: &change.change, kind: "list-change", time: change.recorded.milliseconds() };
        self.push(Topic::ListChanges, change.subject.id.as_bytes(), told, |codec, value| {
            codec.encode_list_change(change, value);
        });
        let entry = ListEntry {
            subject: change.subject.clone(),
            list: change.list,
            kind: change.kind.clone(),
            record: change.record.clone(),
            what: change.what,
            from: change.from,
            until: change.until,
            position: change.position.clone(),
            sequence: change.sequence,
            state: change.state,
        };
        let key = format!("{}|{}|{}", change.subject.id, change.list.as_str(), change.record);
        let told = Told { kind: "list-entry", ..told };
        self.push(Topic::Lists, key.as_bytes(), told, |codec, value| codec.encode_list_entry(&entry, value));
    }

    fn measure_change(&mut self, change: &MeasureChange) {
        let told = Told { id: &change.change, kind: "measure-change", time: change.recorded.milliseconds() };
        self.push(Topic::MeasureChanges, change.subject.id.as_bytes(), told, |codec, value| {
            codec.encode_measure_change(change, value);
        });
    }

    fn obligation_change(&mut self, change: &ObligationChange) {
        let told = Told { id: &change.change, kind: "obligation-change", time: change.recorded.milliseconds() };
        self.push(Topic::Obligations, change.subject.id.as_bytes(), told, |codec, value| {
            codec.encode_obligation_change(change, value);
        });
    }

    /// Appended to the person's own partition of events: whoever folds that partition needs nothing else. The compacted
    /// topic tells everyone else.
    fn implied(&mut self, implied: &Implied) {
        let event = implied.event();
        let partition = partition_of(implied.person.as_bytes(), self.partitions);
        let record = self.codec.event_record(&event, partition);
        let key = format!("{}|{}", implied.person, implied.stated.record).into_bytes();
        self.put(Record { topic: Topic::Implications, partition: self.partition, key, ..record.clone() });
        self.put(record);
    }

    fn refused(&mut self, key: &[u8], refused: &Refused, recorded: i64) {
        let told = Told { id: &refused.position, kind: "refusal", time: recorded };
        self.push(Topic::Refusals, key, told, |codec, value| codec.encode_refused(refused, value));
    }

    fn push(&mut self, topic: Topic, key: &[u8], told: Told, encode: impl FnOnce(&Codec, &mut Vec<u8>)) {
        self.scratch.clear();
        encode(self.codec, &mut self.scratch);
        let mut record = Record::new(topic, self.partition, key, Some(self.scratch.as_slice().into()));
        record.attributes = self.with_attributes.then(|| told.attributes());
        self.put(record);
    }
}

/// What is told, for the attributes of its record.
#[derive(Clone, Copy)]
struct Told<'a> {
    id: &'a str,
    kind: &'static str,
    time: i64,
}

impl Told<'_> {
    fn attributes(self) -> Attributes {
        Attributes { id: self.id.to_owned(), kind: self.kind, source: "chengxin".to_owned(), time: self.time }
    }
}
