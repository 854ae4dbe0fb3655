//! The embedded log: one SQLite file, for one machine.
//!
//! `log.db` holds a table for each (topic, partition) whose primary key is the offset, so that an append goes to the
//! right edge of a B-tree and a scan walks it from left to right; what one publish adds to a derived topic that keeps
//! everything stands in few rows, packed, and what is replaced in a compacted one goes by and by. One writer thread commits what waits as one
//! transaction (group commit) in WAL mode with `synchronous=FULL`, so an event that is answered is on disk. A transaction
//! of outputs alone is in the file, and survives the process, but is on disk only with the next event or 50 ms later: its
//! outputs follow from events that are on disk (ADR 8). Readers have connections of their own and never hold up the writer.

mod bundle;
mod compaction;
mod insert;
mod op;
mod reader;
mod storage;
mod tail;
mod writer;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    APPEND_QUEUE, Assignment, Assignments, Log, LogError, Offset, Owner, Pending, Progress, Reader, Record, Topic,
    check_sizes,
};
use op::Op;
use reader::SqliteReader;
use storage::{Storage, failure};
use tail::Tail;
use writer::{Asked, Writer};

/// The embedded log, opened by the one process that may write it or, read-only, beside that process.
pub struct Embedded {
    shared: Arc<Shared>,
    /// None when opened read-only.
    writer: Option<Writer>,
    /// For the rare look-ups of progress and ends.
    lookups: Mutex<Connection>,
}

/// What the writer, the readers and the owners of one open log share.
struct Shared {
    storage: Storage,
    /// The committed end of every (topic, partition); empty when another process writes.
    tails: Vec<Tail>,
    /// Appends accepted and not yet answered.
    waiting: AtomicUsize,
}

impl Embedded {
    /// Opens the log of a data directory, or makes it. The partition count is fixed when the log is made.
    pub fn open(dir: &Path, partitions: u16) -> Result<Embedded, LogError> {
        let lock = storage::lock(dir)?;
        let storage = Storage::create(dir, partitions)?;
        let conn = storage.open_writer()?;
        let mut tails = Vec::with_capacity(storage.tables());
        for table in 0..storage.tables() {
            tails.push(Tail::new(storage.end(&conn, table)?));
        }
        let lookups = Mutex::new(storage.open_reader()?);
        let shared = Arc::new(Shared { storage, tails, waiting: AtomicUsize::new(0) });
        let writer = Writer::start(shared.clone(), conn, lock)?;
        Ok(Embedded { shared, writer: Some(writer), lookups })
    }

    /// Whether a directory holds a log.
    pub fn is_in(dir: &Path) -> bool {
        storage::file_in(dir).is_file()
    }

    /// Opens the log of a data directory for reading only, while another process may be writing it.
    pub fn open_read_only(dir: &Path) -> Result<Embedded, LogError> {
        let storage = Storage::existing(dir)?;
        let lookups = Mutex::new(storage.open_reader()?);
        let shared = Arc::new(Shared { storage, tails: Vec::new(), waiting: AtomicUsize::new(0) });
        Ok(Embedded { shared, writer: None, lookups })
    }

    fn writer(&self) -> Result<&Writer, LogError> {
        self.writer.as_ref().ok_or_else(|| LogError::Unusable("the log is open for reading only".into()))
    }
}

impl Log for Embedded {
    fn partitions(&self) -> u16 {
        self.shared.storage.partitions()
    }

    fn carries_attributes(&self) -> bool {
        false
    }

    fn append(&self, records: Vec<Record>) -> Pending {
        let (answer, pending) = oneshot::channel();
        let accepted = self.writer().and_then(|writer| {
            self.shared.check(&records)?;
            self.shared.take_place()?;
            Ok(writer)
        });
        match accepted {
            Ok(writer) => writer.send(Op::Append { records, answer }),
            // A receiver that is gone does not want the answer.
            Err(error) => drop(answer.send(Err(error))),
        }
        pending
    }

    fn read(&self, topic: Topic, partition: u16, from: Offset) -> Result<Box<dyn Reader>, LogError> {
        let table = self.shared.table(topic, partition)?;
        let conn = self.shared.storage.open_reader()?;
        Ok(Box::new(SqliteReader::new(self.shared.clone(), conn, table, from)))
    }

