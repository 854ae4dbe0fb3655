//! What each organisation may have at a time, so that none takes the places of the others.

use super::Problem;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The places of every organisation.
pub(super) struct Places {
    of_one: usize,
    what: &'static str,
    taken: Mutex<BTreeMap<String, usize>>,
}

/// A place, until it is dropped.
pub(super) struct Place {
    places: &'static Places,
    org: String,
}

impl Places {
    pub(super) const fn new(of_one: usize, what: &'static str) -> Places {
        Places { of_one, what, taken: Mutex::new(BTreeMap::new()) }
    }

    pub(super) fn take(&'static self, org: &str) -> Result<Place, Problem> {
        let mut taken = self.taken();
        let own = taken.entry(org.to_owned()).or_default();
        if *own == self.of_one {
            let (of_one, what) = (self.of_one, self.what);
            return Err(Problem::unavailable(format!(
                "{org} has {of_one} {what} already; end one, or try again later"
            )));
        }
        *own += 1;
        Ok(Place { places: self, org: org.to_owned() })
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        match taken.get_mut(&self.org) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(taken.remove(&self.org)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PLACES: Places = Places::new(3, "streams");

    #[test]
    fn one_organisation_has_so_many_places_and_no_more_until_one_is_given_back() {
        let mut places: Vec<Place> = (0..3).map(|_| PLACES.take("a").unwrap()).collect();
        assert!(PLACES.take("a").is_err());
        assert!(PLACES.take("b").is_ok());
        places.pop();
        places.push(PLACES.take("a").unwrap());
        assert!(PLACES.take("a").is_err());
        drop(places);
        assert!(PLACES.taken().is_empty());
    }
}
