//! What changed since a save, in memory over the rows.

use crate::views::{Body, Held, Term};
use chengxin_projections::date::Date;
use foldhash::fast::RandomState;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
    sync::Arc,
};

/// A subject that changed since it was saved.
#[derive(Debug, Clone)]
pub(super) struct Unsaved {
    pub(super) held: Arc<Held>,
    pub(super) bodies: Vec<Body>,
    pub(super) planned: Option<Date>,
    pub(super) new_ids: Vec<u64>,
    pub(super) new_names: Vec<Box<str>>,
}

/// What changed since a save.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) subjects: HashMap<Box<str>, Unsaved, RandomState>,
    /// The subjects that are newly indexed by a term.
    pub(super) terms: BTreeMap<Term, BTreeSet<Box<str>>>,
}

impl Layer {
    pub(super) fn with_term(&self, term: &str, after: Option<&str>, limit: usize) -> impl Iterator<Item = &Box<str>> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let subjects = self.terms.get(term).into_iter();
        subjects.flat_map(move |subjects| subjects.range::<str, _>((start, Bound::Unbounded))).take(limit)
    }
}
