//! Opens what the settings name.

use crate::{
    clock::Clock,
    codec::Codec,
    config::{LogKind, Place},
    log::{
        Log, LogError, Topic,
        embedded::Embedded,
        kafka::{Kafka, KafkaConfig},
    },
    node::Node,
    private,
    vault::Vault,
    views::Views,
};
use chengxin_projections::{
    event::{Data, Event, PolicyPublished, SubjectKind},
    policy::{PolicyFile, PolicyHistory, shipped_policy},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

type Error = Box<dyn std::error::Error>;

/// Events read at a time where the log is looked through, and how long for.
const READ_EVENTS: usize = 10_000;
const READ_WAIT: Duration = Duration::from_secs(10);

/// The log, for writing.
pub(super) fn log(place: &Place) -> Result<OpenLog, Error> {
    // Of the owner alone: the log and the vault lie there.
    private::directory(&place.data).map_err(|error| format!("{}: {error}", place.data.display()))?;
    Ok(match &place.log {
        LogKind::Embedded => OpenLog { log: Arc::new(Embedded::open(&place.data, place.partitions)?), inboxes: None },
        LogKind::Kafka(_) => {
            let kafka = Arc::new(kafka(place)?);
            OpenLog { log: kafka.clone(), inboxes: Some(kafka) }
        }
    })
}

/// A log, and what has inboxes if it does.
pub(super) struct OpenLog {
    pub(super) log: Arc<dyn Log>,
    pub(super) inboxes: Option<Arc<Kafka>>,
}

/// The log beside a running server, for reading.
pub(super) fn log_for_reading(place: &Place) -> Result<Arc<dyn Log>, Error> {
    Ok(match &place.log {
        LogKind::Embedded => Arc::new(Embedded::open_read_only(&place.data)?),
        LogKind::Kafka(_) => Arc::new(kafka(place)?),
    })
}

fn kafka(place: &Place) -> Result<Kafka, LogError> {
    let LogKind::Kafka(brokers) = &place.log else {
        return Err(LogError::Unusable("this needs --log kafka://HOST:PORT,…".to_owned()));
    };
    Kafka::open(KafkaConfig {
        replication: place.replication,
        topic_prefix: place.topic_prefix.clone(),
        // Groups and transactions, too: two installations on one cluster must not fence each other.
        application: format!("{}chengxin", place.topic_prefix),
        ..KafkaConfig::new(brokers, place.partitions)
    })
}

/// Where the views of this log lie: those of another log must never be taken for its own.
pub(super) fn views_home(place: &Place) -> PathBuf {
    match &place.log {
        LogKind::Embedded => place.data.clone(),
        LogKind::Kafka(_) => place.data.join(format!("kafka-{}", place.topic_prefix)),
    }
}

/// A node over the log.
pub(super) fn node(
    place: &Place,
    log: Arc<dyn Log>,
    clock: &str,
    policy: Option<&Path>,
    new_vault: bool,
) -> Result<Arc<Node>, Error> {
    let vault = vault(place, &*log, new_vault)?;
    let views = Views::open(&views_home(place))?;
    let clock: Clock = clock.parse()?;
    Ok(Arc::new(Node::start(log, views, vault, clock, first_policy(policy)?)?))
}

/// Whether nothing was ever published.
pub(super) fn is_empty(log: &dyn Log) -> Result<bool, LogError> {
    (0..log.partitions()).try_fold(true, |empty, partition| Ok(empty && log.end(Topic::Events, partition)? == 0))
}

/// The vault, unless it is gone: a new one would know nobody, give everyone another id, and say nothing of it.
fn vault(place: &Place, log: &dyn Log, begin_anew: bool) -> Result<Vault, Error> {
    if Vault::is_missing(&place.data) && !begin_anew {
        let data = place.data.display();
        let lost = if place.data.join("vault.key").exists() { "vault.db is" } else { "vault.key and vault.db are" };
        if names_persons(log)? {
            return Err(format!(
                "{lost} missing or empty in {data} though published events name persons; put both back from their backup: \
                 what persons are called stands there alone. Where they are lost for good, start once with --new-vault"
            )
            .into());
        }
    }
    Ok(Vault::open(&place.data)?)
}

/// Whether any event of the log names a person. It is only asked where there is no vault.
fn names_persons(log: &dyn Log) -> Result<bool, LogError> {
    let codec = Codec::new();
    for partition in 0..log.partitions() {
        let mut reader = log.read(Topic::Events, partition, 0)?;
        let end = log.end(Topic::Events, partition)?;
        let mut at = 0;
        while at < end {
            let batch = reader.next(READ_EVENTS, READ_WAIT)?;
            at = batch.next;
            let found = batch.records.iter().filter_map(|stored| codec.decode_event(stored.value.as_deref()?).ok());
            if found.into_iter().any(|event| names_somebody(&event)) {
                return Ok(true);
            }
            if batch.at_end {
                break;
            }
        }
    }
    Ok(false)
}

fn names_somebody(event: &Event) -> bool {
    let is_named = match &event.data {
        Data::LicenseGranted(license) => license.representative.is_some(),
        Data::PenaltyImposed(penalty) => penalty.representative.is_some(),
        Data::DesignationMade(entry) => !entry.persons.is_empty(),
        _ => false,
    };
    is_named || event.subject.kind == SubjectKind::Person
}

/// The policy of a directory, validated whole, or the shipped one.
fn first_policy(directory: Option<&Path>) -> Result<Vec<PolicyPublished>, Error> {
    let Some(directory) = directory else { return Ok(shipped_policy()) };
    let mut parts = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path)?;
            let file: PolicyFile =
                serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            parts.push(PolicyPublished::from(file));
        }
    }
    // What is referred to comes first, in the order in which the shipped policy has its parts.
    let order: Vec<String> = shipped_policy().into_iter().map(|part| part.part).collect();
    parts.sort_by_key(|part| order.iter().position(|name| *name == part.part).unwrap_or(order.len()));
    let mut history = PolicyHistory::default();
    for part in &parts {
        history.publish(&part.part, part.version, part.effective, &part.content.0, None).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            format!("policy part {}: {}", part.part, lines.join("; "))
        })?;
    }
    Ok(parts)
}
