//! Persons are called as their last record has it, in whatever order their records are answered.

use crate::{
    log::Offset,
    vault::{Noted, Sealing, ToSeal, Vault, VaultError},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Persons whose last record is remembered. Who is forgotten was renamed before: records that were on their way together are
/// answered within seconds.
const REMEMBERED: usize = 100_000;

/// What a record that was made calls a person.
#[derive(Debug)]
pub struct Rename {
    pub called: ToSeal,
    /// Where its record is.
    pub place: Place,
}

/// Where a record is in the log.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub partition: u16,
    pub offset: Offset,
    /// Milliseconds since the epoch.
    pub recorded: i64,
}

impl Place {
    /// The order of the log where it has one, or else that of time.
    fn is_behind(&self, other: &Place) -> bool {
        if self.partition == other.partition { self.offset > other.offset } else { self.recorded >= other.recorded }
    }
}

/// The last record of each person who was named lately, by subject and reference.
#[derive(Debug, Default)]
pub struct Renaming(Mutex<HashMap<(String, String), Place>>);

impl Renaming {
    /// From now on persons are called as these records have them, unless one that comes behind was here before. The names that
    /// waited for what became of a record wait no more once `settled` has them.
    pub fn rename(&self, vault: &Vault, renames: Vec<Rename>, settled: &[Noted]) -> Result<(), VaultError> {
        // Held until it is sealed, or an earlier name could be sealed later.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= REMEMBERED {
            last.clear();
        }
        let mut called: HashMap<(String, String), ToSeal> = HashMap::new();
        for rename in renames.into_iter().filter(|rename| rename.called.fields.name.is_some()) {
            let whose = (rename.called.subject.clone(), rename.called.reference.clone());
            if last.get(&whose).is_none_or(|known| rename.place.is_behind(known)) {
                last.insert(whose.clone(), rename.place);
                called.insert(whose, rename.called);
            }
        }
        let all: Vec<Sealing> = called.values().map(ToSeal::sealing).collect();
        let mut others = Vec::new();
        // Nearly all are called so already.
        for (sealing, stands) in all.iter().zip(vault.standing(&all)?) {
            let is_same = || -> Result<bool, VaultError> {
                let known = vault.open_fields(sealing.subject, sealing.reference)?;
                Ok(known.is_some_and(|known| known.name == sealing.fields.name))
            };
            if !stands && !is_same()? {
                others.push(*sealing);
            }
        }
        vault.seal_all(&others, settled)
    }
}
