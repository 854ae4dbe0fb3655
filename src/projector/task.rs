//! The protocol of one partition: fence, replay, follow.

use super::{
    RETRY_PAUSE, Surroundings, TASK,
    outputs::Outputs,
    saving::Haste,
    shard::{Answer, Shard},
    showing::Shown,
    working::Working,
};
use crate::{
    log::{LogError, Offset, Owner, Reader, Record, Stored, Topic},
    views::ViewError,
};
use chengxin_projections::{
    date::Date,
    fold::fold,
    partition::{Partition, day_event, policy_event},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::SyncSender,
    },
    time::{Duration, Instant},
};

/// Events read and folded at a time.
const BATCH_EVENTS: usize = 10_000;
/// Output records after which a batch is published, so that no transaction grows without bound.
const BATCH_OUTPUTS: usize = 50_000;
/// How long a task waits for events before it looks at the clock and whether it should stop.
pub(super) const TAIL_WAIT: Duration = Duration::from_millis(20);
/// Pause of a task that was fenced. Whoever fenced it owns the partition; if that was right, the group takes the partition
/// from us meanwhile, and if it was an expired transaction, we go on.
const FENCED_PAUSE: Duration = Duration::from_secs(5);
/// Days opened at a time after a long stop.
const DAYS_AT_ONCE: usize = 400;

pub(super) struct Task {
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) shard: Arc<Shard>,
    pub(super) stop: Arc<AtomicBool>,
}

/// What ends a task before its time.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    View(#[from] ViewError),
}

impl Task {
    pub(super) fn new(surroundings: Arc<Surroundings>, shard: Arc<Shard>, stop: Arc<AtomicBool>) -> Task {
        Task { surroundings, shard, stop }
    }

    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Runs until it is stopped. A lost log is waited for; lost views are rebuilt.
    pub(super) fn run(self) {
        let number = self.shard.number;
        self.with_saver(|wake| {
            while !self.stopped() {
                let ended = catch_unwind(AssertUnwindSafe(|| self.own_and_run(wake)));
                self.shard.set_caught_up(false);
                match ended {
                    Ok(Ok(())) => break,
                    Ok(Err(TaskError::Log(LogError::Fenced))) => {
                        tracing::warn!(partition = number, "another process has taken over");
                        self.pause(FENCED_PAUSE);
                    }
                    Ok(Err(TaskError::Log(error))) => {
                        tracing::warn!(partition = number, %error, "starting again");
                        self.shard.set_trouble(Some(error.to_string()));
                    }
                    Ok(Err(TaskError::View(error))) => {
                        tracing::warn!(partition = number, %error, "views will be rebuilt");
                        self.shard.set_trouble(Some(error.to_string()));
                        self.shard.set_broken();
                    }
                    Err(_) => {
                        tracing::error!(partition = number, "the task panicked; its views will be rebuilt");
                        self.shard.set_broken();
                    }
                }
                self.pause(RETRY_PAUSE);
            }
        });
        if let Err(error) = self.shard.save(Haste::AtOnce, &self.stop) {
            tracing::warn!(partition = number, %error, "views not saved at the end");
        }
    }

    /// Waits, but not beyond a stop.
    fn pause(&self, pause: Duration) {
        let end = Instant::now() + pause;
        while Instant::now() < end && !self.stopped() {
            std::thread::sleep(TAIL_WAIT);
        }
    }

    /// Folds what has been published into empty views, and ends.
    pub(super) fn rebuild(self) -> Result<(), TaskError> {
        let published = self.surroundings.log.progress(TASK, self.shard.number)?;
        self.shard.load(published)?;
        self.replay(published)
    }

    /// Does some work while a thread saves what it shows, whenever it is woken.
    fn with_saver<T>(&self, work: impl FnOnce(&SyncSender<Haste>) -> T) -> T {
        std::thread::scope(|scope| {
            let (wake, wakes) = std::sync::mpsc::sync_channel::<Haste>(1);
            let (shard, stop) = (&self.shard, &*self.stop);
            scope.spawn(move || {
                for haste in wakes {
                    if let Err(error) = shard.save(haste, stop) {
                        tracing::warn!(partition = shard.number, %error, "views not saved");
                    }
                }
            });
            let done = work(&wake);
            drop(wake);
            done
        })
    }

    fn own_and_run(&self, wake: &SyncSender<Haste>) -> Result<(), TaskError> {
        let number = self.shard.number;
        let mut owner = self.surroundings.log.own(TASK, number)?;
        let published = owner.progress();
        self.check_end()?;
        self.shard.load(published)?;
        if self.shard.at() < published {
            self.replay(published)?;
        }
        self.follow(&mut *owner, wake)
    }

    /// Views only take in what was durable: a log that ends before where they stand has lost what it acknowledged. Its
    /// positions must not be given out again.
    fn check_end(&self) -> Result<(), LogError> {
        let number = self.shard.number;
        let (end, seen) = (self.surroundings.log.end(Topic::Events, number)?, self.shard.seen());
        if seen <= end {
            return Ok(());
        }
        Err(LogError::Unusable(format!(
            "partition {number} of {} ends at {end}, but the views have seen it up to {seen}: it has lost events that were \
             acknowledged; put it back from a copy. If there is none, `chengxin rebuild` makes views of what is left",
            Topic::Events.name()
        )))
    }

