//! Where a quarantine file is written: under another name first, so that what lies there is always whole.

use super::{ImportError, Quarantine, Report};
use crate::import::{FileError, QuarantineError, limits::MAX_QUARANTINE_FILES};
use std::{
    fs,
    io::{self, BufReader, Read},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The quarantine file of one import.
pub(super) struct Place {
    unfinished: PathBuf,
    /// The names that it can get, the first free one in the end.
    names: Names,
}

enum Names {
    One(PathBuf),
    Numbered { source: PathBuf, extension: &'static str },
}

impl Place {
    pub(super) fn new(source: &Path, to: &Quarantine, extension: &'static str) -> Result<Place, ImportError> {
        let names = match to {
            Quarantine::At(path) => Names::One(path.with_extension(extension)),
            Quarantine::Beside => Names::Numbered { source: source.to_owned(), extension },
        };
        let unfinished = with_suffix(&names.numbered(1), ".unfinished");
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(ImportError::File(FileError::Io(error))),
            _ => Ok(Place { unfinished, names }),
        }
    }

    /// Readable by its owner alone: rows are personal.
    pub(super) fn create(&self) -> io::Result<fs::File> {
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.unfinished)
    }

    pub(super) fn unfinished(&self) -> &Path {
        &self.unfinished
    }

    /// Gives the file its name. After an error in the file itself its rows up to there are kept, too; after any other
    /// end the import is run again and writes them again.
    pub(super) fn finish(self, ended: Result<Report, ImportError>) -> Result<Report, ImportError> {
        match ended {
            Ok(mut report) => {
                report.quarantine = self.named()?;
                Ok(report)
            }
            Err(error @ ImportError::File(_)) => {
                self.named()?;
                Err(error)
            }
            Err(error) => {
                let _ = fs::remove_file(&self.unfinished);
                Err(error)
            }
        }
    }

    /// Never over another file; where the very same one lies already, that one stands for both.
    fn named(&self) -> Result<Option<PathBuf>, ImportError> {
        if !self.unfinished.exists() {
            return Ok(None);
        }
        let failed = |source| QuarantineError::Io { path: self.unfinished.clone(), source };
        for number in 1..=self.names.count() {
            let path = self.names.numbered(number);
            if matches!(self.names, Names::One(_)) || !path.exists() {
                fs::rename(&self.unfinished, &path).map_err(failed)?;
                return Ok(Some(path));
            }
            if same(&self.unfinished, &path).map_err(failed)? {
                fs::remove_file(&self.unfinished).map_err(failed)?;
                return Ok(Some(path));
            }
        }
        Err(QuarantineError::TooMany { path: self.unfinished.clone() }.into())
    }
}

impl Names {
    fn count(&self) -> u32 {
        match self {
            Names::One(_) => 1,
            Names::Numbered { .. } => MAX_QUARANTINE_FILES,
        }
    }

    fn numbered(&self, number: u32) -> PathBuf {
        match self {
            Names::One(path) => path.clone(),
            Names::Numbered { source, extension } => {
                let number = if number == 1 { String::new() } else { format!("-{number}") };
                with_suffix(source, &format!(".quarantine{number}.{extension}"))
            }
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn same(left: &Path, right: &Path) -> io::Result<bool> {
    if fs::metadata(left)?.len() != fs::metadata(right)?.len() {
        return Ok(false);
    }
    let bytes = |path: &Path| fs::File::open(path).map(|file| BufReader::new(file).bytes());
    for (left, right) in bytes(left)?.zip(bytes(right)?) {
        if left? != right? {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(source: &Path, content: &str) -> PathBuf {
        let place = Place::new(source, &Quarantine::Beside, "csv").unwrap();
        fs::write(place.unfinished(), content).unwrap();
        place.finish(Ok(Report::default())).unwrap().quarantine.unwrap()
    }

    #[test]
    fn a_quarantine_file_is_never_written_over_and_never_kept_twice() {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("处罚.csv");
        let first = finished(&source, "a");
        assert_eq!(first, directory.path().join("处罚.csv.quarantine.csv"));
        assert_eq!(finished(&source, "a"), first);
        assert_eq!(finished(&source, "b"), directory.path().join("处罚.csv.quarantine-2.csv"));
        assert_eq!(fs::read_to_string(first).unwrap(), "a");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }
}
