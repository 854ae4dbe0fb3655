//! Inbox topics `credit.inbox.<org>`: departments that speak Kafka write events there in the form of the API, with any
//! key and any partitioner; intake re-keys them, so that a foreign partitioner never splits a subject over two partitions.
//! The topic's access list is the publisher's identity.

use super::{FieldError, Intake, Outcome, Publisher, Rejection, check_org, parse};
use crate::{
    log::{
        Attributes, Decoded, LogError, Offset, Record, Topic,
        kafka::{InboxReader, InboxRecord, Kafka},
        partition_of,
    },
    node::Node,
    prose::holds_citizen_number,
};
use chengxin_projections::{
    change::{Bytes, Refused},
    refusal::{Code, short},
};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Records taken from the inboxes at a time.
const BATCH_RECORDS: usize = 1_000;
/// How long the reader waits for records before it looks whether it should stop.
const WAIT: Duration = Duration::from_millis(200);
/// Pause before a batch that could not be appended is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// Longest piece of a set-aside record that is kept.
const SET_ASIDE_BYTES: usize = 256 << 10;

/// Reads the inboxes until it is stopped. A record is committed once it is in the log, or set aside with its reason.
pub fn run(kafka: &Kafka, node: &Arc<Node>, runtime: &tokio::runtime::Handle, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        let read = || kafka.inbox_reader().and_then(|mut reader| read(&mut reader, node, runtime, stop));
        match catch_unwind(AssertUnwindSafe(read)) {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => tracing::warn!(%error, "the inboxes cannot be read; trying again"),
            Err(_) => tracing::error!("reading the inboxes panicked; trying again"),
        }
        metrics::counter!("chengxin_inbox_restarts_total").increment(1);
        std::thread::sleep(RETRY_PAUSE);
    }
}

fn read(
    reader: &mut InboxReader,
    node: &Arc<Node>,
    runtime: &tokio::runtime::Handle,
    stop: &AtomicBool,
) -> Result<(), LogError> {
    while !stop.load(Ordering::SeqCst) {
        let batch = reader.next(BATCH_RECORDS, WAIT)?;
        if batch.is_empty() {
            continue;
        }
        // A batch that is not committed is read again, by us or by the next owner of the inbox: events are idempotent.
        take(&batch, node, runtime)?;
        let mut next: BTreeMap<(String, i32), Offset> = BTreeMap::new();
        for record in &batch {
            next.insert((record.topic.clone(), record.partition), record.offset + 1);
        }
        let next: Vec<(String, i32, Offset)> =
            next.into_iter().map(|((topic, partition), offset)| (topic, partition, offset)).collect();
        reader.commit(&next)?;
    }
    Ok(())
}

fn take(batch: &[InboxRecord], node: &Arc<Node>, runtime: &tokio::runtime::Handle) -> Result<(), LogError> {
    let drafts = batch.iter().map(|record| {
        let publisher = Publisher::department(record.organisation());
        check_org(&publisher.org).map_err(|error| Rejection::Forbidden(format!("the name of the inbox {error}")))?;
        parse(record.value.as_deref().unwrap_or_default(), &publisher, &node.vault)
    });
    let submission = Intake::new(node.clone()).submit(drafts.collect());
    let outcomes = runtime.block_on(submission.answers());
    let mut set_aside = Vec::new();
    for (record, outcome) in batch.iter().zip(&outcomes) {
        match outcome {
            Ok(outcome) => count(outcome),
            Err(Rejection::Unavailable(detail)) => return Err(LogError::Unavailable(detail.clone())),
            Err(rejection) => set_aside.push(refusal(node, record, rejection)),
        }
    }
    if set_aside.is_empty() {
        return Ok(());
    }
    metrics::counter!("chengxin_inbox_set_aside_total").increment(set_aside.len() as u64);
    let pending = node.log.append(set_aside);
    let appended =
        runtime.block_on(pending).unwrap_or_else(|_| Err(LogError::Unavailable("the log has stopped".into())));
    appended.map(|_| ())
}

fn count(outcome: &Outcome) {
    metrics::counter!("chengxin_inbox_events_total", "effect" => outcome.effect()).increment(1);
}

/// A fault of an event, without the value that is wrong: that may be somebody's name.
fn told(error: &FieldError) -> String {
    let FieldError { pointer, code, detail } = error;
    match *code {
        "invalid" | "json" => format!("{pointer} {code}: not what the schema of the event says"),
        _ if holds_citizen_number(detail) => format!("{pointer} {code}"),
        _ => format!("{pointer} {code}: {detail}"),
    }
}

/// Whether a JSON object begins somewhere in it.
fn has_object(value: &[u8]) -> bool {
    let mut behind_braces = value.split(|byte| *byte == b'{').skip(1);
    behind_braces.any(|rest| rest.trim_ascii_start().starts_with(b"\""))
}

/// A record that had no effect and why. What has nothing of JSON in it is kept with its bytes; what has may name persons,
/// also if it is broken, and still stands in the inbox at the position that is told.
fn refusal(node: &Node, record: &InboxRecord, rejection: &Rejection) -> Record {
    let value = record.value.as_deref().unwrap_or_default();
    let bytes = (!has_object(value)).then(|| Bytes(value[..value.len().min(SET_ASIDE_BYTES)].to_vec()));
    let (code, detail) = match rejection {
        Rejection::Malformed(errors) => {
            let lines: Vec<String> = errors.iter().map(told).collect();
            (Code::Unreadable, lines.join("; "))
        }
        Rejection::Conflict(detail) => (Code::IdConflict, detail.clone()),
        Rejection::Forbidden(detail) | Rejection::Unavailable(detail) => (Code::NotAllowed, detail.clone()),
    };
    let position = format!("{}/{}-{}", record.topic, record.partition, record.offset);
    let refused = Refused {
        position: position.clone(),
        id: None,
        publisher: Some(record.organisation().to_owned()),
        kind: None,
        subject: None,
        code: code.as_str().to_owned(),
        detail: short(detail),
        bytes,
    };
    let mut value = Vec::new();
    node.codec.encode_refused(&refused, &mut value);
    let key = record.organisation().as_bytes().to_vec();
    let time = node.clock.now();
    Record {
        topic: Topic::Refusals,
        partition: partition_of(&key, node.log.partitions()),
        key,
        value: Some(value),
        attributes: Some(Attributes { id: position, kind: "refusal", source: "chengxin".to_owned(), time }),
        decoded: Decoded::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::has_object;

    #[test]
    fn an_event_that_is_broken_or_comes_behind_a_prefix_is_told_from_bytes_that_are_none() {
        for event in [&b"\xef\xbb\xbf{\"id\": 1}"[..], b"\0\0\0\0\x07{ \"id\"", b"{\"a\": 1}{\"b\"", b"[{\n\"id\""] {
            assert!(has_object(event), "{event:?}");
        }
        for other in [&b""[..], b"\x1f\x8b{\x02\"", b"\"{}\"", b"{", b"{1"] {
            assert!(!has_object(other), "{other:?}");
        }
    }
}
