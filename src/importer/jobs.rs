//! Imports that a server runs: accepted to disk, queued, run one after another, and gone on with after a restart.
//!
//! Each has a directory of its own: `source` as it was sent, until it is done; `state.json`; and the quarantine file. What
//! is in `state.json` as queued or running when a server starts is run (again): rows that went in before are duplicates.

use super::{FileError, ImportError, Quarantine, Report, Retry, Step, Target, store};
use crate::{
    intake::{Intake, Publisher},
    node::Node,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    fs, io,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::runtime::Handle;

/// Bytes of an uploaded file.
pub const MAX_UPLOAD_BYTES: u64 = 512 << 20;
/// Imports that run at a time.
const RUNNING: usize = 1;
/// Imports that may wait, those being uploaded among them.
const WAITING: usize = 16;
/// Imports that are remembered; of the finished ones the oldest go first, with their quarantine files.
const REMEMBERED: usize = 1_000;
/// Pause before rows are published again that the log could not take.
const RETRY: Retry = Retry { pause: Duration::from_secs(2), limit: None };
/// How long a start waits between looks whether the views have caught up with the log.
const READY_POLL: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Queued,
    Running,
    Done,
    Failed,
}

/// Why an import failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Failure {
    pub code: String,
    pub detail: String,
}

/// An import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    pub id: String,
    /// Who publishes.
    pub publisher: Publisher,
    /// The name of the file as it was sent.
    pub file: String,
    pub state: State,
    /// Milliseconds since the epoch.
    pub created: i64,
    pub finished: Option<i64>,
    /// How far the reading is, and the end of it: bytes, or rows of a sheet.
    pub done: u64,
    pub total: u64,
    pub report: Report,
    /// Why it does not go on at the moment.
    #[serde(skip)]
    pub waiting: Option<String>,
    pub failure: Option<Failure>,
    /// The name of the quarantine file in the directory.
    pub quarantine: Option<String>,
}

/// The imports of a server. Dropping it, or [`Imports::stop`], leaves what is under way to the next start.
pub struct Imports {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    directory: PathBuf,
    node: Arc<Node>,
    runtime: Handle,
    jobs: Mutex<Jobs>,
    wake: Condvar,
    stop: Arc<AtomicBool>,
    /// Workbooks take much memory: one is looked at at a time.
    checking: Mutex<()>,
}

#[derive(Default)]
struct Jobs {
    all: BTreeMap<String, Job>,
    queue: VecDeque<String>,
    uploading: usize,
}

/// A file on its way in. Dropped without [`Imports::accept`], it is gone.
pub struct Upload {
    shared: Arc<Shared>,
    id: String,
    accepted: bool,
}

impl Upload {
    /// Where the file is to be written.
    pub fn path(&self) -> PathBuf {
        self.shared.directory_of(&self.id).join(store::SOURCE)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.shared.jobs().uploading -= 1;
        if !self.accepted {
            let _ = fs::remove_dir_all(self.shared.directory_of(&self.id));
        }
    }
}

/// Why an upload cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    #[error("{WAITING} imports are waiting already")]
    Full,
    #[error("the file cannot be kept: {0}")]
    Io(#[from] io::Error),
}

impl Imports {
    /// Takes up the imports of a directory and goes on with those that were not done.
    pub fn start(directory: PathBuf, node: Arc<Node>, runtime: Handle) -> io::Result<Imports> {
        fs::create_dir_all(&directory)?;
        let mut jobs = Jobs { all: store::load(&directory)?, ..Jobs::default() };
        let mut unfinished: Vec<&Job> = jobs.all.values().filter(|job| job.is_unfinished()).collect();
        unfinished.sort_by_key(|job| job.created);
        jobs.queue = unfinished.into_iter().map(|job| job.id.clone()).collect();
        let shared = Arc::new(Shared {
            directory,
            node,
            runtime,
            jobs: Mutex::new(jobs),
            wake: Condvar::new(),
            stop: Arc::default(),
            checking: Mutex::new(()),
        });
        let thread = |_| {
            let shared = shared.clone();
            std::thread::Builder::new().name("import".to_owned()).spawn(move || shared.work())
        };
        let threads = (0..RUNNING).map(thread).collect::<io::Result<Vec<_>>>()?;
        Ok(Imports { shared, threads: Mutex::new(threads) })
    }

    /// Stops between two batches. What is not done goes on at the next start.
    pub fn stop(&self) {
        {
            // Under the lock, so that no thread looks before and falls asleep after.
            let _jobs = self.shared.jobs();
            self.shared.stop.store(true, Ordering::SeqCst);
        }
        self.shared.wake.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
    }

    /// Makes room for a file.
    pub fn begin(&self) -> Result<Upload, BeginError> {
        let mut jobs = self.shared.jobs();
        if jobs.queue.len() + jobs.uploading >= WAITING {
            return Err(BeginError::Full);
        }
        let random = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
        // Ids rise with time, so that a list by id is a list by age.
        let id = format!("{:012x}{random:016x}", self.shared.node.clock.now());
        fs::create_dir_all(self.shared.directory_of(&id))?;
        jobs.uploading += 1;
        drop(jobs);
        Ok(Upload { shared: self.shared.clone(), id, accepted: false })
    }

