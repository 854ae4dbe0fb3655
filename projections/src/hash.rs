//! A hash that is the same on every machine; for telling ids and contents apart, not for security.
//!
//! Rows of the views hold its values, and cursors of pages: it changes only together with the version of the views, and who is
//! half-way through the pages of a list then begins anew.

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
        // The length keeps "a" and "a\0" apart. Before the words, so that none of them can make up for it.
        self.0 ^= (bytes.len() as u64).wrapping_mul(A);
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.mix(u64::from_le_bytes([
                chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
            ]));
        }
        self.mix(last_word(bytes));
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

/// What whole words leave over of some bytes: the last eight of them, or all there are. Which they are, their number says.
fn last_word(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    if let Some(last) = bytes.last_chunk() {
        return u64::from_le_bytes(*last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
    }
    match bytes {
        [] => 0,
        _ => u64::from(bytes[0]) | u64::from(bytes[length / 2]) << 8 | u64::from(bytes[length - 1]) << 16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_in_one_place_or_in_length_have_different_hashes() {
        for length in 0..40 {
            let text = "a".repeat(length);
            let others =
                (0..length).map(|at| format!("{}b{}", &text[..at], &text[at + 1..])).chain([format!("{text}a")]);
            let hashes: std::collections::BTreeSet<u64> =
                others.map(|other| of_text(&other)).chain([of_text(&text)]).collect();
            assert_eq!(hashes.len(), length + 2);
        }
    }

    /// Other values need another version of the views.
    #[test]
    fn the_hash_of_a_text_is_the_same_everywhere() {
        for (text, hash) in [
            ("", 0x44fd_3ac6_43a4_c021),
            ("a", 0xb482_aed1_b1fe_2d90),
            ("11654000010399991A/SJ-2026-0312", 0x58d0_74f1_8c73_7e03),
        ] {
            assert_eq!(of_text(text), hash, "{text}");
        }
    }

    #[test]
    fn neither_length_nor_content_makes_up_for_the_other() {
        assert_ne!(of_text("a"), of_text("a\0"));
        assert_ne!(of_text(""), of_text("\0"));
        let different: std::collections::BTreeSet<u64> = (0..10_000).map(|n| of_text(&format!("X/{n}"))).collect();
        assert_eq!(different.len(), 10_000);
    }
}
