//! Events published over HTTP to the real server on the embedded log, durable and answered with what they did.

use crate::{
    Result,
    client::{Connection, Request},
    inputs::{self, Period},
    measured::{disk, fdatasync, percentiles, tell_disk},
    progress, query,
    report::{Figure, Floor, Report, number},
    server::{ADMIN, Server},
    settings::{PARTITIONS, Settings},
    workload,
};
use chengxin::{
    demo::DemoConfig,
    log::{Log, Stored, Topic, embedded::Embedded},
};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Departments that send at a time.
const CONNECTIONS: usize = 4;
/// Departments send once in so many days.
const PERIOD_DAYS: i32 = 92;
/// Single events, one after the other.
const SINGLES: usize = 2_000;
/// Syncs measured before and after them.
const SYNCS: usize = 500;

pub(crate) fn measure(settings: &Settings, directory: &Path, report: &mut Report) -> Result<()> {
    let data = directory.join("published");
    progress("making up NDJSON");
    let county = settings.county();
    let periods = inputs::periods(&county, PERIOD_DAYS)?;
    let server = Server::start(&data, county.from)?;
    progress("publishing NDJSON");
    let (events, took) = publish(server.address, &periods)?;
    drop(periods);
    eprintln!("    {:.1} s of the server's processor time", server.processor_seconds()?);
    single(settings, &data, server.address, report)?;
    query::measure(settings, &server, report)?;
    let memory = server.memory()? as f64 / f64::from(1 << 20);
    server.stop()?;
    tell_disk(&data)?;
    progress("appending the same to a bare log");
    let (raw, avro_bytes) = raw_append(&data, &directory.join("raw"))?;
    let rate = events as f64 / took.as_secs_f64();
    let figure = Figure::new("NDJSON over HTTP, durable, with effects", rate, "events/s");
    report.add(figure.next_to(format!("append {}/s", number(raw)), raw).floor(Floor::AtLeast(40_000.0)));
    let size = Figure::new("disk of log + views + vault, published", disk(&data)? as f64 / 1e6, "MB");
    report.add(size.next_to("Avro bytes", avro_bytes as f64 / 1e6).floor(Floor::RatioAtMost(4.0)));
    report.add(Figure::new("memory of the server", memory, "MiB").floor(Floor::AtMost(2_048.0)));
    Ok(())
}

/// Sends the periods, and counts what came of the events. The opening of days in between is not counted.
fn publish(address: SocketAddr, periods: &[Period]) -> Result<(usize, Duration)> {
    let mut took = Duration::ZERO;
    let effects = Mutex::new(BTreeMap::new());
    for period in periods {
        let open = format!("{{\"open\": \"{}\"}}", period.until);
        let path = Request { method: "POST", path: "/v1/clock", token: ADMIN, content_type: "application/json" };
        let status = Connection::open(address)?.send(path, open.as_bytes(), &mut Vec::new())?;
        if status != 200 {
            return Err(format!("the day {} was not opened: {status}", period.until).into());
        }
        let start = Instant::now();
        send_all(address, period, &effects)?;
        took += start.elapsed();
        eprintln!("    up to {}: {:.1} s", period.until, took.as_secs_f64());
    }
    let effects = effects.into_inner().unwrap_or_else(PoisonError::into_inner);
    eprintln!("    effects: {effects:?}");
    Ok((effects.values().sum(), took))
}

fn send_all(address: SocketAddr, period: &Period, effects: &Mutex<BTreeMap<String, usize>>) -> Result<()> {
    let streams: Vec<(&usize, &Vec<u8>)> = period.streams.iter().collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let send = || -> std::result::Result<(), String> {
            let mut connection = Connection::open(address).map_err(|error| error.to_string())?;
            while let Some((department, body)) = streams.get(next.fetch_add(1, Ordering::Relaxed)) {
                send_one(&mut connection, **department, body, effects).map_err(|error| error.to_string())?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(send)).collect();
        threads.into_iter().try_for_each(|thread| Ok(thread.join().map_err(|_| "a sender panicked")??))
    })
}

