//! What changed since a save, in memory over the rows.

use crate::views::{Body, Held, Term};
use chengxin_projections::{date::Date, hash};
use foldhash::fast::RandomState;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{BuildHasherDefault, Hasher},
    ops::Bound,
    sync::Arc,
};

/// A subject that changed since it was saved.
#[derive(Debug, Clone)]
pub(super) struct Unsaved {
    pub(super) held: Arc<Held>,
    pub(super) bodies: Vec<Body>,
    pub(super) planned: Option<Date>,
    pub(super) new_names: Vec<Box<str>>,
}

/// What changed since a save.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) subjects: HashMap<Box<str>, Unsaved, RandomState>,
    /// The subjects that are newly indexed by a term.
    pub(super) terms: BTreeMap<Term, BTreeSet<Box<str>>>,
    /// Hashes of the names of new records, and their subjects.
    pub(super) ids: HashMap<u64, Arc<str>, BuildHasherDefault<Hashed>>,
}

/// Hasher of what is a hash already.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash::of(&bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Layer {
    pub(super) fn with_term(&self, term: &str, after: Option<&str>, limit: usize) -> impl Iterator<Item = &Box<str>> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let subjects = self.terms.get(term).into_iter();
        subjects.flat_map(move |subjects| subjects.range::<str, _>((start, Bound::Unbounded))).take(limit)
    }
}
