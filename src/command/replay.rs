//! `chengxin replay`: folds the log and prints what was, as of a day and as known at a position.

use super::open;
use crate::{
    config::{Format, ListArgument, Replay},
    replay::{self, ReplayOptions, Show},
};
use chengxin_projections::change::ListName;
use std::io::{self, Write};

pub(super) fn run(arguments: &Replay) -> Result<u8, Box<dyn std::error::Error>> {
    let log = open::log_for_reading(&arguments.place)?;
    let show = match (&arguments.subject, arguments.list) {
        (Some(subject), _) => Show::Subject(subject.clone()),
        (None, ListArgument::Red) => Show::List(ListName::Red),
        (None, ListArgument::Black) => Show::List(ListName::Black),
        (None, ListArgument::Watch) => Show::List(ListName::Watch),
    };
    let format = match arguments.format {
        Format::Table => replay::Format::Table,
        Format::Json => replay::Format::Json,
        Format::Csv => replay::Format::Csv,
    };
    let options = ReplayOptions { until: arguments.until.clone(), as_of: arguments.as_of, show, format };
    let mut out = io::BufWriter::new(io::stdout().lock());
    replay::run(&*log, &options, &mut out)?;
    out.flush()?;
    Ok(0)
}
