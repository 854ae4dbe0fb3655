//! Whom records name that are on their way into the log.
//!
//! What is written about a record must not hold the names of the persons whom it names (ADR 13). Once the record is shown
//! the views and the vault tell who they are; until then it is told here.

use crate::vault::ToSeal;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

/// What the records on their way say of persons, by `ORG/ID`. Two that meet under one id are both told.
#[derive(Debug, Default)]
pub struct Mentions(Mutex<HashMap<String, Vec<Arc<Mention>>>>);

/// What a record says of persons.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) sealings: Vec<ToSeal>,
    /// What it calls its subject, if that is an organisation.
    pub(crate) subject_name: Option<String>,
}

/// A mention that is told until this is dropped.
#[derive(Debug)]
pub(crate) struct Told {
    mentions: Arc<Mentions>,
    record: String,
    mention: Arc<Mention>,
}

impl Mentions {
    pub(crate) fn tell(self: &Arc<Self>, record: String, mention: Mention) -> Told {
        let mention = Arc::new(mention);
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.entry(record.clone()).or_default().push(mention.clone());
        Told { mentions: self.clone(), record, mention }
    }

    /// Whom the record mentions, as long as it is on its way. To be asked before the views are.
    pub(crate) fn of(&self, record: &str) -> Vec<Arc<Mention>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(record).cloned().unwrap_or_default()
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let mut told = self.mentions.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut held) = told.entry(std::mem::take(&mut self.record)) {
            held.get_mut().retain(|mention| !Arc::ptr_eq(mention, &self.mention));
            if held.get().is_empty() {
                held.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_two_under_one_id_is_told_until_it_is_let_go() {
        let mentions = Arc::new(Mentions::default());
        let mention = |name: &str| Mention { sealings: Vec::new(), subject_name: Some(name.to_owned()) };
        let first = mentions.tell("A/1".to_owned(), mention("甲店"));
        let second = mentions.tell("A/1".to_owned(), mention("乙店"));
        assert_eq!(mentions.of("A/1").len(), 2);
        drop(first);
        assert_eq!(mentions.of("A/1")[0].subject_name.as_deref(), Some("乙店"));
        drop(second);
        assert!(mentions.of("A/1").is_empty() && mentions.0.lock().unwrap().is_empty());
    }
}