    fn end(&self, topic: Topic, partition: u16) -> Result<Offset, LogError> {
        let table = self.shared.table(topic, partition)?;
        match self.shared.tails.get(table) {
            Some(tail) => Ok(tail.end()),
            None => self.shared.storage.end(&lock(&self.lookups), table),
        }
    }

    fn own(&self, task: &str, partition: u16) -> Result<Box<dyn Owner>, LogError> {
        let writer = self.writer()?.handle();
        self.shared.table(Topic::Events, partition)?;
        let task: Arc<str> = task.into();
        let (epoch, progress) = writer.call(|answer| Op::Own { task: task.clone(), partition, answer })?;
        let shared = self.shared.clone();
        Ok(Box::new(EmbeddedOwner { shared, writer, task, partition, epoch, progress, under_way: None }))
    }

    fn progress(&self, task: &str, partition: u16) -> Result<Offset, LogError> {
        self.shared.table(Topic::Events, partition)?;
        storage::progress(&lock(&self.lookups), task, partition).map_err(failure)
    }

    fn assignments(&self, _task: &str) -> Result<Box<dyn Assignments>, LogError> {
        Ok(Box::new(AllPartitions { gained: Some((0..self.partitions()).collect()) }))
    }
}

impl Shared {
    fn table(&self, topic: Topic, partition: u16) -> Result<usize, LogError> {
        self.storage.table(topic, partition)
    }

    fn check(&self, records: &[Record]) -> Result<(), LogError> {
        check_sizes(records)?;
        records.iter().try_for_each(|record| self.table(record.topic, record.partition).map(drop))
    }

    fn take_place(&self) -> Result<(), LogError> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) < APPEND_QUEUE {
            return Ok(());
        }
        self.give_place_back();
        Err(LogError::Unavailable(format!("{APPEND_QUEUE} appends are waiting already")))
    }

    fn give_place_back(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// No code panics while it holds one of these locks half-way through a change, so a poisoned one is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An owner is known by its epoch: the writer publishes nothing for an epoch that is not the latest.
struct EmbeddedOwner {
    shared: Arc<Shared>,
    writer: writer::Handle,
    task: Arc<str>,
    partition: u16,
    epoch: i64,
    /// Once what is under way is done.
    progress: Progress,
    /// A part that the writer is still writing, while the next one is being made.
    under_way: Option<Asked<Vec<Offset>>>,
}

impl EmbeddedOwner {
    fn ask(&mut self, outputs: Vec<Record>, progress: Progress) -> Result<Asked<Vec<Offset>>, LogError> {
        self.shared.check(&outputs)?;
        if let Some(asked) = self.under_way.take() {
            asked.wait()?;
        }
        let (task, partition, epoch, from) = (self.task.clone(), self.partition, self.epoch, self.progress);
        let publish = |answer| Op::Publish { task, partition, epoch, from, outputs, progress, answer };
        let asked = self.writer.ask(publish)?;
        Ok(asked)
    }
}

impl Owner for EmbeddedOwner {
    fn progress(&self) -> Offset {
        self.progress.event
    }

    fn part(&self) -> u64 {
        self.progress.part
    }

    fn publish_part(&mut self, outputs: Vec<Record>, progress: Offset, part: u64) -> Result<(), LogError> {
        let progress = Progress { event: progress, part };
        self.under_way = Some(self.ask(outputs, progress)?);
        // If it fails, what follows does not find the progress here, and is refused.
        self.progress = progress;
        Ok(())
    }

    fn publish(&mut self, outputs: Vec<Record>, progress: Offset) -> Result<Vec<Offset>, LogError> {
        let progress = Progress::whole(progress);
        let offsets = self.ask(outputs, progress)?.wait()?;
        self.progress = progress;
        Ok(offsets)
    }
}

/// One process holds every partition, for as long as it runs.
struct AllPartitions {
    gained: Option<Vec<u16>>,
}

impl Assignments for AllPartitions {
    fn next(&mut self, wait: Duration) -> Result<Option<Assignment>, LogError> {
        if let Some(partitions) = self.gained.take() {
            return Ok(Some(Assignment::Gained(partitions)));
        }
        std::thread::sleep(wait);
        Ok(None)
    }

    fn released(&mut self) {}
}
