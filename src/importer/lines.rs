//! Events, one on each line.

use super::{
    BATCH_BYTES, BATCH_ROWS, ImportError, Report, Target,
    pipeline::{self, Batch, Item, Sink, Source, Verdict, Watch},
};
use crate::{
    import::{FileError, QuarantineError},
    intake::{FieldError, MAX_EVENT_BYTES, Rejection, parse},
};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// One batch at a time: an event may need the one before it, so none may overtake another that has to be retried.
const UNDER_WAY: usize = 1;
/// How much of a line that is too long is kept to recognise it by.
const KEPT_BYTES: usize = 1 << 10;

/// A line that did not go in. Such lines can be corrected (in `raw`) and imported again.
#[derive(Debug, Serialize)]
struct HeldLine<'a> {
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    raw: Cow<'a, str>,
}

/// The part of it that is imported again. No event has a field of that name.
#[derive(Deserialize)]
struct Again {
    raw: String,
}

/// Writes the quarantine file; without lines there is no file.
pub(super) struct HeldLines {
    path: PathBuf,
    out: Option<BufWriter<File>>,
}

impl HeldLines {
    pub(super) fn new(path: PathBuf) -> HeldLines {
        HeldLines { path, out: None }
    }

    fn write(&mut self, held: &HeldLine<'_>) -> Result<(), QuarantineError> {
        let mut line = serde_json::to_vec(held).expect("texts and numbers are JSON");
        line.push(b'\n');
        let written = self.open().and_then(|out| out.write_all(&line));
        written.map_err(|source| QuarantineError::Io { path: self.path.clone(), source })
    }

    fn open(&mut self) -> std::io::Result<&mut BufWriter<File>> {
        if self.out.is_none() {
            // Readable by its owner alone: events can be personal.
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path)?;
            self.out = Some(BufWriter::new(file));
        }
        Ok(self.out.as_mut().expect("it was opened above"))
    }

    fn finish(self) -> Result<(), QuarantineError> {
        let Some(out) = self.out else { return Ok(()) };
        let synced = out.into_inner().map_err(|error| error.into_error()).and_then(|file| file.sync_all());
        synced.map_err(|source| QuarantineError::Io { path: self.path, source })
    }
}

/// Publishes the events of a file.
pub(super) fn run(path: &Path, out: HeldLines, target: &Target, watch: &mut Watch) -> Result<Report, ImportError> {
    let file = File::open(path)?;
    let total = file.metadata()?.len();
    let mut source = Reading { lines: BufReader::new(file), line: 0, done: 0, total, target };
    let mut sink = Events { report: Report::default(), out };
    let ended = pipeline::run(&mut source, &mut sink, UNDER_WAY, target, watch);
    let Events { report, out } = sink;
    match (out.finish(), ended) {
        (_, Err(error)) => Err(error),
        (Err(error), Ok(())) => Err(error.into()),
        (Ok(()), Ok(())) => Ok(report),
    }
}

struct Reading<'t> {
    lines: BufReader<File>,
    line: u64,
    done: u64,
    total: u64,
    target: &'t Target,
}

/// A line, and why it has no draft.
struct Kept {
    line: u64,
    raw: Vec<u8>,
    rejected: Option<Rejection>,
}

impl Source<Kept> for Reading<'_> {
    fn next(&mut self) -> Result<Option<Batch<Kept>>, ImportError> {
        let mut items = Vec::new();
        let begun = self.done;
        // An empty batch would be the end: blank lines alone are none.
        while items.is_empty() || (items.len() < BATCH_ROWS && self.done - begun < BATCH_BYTES as u64) {
            let Some((raw, too_long)) = self.read_line()? else { break };
            self.line += 1;
            let raw = if self.line == 1 { without_mark(raw) } else { raw };
            if raw.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            items.push(self.item(raw, too_long));
        }
        Ok((!items.is_empty()).then_some(Batch { items, done: self.done, total: self.total }))
    }
}

