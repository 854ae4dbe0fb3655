//! Turns at something that only so many may do at a time.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

/// How long one waits before one looks whether to stop waiting.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Turns {
    pub(super) all: usize,
    taken: Mutex<usize>,
    given_back: Condvar,
}

/// Ends when it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    pub(super) fn new(all: usize) -> Turns {
        Turns { all, taken: Mutex::new(0), given_back: Condvar::new() }
    }

    /// Waits for a turn; gets none if it shall stop waiting.
    pub(super) fn take(&self, stopped: impl Fn() -> bool) -> Option<Turn<'_>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken >= self.all {
            if stopped() {
                return None;
            }
            taken = self.given_back.wait_timeout(taken, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        *taken += 1;
        Some(Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn no_more_have_a_turn_than_may_and_everyone_gets_one() {
        let (turns, now, most, had) = (Turns::new(2), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let _turn = turns.take(|| false).unwrap();
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                        had.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 2, "on one processor they may never meet");
        assert_eq!(had.into_inner(), 800);
    }

    #[test]
    fn whoever_shall_stop_waiting_gets_no_turn() {
        let turns = Turns::new(1);
        let held = turns.take(|| false).unwrap();
        let asked = AtomicUsize::new(0);
        assert!(turns.take(|| asked.fetch_add(1, Ordering::SeqCst) > 0).is_none());
        drop(held);
        assert!(turns.take(|| true).is_some(), "there is one");
    }
}
