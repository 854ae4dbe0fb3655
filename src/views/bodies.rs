//! The subjects' events as they stand in the log, packed into a file of its own for each partition.
//!
//! An event never changes, so it is written once, at the end of the file. In a row of sled it would be written again with
//! every neighbour that comes (ADR 16). sled keeps the places; what no place leads to, as after a crash, is dead weight
//! until the next rebuild.

use super::{
    ViewError,
    partition::Body,
    rows::{self, Encoder, Raw},
};
use crate::log::Offset;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    ops::Range,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Bytes of events that are packed together, so that one can be read without many others.
const BLOCK_BYTES: usize = 16 << 10;
/// Bytes of what stands beside an event.
const BESIDE_BYTES: usize = 16;
/// Bytes of the checksum before each block: what the disk has damaged is no event.
const CHECKSUM_BYTES: usize = 4;

/// The file of a partition.
#[derive(Debug)]
pub(super) struct Bodies {
    path: PathBuf,
    file: File,
    /// Where the next block goes; the file may be longer by what a failed write left there.
    end: AtomicU64,
    /// Readers do not wait for who writes.
    writing: Mutex<()>,
}

/// Where events of a subject are that were saved together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    block: Range<u64>,
    /// Within the block, unpacked.
    within: Range<u32>,
}

impl Bodies {
    pub(super) fn open(directory: &Path, partition: u16) -> Result<Bodies, ViewError> {
        let path = directory.join(format!("bodies-{partition}"));
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(|error| trouble(&path, &error))?;
        let end = file.metadata().map_err(|error| trouble(&path, &error))?.len();
        Ok(Bodies { path, file, end: AtomicU64::new(end), writing: Mutex::default() })
    }

    /// Throws everything away. Nothing may lead here any more.
    pub(super) fn clear(&self) -> Result<(), ViewError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.end.store(0, Ordering::Release);
        self.file.set_len(0).map_err(|error| self.trouble(&error))
    }

    pub(super) fn sync(&self) -> Result<(), ViewError> {
        self.file.sync_all().map_err(|error| self.trouble(&error))
    }

    /// Writes the events of some subjects, those of neighbours side by side, and tells where each subject's are.
    pub(super) fn append(&self, subjects: &[(&str, &[Body])]) -> Result<Vec<Place>, ViewError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let end = self.end.load(Ordering::Acquire);
        let (mut packing, mut places) = (Packing::default(), Vec::with_capacity(subjects.len()));
        for (subject, bodies) in subjects {
            let size = bodies.iter().map(|(_, body)| body.len() + BESIDE_BYTES).sum();
            // Who reads a subject with few events shall not unpack those of one with many.
            if packing.plain.len() + size > 2 * BLOCK_BYTES {
                packing.finish(end, &mut places)?;
            }
            packing.plain.reserve(size);
            let start = length(&packing.plain)?;
            let saved: Vec<(Offset, Raw)> = bodies.iter().map(|(offset, body)| (*offset, Raw(body))).collect();
            rows::write(&(subject, saved), &mut packing.plain)?;
            places.push(Place { block: 0..0, within: start..length(&packing.plain)? });
            if packing.plain.len() >= BLOCK_BYTES {
                packing.finish(end, &mut places)?;
            }
        }
        packing.finish(end, &mut places)?;
        let packed = packing.packed;
        self.file.write_all_at(&packed, end).map_err(|error| self.trouble(&error))?;
        self.end.store(end + packed.len() as u64, Ordering::Release);
        Ok(places)
    }

    /// The events of a subject that are in a place. It is an error, and not another's events, if they are not the subject's.
    pub(super) fn read(&self, subject: &str, place: &Place) -> Result<Vec<Body>, ViewError> {
        let no_block = || ViewError(format!("{}: {place:?} is no place", self.path.display()));
        let end = self.end.load(Ordering::Acquire);
        let length = place.block.end.checked_sub(place.block.start).filter(|_| place.block.end <= end);
        let mut packed = vec![0; length.ok_or_else(no_block)? as usize];
        self.file.read_exact_at(&mut packed, place.block.start).map_err(|error| self.trouble(&error))?;
        let damaged = || ViewError(format!("{}: the block at {place:?} is damaged", self.path.display()));
        let (checksum, block) = packed.split_first_chunk::<CHECKSUM_BYTES>().ok_or_else(no_block)?;
        if u32::from_le_bytes(*checksum) != crc32fast::hash(block) {
            return Err(damaged());
        }
        let plain = rows::unpack(block)?;
        let own = plain.get(place.within.start as usize..place.within.end as usize).ok_or_else(no_block)?;
        let (whose, saved): (&str, Vec<(Offset, Raw)>) = rows::parse(own)?;
        if whose != subject {
            return Err(no_block());
        }
        Ok(saved.into_iter().map(|(offset, body)| (offset, Bytes::copy_from_slice(body.0))).collect())
    }

    fn trouble(&self, error: &std::io::Error) -> ViewError {
        trouble(&self.path, error)
    }
}

