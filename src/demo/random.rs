//! A generator of random numbers of our own: splitmix64.
//!
//! A demo, a bench and a bug report name a seed and mean the same items by it for good. The generators of crates may
//! change their streams between versions, and promise nothing about how they choose from a range. Not for secrets.

/// A stream of numbers that follows from its seed alone.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

impl Random {
    /// The stream of one thing out of many: whatever is asked of it, the streams of the others stay as they are. So a
    /// subject needs no memory: it is made again, the same, whenever it is wanted.
    pub(super) fn of(seed: u64, purpose: u64, index: u64) -> Random {
        Random(mix(mix(seed ^ purpose.wrapping_mul(STEP)).wrapping_add(index.wrapping_mul(STEP))))
    }

    pub(super) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// Below `bound`; 0 if that is 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.word()) * bound as u128) >> 64) as usize
    }

    /// From `first` to `last`, both included.
    pub(super) fn between(&mut self, first: i32, last: i32) -> i32 {
        first + self.below(last.abs_diff(first) as usize + 1) as i32
    }

    /// Whether something happens that happens so many times in a thousand.
    pub(super) fn chance(&mut self, per_thousand: usize) -> bool {
        self.below(1_000) < per_thousand
    }

    /// One of them; there is at least one.
    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// One of several texts; there is at least one.
    pub(super) fn text(&mut self, all: &[&'static str]) -> &'static str {
        all[self.below(all.len())]
    }
}
