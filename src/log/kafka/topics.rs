//! The topics: made when missing, refused when they are not as configured.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::RDKafkaErrorCode;

use super::super::{LogError, Topic};
use super::cluster::{ASK_WAIT, Cluster};
use super::failure;
use super::progress::PROGRESS_TOPIC;

/// How long a new topic may take to be known to the brokers, and how often they are asked.
const NEW_TOPIC_WAIT: Duration = Duration::from_secs(20);
const NEW_TOPIC_POLL: Duration = Duration::from_millis(50);
/// Copies from which on a write waits for a second one.
const SAFE_REPLICATION: i16 = 3;

/// The log is the only truth, hence nothing in it ever expires.
const KEPT: [(&str, &str); 3] = [("cleanup.policy", "delete"), ("retention.ms", "-1"), ("retention.bytes", "-1")];
const COMPACTED: [(&str, &str); 1] = [("cleanup.policy", "compact")];
/// Written with every transaction and read from its tail: small segments, so that it is compacted often.
const PROGRESS: [(&str, &str); 4] = [
    ("cleanup.policy", "compact"),
    ("segment.bytes", "16777216"),
    ("segment.ms", "3600000"),
    ("min.cleanable.dirty.ratio", "0.1"),
];

type Admin = AdminClient<DefaultClientContext>;

/// Every topic of the log with its settings.
fn wanted(cluster: &Cluster) -> BTreeMap<String, &'static [(&'static str, &'static str)]> {
    let settings = |topic: &Topic| if topic.compacted() { &COMPACTED[..] } else { &KEPT[..] };
    let mut topics: BTreeMap<_, _> = Topic::ALL.iter().map(|t| (cluster.topic(*t), settings(t))).collect();
    topics.insert(cluster.name(PROGRESS_TOPIC), &PROGRESS[..]);
    topics
}

pub(super) fn ensure(cluster: &Cluster) -> Result<(), LogError> {
    let admin: Admin = cluster.client("admin").create().map_err(failure)?;
    let wanted = wanted(cluster);
    let deadline = Instant::now() + NEW_TOPIC_WAIT;
    let mut made = false;
    loop {
        let known = partition_counts(&admin)?;
        check_counts(cluster, &wanted, &known)?;
        let missing: Vec<_> = wanted.iter().filter(|(name, _)| !known.contains_key(*name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(LogError::Unavailable(format!("topic {} does not appear", missing[0].0)));
        }
        if !made {
            make(cluster, &admin, &missing)?;
            made = true;
        }
        thread::sleep(NEW_TOPIC_POLL);
    }
}

fn partition_counts(admin: &Admin) -> Result<BTreeMap<String, usize>, LogError> {
    let metadata = admin.inner().fetch_metadata(None, ASK_WAIT).map_err(|e| match failure(e) {
        LogError::Unavailable(why) => LogError::Unavailable(format!("no broker answers: {why}")),
        other => other,
    })?;
    let ready = metadata.topics().iter().filter(|t| t.error().is_none());
    Ok(ready.map(|t| (t.name().to_owned(), t.partitions().len())).collect())
}

fn check_counts<S>(
    cluster: &Cluster,
    wanted: &BTreeMap<String, S>,
    known: &BTreeMap<String, usize>,
) -> Result<(), LogError> {
    let configured = usize::from(cluster.config.partitions);
    match known.iter().find(|(name, count)| wanted.contains_key(*name) && **count != configured) {
        None => Ok(()),
        Some((name, count)) => {
            Err(LogError::Unusable(format!("topic {name} has {count} partitions, but {configured} are configured")))
        }
    }
}

fn make(
    cluster: &Cluster,
    admin: &Admin,
    missing: &[(&String, &&'static [(&'static str, &'static str)])],
) -> Result<(), LogError> {
    let replication = cluster.config.replication;
    let topics: Vec<_> = missing
        .iter()
        .map(|(name, settings)| {
            let copies = TopicReplication::Fixed(i32::from(replication));
            let topic = NewTopic::new(name, i32::from(cluster.config.partitions), copies);
            let topic = settings.iter().fold(topic, |topic, (name, value)| topic.set(name, value));
            if replication >= SAFE_REPLICATION { topic.set("min.insync.replicas", "2") } else { topic }
        })
        .collect();
    let options = AdminOptions::new().operation_timeout(Some(ASK_WAIT)).request_timeout(Some(ASK_WAIT));
    for result in block_on(admin.create_topics(&topics, &options)).map_err(failure)? {
        match result {
            // Another process that starts at the same time may have made it.
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => return Err(LogError::Unusable(format!("topic {name} cannot be made: {code}"))),
        }
    }
    Ok(())
}
