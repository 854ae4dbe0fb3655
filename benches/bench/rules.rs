//! What the rule book costs where it is hardest: the day on which a hundred thousand terms end, and a subject with a long
//! history.

use crate::{
    Result,
    measured::{self, percentiles},
    progress,
    report::{Figure, Floor, Report},
    settings::{Job, Settings},
};
use chengxin::{
    clock::Clock,
    codec::Codec,
    log::{Log, Record, embedded::Embedded},
    projector::{Projector, Shard, Surroundings},
    views::Views,
};
use chengxin_projections::{
    date::Date,
    difference::Telling,
    event::{Event, SubjectKind},
    facts::{CreditFile, Stamp},
    judge,
    partition::{Partition, day_event, policy_event},
    policy::shipped_policy,
    testing::{self, Step},
};
use serde::{Deserialize, Serialize};
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Entries that end on one day, in one partition.
const TERMS: usize = 100_000;
/// Events appended at a time.
const BATCH: usize = 10_000;
const POLL: Duration = Duration::from_millis(1);
/// Longest that anything here may take.
const LIMIT: Duration = Duration::from_secs(120);
const FIRST_DAY: &str = "2026-06-01";
const LAST_DAY: &str = "2026-09-01";
/// Events of a short and of a long history, and how many more are timed on each.
const SHORT: usize = 50;
const LONG: usize = 50_000;
const MORE: usize = 2_000;

pub(crate) fn measure(_: &Settings, directory: &Path, report: &mut Report) -> Result<()> {
    progress("a day on which 100,000 terms end in one partition");
    let data = directory.join("worst");
    let job = Job { log: data.display().to_string(), on_kafka: false, views: data.clone() };
    let worst: WorstDay = measured::run("worst-day", &job)?;
    std::fs::remove_dir_all(data)?;
    let seconds = Figure::new("100,000 terms end at one day, folded and published", worst.seconds, "s");
    report.add(seconds.floor(Floor::AtMost(3.0)));
    let longest = worst.longest_read * 1e3;
    report.add(Figure::new("longest wait of a reader meanwhile", longest, "ms").floor(Floor::AtMost(50.0)));
    let kib = worst.memory_per_subject / 1024.0;
    report.add(Figure::new("memory per listed subject", kib, "KiB").floor(Floor::AtMost(4.0)));
    progress("an event of a subject with 50 and with 50,000 events");
    let (short, long) = (per_event(SHORT), per_event(LONG));
    let figure = Figure::new("event of a subject with 50,000 events", long.as_secs_f64() * 1e6, "µs");
    let raw = format!("with 50 events {:.1} µs", short.as_secs_f64() * 1e6);
    report.add(figure.next_to(raw, short.as_secs_f64() * 1e6).floor(Floor::RatioAtMost(2.0)));
    Ok(())
}

#[derive(Debug, Serialize, Deserialize)]
struct WorstDay {
    seconds: f64,
    /// In seconds.
    longest_read: f64,
    /// With all that making up the log has left behind.
    memory_per_subject: f64,
}

/// In a process of its own, for what another measurement has left behind would be taken for its memory, or hide it.
pub(crate) fn worst_day(job: &Job) -> Result<()> {
    let (data, before) = (Path::new(&job.log), resident_memory()?);
    let log = Arc::new(Embedded::open(data, 1)?);
    let codec = Arc::new(Codec::new());
    let first: Date = FIRST_DAY.parse()?;
    let last: Date = LAST_DAY.parse()?;
    fill(&*log, &codec, first)?;
    let clock = Arc::new(Clock::Manual(Mutex::new(last)));
    let surroundings = Surroundings { log, codec, clock: clock.clone(), first_policy: Vec::new() };
    let projector = Projector::start(surroundings, Views::open(data)?)?;
    let shard = projector.shards[0].clone();
    wait(|| projector.is_ready() && shard.partition().0.day == Some(last))?;
    let memory_per_subject = resident_memory()?.saturating_sub(before) as f64 / TERMS as f64;
    let stop = AtomicBool::new(false);
    let (seconds, longest_read) = std::thread::scope(|scope| -> Result<(f64, Duration)> {
        let reader = scope.spawn(|| read_until(&shard, &stop));
        let start = Instant::now();
        if let Clock::Manual(date) = &*clock {
            *date.lock().map_err(|_| "the clock is broken")? = last.next();
        }
        let opened = wait(|| shard.partition().0.day == Some(last.next()));
        let seconds = start.elapsed().as_secs_f64();
        stop.store(true, Ordering::SeqCst);
        let longest = reader.join().map_err(|_| "a reader panicked")?;
        opened.map(|()| (seconds, longest))
    })?;
    projector.stop()?;
    let worst = WorstDay { seconds, longest_read: longest_read.as_secs_f64(), memory_per_subject };
    println!("{}", serde_json::to_string(&worst)?);
    Ok(())
}

