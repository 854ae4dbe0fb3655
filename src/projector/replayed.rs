//! What a stretch of a replay did. No file is kept: each is encoded while it is in the processor's cache, and then dropped.

use super::{
    shard::Shard,
    showing::{Changed, SHOWN_AT_ONCE, Signs},
};
use crate::{
    log::Offset,
    views::{Checkpoint, Encoded, Encoding, Leading, Moved, Term, ViewError},
};
use chengxin_projections::{date::Date, partition::Partition};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

/// What a stretch did so far; subjects come in ascending order.
#[derive(Default)]
pub(super) struct Replayed {
    subjects: Vec<Subject>,
    /// Hashes of the names of new records, and the places of their subjects.
    ids: Vec<(u64, usize)>,
    /// The places of the subjects that are newly indexed by a term.
    terms: BTreeMap<Term, Vec<usize>>,
    encoding: Encoding,
    encoded: Vec<Encoded>,
}

/// A subject that changed.
struct Subject {
    id: Box<str>,
    planned: Option<Date>,
    next: Option<Date>,
    names: Vec<Box<str>>,
    codes: Vec<Box<str>>,
}

impl Replayed {
    pub(super) fn add(&mut self, shard: &Shard, id: Box<str>, changed: Changed) -> Result<(), ViewError> {
        let Signs { names, ids, terms, codes } = changed.signs();
        let place = self.subjects.len();
        self.ids.extend(ids.into_iter().map(|id| (id, place)));
        for term in terms {
            let subjects = self.terms.entry(term).or_default();
            if subjects.last() != Some(&place) {
                subjects.push(place);
            }
        }
        self.encoding.add(&id, &changed.held, &changed.kept.bodies)?;
        self.subjects.push(Subject { id, planned: changed.planned, next: changed.held.next, names, codes });
        if self.encoding.is_full() {
            self.encoded.push(shard.views().write_events(&mut self.encoding)?);
        }
        Ok(())
    }

    /// Writes the rows. Calls `step` before each small piece of work.
    pub(super) fn write(&mut self, shard: &Shard, step: &mut dyn FnMut()) -> Result<(), ViewError> {
        let views = shard.views();
        let last = views.write_events(&mut self.encoding);
        let encoded = std::mem::take(&mut self.encoded);
        views.save(self.leading(), encoded.into_iter().map(Ok).chain([last]), step)
    }

    fn leading(&self) -> Leading<'_> {
        let id_of = |place: &usize| &*self.subjects[*place].id;
        let names = self.subjects.iter().flat_map(|subject| subject.names.iter().map(|name| (&*subject.id, &**name)));
        let terms = self.terms.iter().flat_map(|(term, places)| places.iter().map(|place| (&**term, id_of(place))));
        let moved = self.subjects.iter().map(|subject| Moved {
            subject: &subject.id,
            planned: subject.planned,
            next: subject.next,
        });
        Leading {
            names: names.collect(),
            ids: self.ids.iter().map(|(id, place)| (*id, id_of(place))).collect(),
            terms: terms.collect(),
            moved: moved.collect(),
        }
    }
}

impl Shard {
    /// Saves what a replay did up to an offset, and shows it.
    pub(super) fn save_replayed(
        &self,
        mut replayed: Replayed,
        at: Offset,
        partition: Partition,
    ) -> Result<(), ViewError> {
        let _rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        self.check_rows()?;
        let checkpoint = Checkpoint { offset: at, partition };
        self.writing(|| {
            replayed.write(self, &mut || {})?;
            self.views().set_checkpoint(&checkpoint)
        })?;
        self.show_replayed(replayed, at, checkpoint.partition);
        Ok(())
    }

    /// Readers find the files in the rows, and take of them what was known up to `at`. What leads to them they also look for in
    /// memory.
    fn show_replayed(&self, replayed: Replayed, at: Offset, partition: Partition) {
        {
            let mut state = self.state_mut();
            // Whoever has read a row that is written since must not put it into the cache any more.
            state.generation += 1;
            state.known.reserve(replayed.ids.len());
        }
        for some in replayed.ids.chunks(SHOWN_AT_ONCE) {
            self.state_mut().known.extend(some.iter().map(|(id, _)| id));
        }
        for some in replayed.subjects.chunks(SHOWN_AT_ONCE) {
            let mut state = self.state_mut();
            for Subject { id, planned, next, names, codes } in some {
                self.cache.remove(id);
                self.note(&mut state, id, names, codes);
                state.agenda.plan(id, *planned, *next);
            }
            // To those who wait, not back to ourselves.
            parking_lot::RwLockWriteGuard::unlock_fair(state);
        }
        let mut state = self.state_mut();
        state.partition = Arc::new(partition);
        state.at = at;
        if !self.is_expected() {
            state.answers.clear();
        }
        drop(state);
        self.progress.send_replace(at);
    }
}