    /// Folds and publishes what comes, and opens the days.
    fn follow(&self, owner: &mut dyn Owner, wake: &SyncSender<Haste>) -> Result<(), TaskError> {
        let number = self.shard.number;
        let mut reader: Box<dyn Reader> = self.surroundings.log.read(Topic::Events, number, self.shard.at())?;
        let mut opened: Option<Date> = None;
        let mut part = owner.part();
        // All that was published has been replayed, but for the first outputs of the next event.
        self.shard.set_publishing(part > 0);
        // Nobody waits for a log that has nothing new.
        let mut wait = Duration::ZERO;
        while !self.stopped() {
            let batch = reader.next(BATCH_EVENTS, std::mem::replace(&mut wait, TAIL_WAIT))?;
            let mut rest = batch.records.into_iter();
            while rest.len() > 0 {
                let before = rest.len();
                let span = tracing::debug_span!("batch", partition = number, events = before);
                let _entered = span.enter();
                let mut folding = Folding::new(self, owner, std::mem::take(&mut part));
                folding.fold(&mut rest)?;
                let folded = folding.done();
                metrics::counter!("chengxin_events_folded_total").increment((before - rest.len()) as u64);
                metrics::counter!("chengxin_outputs_published_total").increment(folded.outputs.len() as u64);
                // If it fails, what is in the log is unknown: it stays so until the task has begun anew.
                self.shard.set_publishing(true);
                owner.publish(folded.outputs, folded.shown.at)?;
                self.shard.show(folded.shown);
                self.shard.set_publishing(false);
            }
            self.after_batch(wake)?;
            if batch.at_end {
                let partition = self.shard.partition().0;
                let today = self.surroundings.clock.today();
                let is_open = |date: Option<Date>| date.is_some_and(|date| date >= today);
                if is_open(partition.day) {
                    self.shard.set_caught_up(true);
                } else if !is_open(opened) {
                    opened = Some(self.open_days(owner, &partition, opened, today)?);
                }
            }
        }
        Ok(())
    }

    fn after_batch(&self, wake: &SyncSender<Haste>) -> Result<(), ViewError> {
        if let Some(haste) = self.shard.wants_save() {
            // A full channel means that a save is about to begin.
            let _ = wake.try_send(haste);
        }
        self.shard.wait_for_room();
        if self.shard.is_broken() {
            return Err(ViewError("a save or a look at them failed".to_owned()));
        }
        Ok(())
    }

    /// Appends the days up to `today` that are missing, and before the very first the policy.
    fn open_days(
        &self,
        owner: &mut dyn Owner,
        partition: &Partition,
        opened: Option<Date>,
        today: Date,
    ) -> Result<Date, TaskError> {
        let last = partition.day.max(opened);
        let now = self.surroundings.clock.now();
        let mut events = Vec::new();
        if last.is_none() && partition.history.is_empty() {
            events.extend(self.surroundings.first_policy.iter().map(|policy| policy_event(policy, now)));
        }
        let mut day = last.map_or(today, Date::next);
        while day <= today && events.len() < DAYS_AT_ONCE {
            events.push(day_event(day, now));
            day = day.next();
        }
        let codec = &self.surroundings.codec;
        let records = events.iter().map(|event| codec.event_record(event, self.shard.number)).collect();
        owner.publish(records, self.shard.at())?;
        Ok(day.previous())
    }
}

/// Events folded in memory, of which readers see nothing yet.
struct Folding<'a> {
    shard: &'a Shard,
    partition: Partition,
    working: Working<'a>,
    answers: Vec<(Offset, Answer)>,
    /// Events below this offset are folded.
    at: Offset,
}

/// What was folded, to be published and then shown.
struct Folded {
    shown: Shown,
    outputs: Vec<Record>,
}

impl<'a> Folding<'a> {
    /// Begins where the shard stands. `published`: how many outputs of the first event are out already.
    fn new(task: &'a Task, owner: &'a mut dyn Owner, published: u64) -> Folding<'a> {
        let (partition, at) = task.shard.partition();
        let Surroundings { codec, log, .. } = &*task.surroundings;
        let outputs = Outputs::new(codec, &**log, owner, task.shard.number, published);
        Folding {
            shard: &task.shard,
            partition: Partition::clone(&partition),
            working: Working::new(&task.shard, outputs),
            answers: Vec::new(),
            at,
        }
    }

    /// Folds records until there is no more, or so many outputs that they should go out first.
    fn fold(&mut self, records: &mut impl Iterator<Item = Stored>) -> Result<(), TaskError> {
        for stored in records {
            // Not the offset of the event: a log has gaps, and progress is what a reader has read.
            self.working.outputs.begin(self.at);
            self.at = stored.offset + 1;
            let event = match self.working.outputs.codec.event_of(&stored) {
                Ok(event) => event,
                Err(error) => {
                    metrics::counter!("chengxin_unreadable_total").increment(1);
                    self.working.outputs.unreadable(&stored, error.to_string());
                    self.working.outputs.end()?;
                    continue;
                }
            };
            let outcome = fold(&mut self.partition, &mut self.working, stored.offset, &event)?;
            self.working.keep_body(&event, &stored)?;
            // Rows may lead their checkpoint, but never what is published.
            let outcome = outcome.ok_or_else(|| ViewError("rows are ahead of the published progress".to_owned()))?;
            self.working.outputs.outcome(&event, stored.offset, &outcome);
            self.working.outputs.end()?;
            // Whoever waits said so before the event was appended.
            if self.shard.is_expected() {
                self.answers.push((stored.offset, Arc::new(outcome)));
            }
            if self.working.outputs.len() >= BATCH_OUTPUTS {
                break;
            }
        }
        Ok(())
    }

    fn done(self) -> Folded {
        let Folding { partition, working, answers, at, .. } = self;
        let (changed, outputs) = working.changed();
        Folded { shown: Shown { at, partition, changed, answers }, outputs }
    }
}
