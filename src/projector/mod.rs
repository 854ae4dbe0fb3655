//! Projector: turns the log into views and output topics, exactly once, by one protocol for both logs.
//!
//! A task is (projection version, partition). *On start* it fences older owners, reads the log's progress W, and the
//! checkpoint S of its views. It replays [S, W) with output suppressed, then goes on. *Each batch*: fold in memory →
//! publish outputs and progress W′ atomically → show the new state to readers and let it be saved. What readers see is
//! never ahead of what is published; the views may lag the log and never lead it.

mod agenda;
mod layer;
mod names;
mod outputs;
mod replay;
mod replayed;
mod saving;
mod shard;
mod showing;
mod task;
mod turns;
mod working;

pub use shard::{Answer, Expecting, Shard};
pub use task::TaskError;

use crate::{
    clock::Clock,
    codec::Codec,
    log::{Assignment, Log, LogError},
    views::{ViewError, Views},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// The task's name in the log's progress. It never changes: a new version of the views folds what was published before
/// without publishing it again.
pub const TASK: &str = "lists";

/// How long the coordinator waits for a change of assignment before it looks whether it should stop.
const ASSIGNMENT_WAIT: Duration = Duration::from_millis(20);
/// How long a process that lost all its partitions waits for some to come back before it joins anew. A client that was cut
/// off from its broker has been seen to wait for ever; where others hold them all, joining once more does no harm.
const EMPTY_LIMIT: Duration = Duration::from_secs(60);
/// Pause before a task that lost its log or its views starts again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// What tasks need of their surroundings.
pub struct Surroundings {
    pub log: Arc<dyn Log>,
    pub codec: Arc<Codec>,
    pub clock: Arc<Clock>,
    /// Policy to be published when the log has none, as one event for each part.
    pub first_policy: Vec<chengxin_projections::event::PolicyPublished>,
}

/// Every partition's task, as far as this process holds it, and the views that all of them fill.
pub struct Projector {
    pub shards: Vec<Arc<Shard>>,
    views: Mutex<Option<Views>>,
    stop: Arc<AtomicBool>,
    coordinator: Mutex<Option<JoinHandle<()>>>,
}

impl Projector {
    /// Starts the tasks.
    pub fn start(surroundings: Surroundings, views: Views) -> Result<Projector, ViewError> {
        let partitions = surroundings.log.partitions();
        let shards: Result<Vec<Arc<Shard>>, ViewError> = (0..partitions)
            .map(|number| Ok(Arc::new(Shard::open(number, partitions, views.partition(number)?)?)))
            .collect();
        let shards = shards?;
        let stop = Arc::new(AtomicBool::new(false));
        let (tasks, stopping) = (shards.clone(), stop.clone());
        let coordinator = std::thread::Builder::new()
            .name("projector".to_owned())
            .spawn(move || coordinate(&Arc::new(surroundings), &tasks, &stopping))
            .map_err(|error| ViewError(error.to_string()))?;
        let coordinator = Mutex::new(Some(coordinator));
        Ok(Projector { shards, views: Mutex::new(Some(views)), stop, coordinator })
    }

    /// Whether every partition that this process holds has caught up with the log.
    pub fn is_ready(&self) -> bool {
        self.shards.iter().all(|shard| shard.is_caught_up())
    }

    /// How often views of a partition were loaded, or thrown away and begun anew, since the start.
    pub fn loads(&self) -> u64 {
        self.shards.iter().map(|shard| shard.loads.load(Ordering::SeqCst)).sum()
    }

    /// Finishes the batches under way, saves the views, and leaves the marker of a clean stop.
    pub fn stop(&self) -> Result<(), ViewError> {
        self.stop.store(true, Ordering::SeqCst);
        let coordinator = self.coordinator.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(coordinator) = coordinator {
            let _ = coordinator.join();
        }
        match self.views.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(views) => views.close(),
            None => Ok(()),
        }
    }
}

