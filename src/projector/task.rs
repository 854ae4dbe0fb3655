//! The protocol of one partition: fence, replay, follow.

use super::{
    RETRY_PAUSE, Surroundings,
    outputs::Outputs,
    shard::{Changed, Shard, Shown},
    task_name,
};
use crate::{
    log::{LogError, Offset, Owner, Reader, Record, Stored, Topic},
    views::{Held, ViewError},
};
use chengxin_projections::{
    date::Date,
    event::{Event, SubjectKind},
    facts::CreditFile,
    fold::{Files, fold},
    judge::{Outcome, next_change},
    partition::{Partition, day_event, policy_event},
};
use std::{
    collections::{BTreeSet, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::SyncSender,
    },
    time::Duration,
};

/// Events read and folded at a time.
const BATCH_EVENTS: usize = 10_000;
/// Output records after which a batch is published, so that no transaction grows without bound. One day's outputs go out
/// together, however many.
const BATCH_OUTPUTS: usize = 50_000;
/// How long a task waits for events before it looks at the clock and whether it should stop.
const TAIL_WAIT: Duration = Duration::from_millis(20);
/// Days opened at a time after a long stop.
const DAYS_AT_ONCE: usize = 400;

pub(super) struct Task {
    surroundings: Arc<Surroundings>,
    shard: Arc<Shard>,
    stop: Arc<AtomicBool>,
}

/// What ends a task before its time.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    View(#[from] ViewError),
}

/// Whether outputs go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// They are out already: fold without them.
    Replay,
    Publish,
}

impl Task {
    pub(super) fn new(surroundings: Arc<Surroundings>, shard: Arc<Shard>, stop: Arc<AtomicBool>) -> Task {
        Task { surroundings, shard, stop }
    }