    /// Queues a file that has been written. Tells at once what no import could read. Blocks while it looks.
    pub fn accept(&self, mut upload: Upload, file: String, publisher: Publisher) -> Result<Job, FileError> {
        {
            let _one = self.shared.checking.lock().unwrap_or_else(PoisonError::into_inner);
            super::check(&upload.path())?;
        }
        let job = Job {
            id: upload.id.clone(),
            publisher,
            file,
            state: State::Queued,
            created: self.shared.node.clock.now(),
            finished: None,
            done: 0,
            total: fs::metadata(upload.path())?.len(),
            report: Report::default(),
            waiting: None,
            failure: None,
            quarantine: None,
        };
        store::save(&self.shared.directory_of(&job.id), &job)?;
        upload.accepted = true;
        let mut jobs = self.shared.jobs();
        jobs.queue.push_back(job.id.clone());
        jobs.all.insert(job.id.clone(), job.clone());
        drop(jobs);
        self.shared.wake.notify_one();
        Ok(job)
    }

    pub fn job(&self, id: &str) -> Option<Job> {
        self.shared.jobs().all.get(id).cloned()
    }

    /// The latest imports, of an organisation or of all, behind `after`.
    pub fn jobs(&self, org: Option<&str>, after: Option<&str>, limit: usize) -> Vec<Job> {
        let jobs = self.shared.jobs();
        let older = jobs.all.values().rev().filter(|job| after.is_none_or(|after| *job.id < *after));
        older.filter(|job| org.is_none_or(|org| job.publisher.org == org)).take(limit).cloned().collect()
    }

    /// Where the quarantine file of an import lies, if it has one.
    pub fn quarantine(&self, job: &Job) -> Option<PathBuf> {
        Some(self.shared.directory_of(&job.id).join(job.quarantine.as_deref()?))
    }
}

impl Drop for Imports {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Job {
    pub(super) fn is_unfinished(&self) -> bool {
        matches!(self.state, State::Queued | State::Running)
    }
}

impl Shared {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn directory_of(&self, id: &str) -> PathBuf {
        self.directory.join(id)
    }

    fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn work(&self) {
        while !self.is_stopping() && !self.node.projector.is_ready() {
            std::thread::sleep(READY_POLL);
        }
        while let Some(job) = self.next() {
            let id = job.id.clone();
            let ended = catch_unwind(AssertUnwindSafe(|| self.import(&job)));
            match ended {
                Ok(Err(ImportError::Stopped)) => return,
                Ok(result) => self.finish(&id, result.map_err(|error| failure(error.code(), error.to_string()))),
                Err(_) => self.finish(&id, Err(failure("internal", "the import broke off; the log says why".into()))),
            }
        }
    }

    /// Waits for the next one; none when it is time to stop.
    fn next(&self) -> Option<Job> {
        let mut jobs = self.jobs();
        let id = loop {
            if self.is_stopping() {
                return None;
            }
            match jobs.queue.pop_front() {
                Some(id) => break id,
                None => jobs = self.wake.wait(jobs).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(jobs);
        self.update(&id, |job| job.state = State::Running, true)
    }

    /// Changes an import, and on the disk too if it is `lasting`.
    fn update(&self, id: &str, change: impl FnOnce(&mut Job), lasting: bool) -> Option<Job> {
        let mut jobs = self.jobs();
        let job = jobs.all.get_mut(id)?;
        change(job);
        let job = job.clone();
        drop(jobs);
        if lasting && let Err(error) = store::save(&self.directory_of(id), &job) {
            // Where the source is still there the import is run again after a restart, which changes nothing.
            tracing::warn!(%error, id, "the state of an import cannot be written");
        }
        Some(job)
    }

    fn import(&self, job: &Job) -> Result<Report, ImportError> {
        let directory = self.directory_of(&job.id);
        let target = Target {
            intake: Intake::new(self.node.clone()),
            vault: self.node.vault.clone(),
            publisher: job.publisher.clone(),
            runtime: self.runtime.clone(),
            retry: RETRY,
            stop: self.stop.clone(),
        };
        let quarantine = Quarantine::At(directory.join(store::QUARANTINE));
        let mut watch = |step: Step<'_>| {
            let progressed = |job: &mut Job| {
                (job.done, job.total) = (step.done, step.total);
                (job.report, job.waiting) = (step.report.clone(), step.waiting.map(str::to_owned));
            };
            self.update(&job.id, progressed, false);
            if self.is_stopping() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        super::file(&directory.join(store::SOURCE), &quarantine, &target, &mut watch)
    }

    fn finish(&self, id: &str, ended: Result<Report, Failure>) {
        let directory = self.directory_of(id);
        let now = self.node.clock.now();
        let finished = |job: &mut Job| {
            (job.finished, job.waiting) = (Some(now), None);
            job.quarantine = store::quarantine_name(&directory);
            match ended {
                Ok(report) => (job.state, job.done, job.report) = (State::Done, job.total, report),
                Err(failure) => (job.state, job.failure) = (State::Failed, Some(failure)),
            }
        };
        let Some(job) = self.update(id, finished, false) else { return };
        match store::save(&directory, &job) {
            // What was sent is personal, and no longer needed.
            Ok(()) => drop(fs::remove_file(directory.join(store::SOURCE))),
            // The import is run again after a restart, which changes nothing.
            Err(error) => tracing::warn!(%error, id, "the end of an import cannot be written"),
        }
        self.forget_oldest();
    }

    fn forget_oldest(&self) {
        let mut jobs = self.jobs();
        while jobs.all.len() > REMEMBERED {
            let oldest = jobs.all.values().find(|job| !job.is_unfinished()).map(|job| job.id.clone());
            let Some(id) = oldest else { return };
            jobs.all.remove(&id);
            let _ = fs::remove_dir_all(self.directory_of(&id));
        }
    }
}

fn failure(code: &str, detail: String) -> Failure {
    Failure { code: code.to_owned(), detail }
}
