//! Views on sled: a cache of what the log means, which can be deleted at any time.
//!
//! **Each row says up to which offset it is right.** A file's row carries `applied`, so rows may be written one by one, in
//! any order and ahead of the checkpoint: a replay skips what a file has already. That keeps readers from waiting for
//! large atomic batches, which hold up every other operation of sled (ADR 3). The checkpoint is written after the rows
//! that it vouches for, and sled recovers its log up to a prefix, so rows may lead the checkpoint but never lag it.
//!
//! The events themselves stand in files beside sled (`bodies.rs`). No type of sled leaves this module. Any error or panic of sled means "rebuild", never a crash.

mod bodies;
mod marker;
mod pages;
mod partition;
mod rows;
mod terms;
mod writing;

pub use partition::{Body, Checkpoint, Held, Index, NewName, PartitionViews};
pub use terms::{LINKING_TERM, Term, duty_term, identifier_term, linked_codes, list_term};
pub use writing::{ENCODED_AT_ONCE, Encoded, Encoding, Leading, Moved};

use bodies::Bodies;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Changes when the rows or what they hold change; old views are left beside the new ones until the first clean stop.
pub const PROJECTION_VERSION: u32 = 10;

/// Memory that sled may use for its pages.
const CACHE_BYTES: u64 = 160 << 20;

/// The views could not be read or written; they are to be rebuilt from the log.
#[derive(Debug, Clone, thiserror::Error)]
#[error("views not usable: {0}")]
pub struct ViewError(pub String);

impl From<sled::Error> for ViewError {
    fn from(error: sled::Error) -> ViewError {
        ViewError(error.to_string())
    }
}

/// The views of all partitions.
#[derive(Debug)]
pub struct Views {
    db: sled::Db,
    directory: PathBuf,
    /// Of the partitions that were asked for: nobody else writes to these files.
    bodies: Mutex<BTreeMap<u16, Arc<Bodies>>>,
}

impl Views {
    /// Opens the views below `data`. Where they cannot be trusted they are thrown away and will be rebuilt: after the
    /// machine went down without a clean stop (sled does not sync its files), and when they cannot be read.
    pub fn open(data: &Path) -> Result<Views, ViewError> {
        Views::open_at(directory(data))
    }

    /// Views beside the others, empty at first, for a rebuild.
    pub fn beside(data: &Path) -> Result<Views, ViewError> {
        let directory = directory(data).with_extension("new");
        discard(&directory)?;
        Views::open_at(directory)
    }

    /// Puts new views, which are closed, in the place of the old, which are closed too.
    pub fn switch(data: &Path) -> Result<(), ViewError> {
        let directory = directory(data);
        let (new, old) = (directory.with_extension("new"), directory.with_extension("old"));
        discard(&old)?;
        let renamed = |from: &Path, to: &Path| match std::fs::rename(from, to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(ViewError(format!("{} to {}: {error}", from.display(), to.display())))
            }
            _ => Ok(()),
        };
        renamed(&directory, &old)?;
        renamed(&new, &directory)?;
        discard(&old)
    }

    fn open_at(directory: PathBuf) -> Result<Views, ViewError> {
        let open = |directory: &Path| {
            let config = sled::Config::new().path(directory.join("db")).cache_capacity(CACHE_BYTES);
            catch_unwind(AssertUnwindSafe(|| config.open())).map_err(|_| ViewError("sled panicked at open".to_owned()))
        };
        if !marker::is_trusted(&directory) {
            tracing::warn!(directory = %directory.display(), "views were not closed cleanly before the machine went down: rebuilding them");
            discard(&directory)?;
        }
        std::fs::create_dir_all(&directory).map_err(|error| ViewError(format!("{}: {error}", directory.display())))?;
        marker::write(&directory, false)?;
        let db = match open(&directory) {
            Ok(Ok(db)) => db,
            Ok(Err(sled::Error::Io(error))) if error.kind() == std::io::ErrorKind::WouldBlock => {
                return Err(ViewError(format!("{} is in use by another process", directory.display())));
            }
            Ok(Err(_)) | Err(_) => {
                tracing::warn!(directory = %directory.display(), "views cannot be read: rebuilding them");
                discard(&directory)?;
                std::fs::create_dir_all(&directory).map_err(|error| ViewError(error.to_string()))?;
                marker::write(&directory, false)?;
                open(&directory)??
            }
        };
        Ok(Views { db, directory, bodies: Mutex::default() })
    }

    pub fn partition(&self, number: u16) -> Result<PartitionViews, ViewError> {
        let bodies = match self.bodies().entry(number) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => place.insert(Bodies::open(&self.directory, number)?.into()).clone(),
        };
        PartitionViews::open(&self.db, bodies, number)
    }

    fn bodies(&self) -> MutexGuard<'_, BTreeMap<u16, Arc<Bodies>>> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes everything durable and leaves the marker of a clean stop.
    pub fn close(self) -> Result<(), ViewError> {
        self.db.flush()?;
        // sled's flush does not sync the file to the disk.
        let file = std::fs::File::open(self.directory.join("db").join("db"));
        file.and_then(|file| file.sync_all()).map_err(|error| ViewError(error.to_string()))?;
        self.bodies().values().try_for_each(|bodies| bodies.sync())?;
        marker::write(&self.directory, true)?;
        discard_older(&self.directory);
        Ok(())
    }
}

/// Views of earlier versions, which nobody reads any more. What cannot be removed stays.
fn discard_older(directory: &Path) {
    let entries = directory.parent().and_then(|views| std::fs::read_dir(views).ok());
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name();
        let version = name.to_str().and_then(|name| name.strip_prefix('v')?.parse::<u32>().ok());
        if version.is_some_and(|version| version < PROJECTION_VERSION)
            && let Err(error) = discard(&entry.path())
        {
            tracing::warn!(%error, "views of an earlier version cannot be removed");
        }
    }
}

fn directory(data: &Path) -> PathBuf {
    data.join("views").join(format!("v{PROJECTION_VERSION}"))
}

fn discard(directory: &Path) -> Result<(), ViewError> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ViewError(format!("{}: {error}", directory.display())))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_of_earlier_versions_are_gone_after_a_clean_stop_and_nothing_else() {
        let data = tempfile::tempdir().unwrap();
        let place = |name: &str| data.path().join("views").join(name);
        for name in ["v1", "v999", "v1.old", "notes"] {
            std::fs::create_dir_all(place(name)).unwrap();
        }
        let views = Views::open(data.path()).unwrap();
        assert!(place("v1").exists());
        views.close().unwrap();
        assert!(!place("v1").exists());
        assert!(["v999", "v1.old", "notes"].iter().all(|name| place(name).exists()));
        assert!(directory(data.path()).exists());
    }
}
