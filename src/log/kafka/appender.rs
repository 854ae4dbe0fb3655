//! Appends events: an idempotent producer whose delivery reports answer the callers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, Message, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};
use rdkafka::{ClientConfig, ClientContext};
use tokio::sync::oneshot;

use super::super::{Attributes, LogError, Offset, Pending, Record};
use super::cluster::{Cluster, lock, offset};
use super::failure;

/// How long a record may wait for the brokers before its append fails.
const DELIVERY_LIMIT: Duration = Duration::from_secs(10);
/// Records gather for this long before they are sent: batches form while others are under way, so it needs no wait.
const LINGER_MS: &str = "0";
/// Memory for records that wait for the brokers; beyond it appends are refused.
const BUFFER_KIB: u32 = 512 << 10;

pub(super) struct Appender {
    cluster: Arc<Cluster>,
    producer: Mutex<ThreadedProducer<Reports>>,
    waiting: Arc<AtomicUsize>,
}

impl Appender {
    pub(super) fn start(cluster: Arc<Cluster>) -> Result<Appender, LogError> {
        let producer = Mutex::new(producer(&cluster)?);
        Ok(Appender { cluster, producer, waiting: Arc::default() })
    }

    pub(super) fn append(&self, records: Vec<Record>) -> Pending {
        let (answer, pending) = oneshot::channel();
        let place = match self.cluster.check(&records).and_then(|()| self.take_place()) {
            Ok(place) => place,
            Err(error) => {
                // A receiver that is gone does not want the answer.
                drop(answer.send(Err(error)));
                return pending;
            }
        };
        // One more than there are records, so that no report can finish the call while it is still being sent.
        let call = Call {
            offsets: vec![0; records.len()],
            left: records.len() + 1,
            error: None,
            answer: Some(answer),
            place: Some(place),
        };
        let call = Arc::new(Mutex::new(call));
        let sent = self.send(&records, &call);
        let mut call = lock(&call);
        if let Err((error, unsent)) = sent {
            call.fail(error);
            call.left -= unsent;
        }
        call.finish_one();
        drop(call);
        pending
    }

    fn take_place(&self) -> Result<Place, LogError> {
        let place = Place(self.waiting.clone());
        if self.waiting.fetch_add(1, Ordering::Relaxed) < self.cluster.config.append_queue {
            return Ok(place);
        }
        Err(LogError::Unavailable(format!("{} appends are waiting already", self.cluster.config.append_queue)))
    }

    /// Hands the records to librdkafka, which copies them; on an error also says how many were not.
    fn send(&self, records: &[Record], call: &Arc<Mutex<Call>>) -> Result<(), (LogError, usize)> {
        // Held so that the records of one call stay together, and to replace a producer that has failed for good.
        let mut current = lock(&self.producer);
        // After a fatal error it takes nothing any more; what it had has failed, a new one can go on.
        if current.context().broken.load(Ordering::Relaxed) {
            *current = producer(&self.cluster).map_err(|e| (e, records.len()))?;
        }
        let mut topic = (None, String::new());
        for (index, record) in records.iter().enumerate() {
            if topic.0 != Some(record.topic) {
                topic = (Some(record.topic), self.cluster.topic(record.topic));
            }
            let delivery = Box::new(Delivery { call: call.clone(), index });
            let sent = current.send(base_record(&topic.1, record, delivery));
            sent.map_err(|(error, _)| (failure(error), records.len() - index))?;
        }
        Ok(())
    }
}

fn producer(cluster: &Cluster) -> Result<ThreadedProducer<Reports>, LogError> {
    let mut client = cluster.client("append");
    client.set("enable.idempotence", "true");
    client.set("linger.ms", LINGER_MS);
    client.set("queue.buffering.max.messages", "0");
    client.set("queue.buffering.max.kbytes", BUFFER_KIB.to_string());
    limit_delivery(&mut client, DELIVERY_LIMIT);
    client.create_with_context(Reports::default()).map_err(failure)
}

pub(super) fn limit_delivery(client: &mut ClientConfig, limit: Duration) {
    client.set("message.timeout.ms", limit.as_millis().to_string());
    client.set("request.timeout.ms", (limit / 2).as_millis().to_string());
}

/// A record as librdkafka takes it, with its CloudEvents attributes as headers.
pub(super) fn base_record<'a, D: rdkafka::util::IntoOpaque>(
    topic: &'a str,
    record: &'a Record,
    opaque: D,
) -> BaseRecord<'a, [u8], [u8], D> {
    let mut base =
        BaseRecord::with_opaque_to(topic, opaque).partition(i32::from(record.partition)).key(record.key.as_slice());
    base.payload = record.value.as_deref();
    base.headers = record.attributes.as_ref().map(|attributes| headers(attributes, &record.key));
    base
}

fn headers(attributes: &Attributes, subject: &[u8]) -> OwnedHeaders {
    let time = DateTime::from_timestamp_millis(attributes.time).unwrap_or_default();
    let time = time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let all: [(&str, &[u8]); 6] = [
        ("ce_specversion", b"1.0"),
        ("ce_id", attributes.id.as_bytes()),
        ("ce_type", attributes.kind.as_bytes()),
        ("ce_source", attributes.source.as_bytes()),
        ("ce_subject", subject),
        ("ce_time", time.as_bytes()),
    ];
    let empty = OwnedHeaders::new_with_capacity(all.len());
    all.into_iter().fold(empty, |headers, (key, value)| headers.insert(Header { key, value: Some(value) }))
}

/// One of the appends that may wait at a time; given back when the call is answered.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An append under way.
struct Call {
    offsets: Vec<Offset>,
    left: usize,
    error: Option<LogError>,
    answer: Option<oneshot::Sender<Result<Vec<Offset>, LogError>>>,
    place: Option<Place>,
}

impl Call {
    fn fail(&mut self, error: LogError) {
        self.error.get_or_insert(error);
    }

    fn finish_one(&mut self) {
        self.left -= 1;
        if self.left > 0 {
            return;
        }
        let result = self.error.take().map_or_else(|| Ok(std::mem::take(&mut self.offsets)), Err);
        // Before the answer, for the caller may append again as soon as it comes.
        self.place = None;
        if let Some(answer) = self.answer.take() {
            drop(answer.send(result));
        }
    }
}

/// Which record of which append a delivery report is about.
struct Delivery {
    call: Arc<Mutex<Call>>,
    index: usize,
}

#[derive(Default)]
struct Reports {
    broken: AtomicBool,
}

impl Reports {
    fn look_at(&self, error: &KafkaError) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Fatal) {
            self.broken.store(true, Ordering::Relaxed);
        }
    }
}

impl ClientContext for Reports {
    fn error(&self, error: KafkaError, reason: &str) {
        self.look_at(&error);
        tracing::warn!(%error, reason, "producer of appends");
    }
}

impl ProducerContext for Reports {
    type DeliveryOpaque = Box<Delivery>;

    fn delivery(&self, result: &DeliveryResult<'_>, delivery: Box<Delivery>) {
        let mut call = lock(&delivery.call);
        match result {
            Ok(message) => call.offsets[delivery.index] = offset(message.offset()),
            Err((error, _)) => {
                self.look_at(error);
                // Idempotent, not transactional: whatever the code is, nobody has fenced us.
                call.fail(LogError::Unavailable(error.to_string()));
            }
        }
        call.finish_one();
    }
}
