//! Files in memory: for a replay without views, and for tests.

use crate::{date::Date, event::SubjectKind, facts::CreditFile, fold::Files};
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

/// Every file of a partition, in memory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    pub files: BTreeMap<Box<str>, CreditFile>,
    /// When something of a subject changes next by itself. Brought up to date before it is asked.
    agenda: BTreeSet<(Date, Box<str>)>,
    planned: BTreeMap<Box<str>, Date>,
    touched: BTreeSet<Box<str>>,
}

impl Memory {
    fn plan(&mut self) {
        for subject in std::mem::take(&mut self.touched) {
            let Some(file) = self.files.get(&subject) else { continue };
            if let Some(old) = self.planned.remove(&subject) {
                self.agenda.remove(&(old, subject.clone()));
            }
            if let Some(next) = file.next() {
                self.agenda.insert((next, subject.clone()));
                self.planned.insert(subject, next);
            }
        }
    }
}

impl Files for Memory {
    type Error = Infallible;

    fn file(&mut self, subject: &str, kind: SubjectKind) -> Result<&mut CreditFile, Infallible> {
        if !self.touched.contains(subject) {
            self.touched.insert(subject.into());
        }
        Ok(self.files.entry(subject.into()).or_insert_with(|| CreditFile::new(subject, kind)))
    }

    fn due(&mut self, day: Date) -> Result<Vec<Box<str>>, Infallible> {
        self.plan();
        let due: BTreeSet<Box<str>> =
            self.agenda.iter().take_while(|(next, _)| *next <= day).map(|(_, subject)| subject.clone()).collect();
        Ok(due.into_iter().collect())
    }
}
