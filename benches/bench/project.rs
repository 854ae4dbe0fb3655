//! The views rebuilt from a log.

use crate::{
    Result,
    measured::{self, Measured, disk, peak_memory, processor_seconds, tell_disk},
    progress,
    report::{Figure, Floor, Report},
    settings::{Job, PARTITIONS, Settings},
    workload,
};
use chengxin::{
    clock::Clock,
    codec::Codec,
    demo::DemoConfig,
    log::{
        Log, Topic,
        embedded::Embedded,
        kafka::{Kafka, KafkaConfig},
    },
    projector::{Projector, Surroundings},
    views::Views,
};
use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
};
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Records asked of a reader at a time by the bare scan.
const SCAN_BATCH: usize = 10_000;
/// How often a rebuild is asked whether it has caught up.
const POLL: Duration = Duration::from_millis(5);
/// A broker that does not answer for so long is none.
const BROKER_WAIT: Duration = Duration::from_secs(5);
const MEMORY_LIMIT_MIB: f64 = 2_048.0;

/// Rebuilds, and bare scans, one after the other: the fastest of each is told, for whatever else the machine does in between
/// slows single ones, and a ratio is of two that it did not slow.
const TURNS: usize = 3;
const REBUILD_FLOOR: f64 = 150_000.0;

/// The embedded log, filled, folded with its outputs, and folded again from nothing.
pub(crate) fn embedded(settings: &Settings, directory: &Path, report: &mut Report) -> Result<()> {
    let data = directory.join("embedded");
    progress("filling an embedded log");
    let filled = {
        let log = Embedded::open(&data, PARTITIONS)?;
        workload::fill(&log, &settings.county())?
    };
    let job = Job { log: data.display().to_string(), on_kafka: false, views: data.clone() };
    let figures = Figures { log: "the embedded log", raw: "scan + decode", ratio: 0.25 };
    figures.measure(&job, report)?;
    tell_disk(&data)?;
    let size = Figure::new("disk of log + views", disk(&data)? as f64 / 1e6, "MB");
    report.add(size.next_to("Avro bytes", filled.avro_bytes as f64 / 1e6).floor(Floor::RatioAtMost(4.0)));
    std::fs::remove_dir_all(&data)?;
    Ok(())
}

/// The same on Kafka, under a prefix of its own.
pub(crate) fn kafka(settings: &Settings, directory: &Path, report: &mut Report) -> Result<()> {
    if let Err(error) = reachable(&settings.brokers) {
        let why = format!("no broker answers at {} ({error}); `make kafka-up` starts one", settings.brokers);
        report.add(Figure::missing("rebuild from Kafka, saved", "events/s", why).floor(Floor::AtLeast(REBUILD_FLOOR)));
        return Ok(());
    }
    let prefix = format!("bench-{}", std::process::id());
    let job = Job { log: format!("{}/{prefix}", settings.brokers), on_kafka: true, views: directory.join("kafka") };
    progress("filling a Kafka log");
    let measured = fill_kafka(&job, &settings.county())
        .and_then(|()| Figures { log: "Kafka", raw: "consume + decode", ratio: 0.2 }.measure(&job, report));
    let deleted = delete_topics(&settings.brokers, &format!("{prefix}."));
    measured.and(deleted)
}

fn fill_kafka(job: &Job, county: &DemoConfig) -> Result<()> {
    std::fs::create_dir_all(&job.views)?;
    workload::fill(&*open(job)?, county)?;
    Ok(())
}

/// What one log is measured by.
struct Figures {
    log: &'static str,
    raw: &'static str,
    /// Floor of the ratio to the raw limit.
    ratio: f64,
}

impl Figures {
    fn measure(&self, job: &Job, report: &mut Report) -> Result<()> {
        progress(&format!("first projection of {}, with outputs", self.log));
        let first: Measured = measured::run("project", job)?;
        let (mut scans, mut rebuilds): (Vec<Measured>, Vec<Measured>) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            progress(&format!("reading and decoding {}", self.log));
            scans.push(measured::run("scan", job)?);
            progress(&format!("rebuilding the views from {}", self.log));
            std::fs::remove_dir_all(job.views.join("views"))?;
            rebuilds.push(measured::run("project", job)?);
        }
        let memory = rebuilds.iter().map(|rebuilt| rebuilt.memory).fold(first.memory, u64::max);
        let fastest = |all: Vec<Measured>| all.into_iter().max_by(|a, b| a.rate().total_cmp(&b.rate()));
        let (Some(scan), Some(rebuilt)) = (fastest(scans), fastest(rebuilds)) else { return Err("no turns".into()) };
        let raw = scan.rate();
        let figure = Figure::new(format!("rebuild from {}, saved", self.log), rebuilt.rate(), "events/s");
        let figure = figure.next_to(format!("{} {}/s", self.raw, crate::report::number(raw)), raw);
        report.add(figure.floor(Floor::AtLeast(REBUILD_FLOOR)).floor(Floor::RatioAtLeast(self.ratio)));
        let ready = rebuilt.events as f64 / rebuilt.ready_seconds;
        let figure = Figure::new(format!("rebuild from {}, ready to answer", self.log), ready, "events/s");
        report.add(figure.next_to(format!("{} {}/s", self.raw, crate::report::number(raw)), raw));
        let figure = Figure::new(format!("first projection of {}", self.log), first.rate(), "events/s");
        report.add(figure.next_to(format!("{} {}/s", self.raw, crate::report::number(raw)), raw));
        let memory = memory as f64 / f64::from(1 << 20);
        let figure = Figure::new(format!("memory of all of them from {}", self.log), memory, "MiB");
        report.add(figure.floor(Floor::AtMost(MEMORY_LIMIT_MIB)));
        Ok(())
    }
}