/// Blocks on their way into the file.
#[derive(Default)]
struct Packing {
    encoder: Encoder,
    /// Of the block that is begun.
    plain: Vec<u8>,
    packed: Vec<u8>,
    /// Places that have their block.
    placed: usize,
}

impl Packing {
    /// Ends the block that is begun, if there is one, and gives it to the places in it.
    fn finish(&mut self, end: u64, places: &mut [Place]) -> Result<(), ViewError> {
        if self.placed == places.len() {
            return Ok(());
        }
        let start = end + self.packed.len() as u64;
        let block = self.encoder.pack(&self.plain)?;
        self.packed.extend_from_slice(&crc32fast::hash(block).to_le_bytes());
        self.packed.extend_from_slice(block);
        for place in &mut places[self.placed..] {
            place.block = start..end + self.packed.len() as u64;
        }
        self.placed = places.len();
        self.plain.clear();
        Ok(())
    }
}

fn length(plain: &[u8]) -> Result<u32, ViewError> {
    u32::try_from(plain.len()).map_err(|_| ViewError("events saved together are longer than 4 GiB".to_owned()))
}

fn trouble(path: &Path, error: &std::io::Error) -> ViewError {
    ViewError(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(offset: Offset) -> Body {
        (offset, Bytes::from(format!("event {offset} ").repeat(100)))
    }

    #[test]
    fn what_was_written_is_found_again_also_after_the_file_was_opened_anew() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Bodies::open(directory.path(), 0).unwrap();
        let subjects: Vec<(String, Vec<Body>)> =
            (0..40).map(|subject| (format!("S{subject}"), (0..subject % 5).map(body).collect())).collect();
        let slices: Vec<(&str, &[Body])> = subjects.iter().map(|(id, bodies)| (&**id, &**bodies)).collect();
        let (first, second) = slices.split_at(23);
        let mut places = open().append(first).unwrap();
        let bodies = open();
        places.extend(bodies.append(second).unwrap());
        for (place, (subject, expected)) in places.iter().zip(&subjects) {
            assert_eq!(bodies.read(subject, place).unwrap(), *expected);
        }
        let blocks: std::collections::BTreeSet<u64> = places.iter().map(|place| place.block.start).collect();
        assert!((3..20).contains(&blocks.len()), "neighbours are packed together: {blocks:?}");
    }

    #[test]
    fn a_subject_with_few_events_does_not_share_a_block_with_one_that_has_very_many() {
        let directory = tempfile::tempdir().unwrap();
        let bodies = Bodies::open(directory.path(), 0).unwrap();
        let (few, many): (Vec<Body>, Vec<Body>) = ((0..2).map(body).collect(), (0..500).map(body).collect());
        let places = bodies.append(&[("S1", &few), ("S2", &many), ("S3", &few)]).unwrap();
        assert!(places[0].block.end <= places[1].block.start && places[1].block.end <= places[2].block.start);
        for (place, (subject, expected)) in places.iter().zip([("S1", &few), ("S2", &many), ("S3", &few)]) {
            assert_eq!(bodies.read(subject, place).unwrap(), *expected);
        }
    }

    #[test]
    fn what_the_disk_has_damaged_anywhere_is_an_error_and_no_event() {
        let directory = tempfile::tempdir().unwrap();
        let bodies = Bodies::open(directory.path(), 0).unwrap();
        let place = bodies.append(&[("S1", &[body(1)])]).unwrap().remove(0);
        let whole = std::fs::read(&bodies.path).unwrap();
        for index in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[index] ^= 0x10;
            std::fs::write(&bodies.path, damaged).unwrap();
            assert!(bodies.read("S1", &place).is_err(), "byte {index}");
        }
    }

    #[test]
    fn a_place_that_is_none_or_another_subjects_is_an_error_and_no_panic() {
        let directory = tempfile::tempdir().unwrap();
        let bodies = Bodies::open(directory.path(), 0).unwrap();
        let place = bodies.append(&[("S1", &[body(1)])]).unwrap().remove(0);
        assert!(bodies.read("S1", &place).is_ok());
        assert!(bodies.read("S2", &place).is_err());
        let moved = |block: Range<u64>, within: Range<u32>| bodies.read("S1", &Place { block, within });
        assert!(moved(0..place.block.end + 1, place.within.clone()).is_err());
        assert!(moved(place.block.end..0, place.within.clone()).is_err());
        assert!(moved(1..place.block.end, place.within.clone()).is_err());
        assert!(moved(place.block.clone(), 0..u32::MAX).is_err());
        bodies.clear().unwrap();
        assert!(bodies.read("S1", &place).is_err());
    }
}
