//! A double-publicity file imported by the real command into a new data directory.

use crate::{
    Result, progress,
    report::{Figure, Floor, Report},
    settings::{PARTITIONS, Settings},
};
use chengxin::demo::{Demo, write_clean_csv};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

/// Of the default number of events a fifth: 200,000 rows.
const EVENTS_PER_ROW: usize = 5;

pub(crate) fn measure(settings: &Settings, directory: &Path, report: &mut Report) -> Result<()> {
    let rows = settings.events / EVENTS_PER_ROW;
    let path = directory.join("penalties.csv");
    let demo = Demo::new(settings.county());
    progress("writing a CSV");
    write_clean_csv(&demo, &path, rows)?;
    progress("importing it");
    let mut command = Command::new(env!("CARGO_BIN_EXE_chengxin"));
    command.arg("import").arg(&path).args(["--as", &demo.departments()[0].org]);
    command.args(["--partitions", &PARTITIONS.to_string()]).arg("--data").arg(directory.join("imported"));
    command.arg("--clock").arg(format!("manual:{}", demo.config().until));
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    let seconds = start.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!("import: {}\n{}", output.status, String::from_utf8_lossy(&output.stdout)).into());
    }
    let figure = Figure::new(format!("import of a CSV of {rows} rows"), rows as f64 / seconds, "rows/s");
    report.add(figure.floor(Floor::AtLeast(20_000.0)));
    Ok(())
}