/// Folds all that has been published into empty views, a thread for each partition, and saves them.
pub fn rebuild(surroundings: &Arc<Surroundings>, views: &Views) -> Result<Vec<Arc<Shard>>, TaskError> {
    let partitions = surroundings.log.partitions();
    let shards: Result<Vec<Arc<Shard>>, ViewError> = (0..partitions)
        .map(|number| Ok(Arc::new(Shard::open(number, partitions, views.partition(number)?)?)))
        .collect();
    let shards = shards?;
    std::thread::scope(|scope| {
        let tasks = shards.iter().map(|shard| {
            let task = task::Task::new(surroundings.clone(), shard.clone(), Arc::default());
            scope.spawn(move || task.rebuild())
        });
        let tasks: Vec<_> = tasks.collect();
        let ended = tasks
            .into_iter()
            .map(|task| task.join().unwrap_or_else(|_| Err(ViewError("the views panicked".to_owned()).into())));
        ended.collect::<Result<Vec<()>, TaskError>>()
    })?;
    Ok(shards)
}

/// A running task and how to end it.
struct Running {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Starts and ends tasks as partitions come and go.
fn coordinate(surroundings: &Arc<Surroundings>, shards: &[Arc<Shard>], stop: &AtomicBool) {
    let mut running: BTreeMap<u16, Running> = BTreeMap::new();
    while !stop.load(Ordering::SeqCst) {
        if let Err(error) = follow_assignments(surroundings, shards, stop, &mut running) {
            tracing::warn!(%error, "assignments lost; joining again");
            end(&mut running, shards.iter().map(|shard| shard.number));
            std::thread::sleep(RETRY_PAUSE);
        }
    }
    end(&mut running, shards.iter().map(|shard| shard.number));
}

fn follow_assignments(
    surroundings: &Arc<Surroundings>,
    shards: &[Arc<Shard>],
    stop: &AtomicBool,
    running: &mut BTreeMap<u16, Running>,
) -> Result<(), LogError> {
    let mut assignments = surroundings.log.assignments(TASK)?;
    let mut emptied: Option<Instant> = None;
    while !stop.load(Ordering::SeqCst) {
        match assignments.next(ASSIGNMENT_WAIT)? {
            None if emptied.is_some_and(|since| since.elapsed() > EMPTY_LIMIT) => {
                return Err(LogError::Unavailable("all partitions were lost, and none came back".to_owned()));
            }
            None => {}
            Some(Assignment::Gained(partitions)) => {
                emptied = None;
                tracing::info!(?partitions, "partitions gained");
                for partition in partitions {
                    if let Some(shard) = shards.get(usize::from(partition)) {
                        running.entry(partition).or_insert_with(|| start(surroundings, shard));
                    }
                }
            }
            Some(Assignment::Lost(partitions)) => {
                tracing::info!(?partitions, "partitions lost");
                end(running, partitions.into_iter());
                assignments.released();
                emptied = running.is_empty().then(Instant::now);
            }
        }
    }
    end(running, shards.iter().map(|shard| shard.number));
    Ok(())
}

fn start(surroundings: &Arc<Surroundings>, shard: &Arc<Shard>) -> Running {
    let stop = Arc::new(AtomicBool::new(false));
    let task = task::Task::new(surroundings.clone(), shard.clone(), stop.clone());
    let thread = std::thread::Builder::new()
        .name(format!("partition-{}", shard.number))
        .spawn(move || task.run())
        .expect("the system can start a thread for each partition");
    Running { stop, thread }
}

/// Ends tasks and waits until their batches are finished.
fn end(running: &mut BTreeMap<u16, Running>, partitions: impl Iterator<Item = u16>) {
    let ended: Vec<Running> = partitions.filter_map(|partition| running.remove(&partition)).collect();
    for task in &ended {
        task.stop.store(true, Ordering::SeqCst);
    }
    for task in ended {
        let _ = task.thread.join();
    }
}
