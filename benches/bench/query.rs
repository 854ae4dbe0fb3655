//! Credit files read over HTTP by many at a time.

use crate::{
    Result,
    client::{Connection, Request},
    measured::percentiles,
    progress,
    report::{Figure, Floor, Report},
    server::{ADMIN, Server},
    settings::Settings,
};
use chengxin::demo::Demo;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 32;
/// Asked before anything is counted, so that connections and threads are there.
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

pub(crate) fn measure(settings: &Settings, server: &Server, report: &mut Report) -> Result<()> {
    progress("asking for credit files");
    let subjects: Vec<String> = Demo::new(settings.county()).subjects().filter_map(|party| party.uscc).collect();
    let start = Instant::now() + WARM_UP;
    let times: Vec<Duration> = std::thread::scope(|scope| {
        let subjects = &subjects;
        let ask = |nth| move || ask(server, subjects, nth, start).map_err(|error| error.to_string());
        let threads: Vec<_> = (0..CONNECTIONS).map(|nth| scope.spawn(ask(nth))).collect();
        let times = threads.into_iter().map(|thread| thread.join().map_err(|_| "a client panicked".to_owned())?);
        times.collect::<std::result::Result<Vec<_>, String>>()
    })?
    .concat();
    let rate = times.len() as f64 / MEASURED.as_secs_f64();
    let (p50, p99) = percentiles(times);
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let name = format!("credit file, {CONNECTIONS} connections");
    report.add(Figure::new(&name, rate, "requests/s").floor(Floor::AtLeast(10_000.0)));
    report.add(Figure::new(format!("{name}, p50"), millis(p50), "ms"));
    report.add(Figure::new(format!("{name}, p99"), millis(p99), "ms").floor(Floor::AtMost(10.0)));
    Ok(())
}

/// One client: subject after subject, in an order of its own.
fn ask(server: &Server, subjects: &[String], nth: usize, start: Instant) -> Result<Vec<Duration>> {
    /// A prime: whatever their number, every subject's turn comes.
    const STEP: usize = 7_368_787;
    let mut connection = Connection::open(server.address)?;
    let mut answer = Vec::new();
    let mut times = Vec::new();
    let mut next = nth * subjects.len() / CONNECTIONS;
    loop {
        let path = format!("/v1/subjects/{}", subjects[next % subjects.len()]);
        next += STEP;
        let asked = Instant::now();
        let request = Request { method: "GET", path: &path, token: ADMIN, content_type: "application/json" };
        let status = connection.send(request, &[], &mut answer)?;
        // A few subjects never had an event.
        if !matches!(status, 200 | 404) {
            return Err(format!("{path}: {status} {}", String::from_utf8_lossy(&answer)).into());
        }
        if asked >= start + MEASURED {
            return Ok(times);
        }
        if asked >= start {
            times.push(asked.elapsed());
        }
    }
}
