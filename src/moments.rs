//! When the events were stamped that are on their way into the log: what was known at a moment is certain only once they are
//! shown that carry no later time.

use crate::clock::Clock;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

/// Times of recording of what is on its way, in milliseconds since the epoch, and how many submissions carry each.
#[derive(Debug, Default)]
pub struct Moments(Mutex<BTreeMap<i64, usize>>);

/// A moment that is not over until this is dropped.
#[derive(Debug)]
pub(crate) struct Stamped {
    moments: Arc<Moments>,
    at: i64,
}

impl Moments {
    /// Reads the clock, and keeps in mind that something carries that time.
    pub(crate) fn stamp(self: &Arc<Self>, clock: &Clock) -> Stamped {
        let mut underway = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // With the lock held: whoever asks about an earlier time asks before, or sees it.
        let at = clock.now();
        *underway.entry(at).or_default() += 1;
        Stamped { moments: self.clone(), at }
    }

    /// Whether something on its way may carry that time or an earlier one.
    pub(crate) fn is_underway(&self, moment: i64) -> bool {
        let underway = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        underway.keys().next().is_some_and(|earliest| *earliest <= moment)
    }
}

impl Stamped {
    pub(crate) fn at(&self) -> i64 {
        self.at
    }
}

impl Drop for Stamped {
    fn drop(&mut self) {
        let mut underway = self.moments.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut held) = underway.entry(self.at) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_over_once_nothing_on_its_way_carries_it_or_an_earlier_one() {
        let (moments, clock) = (Arc::new(Moments::default()), Clock::System);
        let first = moments.stamp(&clock);
        let (before, at) = (first.at() - 1, first.at());
        let second = moments.stamp(&clock);
        assert!(!moments.is_underway(before) && moments.is_underway(at));
        drop(first);
        assert!(moments.is_underway(second.at()));
        drop(second);
        assert!(!moments.is_underway(i64::MAX));
    }
}