fn send_one(
    connection: &mut Connection,
    department: usize,
    body: &[u8],
    effects: &Mutex<BTreeMap<String, usize>>,
) -> Result<()> {
    let token = inputs::token(department);
    let path = Request { method: "POST", path: "/v1/events", token: &token, content_type: "application/x-ndjson" };
    let mut answer = Vec::new();
    let status = connection.stream(path, body, |piece| answer.extend_from_slice(piece))?;
    let (sent, answered) = (lines(body), lines(&answer));
    if status != 200 || sent != answered {
        return Err(format!("status {status}, {answered} answers to {sent} events").into());
    }
    let mut effects = effects.lock().unwrap_or_else(PoisonError::into_inner);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', &answer) {
        *effects.entry(effect(&answer[start..end])).or_default() += 1;
        start = end + 1;
    }
    Ok(())
}

fn lines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// The effect in an outcome, found without reading all of it: this takes time from the server.
fn effect(line: &[u8]) -> String {
    const KEY: &[u8] = b"\"effect\":\"";
    let at = memchr::memmem::find(line, KEY).map_or(line.len(), |at| at + KEY.len());
    String::from_utf8_lossy(line[at..].split(|byte| *byte == b'"').next().unwrap_or_default()).into_owned()
}

/// One event after the other on one connection.
fn single(settings: &Settings, data: &Path, address: SocketAddr, report: &mut Report) -> Result<()> {
    progress("publishing single events");
    let county = settings.county();
    let more = DemoConfig { seed: county.seed + 1, events: SINGLES, from: county.until.plus_days(-5), ..county };
    let mut syncs = fdatasync(data, SYNCS, true)?;
    let mut overwrites = fdatasync(data, SYNCS, false)?;
    let mut connection = Connection::open(address)?;
    let mut answer = Vec::new();
    let mut times = Vec::with_capacity(SINGLES);
    for (department, body) in inputs::singles(&more)? {
        let token = inputs::token(department);
        let path = Request { method: "POST", path: "/v1/events", token: &token, content_type: "application/json" };
        let start = Instant::now();
        let status = connection.send(path, &body, &mut answer)?;
        times.push(start.elapsed());
        if !matches!(status, 200 | 201 | 409 | 422) {
            return Err(format!("status {status}: {}", String::from_utf8_lossy(&answer)).into());
        }
    }
    syncs.extend(fdatasync(data, SYNCS, true)?);
    overwrites.extend(fdatasync(data, SYNCS, false)?);
    let ((sync, _), (overwrite, _)) = (percentiles(syncs), percentiles(overwrites));
    let (p50, p99) = percentiles(times);
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let raw = format!("fdatasync {} µs", number(micros(sync)));
    let figure = Figure::new("one event over HTTP with its effect, p50", micros(p50), "µs");
    report.add(figure.next_to(&raw, micros(sync)).floor(Floor::RatioAtMost(4.0)));
    report.add(Figure::new("one event over HTTP with its effect, p99", micros(p99), "µs").next_to(raw, micros(sync)));
    // A lower limit yet, which a log that gives its blocks out beforehand could reach.
    report.add(Figure::new("fdatasync of 4 KiB over a file that is there", micros(overwrite), "µs"));
    Ok(())
}

/// The same records appended to a log that nobody reads; and their bytes.
fn raw_append(published: &Path, raw: &Path) -> Result<(f64, u64)> {
    let from = Embedded::open_read_only(published)?;
    let mut bytes = 0;
    for partition in 0..PARTITIONS {
        let mut reader = from.read(Topic::Events, partition, 0)?;
        loop {
            let batch = reader.next(10_000, Duration::from_secs(1))?;
            let size = |stored: &Stored| stored.key.len() + stored.value.as_ref().map_or(0, |value| value.len());
            bytes += batch.records.iter().map(|stored| size(stored) as u64).sum::<u64>();
            if batch.at_end {
                break;
            }
        }
    }
    let rate = workload::copy(&from, &Embedded::open(raw, PARTITIONS)?)?;
    Ok((rate, bytes))
}