    fn stopped(&self) -> bool {
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
                    Ok(Err(TaskError::Log(error))) => tracing::warn!(partition = number, %error, "starting again"),
                    Ok(Err(TaskError::View(error))) => {
                        tracing::warn!(partition = number, %error, "views will be rebuilt");
                        self.shard.set_broken();
                    }
                    Err(_) => {
                        tracing::error!(partition = number, "the task panicked; its views will be rebuilt");
                        self.shard.set_broken();
                    }
                }
                std::thread::sleep(RETRY_PAUSE);
            }
        });
        if let Err(error) = self.shard.save() {
            tracing::warn!(partition = number, %error, "views not saved at the end");
        }
    }

    /// Folds what has been published into empty views, and ends.
    pub(super) fn rebuild(self) -> Result<(), TaskError> {
        let published = self.surroundings.log.progress(&task_name(), self.shard.number)?;
        self.shard.load(published)?;
        self.with_saver(|wake| self.replay(published, wake))?;
        Ok(self.shard.save()?)
    }

    /// Does some work while a thread saves what it shows, whenever it is woken.
    fn with_saver<T>(&self, work: impl FnOnce(&SyncSender<()>) -> T) -> T {
        std::thread::scope(|scope| {
            let (wake, wakes) = std::sync::mpsc::sync_channel::<()>(1);
            let shard = &self.shard;
            scope.spawn(move || {
                for () in wakes {
                    if let Err(error) = shard.save() {
                        tracing::warn!(partition = shard.number, %error, "views not saved");
                    }
                }
            });
            let done = work(&wake);
            drop(wake);
            done
        })
    }

    fn own_and_run(&self, wake: &SyncSender<()>) -> Result<(), TaskError> {
        let number = self.shard.number;
        let mut owner = self.surroundings.log.own(&task_name(), number)?;
        let published = owner.progress();
        self.shard.load(published)?;
        if self.shard.at() < published {
            self.replay(published, wake)?;
        }
        self.follow(&mut *owner, wake)
    }

    /// Folds what an owner has published before, without publishing it again.
    fn replay(&self, published: Offset, wake: &SyncSender<()>) -> Result<(), TaskError> {
        let number = self.shard.number;
        let begin = self.shard.at();
        tracing::info!(partition = number, from = begin, to = published, "replaying");
        let mut reader = self.surroundings.log.read(Topic::Events, number, begin)?;
        while self.shard.at() < published && !self.stopped() {
            let mut batch = reader.next(BATCH_EVENTS, TAIL_WAIT)?.records;
            batch.retain(|stored| stored.offset < published);
            if batch.is_empty() {
                continue;
            }
            let mut rest = &batch[..];
            while !rest.is_empty() {
                let (folded, used) = self.fold_batch(rest, Mode::Replay)?;
                rest = &rest[used..];
                self.shard.show(folded.shown);
            }
            self.after_batch(wake, false)?;
        }
        Ok(())
    }

    /// Folds and publishes what comes, and opens the days.
    fn follow(&self, owner: &mut dyn Owner, wake: &SyncSender<()>) -> Result<(), TaskError> {
        let number = self.shard.number;
        let mut reader: Box<dyn Reader> = self.surroundings.log.read(Topic::Events, number, self.shard.at())?;
        let mut opened: Option<Date> = None;
        self.shard.set_publishing(false); // all that was published has been replayed
        while !self.stopped() {
            let batch = reader.next(BATCH_EVENTS, TAIL_WAIT)?;
            let mut rest = &batch.records[..];
            while !rest.is_empty() {
                let span = tracing::debug_span!("batch", partition = number, events = rest.len());
                let _entered = span.enter();
                let (folded, used) = self.fold_batch(rest, Mode::Publish)?;
                rest = &rest[used..];
                metrics::counter!("chengxin_events_folded_total").increment(used as u64);
                metrics::counter!("chengxin_outputs_published_total").increment(folded.outputs.len() as u64);
                // If it fails, what is in the log is unknown: it stays so until the task has begun anew.
                self.shard.set_publishing(true);
                owner.publish(folded.outputs, folded.shown.at)?;
                self.shard.show(folded.shown);
                self.shard.set_publishing(false);
            }
            self.after_batch(wake, true)?;
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

    fn after_batch(&self, wake: &SyncSender<()>, following: bool) -> Result<(), ViewError> {
        if self.shard.wants_save(following) {
            // A full channel means that a save is about to begin.
            let _ = wake.try_send(());
        }
        self.shard.wait_for_room();
        if self.shard.is_broken() {
            return Err(ViewError("a save failed".to_owned()));
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

    /// Folds records in memory; readers see nothing of it yet. Returns how many were folded.
    fn fold_batch(&self, records: &[Stored], mode: Mode) -> Result<(Folded, usize), TaskError> {
        let codec = &*self.surroundings.codec;
        let mut partition = Partition::clone(&self.shard.partition().0);
        let mut working = Working::new(&self.shard);
        let mut outputs = Outputs { codec, partition: self.shard.number, records: Vec::new() };
        let mut answers = Vec::new();
        let mut used = 0;
        for stored in records {
            used += 1;
            let event = match codec.decode_event(stored.value.as_deref().unwrap_or_default()) {
                Ok(event) => event,
                Err(error) => {
                    metrics::counter!("chengxin_unreadable_total").increment(1);
                    if mode == Mode::Publish {
                        outputs.unreadable(stored, error.to_string());
                    }
                    continue;
                }
            };
            let outcome = fold(&mut partition, &mut working, stored.offset, &event)?;
            working.keep_body(&event, stored)?;
            if let (Mode::Publish, Some(outcome)) = (mode, outcome) {
                outputs.outcome(&event, stored.offset, &outcome);
                answers.push((stored.offset, Arc::<Outcome>::new(outcome)));
                if outputs.records.len() >= BATCH_OUTPUTS {
                    break;
                }
            }
        }
        let at = records[used - 1].offset + 1;
        let shown = Shown { at, partition, changed: working.changed(), answers };
        Ok((Folded { shown, outputs: outputs.records }, used))
    }
}

/// A batch folded in memory.
struct Folded {
    shown: Shown,
    outputs: Vec<Record>,
}

/// The files that a batch touches: copies, which replace what readers see once the batch is published.
struct Working<'a> {
    shard: &'a Shard,
    files: HashMap<Box<str>, Changed>,
    /// When something of these files changes next by itself. Brought up to date before it is asked.
    agenda: BTreeSet<(Date, Box<str>)>,
    /// Subjects whose place in the agenda may be another one since.
    touched: Vec<Box<str>>,
}

impl<'a> Working<'a> {
    fn new(shard: &'a Shard) -> Working<'a> {
        Working { shard, files: HashMap::new(), agenda: BTreeSet::new(), touched: Vec::new() }
    }

    fn changed_mut(&mut self, subject: &str, kind: SubjectKind) -> Result<&mut Changed, ViewError> {
        if !self.files.contains_key(subject) {
            let (file, planned) = match self.shard.file(subject)? {
                Some(held) => (held.file.clone(), held.next),
                None => (CreditFile::new(subject, kind), None),
            };
            let (records, names, identifiers) = (file.records.len(), file.names.len(), file.identifiers.len());
            let held = Held { file, next: None };
            let (bodies, touched) = (Vec::new(), false);
            let changed = Changed { held, bodies, planned, records, names, identifiers, touched };
            self.files.insert(subject.into(), changed);
        }
        Ok(self.files.get_mut(subject).expect("the subject was inserted above"))
    }

    /// Keeps the event as it stands in the log, for the credit file and the auditor.
    fn keep_body(&mut self, event: &Event, stored: &Stored) -> Result<(), ViewError> {
        if event.subject.kind == SubjectKind::System {
            return Ok(());
        }
        let body: Arc<[u8]> = stored.value.as_deref().unwrap_or_default().into();
        self.changed_mut(&event.subject.id, event.subject.kind)?.bodies.push((stored.offset, body));
        Ok(())
    }

    fn plan(&mut self) {
        for subject in std::mem::take(&mut self.touched) {
            let changed = self.files.get_mut(&subject).expect("only a file that is there is touched");
            changed.touched = false;
            let next = next_change(&changed.held.file, changed.held.file.day);
            let last = std::mem::replace(&mut changed.held.next, next);
            if last == next {
                continue;
            }
            if let Some(last) = last {
                self.agenda.remove(&(last, subject.clone()));
            }
            self.agenda.extend(next.map(|next| (next, subject)));
        }
    }

    fn changed(mut self) -> Vec<(Box<str>, Changed)> {
        self.plan();
        self.files.into_iter().collect()
    }
}

impl Files for Working<'_> {
    type Error = ViewError;

    fn file(&mut self, subject: &str, kind: SubjectKind) -> Result<&mut CreditFile, ViewError> {
        let changed = self.changed_mut(subject, kind)?;
        if !std::mem::replace(&mut changed.touched, true) {
            self.touched.push(subject.into());
        }
        Ok(&mut self.changed_mut(subject, kind)?.held.file)
    }

    fn due(&mut self, day: Date) -> Result<Vec<Box<str>>, ViewError> {
        self.plan();
        let own = self.agenda.iter().take_while(|(next, _)| *next <= day).map(|(_, subject)| subject.clone());
        let mut due: Vec<Box<str>> = own.collect();
        due.extend(self.shard.due(day).into_iter().filter(|subject| !self.files.contains_key(subject)));
        due.sort_unstable();
        Ok(due)
    }
}
