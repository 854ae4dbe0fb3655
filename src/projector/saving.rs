//! Between memory and the rows: loading them at a start, saving what is shown, giving them up when they cannot be trusted.

use super::{
    agenda::Agenda,
    layer::{Layer, Unsaved},
    shard::{Linking, Shard, State},
};
use crate::{
    log::Offset,
    views::{
        Checkpoint, ENCODED_AT_ONCE, Encoding, LINKING_TERM, Leading, Moved, PartitionViews, ViewError, linked_codes,
    },
};
use chengxin_projections::partition::Partition;
use std::{
    cell::Cell,
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Unsaved memory of all partitions together at which saves begin, and at which folding waits for the save under way:
/// twice this may be in memory. Of replays, which save by themselves, those that have a turn share it. The more is saved
/// together, the fewer times a file is written that changes often.
pub(super) const SAVE_BYTES: usize = 800 << 20;
/// How long changes stay unsaved while the partition follows the tail of the log, and how long a save of them may take that
/// has time. Under load a subject often changes again before that, and is written once; what is lost with the process is folded
/// again in seconds.
const SAVE_EVERY: Duration = Duration::from_secs(30);
/// A save that nobody waits for works this long, then rests, so that requests go first: for each partition so many times as
/// long as it worked. All of them together take an eighth of a processor.
const WORK: Duration = Duration::from_millis(1);
const REST_OF_EACH: u32 = 8;
/// What work takes at most before a rest; where it took longer the disk or another process held it up.
const MAX_WORK: Duration = Duration::from_millis(10);
/// How long it rests before it looks whether somebody waits after all.
const LOOK: Duration = Duration::from_millis(100);
/// Subjects that it encodes before their events are written: so few that writing them takes about as long as [`WORK`].
const ENCODED_GENTLY: usize = 32;

/// How much in a hurry a save is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    /// It gives way to requests.
    Gently,
    /// Folding waits for it, or soon would.
    AtOnce,
}

/// Rests now and then in a save that has time.
struct Pace<'a> {
    shard: &'a Shard,
    haste: Cell<Haste>,
    stop: &'a AtomicBool,
    begun: Instant,
    since: Cell<Instant>,
}

impl Pace<'_> {
    fn new<'a>(shard: &'a Shard, haste: Haste, stop: &'a AtomicBool) -> Pace<'a> {
        let now = Instant::now();
        Pace { shard, haste: Cell::new(haste), stop, begun: now, since: Cell::new(now) }
    }

    /// How many subjects to encode before their events are written.
    fn together(&self) -> usize {
        if self.haste.get() == Haste::Gently { ENCODED_GENTLY } else { ENCODED_AT_ONCE }
    }

    /// To be called after every small piece of work.
    fn step(&self) {
        if self.haste.get() == Haste::AtOnce {
            return;
        }
        let worked = self.since.get().elapsed();
        if worked < WORK {
            return;
        }
        let mut rest = rest(worked, self.shard.partitions);
        while !rest.is_zero() {
            if self.is_awaited() {
                self.haste.set(Haste::AtOnce);
                return;
            }
            let part = rest.min(LOOK);
            std::thread::sleep(part);
            rest -= part;
        }
        self.since.set(Instant::now());
    }

    /// Whether somebody waits for the end of the save, or soon will.
    fn is_awaited(&self) -> bool {
        let Shard { rows_awaited, save_bytes, .. } = self.shard;
        self.stop.load(Ordering::SeqCst)
            || self.begun.elapsed() >= SAVE_EVERY
            || rows_awaited.load(Ordering::SeqCst)
            || self.shard.state().current_bytes >= save_bytes / 2
    }
}

/// How long a save of one of so many partitions rests after its work.
fn rest(worked: Duration, partitions: u16) -> Duration {
    worked.min(MAX_WORK) * REST_OF_EACH * u32::from(partitions)
}

/// Who of the saved subjects links other organisations.
fn linking(views: &PartitionViews) -> Result<Linking, ViewError> {
    let mut linking = Linking::new();
    for subject in views.with_term(LINKING_TERM, None) {
        let subject = subject?;
        let Some(held) = views.file(&subject)? else { continue };
        for (code, _) in linked_codes(&held.file, &held.file.identifiers) {
            linking.entry(code.into()).or_default().insert(subject.clone());
        }
    }
    Ok(linking)
}

impl Shard {
    /// How far the rows, or what is shown, have come.
    pub(super) fn seen(&self) -> Offset {
        let saved = self.views().checkpoint().ok().flatten().map_or(0, |checkpoint| checkpoint.offset);
        saved.max(self.state().at)
    }