impl Reading<'_> {
    fn item(&self, raw: Vec<u8>, too_long: bool) -> Item<Kept> {
        let raw = again(raw);
        let parsed = if too_long {
            let detail = format!("a line has at most {MAX_EVENT_BYTES} bytes; only its beginning is kept");
            Err(Rejection::Malformed(vec![FieldError::new("", "too-long", detail)]))
        } else {
            parse(&raw, &self.target.publisher, &self.target.vault)
        };
        let (draft, rejected) = match parsed {
            Ok(draft) => (Some(Box::new(draft)), None),
            Err(rejection) => (None, Some(rejection)),
        };
        Item { kept: Kept { line: self.line, raw, rejected }, draft }
    }

    /// The next line without its end, and whether it is too long: then only its beginning. Never keeps more of a line
    /// than an event may have.
    fn read_line(&mut self) -> std::io::Result<Option<(Vec<u8>, bool)>> {
        let (mut line, mut too_long) = (Vec::new(), false);
        loop {
            let chunk = self.lines.fill_buf()?;
            if chunk.is_empty() {
                return Ok((!line.is_empty()).then_some((line, too_long)));
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            // A line of a quarantine file holds its event as a text, in up to twice its length, and the reasons.
            if !too_long && line.len() + part.len() > 3 * MAX_EVENT_BYTES {
                too_long = true;
                line.truncate(KEPT_BYTES);
            }
            if !too_long {
                line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.lines.consume(used);
            self.done += used as u64;
            if end.is_some() {
                return Ok(Some((line, too_long)));
            }
        }
    }
}

fn without_mark(line: Vec<u8>) -> Vec<u8> {
    match line.strip_prefix(&[0xEF, 0xBB, 0xBF][..]) {
        Some(rest) => rest.to_vec(),
        None => line,
    }
}

/// A line of a quarantine file is imported by its `raw`.
fn again(line: Vec<u8>) -> Vec<u8> {
    let candidate = line.windows(5).any(|part| part == b"\"raw\"");
    match candidate.then(|| serde_json::from_slice::<Again>(&line)) {
        Some(Ok(again)) => again.raw.into_bytes(),
        _ => line,
    }
}

struct Events {
    report: Report,
    out: HeldLines,
}

impl Sink<Kept> for Events {
    fn settle(&mut self, kept: Kept, verdict: Verdict) -> Result<(), ImportError> {
        let Kept { line, raw, rejected } = kept;
        self.report.rows += 1;
        let (refused, code, reason, errors) = match (rejected, verdict) {
            (Some(Rejection::Malformed(errors)), _) => (false, None, None, errors),
            (Some(other), _) => (false, Some("forbidden"), Some(other.to_string()), Vec::new()),
            (None, Verdict::NotPublished) => {
                self.report.applied += 1;
                return Ok(());
            }
            (None, Verdict::Applied(warnings)) => {
                self.report.applied += 1;
                warnings.iter().for_each(|code| self.report.warning(code, line));
                return Ok(());
            }
            (None, Verdict::Duplicate) => {
                self.report.duplicates += 1;
                return Ok(());
            }
            (None, Verdict::Refused(code, detail)) => (true, Some(code), Some(detail), Vec::new()),
            (None, Verdict::Malformed(errors)) => (false, None, None, errors),
        };
        let counted = if refused { &mut self.report.refused } else { &mut self.report.held_back };
        *counted += 1;
        let codes = code.into_iter().chain(errors.iter().map(|error| error.code));
        codes.for_each(|code| self.report.problem(code, line));
        let raw = String::from_utf8_lossy(&raw);
        Ok(self.out.write(&HeldLine { line, code, reason: reason.as_deref(), errors: &errors, raw })?)
    }

    fn report(&self) -> &Report {
        &self.report
    }
}

impl From<std::io::Error> for ImportError {
    fn from(error: std::io::Error) -> ImportError {
        ImportError::File(FileError::Io(error))
    }
}
