//! The directories of a server's imports.

use super::jobs::Job;
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The file as it was sent.
pub(super) const SOURCE: &str = "source";
/// The quarantine file, without its extension.
pub(super) const QUARANTINE: &str = "quarantine";
const STATE: &str = "state.json";

/// Every import of the directory. An upload that was not accepted when the server ended is thrown away.
pub(super) fn load(directory: &Path) -> io::Result<BTreeMap<String, Job>> {
    let mut jobs = BTreeMap::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        match fs::read(path.join(STATE)) {
            Ok(bytes) => match serde_json::from_slice::<Job>(&bytes) {
                Ok(job) => {
                    if !job.is_unfinished() {
                        // A crash may have come between the end of an import and this.
                        drop(fs::remove_file(path.join(SOURCE)));
                    }
                    jobs.insert(job.id.clone(), job);
                }
                Err(error) => tracing::warn!(path = %path.display(), %error, "the state of an import is not readable"),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_dir() => fs::remove_dir_all(&path)?,
            Err(error) => tracing::warn!(path = %path.display(), %error, "the state of an import is not readable"),
        }
    }
    Ok(jobs)
}

/// Writes the state so that it is always whole.
pub(super) fn save(directory: &Path, job: &Job) -> io::Result<()> {
    let (path, unfinished) = (directory.join(STATE), directory.join("state.unfinished"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(&serde_json::to_vec(job)?)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    File::open(directory)?.sync_all()
}

/// The quarantine file that lies in the directory of an import.
pub(super) fn quarantine_name(directory: &Path) -> Option<String> {
    let names = ["csv", "ndjson"].map(|extension| format!("{QUARANTINE}.{extension}"));
    names.into_iter().find(|name| directory.join(name).exists())
}