    /// Takes up where the saved rows stand. A checkpoint ahead of the published progress, or unreadable rows: start from
    /// nothing.
    pub(super) fn load(&self, published: Offset) -> Result<(), ViewError> {
        self.rows_awaited.store(true, Ordering::SeqCst);
        let _rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        self.rows_awaited.store(false, Ordering::SeqCst);
        let (is_loaded, at) = {
            let state = self.state();
            (state.loaded, state.at)
        };
        if is_loaded && at <= published && !self.is_broken() {
            return Ok(());
        }
        // Read first: the guard of the views must be gone before they are cleared.
        let found = self.views().checkpoint();
        let checkpoint = match found {
            Ok(Some(checkpoint)) if checkpoint.offset <= published && !self.is_broken() => Some(checkpoint),
            Ok(None) if published == 0 => None,
            other => {
                let found = other.map(|checkpoint| checkpoint.map(|checkpoint| checkpoint.offset));
                tracing::info!(partition = self.number, ?found, published, "rebuilding the views of this partition");
                self.views.write().unwrap_or_else(PoisonError::into_inner).clear()?;
                None
            }
        };
        let (names, agenda, known, linking) = match &checkpoint {
            Some(_) => {
                let views = self.views();
                (
                    views.names()?,
                    views.agenda().collect::<Result<_, _>>()?,
                    views.ids().collect::<Result<_, _>>()?,
                    linking(&views)?,
                )
            }
            None => (Vec::new(), Agenda::default(), HashSet::default(), Linking::new()),
        };
        let mut state = self.state_mut();
        *state = State { generation: state.generation + 1, ..State::new(self.number) };
        self.cache.clear();
        if let Some(checkpoint) = checkpoint {
            state.at = checkpoint.offset;
            state.partition = Arc::new(checkpoint.partition);
        }
        state.agenda = agenda;
        state.known = known;
        state.linking = linking;
        state.loaded = true;
        let at = state.at;
        drop(state);
        let mut index = self.names.write().unwrap_or_else(PoisonError::into_inner);
        index.clear();
        for (subject, name) in names {
            index.add(&subject, &name);
        }
        drop(index);
        // Before the rows may be read again: who waited for them while they were cleared is told by this.
        self.loads.fetch_add(1, Ordering::SeqCst);
        self.broken.store(false, Ordering::SeqCst);
        self.progress.send_replace(at);
        Ok(())
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::SeqCst)
    }

    /// Marks the rows as not to be trusted: they will be rebuilt.
    pub(super) fn set_broken(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }

    pub(super) fn has_unsaved(&self) -> bool {
        let state = self.state();
        state.saving.is_some() || !state.current.subjects.is_empty()
    }

    /// Whether it is time to save: much is unsaved, or some of it for long.
    pub(super) fn wants_save(&self) -> Option<Haste> {
        let state = self.state();
        if state.saving.is_some() {
            return None;
        }
        if state.current_bytes >= self.save_bytes {
            return Some(Haste::AtOnce);
        }
        let waited = !state.current.subjects.is_empty() && state.last_save.elapsed() >= SAVE_EVERY;
        waited.then_some(Haste::Gently)
    }

    /// Waits while more is unsaved than may be.
    pub(super) fn wait_for_room(&self) {
        let mut guard = self.saved.0.lock().unwrap_or_else(PoisonError::into_inner);
        while self.has_too_much_unsaved() {
            let waited = self.saved.1.wait_timeout(guard, Duration::from_millis(100));
            guard = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn has_too_much_unsaved(&self) -> bool {
        let state = self.state();
        state.saving.is_some() && state.current_bytes >= self.save_bytes && !self.is_broken()
    }

    /// Saves all that is shown, then the checkpoint that vouches for it. Rows that miss an earlier save are vouched for no
    /// more. `stop` ends the rests of a gentle save.
    pub(super) fn save(&self, haste: Haste, stop: &AtomicBool) -> Result<(), ViewError> {
        let _rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        self.check_rows()?;
        if !self.state().loaded {
            return Ok(()); // nothing was shown, and a checkpoint would vouch for less than the one there is
        }
        let (layer, checkpoint) = {
            let mut state = self.state_mut();
            let layer = Arc::new(std::mem::take(&mut state.current));
            state.current_bytes = 0;
            state.last_save = Instant::now();
            state.saving = Some(layer.clone());
            (layer, Checkpoint { offset: state.at, partition: Partition::clone(&state.partition) })
        };
        let pace = Pace::new(self, haste, stop);
        let result = self.writing(|| self.write(&layer, &checkpoint, &pace));
        self.release(&layer);
        let _guard = self.saved.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.saved.1.notify_all();
        result
    }

    /// Rows that miss an earlier save get no more.
    pub(super) fn check_rows(&self) -> Result<(), ViewError> {
        if self.is_broken() {
            return Err(ViewError("an earlier save or a look at the views failed; they will be rebuilt".to_owned()));
        }
        Ok(())
    }

    /// Writes rows, which are vouched for no more if that fails. sled can panic; that is an error as any other, or nobody
    /// would ever be told that a save has ended.
    pub(super) fn writing(&self, write: impl FnOnce() -> Result<(), ViewError>) -> Result<(), ViewError> {
        let written = catch_unwind(AssertUnwindSafe(write));
        let written = written.unwrap_or_else(|_| Err(ViewError("the views panicked".to_owned())));
        if written.is_err() {
            self.set_broken();
        }
        written
    }

    /// Lets go of what was saved.
    fn release(&self, layer: &Layer) {
        // Readers look into the layers first, so what goes into the cache is not seen before the layer is gone; and where a
        // later state is in `current`, that takes its place in the cache before it can be seen there.
        for (subject, unsaved) in &layer.subjects {
            self.cache.insert(subject.clone(), unsaved.held.clone());
        }
        let mut state = self.state_mut();
        state.saving = None;
        state.generation += 1;
    }

    fn write(&self, layer: &Layer, checkpoint: &Checkpoint, pace: &Pace) -> Result<(), ViewError> {
        let mut subjects: Vec<(&str, &Unsaved)> =
            layer.subjects.iter().map(|(subject, unsaved)| (&**subject, unsaved)).collect();
        subjects.sort_unstable_by_key(|(subject, _)| *subject);
        let names =
            subjects.iter().flat_map(|(subject, unsaved)| unsaved.new_names.iter().map(|name| (*subject, &**name)));
        let terms =
            layer.terms.iter().flat_map(|(term, subjects)| subjects.iter().map(|subject| (&**term, &**subject)));
        let leading = Leading {
            names: names.collect(),
            ids: layer.ids.iter().map(|(id, subject)| (*id, &**subject)).collect(),
            terms: terms.collect(),
            moved: subjects
                .iter()
                .map(|(subject, unsaved)| Moved { subject, planned: unsaved.planned, next: unsaved.held.next })
                .collect(),
        };
        let (views, mut encoding) = (self.views(), Encoding::default());
        let mut rest = &subjects[..];
        let chunks = std::iter::from_fn(|| {
            let (some, behind) = rest.split_at(pace.together().min(rest.len()));
            rest = behind;
            (!some.is_empty()).then_some(some)
        });
        let encoded = chunks.map(|some| {
            for (subject, unsaved) in some {
                pace.step();
                encoding.add(subject, &unsaved.held, &unsaved.bodies)?;
            }
            pace.step();
            views.write_events(&mut encoding)
        });
        views.save(leading, encoded, &mut || pace.step())?;
        views.set_checkpoint(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::Views;

    #[test]
    fn saves_with_time_take_an_eighth_of_a_processor_however_many_partitions_there_are() {
        for partitions in [1_u16, 4, 12, 64] {
            let worked = Duration::from_millis(2);
            let share = worked.as_secs_f64() / (worked + rest(worked, partitions)).as_secs_f64();
            assert!(share * f64::from(partitions) <= 0.125, "{partitions}: {share}");
        }
        assert_eq!(rest(Duration::from_secs(9), 4), rest(MAX_WORK, 4), "a disk that hung");
    }

    #[test]
    fn a_save_with_time_is_in_a_hurry_once_somebody_waits_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let views = Views::open(directory.path()).unwrap();
        let shard = Shard::open(0, 1, views.partition(0).unwrap()).unwrap();
        let stop = AtomicBool::new(false);
        let after_a_step = |begun: Instant| {
            let pace = Pace { begun, ..Pace::new(&shard, Haste::Gently, &stop) };
            pace.since.set(Instant::now() - WORK);
            pace.step();
            pace.haste.get()
        };
        let haste_after_a_step = || after_a_step(Instant::now());
        assert_eq!(haste_after_a_step(), Haste::Gently);
        assert_eq!(after_a_step(Instant::now() - SAVE_EVERY), Haste::AtOnce, "it takes long already");
        stop.store(true, Ordering::SeqCst);
        assert_eq!(haste_after_a_step(), Haste::AtOnce, "a stop");
        stop.store(false, Ordering::SeqCst);
        shard.state_mut().current_bytes = shard.save_bytes / 2;
        assert_eq!(haste_after_a_step(), Haste::AtOnce, "much is unsaved again");
        shard.state_mut().current_bytes = 0;
        let rows = shard.rows.lock().unwrap();
        std::thread::scope(|scope| {
            let loading = scope.spawn(|| shard.load(0));
            let limit = Instant::now() + Duration::from_secs(30);
            while haste_after_a_step() == Haste::Gently {
                assert!(Instant::now() < limit, "a start waits for the rows");
            }
            drop(rows);
            loading.join().unwrap().unwrap();
        });
        assert_eq!(haste_after_a_step(), Haste::Gently, "nobody waits any more");
    }
}
