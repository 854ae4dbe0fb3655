//! The files that a batch touches, and what goes out for it, before anyone sees either.

use super::{
    outputs::Outputs,
    shard::{Changed, EVENT_BYTES, FILE_BYTES, Shard},
};
use crate::{
    log::{Record, Stored},
    views::{Held, ViewError},
};
use chengxin_projections::{
    date::Date,
    difference::{Changes, Telling},
    event::{Data, Event, SubjectKind},
    facts::CreditFile,
    fold::Files,
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Whether outputs go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// They are out already: fold without them.
    Replay,
    Publish,
}

/// The files that are touched: copies, which replace what readers see once their outputs are published.
pub(super) struct Working<'a> {
    shard: &'a Shard,
    pub(super) mode: Mode,
    /// What goes out.
    pub(super) outputs: Outputs<'a>,
    places: HashMap<Box<str>, usize>,
    files: Vec<Touched>,
    /// When something of these files changes next by itself. Brought up to date before it is asked.
    agenda: BTreeSet<(Date, Box<str>)>,
    /// Places of the files of which `held.next` may be another day since it was computed.
    stale: Vec<usize>,
    /// Memory of all this, roughly.
    pub(super) bytes: usize,
}

struct Touched {
    subject: Box<str>,
    changed: Changed,
    stale: bool,
}

impl<'a> Working<'a> {
    pub(super) fn new(shard: &'a Shard, mode: Mode, outputs: Outputs<'a>) -> Working<'a> {
        let (places, agenda) = (HashMap::new(), BTreeSet::new());
        Working { shard, mode, outputs, places, files: Vec::new(), agenda, stale: Vec::new(), bytes: 0 }
    }

    /// Where the file of a subject is; it is fetched if it is not there yet.
    fn place(&mut self, subject: &str, kind: SubjectKind) -> Result<usize, ViewError> {
        if let Some(place) = self.places.get(subject) {
            return Ok(*place);
        }
        let (file, planned) = match self.shard.file(subject)? {
            Some(held) => (held.file.clone(), held.next),
            None => (CreditFile::new(subject, kind), None),
        };
        let (records, names, identifiers) = (file.records.len(), file.names.len(), file.identifiers.len());
        let held = Held { file, next: None };
        let changed = Changed { held, bodies: Vec::new(), planned, records, names, identifiers, terms: Vec::new() };
        let place = self.files.len();
        self.files.push(Touched { subject: subject.into(), changed, stale: false });
        self.places.insert(subject.into(), place);
        self.bytes += FILE_BYTES;
        self.touch(place);
        Ok(place)
    }

    /// To be called after a file has changed.
    fn touch(&mut self, place: usize) {
        if !std::mem::replace(&mut self.files[place].stale, true) {
            self.stale.push(place);
        }
    }

    /// Keeps the event as it stands in the log, for the credit file and the auditor.
    pub(super) fn keep_body(&mut self, event: &Event, stored: &Stored) -> Result<(), ViewError> {
        if matches!(event.data, Data::DayOpened(_) | Data::PolicyPublished(_)) {
            return Ok(());
        }
        let body: Arc<[u8]> = stored.value.as_deref().unwrap_or_default().into();
        self.bytes += body.len() + EVENT_BYTES;
        let place = self.place(&event.subject.id, event.subject.kind)?;
        let changed = &mut self.files[place].changed;
        changed.bodies.push((stored.offset, body));
        changed.terms.extend(Held::terms_of(&event.data, &event.publisher));
        self.touch(place);
        Ok(())
    }

    fn plan(&mut self) {
        for place in self.stale.drain(..) {
            let Touched { subject, changed, stale, .. } = &mut self.files[place];
            *stale = false;
            let next = changed.held.file.next();
            let last = std::mem::replace(&mut changed.held.next, next);
            if last == next {
                continue;
            }
            if let Some(last) = last {
                self.agenda.remove(&(last, subject.clone()));
            }
            self.agenda.extend(next.map(|next| (next, subject.clone())));
        }
    }

    /// The files as they are now, and what is to go out.
    pub(super) fn changed(mut self) -> (Vec<(Box<str>, Changed)>, Vec<Record>) {
        self.plan();
        let changed = self.files.into_iter().map(|touched| (touched.subject, touched.changed)).collect();
        (changed, self.outputs.records)
    }
}

impl Files for Working<'_> {
    type Error = ViewError;

    fn file(&mut self, subject: &str, kind: SubjectKind) -> Result<&mut CreditFile, ViewError> {
        let place = self.place(subject, kind)?;
        // A day changes files without an event of their own.
        self.touch(place);
        Ok(&mut self.files[place].changed.held.file)
    }

    fn due(&mut self, day: Date) -> Result<Vec<Box<str>>, ViewError> {
        self.plan();
        let own = self.agenda.iter().take_while(|(next, _)| *next <= day).map(|(_, subject)| subject.clone());
        let mut due: Vec<Box<str>> = own.collect();
        due.extend(self.shard.due(day).into_iter().filter(|subject| !self.places.contains_key(subject)));
        due.sort_unstable();
        Ok(due)
    }

    /// At once, so that the changes of a day on which a hundred thousand terms end are never in memory together.
    fn told(&mut self, changes: &mut Changes) {
        let changes = std::mem::take(changes);
        if self.mode == Mode::Publish {
            self.outputs.changes(&changes);
        }
    }

    fn telling(&self) -> Telling {
        match self.mode {
            Mode::Publish => Telling::Told,
            Mode::Replay => Telling::Counted,
        }
    }
}
