//! What the shell does around the fold: batches on copies, publishing, rows saved one by one ahead of their checkpoint,
//! death at any moment, and replay.

use chengxin_projections::{
    change::{ListChange, MeasureChange},
    date::Date,
    event::{Event, SubjectKind},
    facts::CreditFile,
    fold::{Files, fold},
    partition::Partition,
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

type Rows = BTreeMap<Box<str>, CreditFile>;

/// A process that folds a log and may die.
pub struct Shell {
    /// What readers see.
    pub files: Rows,
    pub partition: Partition,
    at: u64,
    saved: Rows,
    checkpoint: (u64, String),
    /// What consumers see; survives the process.
    pub published_lists: Vec<ListChange>,
    pub published_measures: Vec<MeasureChange>,
    progress: u64,
}

impl Shell {
    pub fn start(partition: Partition) -> Shell {
        let checkpoint = (0, serde_json::to_string(&partition).unwrap());
        Shell {
            files: Rows::new(),
            partition,
            at: 0,
            saved: Rows::new(),
            checkpoint,
            published_lists: Vec::new(),
            published_measures: Vec::new(),
            progress: 0,
        }
    }

    /// Folds the whole log, in batches as the cuts say.
    pub fn run(&mut self, log: &[(u64, Event)], cuts: &[Cut]) {
        let mut cuts = cuts.iter().cycle();
        loop {
            let rest = &log[log.partition_point(|(offset, _)| *offset < self.at)..];
            let Some(cut) = cuts.next().filter(|_| !rest.is_empty()) else { return };
            let batch = &rest[..rest.len().min(cut.events)];
            let shown = self.batch(batch, true);
            if cut.dies_after_publishing {
                self.die_and_replay(log, cut);
                continue;
            }
            self.show(shown);
            self.save_some(cut);
            if cut.saves_checkpoint {
                self.saved = self.files.clone();
                self.checkpoint = (self.at, serde_json::to_string(&self.partition).unwrap());
            }
            if cut.dies_after_saving {
                self.die_and_replay(log, cut);
            }
        }
    }

    /// Folds a batch on copies; publishes what goes out and the progress together.
    fn batch(&mut self, batch: &[(u64, Event)], publish: bool) -> (u64, Partition, Rows) {
        let mut partition = self.partition.clone();
        let mut copies = Copies { shown: &self.files, copies: Rows::new() };
        let (mut lists, mut measures) = (Vec::new(), Vec::new());
        for (offset, event) in batch {
            let Ok(outcome) = fold(&mut partition, &mut copies, *offset, event);
            if let Some(outcome) = outcome {
                lists.extend(outcome.changes.lists);
                measures.extend(outcome.changes.measures);
            }
        }
        let at = batch.last().unwrap().0 + 1;
        let shown = (at, partition, copies.copies);
        if publish {
            self.published_lists.extend(lists);
            self.published_measures.extend(measures);
            self.progress = at;
        }
        shown
    }

    fn show(&mut self, (at, partition, copies): (u64, Partition, Rows)) {
        self.files.extend(copies);
        (self.at, self.partition) = (at, partition);
    }

    /// Rows reach the disk in any order, before the checkpoint that vouches for them.
    fn save_some(&mut self, cut: &Cut) {
        for (n, (subject, file)) in self.files.iter().enumerate() {
            if cut.rows & (1 << n) != 0 {
                self.saved.insert(subject.clone(), file.clone());
            }
        }
    }

    /// Starts again from the rows; folds up to the published progress without publishing it again.
    fn die_and_replay(&mut self, log: &[(u64, Event)], cut: &Cut) {
        self.files = self.saved.clone();
        self.partition = serde_json::from_str::<Partition>(&self.checkpoint.1).unwrap().restored();
        self.at = self.checkpoint.0;
        let behind: Vec<(u64, Event)> =
            log.iter().filter(|(offset, _)| (self.at..self.progress).contains(offset)).cloned().collect();
        for batch in behind.chunks(cut.events) {
            let shown = self.batch(batch, false);
            self.show(shown);
        }
        self.at = self.at.max(self.progress);
    }
}

/// The files that a batch touches.
struct Copies<'a> {
    shown: &'a Rows,
    copies: Rows,
}

impl Files for Copies<'_> {
    type Error = Infallible;

    fn file(&mut self, subject: &str, kind: SubjectKind) -> Result<&mut CreditFile, Infallible> {
        let shown = || self.shown.get(subject).cloned().unwrap_or_else(|| CreditFile::new(subject, kind));
        Ok(self.copies.entry(subject.into()).or_insert_with(shown))
    }

    fn due(&mut self, day: Date) -> Result<Vec<Box<str>>, Infallible> {
        let is_due = |file: &CreditFile| file.next().is_some_and(|next| next <= day);
        let mut due: BTreeSet<Box<str>> =
            self.shown.values().filter(|file| is_due(file)).map(|file| file.id.clone()).collect();
        for file in self.copies.values() {
            if is_due(file) {
                due.insert(file.id.clone());
            } else {
                due.remove(&file.id);
            }
        }
        Ok(due.into_iter().collect())
    }
}

/// How a batch is cut and what becomes of the process behind it.
#[derive(Debug, Clone)]
pub struct Cut {
    events: usize,
    /// Which rows are saved without a checkpoint, as bits.
    rows: u8,
    saves_checkpoint: bool,
    dies_after_publishing: bool,
    dies_after_saving: bool,
}

pub fn cut() -> impl Strategy<Value = Cut> {
    let seldom = || prop::bool::weighted(0.1);
    let drawn = (1_usize..60, any::<u8>(), prop::bool::weighted(0.3), seldom(), seldom());
    drawn.prop_map(|(events, rows, saves_checkpoint, dies_after_publishing, dies_after_saving)| Cut {
        events,
        rows,
        saves_checkpoint,
        dies_after_publishing,
        dies_after_saving,
    })
}
