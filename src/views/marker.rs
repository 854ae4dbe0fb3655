//! The marker that tells whether views survived: the kernel's boot id, and whether they were closed cleanly.

use super::ViewError;
use std::path::Path;

const FILE: &str = "marker";

/// Views are trusted when they were closed cleanly, or when the machine has not been restarted since: what a killed
/// process had written is still in the page cache.
pub(super) fn is_trusted(directory: &Path) -> bool {
    match std::fs::read_to_string(directory.join(FILE)) {
        Ok(text) => text.starts_with("clean ") || text == format!("open {}", boot_id()),
        // Views without a marker are not ours; nothing there is fine, too.
        Err(_) => !directory.join("db").exists(),
    }
}

pub(super) fn write(directory: &Path, clean: bool) -> Result<(), ViewError> {
    let text = format!("{} {}", if clean { "clean" } else { "open" }, boot_id());
    let path = directory.join(FILE);
    let written = std::fs::write(&path, text).and_then(|()| std::fs::File::open(&path)?.sync_all());
    written.map_err(|error| ViewError(format!("{}: {error}", path.display())))
}

/// Where there is none (not Linux), every start counts as a new boot.
fn boot_id() -> String {
    let unknown = || format!("unknown-{}", std::process::id());
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(|_| unknown(), |id| id.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_left_open_before_a_restart_of_the_machine_are_not_trusted() {
        let directory = tempfile::tempdir().unwrap();
        assert!(is_trusted(directory.path()), "nothing there yet");
        write(directory.path(), false).unwrap();
        assert!(is_trusted(directory.path()), "killed, same boot");
        std::fs::write(directory.path().join(FILE), "open another-boot").unwrap();
        assert!(!is_trusted(directory.path()), "machine went down");
        write(directory.path(), true).unwrap();
        assert!(is_trusted(directory.path()), "closed cleanly");
        std::fs::remove_file(directory.path().join(FILE)).unwrap();
        std::fs::create_dir(directory.path().join("db")).unwrap();
        assert!(!is_trusted(directory.path()), "views of unknown origin");
    }
}
