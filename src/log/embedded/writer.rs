//! The one writer of the embedded log: a thread that commits what waits as one transaction.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use super::super::{LogError, Progress};
use super::Shared;
use super::compaction::Compaction;
use super::insert::Inserter;
use super::op::{Answer, Op, Outcome};
use super::storage::{self, failure};

const PAGE_BYTES: usize = storage::PAGE_BYTES as usize;
/// Operations that one transaction takes at most, and bytes after which it takes no more.
const GROUP_OPS: usize = 4_096;
const GROUP_BYTES: usize = 16 << 20;
/// Bytes written, roughly, after which the WAL is copied into the database file. A WAL that soon begins again from its
/// start is faster to sync: overwriting a file leaves its metadata alone, growing it does not, and takes twice as long.
const CHECKPOINT_BYTES: usize = 16 << 20;
/// Pages in the WAL from which on a checkpoint waits for the readers, so that the WAL starts again from its beginning.
/// Without this, readers that follow each other closely would let it grow without end. Within what the WAL keeps of its
/// length, so that it seldom grows at all.
const WAL_PAGES_MAX: i64 = storage::WAL_BYTES_KEPT / storage::PAGE_BYTES * 3 / 4;
/// A reader's statement is short; one that holds its snapshot for longer than this delays the reset to the next time.
const READERS_WAIT: Duration = Duration::from_millis(200);
/// Pause before the file is opened again after a failure.
const REOPEN_PAUSE: Duration = Duration::from_millis(100);
/// How long outputs may be in the log without being on the disk (ADR 8).
const UNSYNCED: Duration = Duration::from_millis(50);

/// The running writer; dropping it finishes what was accepted and releases the directory.
pub(super) struct Writer {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

/// A way to ask the writer, which may outlive it.
#[derive(Clone)]
pub(super) struct Handle(Sender<Op>);

impl Writer {
    /// `lock` is held until the thread ends.
    pub(super) fn start(shared: Arc<Shared>, conn: Connection, lock: File) -> Result<Writer, LogError> {
        // Appends are bounded by `Shared::waiting`, the rest by one call at a time for each owner.
        let (sender, queue) = mpsc::channel();
        let thread = thread::Builder::new().name("log-writer".into()).spawn(move || {
            run(&shared, conn, &queue);
            // Said, not left to closing the file: a process that we are just forking may still hold a copy of it.
            let _ = lock.unlock();
        });
        let thread = thread.map_err(|e| LogError::Unavailable(format!("no thread for the writer: {e}")))?;
        Ok(Writer { handle: Handle(sender), thread: Some(thread) })
    }

    pub(super) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    pub(super) fn send(&self, op: Op) {
        // A writer that is gone has dropped the answer's sender with the operation: the caller sees that.
        drop(self.handle.0.send(op));
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.send(Op::Stop);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Handle {
    /// Asks the writer and waits for its answer.
    pub(super) fn call<T>(&self, op: impl FnOnce(Answer<T>) -> Op) -> Result<T, LogError> {
        self.ask(op)?.wait()
    }

    /// Asks the writer.
    pub(super) fn ask<T>(&self, op: impl FnOnce(Answer<T>) -> Op) -> Result<Asked<T>, LogError> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.0.send(op(answer)).map_err(|_| closed())?;
        Ok(Asked(answered))
    }
}

fn closed() -> LogError {
    LogError::Unavailable("the log is closed".into())
}

/// An answer to come.
pub(super) struct Asked<T>(Receiver<Result<T, LogError>>);

impl<T> Asked<T> {
    pub(super) fn wait(self) -> Result<T, LogError> {
        self.0.recv().map_err(|_| closed())?
    }
}

/// Serves until told to stop; after a failure of the file it goes on with a new connection.
fn run(shared: &Shared, conn: Connection, queue: &Receiver<Op>) {
    let mut open = Some(conn);
    loop {
        let served = match open.take().map_or_else(|| reopen(shared), Ok) {
            Ok(conn) => Session::new(shared, &conn).serve(queue),
            Err(error) => refuse_for_a_while(shared, queue, &error),
        };
        match served {
            Served::Stopped => return,
            Served::Failed => {}
        }
    }
}

/// What a failed commit left in the WAL may turn up as committed when the file is opened again.
fn reopen(shared: &Shared) -> Result<Connection, LogError> {
    let conn = shared.storage.open_writer()?;
    for (table, tail) in shared.tails.iter().enumerate() {
        tail.reset(shared.storage.end(&conn, table)?);
    }
    Ok(conn)
}

enum Served {
    Stopped,
    Failed,
}

fn refuse_for_a_while(shared: &Shared, queue: &Receiver<Op>, error: &LogError) -> Served {
    match queue.recv_timeout(REOPEN_PAUSE) {
        Ok(Op::Stop) | Err(RecvTimeoutError::Disconnected) => return Served::Stopped,
        Ok(op) => op.answer(shared, Err(error.clone())),
        Err(RecvTimeoutError::Timeout) => {}
    }
    Served::Failed
}

/// The life of one connection.
struct Session<'c> {
    shared: &'c Shared,
    conn: &'c Connection,
    inserter: Inserter<'c>,
    compaction: Compaction,
    unchecked_bytes: usize,
    /// Whether commits wait for the disk, as the connection is set now.
    durable: bool,
    /// Since when commits are in the file that are not on the disk.
    unsynced: Option<Instant>,
}

impl<'c> Session<'c> {
    fn new(shared: &'c Shared, conn: &'c Connection) -> Session<'c> {
        let inserter = Inserter::new(&shared.storage, &shared.tails, conn);
        let compaction = Compaction::new(shared);
        Session { shared, conn, inserter, compaction, unchecked_bytes: 0, durable: true, unsynced: None }
    }

