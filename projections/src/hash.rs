//! A hash that is the same on every machine and in every build; for telling ids and contents apart, not for security.

use std::hash::{Hash, Hasher};

/// Hash of a text.
pub fn of_text(text: &str) -> u64 {
    let mut state = Mixer::default();
    state.write(text.as_bytes());
    state.finish()
}

/// Hash of a value, for values whose `Hash` does not depend on the machine.
pub fn of(value: &impl Hash) -> u64 {
    let mut state = Mixer::default();
    value.hash(&mut state);
    state.finish()
}

const A: u64 = 0x9e37_79b9_7f4a_7c15;
const B: u64 = 0xe703_7ed1_a0b4_28db;

#[derive(Default)]
struct Mixer(u64);

impl Mixer {
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ A) * u128::from(B ^ self.0.rotate_left(29));
        self.0 = (product as u64) ^ ((product >> 64) as u64) ^ A.rotate_left(17);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.mix(u64::from_le_bytes([
                chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
            ]));
        }
        let mut rest = [0_u8; 8];
        rest[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
        // The length keeps "a" and "a\0" apart.
        self.mix(u64::from_le_bytes(rest) ^ ((bytes.len() as u64) << 56));
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.mix(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.mix(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    fn finish(&self) -> u64 {
        let product = u128::from(self.0 ^ A) * u128::from(B);
        (product as u64) ^ ((product >> 64) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_text_never_changes() {
        assert_eq!(of_text("11654000010399991A/SJ-2026-0312"), of_text("11654000010399991A/SJ-2026-0312"));
        assert_ne!(of_text("a"), of_text("a\0"));
        assert_ne!(of_text(""), of_text("\0"));
        let different: std::collections::BTreeSet<u64> = (0..10_000).map(|n| of_text(&format!("X/{n}"))).collect();
        assert_eq!(different.len(), 10_000);
    }
}
