//! What a child process tells about itself, and what the system tells about it.

use crate::{Result, settings::Job};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// The result of a job in a process of its own.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) events: u64,
    pub(crate) seconds: f64,
    /// Until all could be asked for, while some of it was still being saved.
    pub(crate) ready_seconds: f64,
    /// Time on the processors, of all threads; on a busy machine it says more than `seconds`.
    pub(crate) processor_seconds: f64,
    /// Resident memory at its highest.
    pub(crate) memory: u64,
}

impl Measured {
    pub(crate) fn rate(&self) -> f64 {
        self.events as f64 / self.seconds
    }
}

/// Runs a job of this program in a process of its own.
pub(crate) fn run<T: DeserializeOwned>(job: &str, arguments: &Job) -> Result<T> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(job).arg("--log").arg(&arguments.log).arg("--views").arg(&arguments.views);
    if arguments.on_kafka {
        command.arg("--on-kafka");
    }
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{job} ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Resident memory of a process at its highest, in bytes; `self` for this one.
pub(crate) fn peak_memory(process: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the system tells no peak memory")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib << 10)
}

/// Time that a process has spent on the processors, in seconds; `self` for this one.
pub(crate) fn processor_seconds(process: &str) -> Result<f64> {
    /// Of the kernel's interface, whatever its own clock does.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, rest) = stat.rsplit_once(')').ok_or("the system tells no processor time")?;
    let ticks = |field: usize| rest.split_whitespace().nth(field).and_then(|text| text.parse::<f64>().ok());
    Ok((ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / TICKS)
}

/// Bytes that a directory takes on disk.
pub(crate) fn disk(directory: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)? {
        let (path, metadata) = {
            let entry = entry?;
            (entry.path(), entry.metadata()?)
        };
        bytes += if metadata.is_dir() { disk(&path)? } else { metadata.blocks() * 512 };
    }
    Ok(bytes)
}

/// Says what a data directory holds, in megabytes.
pub(crate) fn tell_disk(directory: &Path) -> Result<()> {
    let mut parts = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let bytes = if path.is_dir() { disk(&path)? } else { std::fs::metadata(&path)?.len() };
        if bytes >= 1 << 20 {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            parts.push(format!("{name} {} MB", bytes / 1_000_000));
        }
    }
    eprintln!("    on disk: {}", parts.join(", "));
    Ok(())
}

/// The middle and the 99th of a hundred.
pub(crate) fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    (at(50), at(99))
}

/// Writes and syncs 4 KiB at a time: at the end of a file that grows, or over one that is there already.
pub(crate) fn fdatasync(directory: &Path, times: usize, grows: bool) -> Result<Vec<Duration>> {
    use std::os::unix::fs::FileExt;
    const BLOCK: usize = 4_096;
    let path = directory.join("sync");
    let file = std::fs::File::create(&path)?;
    if !grows {
        file.write_all_at(&vec![0; BLOCK * times], 0)?;
        file.sync_all()?;
    }
    let mut took = Vec::with_capacity(times);
    for block in 0..times {
        let start = Instant::now();
        file.write_all_at(&[7; BLOCK], (block * BLOCK) as u64)?;
        file.sync_data()?;
        took.push(start.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(took)
}
