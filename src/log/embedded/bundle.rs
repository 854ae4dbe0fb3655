//! Outputs of one publish that stand in one row, packed: they are many, short and alike.

use super::super::Record;

/// Records that a bundle has at most, and bytes of keys and values; one longer record stands in a row of its own. Whoever
/// reads one record unpacks its whole bundle.
const RECORDS: usize = 256;
const BYTES: usize = 64 << 10;
/// Bytes that say how long a record's key and value are.
const LENGTHS: usize = 2 * size_of::<u32>();
/// Length of a value that is none.
const NONE: u32 = u32::MAX;

/// How many of the first records go into one row.
pub(super) fn take<'r>(records: impl Iterator<Item = &'r Record>) -> usize {
    let mut bytes = 0;
    let fits = |record: &&Record| {
        bytes += record.size();
        bytes <= BYTES
    };
    records.take(RECORDS).take_while(fits).count().max(1)
}

/// Each record as the length of its key, that of its value, and both; all of them compressed.
pub(super) fn pack<'r>(records: impl Iterator<Item = &'r Record>) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a record was checked to be shorter than 1 MB");
    let mut plain = Vec::with_capacity(BYTES);
    for record in records {
        plain.extend(length(&record.key).to_le_bytes());
        plain.extend(record.value.as_deref().map_or(NONE, length).to_le_bytes());
        plain.extend(&record.key);
        plain.extend(record.value.as_deref().unwrap_or_default());
    }
    lz4_flex::compress_prepend_size(&plain)
}

/// The records of a bundle, unpacked.
pub(super) struct Unpacked(Vec<u8>);

/// A key and its value.
type Entry<'b> = (&'b [u8], Option<&'b [u8]>);

impl Unpacked {
    /// None where it is not a bundle.
    pub(super) fn new(packed: &[u8]) -> Option<Unpacked> {
        let (length, packed) = lz4_flex::block::uncompressed_size(packed).ok()?;
        if length > BYTES + RECORDS * LENGTHS {
            return None; // no memory is taken for what a damaged row says of itself
        }
        lz4_flex::decompress(packed, length).ok().map(Unpacked)
    }

    /// None where it does not hold so many records.
    pub(super) fn records(&self, count: u32) -> Option<Vec<Entry<'_>>> {
        let mut rest = self.0.as_slice();
        let mut records = Vec::new();
        while !rest.is_empty() {
            records.push(entry(&mut rest)?);
        }
        (records.len() == count as usize).then_some(records)
    }
}

fn entry<'b>(rest: &mut &'b [u8]) -> Option<Entry<'b>> {
    let key = length(rest)?;
    let value = length(rest)?;
    let key = bytes(rest, key)?;
    let value = if value == NONE { None } else { Some(bytes(rest, value)?) };
    Some((key, value))
}

fn length(rest: &mut &[u8]) -> Option<u32> {
    let (length, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u32::from_le_bytes(*length))
}

fn bytes<'b>(rest: &mut &'b [u8], length: u32) -> Option<&'b [u8]> {
    let (bytes, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Topic;
    use proptest::prelude::*;

    fn record((key, value): (Vec<u8>, Option<Vec<u8>>)) -> Record {
        Record::new(Topic::ListChanges, 0, key, value)
    }

    fn records() -> impl Strategy<Value = Vec<Record>> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..40);
        prop::collection::vec((bytes(), prop::option::of(bytes())).prop_map(record), 1..40)
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked_the_same(records in records()) {
            let unpacked = Unpacked::new(&pack(records.iter())).unwrap();
            let read = unpacked.records(records.len() as u32).unwrap();
            let written: Vec<_> = records.iter().map(|r| (r.key.as_slice(), r.value.as_deref())).collect();
            prop_assert_eq!(read, written);
            prop_assert!(unpacked.records(records.len() as u32 + 1).is_none());
        }

        #[test]
        fn whatever_bytes_there_are_nothing_panics(packed in prop::collection::vec(any::<u8>(), 0..60), count in 0_u32..4) {
            drop(Unpacked::new(&packed));
            drop(Unpacked(packed).records(count));
        }
    }

    #[test]
    fn a_bundle_ends_before_it_is_too_long_and_a_long_record_stands_alone() {
        let of = |bytes: usize| record((Vec::new(), Some(vec![0; bytes])));
        let take = |sizes: &[usize]| super::take(sizes.iter().map(|size| of(*size)).collect::<Vec<_>>().iter());
        assert_eq!(take(&[BYTES + 1, 1]), 1);
        assert_eq!(take(&[BYTES - 1, 1, 1]), 2);
        assert_eq!(take(&[1; RECORDS + 1]), RECORDS);
    }
}
