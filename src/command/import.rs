//! `chengxin import`: double-publicity files and events, into the data directory or through a running server.

use super::{QUARANTINED, open, summary, upload};
use crate::{
    config::{Import, LogKind},
    importer::{self, Quarantine, Report, Retry, Step, Target},
    intake::{Intake, Publisher, check_org, noted},
    log::embedded::Embedded,
    node::Node,
    progress::Progress,
};
use std::{
    ops::ControlFlow,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

type Error = Box<dyn std::error::Error>;

/// How long the start waits until the views have caught up with the log.
const READY_WAIT: Duration = Duration::from_secs(600);
/// Pause before it looks again.
const READY_POLL: Duration = Duration::from_millis(10);

pub(super) fn run(arguments: &Import) -> Result<u8, Error> {
    // A name that is mistyped is better told before an hour of work than after.
    if let Some(missing) = arguments.files.iter().find(|file| !file.is_file()) {
        let why = if missing.is_dir() { "a directory; name the files in it" } else { "no such file" };
        return Err(format!("{}: {why}", missing.display()).into());
    }
    check_org(&arguments.org).map_err(|error| format!("--as {} {error}", arguments.org))?;
    match &arguments.server {
        Some(server) => upload::run(server, arguments),
        None => here(arguments),
    }
}

fn here(arguments: &Import) -> Result<u8, Error> {
    if arguments.place.log == LogKind::Embedded && !Embedded::is_in(&arguments.place.data) {
        let data = arguments.place.data.display();
        eprintln!(
            "there was no log in {data}: a new one is made there; with --server URL it goes into that of a running server"
        );
    }
    let node = open_node(arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let target = Target {
        intake: Intake::new(node.clone()),
        vault: node.vault.clone(),
        publisher: Publisher::department(&arguments.org),
        runtime: runtime.handle().clone(),
        retry: Retry::default(),
        stop: Arc::default(),
    };
    let settled = wait_until_ready(&node).and_then(|()| Ok(noted::settle(&node, &noted::waiting(&node)?)?));
    let imported = settled.and_then(|()| {
        each(&arguments.files, |file| {
            let mut progress = Progress::new(file.display().to_string(), "行");
            let report = importer::file(file, &Quarantine::Beside, &target, &mut |step| show(&mut progress, &step))?;
            progress.finish(report.rows);
            Ok(report)
        })
    });
    drop(target);
    node.stop()?;
    imported
}

/// Imports file after file, prints what became of each, and tells the exit code. An unreadable file does not keep the
/// others out.
pub(super) fn each(
    files: &[std::path::PathBuf],
    mut import: impl FnMut(&Path) -> Result<Report, Error>,
) -> Result<u8, Error> {
    let (mut quarantined, mut failed) = (false, 0);
    for file in files {
        match import(file) {
            Ok(report) => {
                quarantined |= report.quarantined() > 0;
                print!("{}", summary::text(file, &report));
            }
            Err(error) => {
                failed += 1;
                eprintln!("chengxin: {}: {error}", file.display());
            }
        }
    }
    match failed {
        0 if quarantined => Ok(QUARANTINED),
        0 => Ok(0),
        _ => Err(format!("{failed} of {} files could not be imported", files.len()).into()),
    }
}

fn show(progress: &mut Progress, step: &Step<'_>) -> ControlFlow<()> {
    match step.waiting {
        Some(reason) => progress.say(&format!("waiting, nothing is lost: {reason}")),
        None => progress.set(step.done, step.total, step.report.rows),
    }
    ControlFlow::Continue(())
}

fn open_node(arguments: &Import) -> Result<Arc<Node>, Error> {
    let place = &arguments.place;
    let opened = open::log(place).and_then(|opened| open::node(place, opened.log, &arguments.clock, None, false));
    opened.map_err(|error| {
        let text = error.to_string();
        if !text.contains("in use by another process") {
            return error;
        }
        let data = place.data.display();
        let hint = "import through the running server: --server URL --token TOKEN";
        format!("the data directory {data} is in use by another process; {hint}").into()
    })
}

fn wait_until_ready(node: &Node) -> Result<(), Error> {
    let begun = Instant::now();
    while !node.projector.is_ready() {
        if begun.elapsed() >= READY_WAIT {
            let seconds = READY_WAIT.as_secs();
            return Err(format!("the views have not caught up with the log within {seconds} s").into());
        }
        std::thread::sleep(READY_POLL);
    }
    Ok(())
}
