//! What a batch changed, and how readers come to see it.

use super::{
    layer::Unsaved,
    shard::{ANSWERS_KEPT, Answer, EVENT_BYTES, FILE_BYTES, Shard, State},
};
use crate::{
    log::Offset,
    views::{Body, Held, LINKING_TERM, Term, ViewError, identifier_term, linked_codes},
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
pub(super) const SHOWN_AT_ONCE: usize = 500;

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
    pub(super) bodies: Vec<Body>,
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

    pub(super) fn signs(&self) -> Signs {
        let file = &self.held.file;
        // What an entry says of a person is named by the entry, which is a record of the organisation.
        let is_own = |record: &&Arc<Record>| !matches!(record.first, Content::Implication(_));
        let own_records = file.records.from(self.records).filter(is_own);
        let mut terms = Held::new_terms(file, self.records);
        let numbers = &file.identifiers[self.identifiers..];
        // A subject's own codes name it by themselves.
        let others = numbers.iter().filter(|number| number.organisation() != Some(&*file.id));
        terms.extend(others.map(|number| identifier_term(&number.value).into()));
        let codes: Vec<Box<str>> = linked_codes(file, numbers).map(|(code, _)| code.into()).collect();
        terms.extend(codes.first().map(|_| LINKING_TERM.into()));
        terms.extend(self.kept.terms.iter().cloned());
        Signs {
            names: file.names.all[self.names..].iter().map(|(_, name)| name.clone()).collect(),
            ids: own_records.map(|record| hash::of_text(&record.id)).collect(),
            terms,
            codes,
        }
    }
}

/// What of a subject is new and leads to it.
pub(super) struct Signs {
    pub(super) names: Vec<Box<str>>,
    /// Hashes of the names of records.
    pub(super) ids: Vec<u64>,
    pub(super) terms: Vec<Term>,
    /// Codes of other organisations that it says are its own.
    pub(super) codes: Vec<Box<str>>,
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
        let Signs { names, ids, terms, codes } = changed.signs();
        let Changed { held, kept, planned, .. } = changed;
        self.note(state, &subject, &names, &codes);
        state.agenda.plan(&subject, planned, held.next);
        let mut shared: Option<Arc<str>> = None;
        for id in ids {
            state.known.insert(id);
            let subject = shared.get_or_insert_with(|| (&*subject).into());
            state.current.ids.insert(id, subject.clone());
        }
        for term in terms {
            state.current.terms.entry(term).or_default().insert(subject.clone());
        }
        state.current_bytes += kept.bodies.iter().map(|(_, body)| body.len() + EVENT_BYTES).sum::<usize>();
        let held = Arc::new(held);
        match state.current.subjects.get_mut(&subject) {
            Some(unsaved) => {
                unsaved.held = held;
                unsaved.bodies.extend(kept.bodies);
                unsaved.new_names.extend(names);
            }
            None => {
                self.cache.remove(&subject);
                state
                    .current
                    .subjects
                    .insert(subject, Unsaved { held, bodies: kept.bodies, planned, new_names: names });
                state.current_bytes += FILE_BYTES;
            }
        }
    }

    /// Notes of what leads to a subject what is looked for in memory alone.
    pub(super) fn note(&self, state: &mut State, subject: &str, names: &[Box<str>], codes: &[Box<str>]) {
        for name in names {
            self.names.write().unwrap_or_else(PoisonError::into_inner).add(subject, name);
        }
        for code in codes {
            state.linking.entry(code.clone()).or_default().insert(subject.into());
        }
    }
}
