//! One partition as readers see it: published state in memory over saved rows.
//!
//! A subject's file is looked for in `current` (shown, not yet being saved), then in `saving` (being saved), then in the
//! cache, then in the views. Each layer is complete for the subjects that it has.

use super::{
    agenda::Agenda,
    layer::{Hashed, Layer, Unsaved},
    names::Names,
    saving::SAVE_BYTES,
};
use crate::{
    log::Offset,
    views::{Body, Held, PartitionViews, ViewError},
};
use bytes::Bytes;
use chengxin_projections::{date::Date, hash, judge::Outcome, partition::Partition};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    hash::BuildHasherDefault,
    sync::{
        Arc, Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::sync::watch;

/// Decoded files kept of each partition beside those not yet saved.
const CACHED_FILES: usize = 50_000;
/// Outcomes kept for publishers who wait for them.
pub(super) const ANSWERS_KEPT: usize = 65_536;
/// Memory of a file, and of an event beside its body, in the estimate of unsaved bytes.
pub(super) const FILE_BYTES: usize = 1_000;
pub(super) const EVENT_BYTES: usize = 320;

/// What an event did, for the publisher who waits.
pub type Answer = Arc<Outcome>;

/// Keeps the answers of a partition until it is dropped.
#[derive(Debug)]
pub struct Expecting(Arc<AtomicUsize>);

impl Drop for Expecting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// One partition.
pub struct Shard {
    pub number: u16,
    pub(super) state: parking_lot::RwLock<State>,
    pub(super) names: RwLock<Names>,
    pub(super) cache: quick_cache::sync::Cache<Box<str>, Arc<Held>>,
    pub(super) views: RwLock<PartitionViews>,
    /// Events below this offset are published and shown.
    pub(super) progress: watch::Sender<Offset>,
    pub(super) caught_up: AtomicBool,
    /// How often its views were loaded, or begun anew.
    pub(super) loads: AtomicU64,
    /// Why it stands still, until it goes on.
    trouble: Mutex<Option<String>>,
    /// Outputs of a batch may be in the log that is not shown yet.
    pub(super) publishing: AtomicBool,
    /// Publishers who wait for answers, or are about to.
    expecting: Arc<AtomicUsize>,
    pub(super) saved: (Mutex<()>, Condvar),
    pub(super) broken: AtomicBool,
    /// Held while rows are written, by a save or a replay, and through a reset.
    pub(super) rows: Mutex<()>,
    /// Somebody waits for that.
    pub(super) rows_awaited: AtomicBool,
    /// The partition's share of [`SAVE_BYTES`].
    pub(super) save_bytes: usize,
    /// How many partitions there are.
    pub(super) partitions: u16,
}

pub(super) struct State {
    pub(super) loaded: bool,
    pub(super) at: Offset,
    pub(super) partition: Arc<Partition>,
    pub(super) current: Layer,
    pub(super) current_bytes: usize,
    pub(super) saving: Option<Arc<Layer>>,
    pub(super) last_save: Instant,
    /// Rises whenever rows were written or thrown away: whoever read a row before it must not put that row into the cache.
    pub(super) generation: u64,
    /// When something of each subject changes next by itself. Every day that opens asks for it, and looking through the rows
    /// and the unsaved files would cost more than folding the day.
    pub(super) agenda: Agenda,
    /// Hashes of the names of all records. Intake asks every partition about every new name, nearly always in vain, and
    /// should not have to search rows for that; it takes 9 to 18 bytes for each record.
    pub(super) known: HashSet<u64, BuildHasherDefault<Hashed>>,
    /// The subjects that ever said of another organisation's code that it is theirs, by that code. There are few, and every
    /// question about a subject asks.
    pub(super) linking: Linking,
    /// Those that were given are none.
    pub(super) answers: VecDeque<(Offset, Option<Answer>)>,
}

pub(super) type Linking = BTreeMap<Box<str>, BTreeSet<Box<str>>>;

impl Shard {
    pub(super) fn open(number: u16, partitions: u16, views: PartitionViews) -> Result<Shard, ViewError> {
        Ok(Shard {
            number,
            state: parking_lot::RwLock::new(State::new(number)),
            names: RwLock::default(),
            cache: quick_cache::sync::Cache::new(CACHED_FILES),
            views: RwLock::new(views),
            progress: watch::Sender::new(0),
            caught_up: AtomicBool::new(false),
            loads: AtomicU64::new(0),
            trouble: Mutex::default(),
            publishing: AtomicBool::new(false),
            expecting: Arc::default(),
            saved: (Mutex::new(()), Condvar::new()),
            broken: AtomicBool::new(false),
            rows: Mutex::new(()),
            rows_awaited: AtomicBool::new(false),
            save_bytes: SAVE_BYTES / usize::from(partitions),
            partitions,
        })
    }

    pub(super) fn state(&self) -> parking_lot::RwLockReadGuard<'_, State> {
        self.state.read()
    }

    pub(super) fn state_mut(&self) -> parking_lot::RwLockWriteGuard<'_, State> {
        self.state.write()
    }

    pub(super) fn views(&self) -> RwLockReadGuard<'_, PartitionViews> {
        self.views.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Events below this offset are published and shown.
    pub fn at(&self) -> Offset {
        self.state().at
    }

    /// What the partition's subjects share, and the offset that it reflects.
    pub fn partition(&self) -> (Arc<Partition>, Offset) {
        let state = self.state();
        (state.partition.clone(), state.at)
    }

    pub fn is_caught_up(&self) -> bool {
        self.caught_up.load(Ordering::SeqCst)
    }

    /// Whether outputs may be in the log of a batch that is not shown yet.
    pub fn is_publishing(&self) -> bool {
        self.publishing.load(Ordering::SeqCst)
    }

    pub(super) fn set_publishing(&self, publishing: bool) {
        self.publishing.store(publishing, Ordering::SeqCst);
    }

    /// Why it stands still, if it does.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    pub(super) fn set_caught_up(&self, caught_up: bool) {
        self.caught_up.store(caught_up, Ordering::SeqCst);
        if caught_up {
            self.set_trouble(None);
        }
    }

    /// Rises as events are published and shown.
    pub fn progress(&self) -> watch::Receiver<Offset> {
        self.progress.subscribe()
    }

    /// To be held from before an event is appended until its answer was asked for: only then are answers kept.
    pub fn expect(&self) -> Expecting {
        self.expecting.fetch_add(1, Ordering::SeqCst);
        Expecting(self.expecting.clone())
    }

    pub(super) fn is_expected(&self) -> bool {
        self.expecting.load(Ordering::SeqCst) > 0
    }

    /// What the events at offsets below [`Shard::at`] did, as far as it is remembered. An answer is given once, to the one who
    /// waits for it: most of the memory of what was just published would hang on those that nobody asks for again.
    pub fn take_answers(&self, offsets: &[Offset]) -> Vec<Option<Answer>> {
        let mut state = self.state_mut();
        let mut take = |offset: &Offset| {
            let index = state.answers.binary_search_by_key(offset, |(offset, _)| *offset).ok()?;
            state.answers[index].1.take()
        };
        let taken = offsets.iter().map(&mut take).collect();
        while state.answers.front().is_some_and(|(_, answer)| answer.is_none()) {
            state.answers.pop_front();
        }
        taken
    }

    /// Looks into the rows. Where they cannot be read they are rebuilt, which the task sees to; until then nobody takes what
    /// is left of them for the whole.
    fn read<T>(&self, look: impl FnOnce(&PartitionViews) -> Result<T, ViewError>) -> Result<T, ViewError> {
        // Held until the trouble is noted: it is over once the rows are cleared, which waits for this.
        let views = self.views();
        if self.is_broken() {
            return Err(rebuilding());
        }
        let read = look(&views);
        if let Err(error) = &read {
            tracing::warn!(partition = self.number, %error, "the views cannot be read");
            self.set_broken();
        }
        read
    }

    /// The file of a subject.
    pub fn file(&self, subject: &str) -> Result<Option<Arc<Held>>, ViewError> {
        if self.is_broken() {
            return Err(rebuilding());
        }
        let generation = {
            let state = self.state();
            if let Some(unsaved) = state.unsaved(subject) {
                return Ok(Some(unsaved.held.clone()));
            }
            state.generation
        };
        if let Some(held) = self.cache.get(subject) {
            return Ok(Some(held));
        }
        let Some(held) = self.read(|views| views.file(subject))?.map(Arc::new) else {
            // It may have been saved and left the layers between the two looks.
            return Ok(self.state().unsaved(subject).map(|unsaved| unsaved.held.clone()));
        };
        self.remember(subject, &held, generation);
        Ok(Some(held))
    }

    /// Puts a file read from the views into the cache, unless a later state of it may have been shown or saved meanwhile.
    fn remember(&self, subject: &str, held: &Arc<Held>, generation: u64) {
        let state = self.state();
        if state.generation == generation && state.unsaved(subject).is_none() && self.cache.peek(subject).is_none() {
            self.cache.insert(subject.into(), held.clone());
        }
    }

    /// The subject's events as they stand in the log, by offset.
    pub fn bodies(&self, subject: &str) -> Result<Vec<Body>, ViewError> {
        let unsaved: Vec<Body> = {
            let state = self.state();
            let unsaved = state.layers().filter_map(|layer| layer.subjects.get(subject));
            unsaved.flat_map(|unsaved| unsaved.bodies.iter().cloned()).collect()
        };
        let mut bodies = self.read(|views| views.bodies(subject))?;
        bodies.extend(unsaved);
        bodies.sort_unstable_by_key(|(offset, _)| *offset);
        bodies.dedup_by_key(|(offset, _)| *offset);
        Ok(bodies)
    }

    /// One of them.
    pub fn body(&self, subject: &str, offset: Offset) -> Result<Option<Bytes>, ViewError> {
        {
            let state = self.state();
            let unsaved = state.layers().filter_map(|layer| layer.subjects.get(subject));
            if let Some((_, body)) = unsaved.flat_map(|unsaved| &unsaved.bodies).find(|(known, _)| *known == offset) {
                return Ok(Some(body.clone()));
            }
        }
        self.read(|views| views.body(subject, offset))
    }

    /// Up to `limit` subjects that are indexed by a term, in order, behind `after`.
    pub fn with_term(&self, term: &str, after: Option<&str>, limit: usize) -> Result<Vec<Box<str>>, ViewError> {
        // What is unsaved first: what is saved between the two looks is then found twice, and never missed.
        let mut subjects: BTreeSet<Box<str>> = {
            let state = self.state();
            state.layers().flat_map(|layer| layer.with_term(term, after, limit)).cloned().collect()
        };
        let saved: Vec<Box<str>> = self.read(|views| views.with_term(term, after).take(limit).collect())?;
        subjects.extend(saved);
        Ok(subjects.into_iter().take(limit).collect())
    }

    /// Up to `limit` subjects in order, behind `after`.
    pub fn subjects(&self, after: Option<&str>, limit: usize) -> Result<Vec<Box<str>>, ViewError> {
        let mut subjects: BTreeSet<Box<str>> = {
            let state = self.state();
            let unsaved = state.layers().flat_map(|layer| layer.subjects.keys());
            unsaved.filter(|subject| after.is_none_or(|after| &***subject > after)).cloned().collect()
        };
        let saved: Vec<Box<str>> = self.read(|views| views.subjects(after).take(limit).collect())?;
        subjects.extend(saved);
        Ok(subjects.into_iter().take(limit).collect())
    }

    /// The subject of a record, by `ORG/ID`.
    pub fn subject_of(&self, record: &str) -> Result<Option<Box<str>>, ViewError> {
        let id = hash::of_text(record);
        {
            let state = self.state();
            if !state.known.contains(&id) {
                return Ok(None);
            }
            // Two subjects may have one by a race: the later of them.
            if let Some(subject) = state.layers().filter_map(|layer| layer.ids.get(&id)).last() {
                return Ok(Some((**subject).into()));
            }
        }
        self.read(|views| views.subject_of(id))
    }

    /// The subjects of this partition that ever said of the organisation with this code that it is the same as they.
    pub fn linking(&self, code: &str) -> Vec<Box<str>> {
        self.state().linking.get(code).into_iter().flatten().cloned().collect()
    }

    /// Up to `limit` subjects with a name that contains `part`.
    pub fn named(&self, part: &str, limit: usize) -> Vec<Box<str>> {
        self.names.read().unwrap_or_else(PoisonError::into_inner).find(part, limit)
    }

    /// The subjects of `agenda` behind `after` and on or before `day`, in no order.
    pub(super) fn due(&self, after: Date, day: Date) -> Vec<Box<str>> {
        self.state().agenda.due(after, day)
    }
}

fn rebuilding() -> ViewError {
    ViewError("they are being rebuilt".to_owned())
}

impl State {
    pub(super) fn new(number: u16) -> State {
        State {
            loaded: false,
            at: 0,
            partition: Arc::new(Partition::new(number)),
            current: Layer::default(),
            current_bytes: 0,
            saving: None,
            last_save: Instant::now(),
            generation: 0,
            agenda: Agenda::default(),
            known: HashSet::default(),
            linking: Linking::new(),
            answers: VecDeque::new(),
        }
    }

    fn unsaved(&self, subject: &str) -> Option<&Unsaved> {
        self.current.subjects.get(subject).or_else(|| self.saving.as_deref()?.subjects.get(subject))
    }

    fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.saving.as_deref().into_iter().chain([&self.current])
    }
}
