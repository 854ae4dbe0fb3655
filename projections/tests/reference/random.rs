//! A small seeded source of choices: the same seed gives the same history, for ever.

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From the first to the last, both included.
    pub fn between(&mut self, first: i32, last: i32) -> i32 {
        first + (self.next() % (last - first + 1) as u64) as i32
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: i32) -> bool {
        self.between(1, times) == 1
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() { None } else { Some(&of[self.between(0, of.len() as i32 - 1) as usize]) }
    }

    /// One of some that are there for certain.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        *self.one(of).expect("a choice among something")
    }

    /// One by its weight.
    pub fn weighted<T: Copy>(&mut self, of: &[(i32, T)]) -> T {
        let mut left = self.between(1, of.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in of {
            left -= weight;
            if left <= 0 {
                return *choice;
            }
        }
        of[0].1
    }
}
