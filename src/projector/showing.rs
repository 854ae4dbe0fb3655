//! What a batch changed, and how readers come to see it.

use super::{
    layer::Unsaved,
    shard::{ANSWERS_KEPT, Answer, EVENT_BYTES, FILE_BYTES, Shard, State},
};
use crate::{
    log::Offset,
    views::{Body, Held, LINKING_TERM, ViewError, identifier_term, linked_codes},
};
use bytes::Bytes;
use chengxin_projections::{
    date::Date,
    event::{Event, SubjectKind},
    facts::{Content, CreditFile, Record},
    hash,
    partition::Partition,
};
use std::sync::{Arc, PoisonError};

/// Subjects shown before readers get their turn.
const SHOWN_AT_ONCE: usize = 500;

/// What a batch changed of a subject.
pub(super) struct Changed {
    pub(super) held: Held,
    pub(super) kept: Kept,
    /// How the subject was before the batch.
    pub(super) planned: Option<Date>,
    pub(super) records: usize,
    pub(super) names: usize,
    pub(super) identifiers: usize,
}

/// Events of a subject, beside what they did to its file.
#[derive(Default)]
pub(super) struct Kept {
    bodies: Vec<Body>,
    /// What they index it by beside its new records.
    terms: Vec<Box<str>>,
}

impl Kept {
    pub(super) fn reserve(&mut self, events: usize) {
        self.bodies.reserve(events);
    }

    /// Keeps an event as it stands in the log.
    pub(super) fn keep(&mut self, event: &Event, offset: Offset, body: Bytes) {
        self.bodies.push((offset, body));
        self.terms.extend(Held::terms_of(&event.data, &event.publisher));
    }
}

impl Changed {
    /// A copy of a subject's file, to be changed; a new one if nothing is known of the subject.
    pub(super) fn begin(shard: &Shard, subject: &str, kind: SubjectKind) -> Result<Changed, ViewError> {
        let (file, planned) = match shard.file(subject)? {
            Some(held) => (held.file.clone(), held.next),
            None => (CreditFile::new(subject, kind), None),
        };
        let (records, names, identifiers) = (file.records.len(), file.names.all.len(), file.identifiers.len());
        let held = Held { file, next: None };
        Ok(Changed { held, kept: Kept::default(), planned, records, names, identifiers })
    }
}

/// A batch that is published and may be shown.
pub(super) struct Shown {
    pub(super) at: Offset,
    pub(super) partition: Partition,
    pub(super) changed: Vec<(Box<str>, Changed)>,
    pub(super) answers: Vec<(Offset, Answer)>,
}

impl Shard {
    /// Shows a published batch to readers.
    pub(super) fn show(&self, shown: Shown) {
        let at = shown.at;
        self.make_room(&shown.changed);
        // Piece by piece, so that a day on which a hundred thousand terms end holds no reader up. What is shown before `at`
        // says so is published, and readers filter facts by `at`.
        let mut changed = shown.changed.into_iter().peekable();
        while changed.peek().is_some() {
            let mut state = self.state_mut();
            for (subject, changed) in changed.by_ref().take(SHOWN_AT_ONCE) {
                self.show_subject(&mut state, subject, changed);
            }
            // To those who wait, not back to ourselves.
            parking_lot::RwLockWriteGuard::unlock_fair(state);
        }
        {
            let mut state = self.state_mut();
            state.partition = Arc::new(shown.partition);
            state.at = at;
            if !self.is_expected() {
                state.answers.clear();
            }
            state.answers.extend(shown.answers.into_iter().map(|(offset, answer)| (offset, Some(answer))));
            let excess = state.answers.len().saturating_sub(ANSWERS_KEPT);
            state.answers.drain(..excess);
        }
        self.progress.send_replace(at);
    }

    /// Once for all records that are new: growing step by step takes longer than filling.
    fn make_room(&self, changed: &[(Box<str>, Changed)]) {
        let new = changed.iter().map(|(_, changed)| changed.held.file.records.len() - changed.records).sum();
        let mut state = self.state_mut();
        state.known.reserve(new);
        state.current.ids.reserve(new);
    }

    fn show_subject(&self, state: &mut State, subject: Box<str>, changed: Changed) {
        let file = &changed.held.file;
        // What an entry says of a person is named by the entry, which is a record of the organisation.
        let is_own = |record: &&Arc<Record>| !matches!(record.first, Content::Implication(_));
        let new_records = file.records.from(changed.records).filter(is_own);
        let new_names: Vec<Box<str>> = file.names.all[changed.names..].iter().map(|(_, name)| name.clone()).collect();
        for name in &new_names {
            self.names.write().unwrap_or_else(PoisonError::into_inner).add(&subject, name);
        }
        let mut shared: Option<Arc<str>> = None;
        for id in new_records.map(|record| hash::of_text(&record.id)) {
            state.known.insert(id);
            let subject = shared.get_or_insert_with(|| (&*subject).into());
            state.current.ids.insert(id, subject.clone());
        }
        let mut new_terms = Held::new_terms(file, changed.records);
        let numbers = &file.identifiers[changed.identifiers..];
        // A subject's own codes name it by themselves.
        let others = numbers.iter().filter(|number| number.organisation() != Some(&*file.id));
        new_terms.extend(others.map(|number| identifier_term(&number.value).into()));
        for (code, _) in linked_codes(file, numbers) {
            new_terms.push(LINKING_TERM.into());
            state.linking.entry(code.into()).or_default().insert(subject.clone());
        }
        new_terms.extend(changed.kept.terms);
        let bytes: usize = changed.kept.bodies.iter().map(|(_, body)| body.len() + EVENT_BYTES).sum();
        state.agenda.plan(&subject, changed.planned, changed.held.next);
        for term in new_terms {
            state.current.terms.entry(term).or_default().insert(subject.clone());
        }
        let held = Arc::new(changed.held);
        match state.current.subjects.get_mut(&subject) {
            Some(unsaved) => {
                unsaved.held = held;
                unsaved.bodies.extend(changed.kept.bodies);
                unsaved.new_names.extend(new_names);
                state.current_bytes += bytes;
            }
            None => {
                let (bodies, planned) = (changed.kept.bodies, changed.planned);
                self.cache.remove(&subject);
                state.current.subjects.insert(subject, Unsaved { held, bodies, planned, new_names });
                state.current_bytes += bytes + FILE_BYTES;
            }
        }
    }
}