fn open(job: &Job) -> Result<Arc<dyn Log>> {
    if !job.on_kafka {
        return Ok(Arc::new(Embedded::open(Path::new(&job.log), PARTITIONS)?));
    }
    let (brokers, name) = job.log.rsplit_once('/').ok_or("a Kafka log is BROKERS/PREFIX")?;
    let mut config = KafkaConfig::new(brokers, PARTITIONS);
    config.application = name.to_owned();
    config.topic_prefix = format!("{name}.");
    Ok(Arc::new(Kafka::open(config)?))
}

/// In a process of its own: starts the projector and waits until the views are complete and saved.
pub(crate) fn project(job: &Job) -> Result<()> {
    let log = open(job)?;
    let events = events(&*log)?;
    let clock = Arc::new(Clock::Manual(Mutex::new(DemoConfig::default().until)));
    let surroundings = Surroundings { log, codec: Arc::new(Codec::new()), clock, first_policy: Vec::new() };
    let (start, before) = (Instant::now(), processor_seconds("self")?);
    let projector = Projector::start(surroundings, Views::open(&job.views)?)?;
    while !projector.is_ready() {
        std::thread::sleep(POLL);
    }
    let caught_up = start.elapsed();
    projector.stop()?;
    let seconds = start.elapsed().as_secs_f64();
    tell(events, seconds, caught_up.as_secs_f64(), before)
}

/// In a process of its own: reads and decodes every event, with a thread for each partition as the projector has.
pub(crate) fn scan(job: &Job) -> Result<()> {
    let log = open(job)?;
    let codec = Codec::new();
    let (start, before) = (Instant::now(), processor_seconds("self")?);
    let events = std::thread::scope(|scope| {
        let scan = |partition| scan_partition(&*log, &codec, partition).map_err(|error| error.to_string());
        let threads: Vec<_> = (0..PARTITIONS).map(|partition| scope.spawn(move || scan(partition))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a scan panicked".to_owned())?)
            .sum::<std::result::Result<u64, String>>()
    })?;
    let seconds = start.elapsed().as_secs_f64();
    tell(events, seconds, seconds, before)
}

fn scan_partition(log: &dyn Log, codec: &Codec, partition: u16) -> Result<u64> {
    let mut reader = log.read(Topic::Events, partition, 0)?;
    let mut events = 0;
    loop {
        let batch = reader.next(SCAN_BATCH, Duration::from_secs(1))?;
        for stored in &batch.records {
            std::hint::black_box(codec.decode_event(stored.value.as_deref().unwrap_or_default())?);
        }
        events += batch.records.len() as u64;
        if batch.at_end {
            return Ok(events);
        }
    }
}

/// Records of the log's events; on Kafka the markers of transactions count, of which there are a few.
fn events(log: &dyn Log) -> Result<u64> {
    let mut events = 0;
    for partition in 0..PARTITIONS {
        events += log.end(Topic::Events, partition)?;
    }
    Ok(events)
}

fn tell(events: u64, seconds: f64, ready_seconds: f64, before: f64) -> Result<()> {
    let processor_seconds = processor_seconds("self")? - before;
    eprintln!("    {seconds:.2} s, ready after {ready_seconds:.2} s; {processor_seconds:.2} s of processor time");
    let measured = Measured { events, seconds, ready_seconds, processor_seconds, memory: peak_memory("self")? };
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

fn reachable(brokers: &str) -> Result<()> {
    let consumer: BaseConsumer = client(brokers).create()?;
    consumer.fetch_metadata(None, BROKER_WAIT)?;
    Ok(())
}

fn client(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("log_level", "0");
    config
}

/// Leaves the broker as it was.
fn delete_topics(brokers: &str, prefix: &str) -> Result<()> {
    let consumer: BaseConsumer = client(brokers).create()?;
    let metadata = consumer.fetch_metadata(None, BROKER_WAIT)?;
    let topics: Vec<&str> =
        metadata.topics().iter().map(|topic| topic.name()).filter(|name| name.starts_with(prefix)).collect();
    let admin: AdminClient<DefaultClientContext> = client(brokers).create()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(admin.delete_topics(&topics, &AdminOptions::new()))?;
    Ok(())
}
