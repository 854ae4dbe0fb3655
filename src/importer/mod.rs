//! Runs files through the intake: double-publicity files row by row, events line by line.
//!
//! In the order of the walk: [`file`] finds out what a file is; `table` and `lines` read it into batches; `pipeline`
//! publishes batch after batch and hears what each did; [`Report`] sums up; what did not go in lies in a quarantine file
//! (`place`). Rows have ids that follow from what they say, so a file that was cut off in the middle is simply run again:
//! what went in before is answered as a duplicate, without an append.

pub mod jobs;
mod lines;
mod pipeline;
mod place;
mod reason;
mod report;
mod store;
mod table;

pub use pipeline::{Retry, Step, Watch};
pub use reason::meaning;
pub use report::{LINES_TOLD, Report};
pub use table::run;

use crate::{
    import::{FileError, QuarantineError, SourceFile},
    intake::{Intake, Publisher},
    vault::Vault,
};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};
use tokio::runtime::Handle;

/// Rows that are published together: enough that their syncs cost little, few enough to be under way in memory.
pub const BATCH_ROWS: usize = 4_000;
/// Bytes of rows after which a batch is full.
pub const BATCH_BYTES: usize = 8 << 20;
/// Batches of rows that are being appended and judged at a time. Rows do not depend on each other.
pub const BATCHES_UNDER_WAY: usize = 3;
/// Batches that are read ahead.
pub const BATCHES_READ_AHEAD: usize = 2;

/// Why an import ended before the end of the file. What went in until then stays, and is recognised next time.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Quarantine(#[from] QuarantineError),
    #[error("{detail}; what went in is kept, import the file again to go on")]
    Unavailable { detail: String },
    #[error("stopped; import the file again to go on")]
    Stopped,
}

impl ImportError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            ImportError::File(error) => error.code(),
            ImportError::Quarantine(error) => error.code(),
            ImportError::Unavailable { .. } => "unavailable",
            ImportError::Stopped => "stopped",
        }
    }
}

/// What an import works on.
#[derive(Clone)]
pub struct Target {
    pub intake: Intake,
    pub vault: Arc<Vault>,
    pub publisher: Publisher,
    pub runtime: Handle,
    /// What to do while the log is away.
    pub retry: Retry,
    /// Ends an import that waits.
    pub stop: Arc<AtomicBool>,
}

/// Where the quarantine file goes.
#[derive(Debug, Clone)]
pub enum Quarantine {
    /// Beside the source, with a number where one lies there already: a clerk may be at work on it.
    Beside,
    /// At this path without extension; an earlier run of the same import is replaced.
    At(PathBuf),
}

/// Whether a file holds events, one on each line, rather than a table.
pub fn is_events(path: &Path) -> Result<bool, FileError> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    let head = head.strip_prefix(&[0xEF, 0xBB, 0xBF][..]).unwrap_or(&head);
    Ok(head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{'))
}

/// The beginning of a file in which its first character is looked for.
const HEAD_BYTES: u64 = 4 << 10;

/// Tells whether a file can be imported at all, without importing it.
pub fn check(path: &Path) -> Result<(), FileError> {
    if is_events(path)? { Ok(()) } else { SourceFile::open(path).map(drop) }
}

/// Saves a quarantine file that comes from elsewhere beside its source.
pub fn save_quarantine(source: &Path, extension: &'static str, mut content: impl Read) -> Result<PathBuf, ImportError> {
    let place = place::Place::new(source, &Quarantine::Beside, extension)?;
    let written = place.create().and_then(|mut out| std::io::copy(&mut content, &mut out).and_then(|_| out.sync_all()));
    written.map_err(|error| ImportError::File(FileError::Io(error)))?;
    let report = place.finish(Ok(Report::default()))?;
    Ok(report.quarantine.unwrap_or_default())
}

/// Imports a file.
pub fn file(path: &Path, to: &Quarantine, target: &Target, watch: &mut Watch) -> Result<Report, ImportError> {
    if is_events(path)? {
        let place = place::Place::new(path, to, "ndjson")?;
        let out = lines::HeldLines::new(place.unfinished().to_owned());
        return place.finish(lines::run(path, out, target, watch));
    }
    let source = SourceFile::open(path)?;
    let place = place::Place::new(path, to, "csv")?;
    let out = crate::import::QuarantineWriter::at(place.unfinished().to_owned(), source.headings());
    let today = Some(target.intake.today());
    let away = table::Away::default();
    let rows = source.rows(table::settings(target, today, away.clone()));
    place.finish(table::run(rows, out, target, away, watch))
}
