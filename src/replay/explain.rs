//! Explains from the log alone: the same sentences as the server's, beside that server.

use super::{Format, ReplayError, ReplayOptions, Replayed, Show, bounds, fold};
use crate::{
    codec::Codec,
    log::Log,
    query::{
        explain::{Explained, Told},
        subject::{self, About},
    },
};
use chengxin_projections::{date::Date, explain::Question, facts::Known};
use std::io::{ErrorKind, Write};

/// What is asked to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainOptions {
    /// As of a replay.
    pub until: Option<String>,
    pub as_of: Option<Date>,
    /// By organisation code, USCC, or the id of a person.
    pub subject: String,
    pub question: Question,
    pub as_json: bool,
}

/// Folds the log and prints an explanation. Progress goes to stderr.
pub fn explain(log: &dyn Log, options: &ExplainOptions, out: &mut dyn Write) -> Result<(), ReplayError> {
    let explained = explained(log, options)?;
    let printed = match options.as_json {
        true => serde_json::to_writer_pretty(&mut *out, &explained).map_err(ReplayError::from).and_then(|()| {
            writeln!(out)?;
            Ok(())
        }),
        false => write!(out, "{}", explained.explanation).map_err(ReplayError::from),
    };
    match printed {
        Err(ReplayError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

fn explained(log: &dyn Log, options: &ExplainOptions) -> Result<Explained, ReplayError> {
    let codec = Codec::new();
    let key = subject::key(&options.subject);
    let replay = ReplayOptions {
        until: options.until.clone(),
        as_of: options.as_of,
        show: Show::Subject(key.clone()),
        format: Format::Json,
    };
    let bounds = bounds(log, &codec, replay.until.as_deref())?;
    let partitions = fold::all(log, &codec, &bounds, &replay.show)?;
    let result = Replayed { codec: &codec, partitions, options: &replay };
    let (folded, file) = result.file(&key)?;
    if subject::is_mistyped(&options.subject, file) {
        return Err(ReplayError::Mistyped);
    }
    let (as_of, known) = (result.as_of()?, Known::Now);
    let policies = &folded.partition.history;
    let told = Told { codec: &codec, file, bodies: result.bodies(folded, &key), known, as_of, policies };
    let explanation = told.explain(&options.question)?;
    let (known_at, position) = (result.known_at(), result.position());
    Ok(Explained { subject: About::of(file, known), explanation, as_of, known_at, position })
}
