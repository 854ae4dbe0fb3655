//! `chengxin tail`: prints a stream of the log, and follows it.

use super::open;
use crate::{
    config::{Stream, Tail},
    feed::Kind,
    tail,
};
use std::{
    io::{self, Write},
    sync::{Arc, atomic::AtomicBool},
};

pub(super) fn run(arguments: &Tail) -> Result<u8, Box<dyn std::error::Error>> {
    let log = open::log_for_reading(&arguments.place)?;
    let what = match arguments.stream {
        Stream::Events => Kind::Events,
        Stream::ListChanges => Kind::ListChanges,
        Stream::MeasureChanges => Kind::MeasureChanges,
        Stream::ObligationChanges => Kind::ObligationChanges,
    };
    // Ctrl-C ends the process; nothing has to be saved.
    let stop = Arc::new(AtomicBool::new(false));
    let mut out = io::BufWriter::new(io::stdout().lock());
    tail::run(&*log, what, arguments.after.as_deref(), arguments.follow, &mut out, &stop)?;
    out.flush()?;
    Ok(0)
}
