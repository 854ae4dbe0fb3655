//! The subjects' events as they stand in the log, in a file of its own for each partition.
//!
//! An event never changes, so it is written once, at the end of the file. In a row of sled it would be written again with
//! every neighbour that comes (ADR 16). sled keeps the places; what no place leads to, as after a crash, is dead weight
//! until the next rebuild. They are not compressed (ADR 16).

use super::{
    ViewError,
    partition::Body,
    rows::{self, Raw},
};
use crate::log::Offset;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Bytes of the checksum before the events of a subject: what the disk has damaged is no event.
const CHECKSUM_BYTES: usize = 4;

/// The file of a partition.
#[derive(Debug)]
pub(super) struct Bodies {
    path: PathBuf,
    file: File,
    /// Where the next events go; the file may be longer by what a failed write left there.
    end: AtomicU64,
    /// Readers do not wait for who writes.
    writing: Mutex<()>,
}

/// Where events of a subject are that were saved together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    start: u64,
    length: u32,
}

/// The events of some subjects as they are to be written.
#[derive(Debug, Default)]
pub(super) struct EncodedBodies {
    bytes: Vec<u8>,
    /// Where those of each subject end.
    ends: Vec<usize>,
}

impl EncodedBodies {
    pub(super) fn add(&mut self, subject: &str, bodies: &[Body]) -> Result<(), ViewError> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; CHECKSUM_BYTES]);
        let saved: Vec<(Offset, Raw)> = bodies.iter().map(|(offset, body)| (*offset, Raw(body))).collect();
        rows::write(&(subject, saved), &mut self.bytes)?;
        let checksum = crc32fast::hash(&self.bytes[start + CHECKSUM_BYTES..]);
        self.bytes[start..start + CHECKSUM_BYTES].copy_from_slice(&checksum.to_le_bytes());
        self.ends.push(self.bytes.len());
        Ok(())
    }

    /// Makes room for others, in the same memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
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

    /// Writes the events of some subjects, and tells where each subject's are, in their order.
    pub(super) fn append(&self, subjects: &EncodedBodies) -> Result<Vec<Place>, ViewError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let end = self.end.load(Ordering::Acquire);
        let mut places = Vec::with_capacity(subjects.ends.len());
        let mut start = 0;
        for behind in &subjects.ends {
            let length = u32::try_from(behind - start);
            let too_long = |_| ViewError("events of a subject saved together are longer than 4 GiB".to_owned());
            places.push(Place { start: end + start as u64, length: length.map_err(too_long)? });
            start = *behind;
        }
        self.file.write_all_at(&subjects.bytes, end).map_err(|error| self.trouble(&error))?;
        self.end.store(end + subjects.bytes.len() as u64, Ordering::Release);
        Ok(places)
    }

    /// The events of a subject that are in a place. It is an error, and not another's events, if they are not the subject's.
    pub(super) fn read(&self, subject: &str, place: &Place) -> Result<Vec<Body>, ViewError> {
        let wrong = |what: &str| ViewError(format!("{}: {place:?} {what}", self.path.display()));
        let end = self.end.load(Ordering::Acquire);
        if place.start.checked_add(place.length.into()).is_none_or(|behind| behind > end) {
            return Err(wrong("is no place"));
        }
        let mut read = vec![0; place.length as usize];
        self.file.read_exact_at(&mut read, place.start).map_err(|error| self.trouble(&error))?;
        let (checksum, own) = read.split_first_chunk::<CHECKSUM_BYTES>().ok_or_else(|| wrong("is no place"))?;
        if u32::from_le_bytes(*checksum) != crc32fast::hash(own) {
            return Err(wrong("is damaged"));
        }
        let (whose, saved): (&str, Vec<(Offset, Raw)>) = rows::parse(own)?;
        if whose != subject {
            return Err(wrong("has the events of another subject"));
        }
        Ok(saved.into_iter().map(|(offset, body)| (offset, Bytes::copy_from_slice(body.0))).collect())
    }

    fn trouble(&self, error: &std::io::Error) -> ViewError {
        trouble(&self.path, error)
    }
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

    fn encoded(subjects: &[(String, Vec<Body>)]) -> EncodedBodies {
        let mut encoded = EncodedBodies::default();
        for (subject, bodies) in subjects {
            encoded.add(subject, bodies).unwrap();
        }
        encoded
    }

    #[test]
    fn what_was_written_is_found_again_also_after_the_file_was_opened_anew() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Bodies::open(directory.path(), 0).unwrap();
        let subjects: Vec<(String, Vec<Body>)> =
            (0..40).map(|subject| (format!("S{subject}"), (0..subject % 5).map(body).collect())).collect();
        let (first, second) = subjects.split_at(23);
        let mut places = open().append(&encoded(first)).unwrap();
        let bodies = open();
        places.extend(bodies.append(&encoded(second)).unwrap());
        for (place, (subject, expected)) in places.iter().zip(&subjects) {
            assert_eq!(bodies.read(subject, place).unwrap(), *expected);
        }
    }

    #[test]
    fn what_the_disk_has_damaged_anywhere_is_an_error_and_no_event() {
        let directory = tempfile::tempdir().unwrap();
        let bodies = Bodies::open(directory.path(), 0).unwrap();
        let place = bodies.append(&encoded(&[("S1".to_owned(), vec![body(1)])])).unwrap().remove(0);
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
        let place = bodies.append(&encoded(&[("S1".to_owned(), vec![body(1)])])).unwrap().remove(0);
        assert!(bodies.read("S1", &place).is_ok());
        assert!(bodies.read("S2", &place).is_err());
        let Place { start, length } = place;
        let moved = |start: u64, length: u32| bodies.read("S1", &Place { start, length });
        assert!(moved(start, length + 1).is_err() && moved(start, length - 1).is_err());
        assert!(moved(start + 1, length - 1).is_err() && moved(start, 0).is_err());
        assert!(moved(u64::MAX, 1).is_err() && moved(u64::MAX, u32::MAX).is_err());
        bodies.clear().unwrap();
        assert!(bodies.read("S1", &place).is_err());
    }
}
