//! Names of records that are on their way into the log: what no view knows yet.
//!
//! The fold judges each subject by itself, so it cannot see that an id is used for a record of another subject. The views
//! can once the record is shown; until then the name is reserved here.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

/// Which subjects the records on their way belong to, by `ORG/ID`, and how many events hold each name.
#[derive(Debug, Default)]
pub struct Reservations(Mutex<HashMap<String, (String, usize)>>);

/// A name that is reserved for a subject until this is dropped.
#[derive(Debug)]
pub(crate) struct Reserved {
    reservations: Arc<Reservations>,
    name: String,
}

impl Reservations {
    /// Reserves the name for the subject. An error names the other subject that has it.
    pub(crate) fn reserve(self: &Arc<Self>, name: &str, subject: &str) -> Result<Reserved, String> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match names.entry(name.to_owned()) {
            Entry::Occupied(held) if held.get().0 != subject => return Err(held.get().0.clone()),
            Entry::Occupied(mut held) => held.get_mut().1 += 1,
            Entry::Vacant(free) => {
                free.insert((subject.to_owned(), 1));
            }
        }
        Ok(Reserved { reservations: self.clone(), name: name.to_owned() })
    }

    /// The subject that has the name.
    pub(crate) fn holder(&self, name: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).map(|(subject, _)| subject.clone())
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut names = self.reservations.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut held) = names.entry(std::mem::take(&mut self.name)) {
            held.get_mut().1 -= 1;
            if held.get().1 == 0 {
                held.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_to_one_subject_until_the_last_who_reserved_it_lets_go() {
        let reservations = Arc::new(Reservations::default());
        let first = reservations.reserve("A/1", "X").unwrap();
        let second = reservations.reserve("A/1", "X").unwrap();
        drop(first);
        assert_eq!(reservations.holder("A/1").as_deref(), Some("X"));
        assert_eq!(reservations.reserve("A/1", "Y").unwrap_err(), "X");
        drop(second);
        assert!(reservations.reserve("A/1", "Y").is_ok());
        assert!(reservations.0.lock().unwrap().is_empty());
    }
}
