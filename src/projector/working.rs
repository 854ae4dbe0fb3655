//! The files that a batch touches, and what goes out for it, before anyone sees either.

use super::{outputs::Outputs, shard::Shard, showing::Changed};
use crate::{
    log::{Record, Stored},
    views::ViewError,
};
use chengxin_projections::{
    date::Date,
    difference::Changes,
    event::{Data, Event, SubjectKind},
    facts::CreditFile,
    fold::Files,
};
use foldhash::fast::RandomState;
use std::collections::{BTreeSet, HashMap};

/// Outputs of one event after which those so far are published.
const PART_OUTPUTS: usize = 20_000;

/// The files that are touched: copies, which replace what readers see once their outputs are published.
pub(super) struct Working<'a> {
    shard: &'a Shard,
    /// What goes out.
    pub(super) outputs: Outputs<'a>,
    places: HashMap<Box<str>, usize, RandomState>,
    files: Vec<Touched>,
    /// When something of these files, by their places, changes next by itself. Brought up to date before it is asked.
    agenda: BTreeSet<(Date, usize)>,
    /// The latest day that was asked for.
    asked: Date,
    /// Places of the files of which `held.next` may be another day since it was computed.
    stale: Vec<usize>,
}

struct Touched {
    subject: Box<str>,
    changed: Changed,
    stale: bool,
}

impl<'a> Working<'a> {
    pub(super) fn new(shard: &'a Shard, outputs: Outputs<'a>) -> Working<'a> {
        let (places, agenda) = (HashMap::default(), BTreeSet::new());
        Working { shard, outputs, places, files: Vec::new(), agenda, asked: Date::MIN, stale: Vec::new() }
    }

    /// Where the file of a subject is; it is fetched if it is not there yet.
    fn place(&mut self, subject: &str, kind: SubjectKind) -> Result<usize, ViewError> {
        if let Some(place) = self.places.get(subject) {
            return Ok(*place);
        }
        let changed = Changed::begin(self.shard, subject, kind)?;
        let place = self.files.len();
        self.files.push(Touched { subject: subject.into(), changed, stale: false });
        self.places.insert(subject.into(), place);
        Ok(place)
    }

    /// To be called before a file is changed.
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
        let place = self.place(&event.subject.id, event.subject.kind)?;
        self.files[place].changed.kept.keep(event, stored.offset, stored.value.clone().unwrap_or_default());
        Ok(())
    }

    fn plan(&mut self) {
        for place in self.stale.drain(..) {
            let Touched { changed, stale, .. } = &mut self.files[place];
            *stale = false;
            let next = changed.held.file.next();
            let last = std::mem::replace(&mut changed.held.next, next);
            if last == next {
                continue;
            }
            if let Some(last) = last {
                self.agenda.remove(&(last, place));
            }
            self.agenda.extend(next.map(|next| (next, place)));
        }
    }

    /// The files as they are now, and what is to go out.
    pub(super) fn changed(mut self) -> (Vec<(Box<str>, Changed)>, Vec<Record>) {
        self.plan();
        let changed = self.files.into_iter().map(|touched| (touched.subject, touched.changed)).collect();
        (changed, self.outputs.into_records())
    }
}

impl Files for Working<'_> {
    type Error = ViewError;

    fn file(&mut self, subject: &str, kind: SubjectKind) -> Result<&mut CreditFile, ViewError> {
        let place = self.place(subject, kind)?;
        self.touch(place);
        Ok(&mut self.files[place].changed.held.file)
    }

    fn due(&mut self, day: Date) -> Result<Vec<Box<str>>, ViewError> {
        self.plan();
        let own = self.agenda.iter().take_while(|(next, _)| *next <= day);
        let mut due: Vec<Box<str>> = own.map(|(_, place)| self.files[*place].subject.clone()).collect();
        // Those that were asked for before are among the files.
        let others = self.shard.due(self.asked, day).into_iter();
        due.extend(others.filter(|subject| !self.places.contains_key(subject)));
        self.asked = self.asked.max(day);
        due.sort_unstable();
        Ok(due)
    }

    /// At once, so that the changes of a day on which a hundred thousand terms end are never in memory together.
    fn told(&mut self, changes: &mut Changes) {
        self.outputs.changes(&std::mem::take(changes));
        if self.outputs.len() >= PART_OUTPUTS {
            // If it fails, what is in the log is unknown: it stays so until the task has begun anew.
            self.shard.set_publishing(true);
            self.outputs.publish_part();
        }
    }
}
