//! `chengxin explain`: folds the log and says why something is as it is.

use super::open;
use crate::{
    config::{Explain, ExplainFormat},
    replay::{self, ExplainOptions},
};
use chengxin_projections::explain::{Question, QuestionText};
use std::io::{self, Write};

pub(super) fn run(arguments: &Explain) -> Result<u8, Box<dyn std::error::Error>> {
    let Explain { record, measure, flag, duty, event, .. } = arguments.clone();
    let question = Question::try_from(QuestionText { record, measure, flag, duty, event })?;
    let log = open::log_for_reading(&arguments.place)?;
    let options = ExplainOptions {
        until: arguments.until.clone(),
        as_of: arguments.as_of,
        subject: arguments.subject.clone(),
        question,
        as_json: arguments.format == ExplainFormat::Json,
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    replay::explain(&*log, &options, &mut out)?;
    out.flush()?;
    Ok(0)
}