/// The policy, a day, and one entry for each of many subjects, all with the same last day.
fn fill(log: &dyn Log, codec: &Codec, first: Date) -> Result<()> {
    let mut batch: Vec<Record> = Vec::new();
    for part in shipped_policy() {
        batch.push(codec.event_record(&policy_event(&part, first.start()), 0));
    }
    batch.push(codec.event_record(&day_event(first, first.start()), 0));
    for number in 0..TERMS {
        let event = about(&event(testing::black(&format!("L-{number}"), FIRST_DAY).until(LAST_DAY)), number);
        batch.push(codec.event_record(&event, 0));
        if batch.len() == BATCH {
            log.append(std::mem::take(&mut batch)).blocking_recv()??;
        }
    }
    log.append(batch).blocking_recv()??;
    Ok(())
}

fn event(step: Step) -> Event {
    match step {
        Step::Event(event) => *event,
        Step::Day(_) => unreachable!("only events are asked for"),
    }
}

fn about(event: &Event, number: usize) -> Event {
    let mut event = event.clone();
    event.subject.id = format!("S{number:08}");
    event.subject.uscc = None;
    event
}

/// Reads a thousand files a second or so; the longest that one read took. More would measure how two share a processor.
fn read_until(shard: &Shard, stop: &AtomicBool) -> Duration {
    let mut longest = Duration::ZERO;
    let mut number = 0;
    while !stop.load(Ordering::SeqCst) {
        number = (number + 7_919) % TERMS;
        let start = Instant::now();
        let _ = std::hint::black_box((shard.partition(), shard.file(&format!("S{number:08}"))));
        longest = longest.max(start.elapsed());
        std::thread::sleep(POLL);
    }
    longest
}

fn wait(mut done: impl FnMut() -> bool) -> Result<()> {
    let end = Instant::now() + LIMIT;
    while !done() {
        if Instant::now() > end {
            return Err("it took too long".into());
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

fn resident_memory() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the system tells no memory")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib << 10)
}

/// The middle time of an event of a subject with so many behind it, each on a copy of the file, as in a batch of its own.
fn per_event(history: usize) -> Duration {
    let scenario = testing::given([testing::day(FIRST_DAY)]);
    let partition: Partition = scenario.partition;
    let mut file = CreditFile::new(testing::SUBJECT, SubjectKind::Organisation);
    let mut times = Vec::with_capacity(MORE);
    for number in 0..history + MORE {
        // A penalty and its publication, again and again, beside an entry that runs.
        let id = format!("P-{}", number / 2);
        let step = match (number, number % 2) {
            (0, _) => testing::black("L-1", FIRST_DAY),
            (_, 0) => testing::penalty(&id, FIRST_DAY),
            _ => testing::publish(&id, FIRST_DAY),
        };
        let event = event(step);
        let stamp = Stamp { offset: number as u64, recorded: event.recorded };
        let start = Instant::now();
        let mut copy = file.clone();
        std::hint::black_box(judge::step(&partition, &mut copy, &event, stamp, Telling::Told));
        if number >= history {
            times.push(start.elapsed());
        }
        file = copy;
    }
    percentiles(times).0
}
