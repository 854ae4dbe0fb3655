//! How fast the logs are on this machine: `cargo run --release --example log_speed [embedded DIR | kafka BROKERS]`.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use chengxin::log::embedded::Embedded;
use chengxin::log::kafka::{Kafka, KafkaConfig};
use chengxin::log::{Log, Record, Topic};

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EVENTS: usize = 1_000_000;
const BATCH: usize = 1_000;
/// Batches that wait for the writer at a time.
const PIPELINE: usize = 4;
const SINGLES: usize = 500;
const PARTITIONS: u16 = 12;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["embedded", dir] => {
            fdatasync(Path::new(dir))?;
            let dir = Path::new(dir).join(format!("log-speed-{}", std::process::id()));
            let measured = embedded(&dir);
            std::fs::remove_dir_all(&dir)?;
            measured
        }
        ["kafka", brokers] => kafka(brokers),
        _ => Err("usage: log_speed embedded DIR | kafka BROKERS".into()),
    }
}

fn event(number: usize) -> Record {
    let key = format!("9165{:07}", number % 50_000).into_bytes();
    let partition = chengxin::log::partition_of(&key, PARTITIONS);
    Record { topic: Topic::Events, partition, key, value: Some(vec![number as u8; 289]), attributes: None }
}

fn fdatasync(dir: &Path) -> Result<()> {
    let path = dir.join("log-speed-sync");
    let mut file = File::create(&path)?;
    let times = timed(SINGLES, |_| {
        file.write_all(&[7; 4096])?;
        Ok(file.sync_data()?)
    })?;
    report("fdatasync of 4 KiB", times);
    Ok(std::fs::remove_file(path)?)
}

fn embedded(dir: &Path) -> Result<()> {
    measure(&Embedded::open(dir, PARTITIONS)?)
}

/// Leaves its topics behind: for a broker whose data can be thrown away.
fn kafka(brokers: &str) -> Result<()> {
    let mut config = KafkaConfig::new(brokers, PARTITIONS);
    config.application = format!("log-speed-{}", std::process::id());
    config.topic_prefix = format!("{}.", config.application);
    measure(&Kafka::open(config)?)
}

fn measure(log: &dyn Log) -> Result<()> {
    append(log)?;
    report(
        "single durable append",
        timed(SINGLES, |n| {
            log.append(vec![event(n)]).blocking_recv()??;
            Ok(())
        })?,
    );
    let mut owner = log.own("speed", 0)?;
    report(
        "publish of 10 outputs",
        timed(SINGLES, |n| {
            let outputs = (0..10).map(|i| Record { topic: Topic::ListChanges, partition: 0, ..event(n + i) }).collect();
            owner.publish(outputs, n as u64)?;
            Ok(())
        })?,
    );
    report(
        "taking over a partition",
        timed(usize::from(PARTITIONS), |n| {
            log.own("other", n as u16)?;
            Ok(())
        })?,
    );
    follow(log)?;
    scan(log)
}

/// From the append of a record to its arrival at a reader that waits for it.
fn follow(log: &dyn Log) -> Result<()> {
    let mut reader = log.read(Topic::Refusals, 0, 0)?;
    report(
        "append to arrival",
        timed(SINGLES, |n| {
            let pending = log.append(vec![Record { topic: Topic::Refusals, partition: 0, ..event(n) }]);
            while reader.next(10, Duration::from_secs(1))?.records.is_empty() {}
            pending.blocking_recv()??;
            Ok(())
        })?,
    );
    Ok(())
}

fn append(log: &dyn Log) -> Result<()> {
    let start = Instant::now();
    let mut pending = std::collections::VecDeque::new();
    for batch in 0..EVENTS / BATCH {
        if pending.len() == PIPELINE {
            pending.pop_front().map(|p: chengxin::log::Pending| p.blocking_recv()).transpose()?.transpose()?;
        }
        pending.push_back(log.append((0..BATCH).map(|n| event(batch * BATCH + n)).collect()));
    }
    for last in pending {
        last.blocking_recv()??;
    }
    rate("appended", EVENTS, start.elapsed());
    Ok(())
}

fn scan(log: &dyn Log) -> Result<()> {
    let start = Instant::now();
    let mut seen = 0;
    for partition in 0..PARTITIONS {
        let mut reader = log.read(Topic::Events, partition, 0)?;
        loop {
            let batch = reader.next(10_000, Duration::from_secs(1))?;
            seen += batch.records.len();
            if batch.at_end {
                break;
            }
        }
    }
    rate("scanned", seen, start.elapsed());
    Ok(())
}

fn timed(times: usize, mut what: impl FnMut(usize) -> Result<()>) -> Result<Vec<Duration>> {
    (0..times)
        .map(|n| {
            let start = Instant::now();
            what(n)?;
            Ok(start.elapsed())
        })
        .collect()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    println!("{what}: p50 {:?}, p99 {:?}", times[times.len() / 2], times[times.len() * 99 / 100]);
}

fn rate(what: &str, events: usize, took: Duration) {
    println!("{what}: {events} events in {took:.2?}, {:.0}k/s", events as f64 / took.as_secs_f64() / 1e3);
}