    fn serve(mut self, queue: &Receiver<Op>) -> Served {
        loop {
            let first = match self.wait(queue) {
                Ok(first) => first,
                Err(RecvTimeoutError::Timeout) if self.use_pause() => continue,
                Err(RecvTimeoutError::Timeout) => return Served::Failed,
                Err(RecvTimeoutError::Disconnected) => return self.stop(),
            };
            let (group, stop) = take_group(first, queue);
            let result = self.commit(&group);
            let failed = result.as_ref().err().is_some_and(|e| !passes(e));
            self.answer(group, result);
            if stop {
                return self.stop();
            }
            if failed {
                return Served::Failed;
            }
            self.compaction.begin_if_due(self.shared);
            self.compact();
            self.checkpoint_if_due();
        }
    }

    /// Does what waits while nobody asks for anything. False if the log has to be opened again.
    fn use_pause(&mut self) -> bool {
        if self.unsynced.is_some_and(|since| since.elapsed() >= UNSYNCED) {
            return self.sync();
        }
        self.compact();
        self.checkpoint_if_due();
        true
    }

    /// Waits for an operation, but not while there is something else to do, and no longer than what is not on the disk yet may
    /// wait.
    fn wait(&self, queue: &Receiver<Op>) -> Result<Op, RecvTimeoutError> {
        match self.unsynced {
            _ if self.compaction.is_under_way() => queue.recv_timeout(Duration::ZERO),
            Some(since) => queue.recv_timeout(UNSYNCED.saturating_sub(since.elapsed())),
            None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    fn stop(&mut self) -> Served {
        self.sync();
        // SQLite takes a WAL to end where it is damaged, and tells nobody: what rests has everything in the database file.
        drop(self.conn.busy_timeout(READERS_WAIT));
        drop(self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
        Served::Stopped
    }

    /// Brings what was committed to the disk. False if that failed: what the file holds is then unknown, and the log has
    /// to be opened again.
    fn sync(&mut self) -> bool {
        if self.unsynced.take().is_none() {
            return true;
        }
        let synced = self.shared.storage.sync_wal();
        if let Err(error) = &synced {
            tracing::warn!(%error, "the log could not be synced");
        }
        synced.is_ok()
    }

    /// Whether the commit waits for the disk: outputs come again from the events, so they need not (ADR 8).
    fn set_durable(&mut self, durable: bool) -> rusqlite::Result<()> {
        if self.durable != durable {
            self.conn.pragma_update(None, "synchronous", if durable { "FULL" } else { "NORMAL" })?;
            self.durable = durable;
        }
        Ok(())
    }

    /// All of the group in one transaction, or nothing of it.
    fn commit(&mut self, group: &[Op]) -> rusqlite::Result<Vec<Outcome>> {
        if group.is_empty() {
            return Ok(Vec::new());
        }
        let overdue = self.unsynced.is_some_and(|since| since.elapsed() >= UNSYNCED);
        let durable = overdue || group.iter().any(Op::must_last);
        let result = self.set_durable(durable).and_then(|()| self.execute("BEGIN IMMEDIATE")).and_then(|()| {
            let outcomes = group.iter().map(|op| self.apply(op)).collect::<rusqlite::Result<Vec<_>>>()?;
            self.execute("COMMIT")?;
            Ok(outcomes)
        });
        if result.is_err() && !self.conn.is_autocommit() {
            // If even this fails the connection is closed, which rolls back.
            drop(self.execute("ROLLBACK"));
        }
        let written = self.inserter.finish();
        if result.is_ok() {
            let tables = written.len();
            written.into_iter().for_each(|(tail, records, end)| tail.grow(records, end));
            // Whole pages are written: of each table, and of the tasks.
            self.unchecked_bytes += group.iter().map(Op::bytes).sum::<usize>() + (tables + 1) * PAGE_BYTES;
            // A commit that waits for the disk takes along what was committed before it, if it writes anything.
            let synced = durable && tables > 0;
            self.unsynced = if synced { None } else { self.unsynced.or_else(|| Some(Instant::now())) };
        }
        result
    }

    fn apply(&mut self, op: &Op) -> rusqlite::Result<Outcome> {
        match op {
            Op::Append { records, .. } => self.inserter.insert(records).map(Outcome::Written),
            Op::Own { task, partition, .. } => {
                let (epoch, progress) = storage::task(self.conn, task, *partition)?;
                self.store_task(task, *partition, epoch + 1, progress)?;
                Ok(Outcome::Owned(epoch + 1, progress))
            }
            Op::Publish { task, partition, epoch, from, outputs, progress, .. } => {
                match storage::task(self.conn, task, *partition)? {
                    (latest, _) if latest != *epoch => return Ok(Outcome::Fenced),
                    (_, published) if published != *from => return Ok(Outcome::TakenBack),
                    _ => {}
                }
                self.store_task(task, *partition, *epoch, *progress)?;
                self.inserter.insert(outputs).map(Outcome::Written)
            }
            Op::Stop => Ok(Outcome::Written(Vec::new())),
        }
    }

    fn store_task(&self, task: &str, partition: u16, epoch: i64, progress: Progress) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO tasks(task, partition, epoch, progress, part) VALUES (?1, ?2, ?3, ?4, ?5)";
        let Progress { event, part } = progress;
        self.conn
            .prepare_cached(sql)?
            .execute((task, partition, epoch, event.cast_signed(), part.cast_signed()))
            .map(drop)
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.conn.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn answer(&self, group: Vec<Op>, result: rusqlite::Result<Vec<Outcome>>) {
        match result {
            Ok(outcomes) => {
                group.into_iter().zip(outcomes).for_each(|(op, outcome)| op.answer(self.shared, Ok(outcome)))
            }
            Err(error) => {
                let error = failure(error);
                group.into_iter().for_each(|op| op.answer(self.shared, Err(error.clone())));
            }
        }
    }

    /// What is taken away need not last: it would go again.
    fn compact(&mut self) {
        let ready = if self.compaction.writes() { self.set_durable(false) } else { Ok(()) };
        match ready.and_then(|()| self.compaction.step(self.shared, self.conn)) {
            Ok(pages) => self.unchecked_bytes += pages * PAGE_BYTES,
            Err(error) => {
                tracing::warn!(%error, "a topic of the log is not compacted for now");
                self.compaction.end_pass();
            }
        }
    }

    /// A checkpoint that fails leaves the WAL longer and is tried again with the next one.
    fn checkpoint_if_due(&mut self) {
        if self.unchecked_bytes < CHECKPOINT_BYTES {
            return;
        }
        self.unchecked_bytes = 0;
        let pages = self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |r| r.get::<_, i64>(1));
        if pages.is_ok_and(|pages| pages > WAL_PAGES_MAX) {
            drop(self.conn.busy_timeout(READERS_WAIT));
            drop(self.conn.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(())));
            drop(self.conn.busy_timeout(storage::BUSY_WAIT));
        }
    }
}

/// The first operation and what waits behind it, up to the limits; and whether to stop after them.
fn take_group(first: Op, queue: &Receiver<Op>) -> (Vec<Op>, bool) {
    let mut group = Vec::new();
    let mut bytes = 0;
    let mut next = Some(first);
    while let Some(op) = next {
        if matches!(op, Op::Stop) {
            return (group, true);
        }
        bytes += op.bytes();
        group.push(op);
        next = if group.len() < GROUP_OPS && bytes < GROUP_BYTES { queue.try_recv().ok() } else { None };
    }
    (group, false)
}

/// Whether the connection is still good after an error: a full disk and a busy lock pass by themselves.
fn passes(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy))
}
