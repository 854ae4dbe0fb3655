//! A made-up county: departments, subjects, and years of events in the order of recording, all from one seed.
//!
//! For `chengxin demo`, for benches and for tests of load. Nothing in it exists: see `codes` and `county`. The generator
//! keeps what is due later, a word per subject, and nothing else; a million events take no more memory than what lies
//! ahead of a day.

mod codes;
mod county;
mod files;
mod follow_ups;
mod items;
mod kinds;
mod parties;
mod procedures;
mod random;
mod records;
mod rows;
mod schedule;
#[cfg(test)]
mod tests;
mod texts;

pub use files::{Form, WriteError, WrittenFile, write_clean_csv, write_files};
pub use items::Items;
pub use rows::{Category, DemoRow, NamedPerson, Party, PersonDocument};

use chengxin_projections::{date::Date, event::Event, policy::Department};
use random::Random;
use std::sync::Arc;

/// What to make up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoConfig {
    pub seed: u64,
    /// At most 18 million, for as many different codes there are; 1 at least.
    pub subjects: usize,
    /// Events, the refused and the repeated ones among them; days are not counted.
    pub events: usize,
    /// The first and the last day that are opened.
    pub from: Date,
    pub until: Date,
    /// Of a thousand licenses and penalties, for how many a publication is reported. With 290 every fifth event is one; with
    /// 950 few duties to publish stay open, as in a department that keeps its terms.
    pub published: usize,
}

impl DemoConfig {
    /// Three years up to a day.
    pub fn until(day: Date) -> DemoConfig {
        DemoConfig {
            seed: 1,
            subjects: 2_000,
            events: 20_000,
            from: day.plus_days(-3 * 365),
            until: day,
            published: 290,
        }
    }
}

impl Default for DemoConfig {
    fn default() -> DemoConfig {
        DemoConfig::until(Date::from_ymd(2026, 6, 30).expect("June has 30 days"))
    }
}

/// What happens next.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every item is an event: a box would only cost an allocation")]
pub enum DemoItem {
    /// Midnight: the day begins.
    Day(Date),
    /// A department publishes, on the day that was opened last.
    Event(Event),
}

/// The made-up county. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Demo {
    config: DemoConfig,
    departments: Arc<[Department]>,
}

impl Demo {
    pub fn new(config: DemoConfig) -> Demo {
        let config = DemoConfig { subjects: config.subjects.max(1), ..config };
        Demo { config, departments: county::departments().into() }
    }

    pub fn config(&self) -> &DemoConfig {
        &self.config
    }

    /// The same with every seed: the prefecture's, then those of each county.
    pub fn departments(&self) -> &[Department] {
        &self.departments
    }

    pub fn subjects(&self) -> impl Iterator<Item = Party> + '_ {
        (0..self.config.subjects).map(|subject| parties::party(self.config.seed, subject))
    }

    /// Days and events in the order of recording. `person_id` gives the subject id of a person by the kind and the number
    /// of a document; it is asked again whenever a person comes up.
    pub fn items<F: FnMut(&str, &str) -> String>(&self, person_id: F) -> Items<F> {
        Items::new(self.clone(), person_id)
    }

    /// Rows for double-publicity files, the latest decisions of the last year, in no order; they are others than the
    /// records of [`Demo::items`], about the same subjects.
    pub fn double_publicity_rows(&self, rows: usize) -> impl Iterator<Item = DemoRow> + '_ {
        (0..rows).map(|row| self.row(row))
    }

    fn row(&self, row: usize) -> DemoRow {
        const ROWS: u64 = 11;
        let seed = self.config.seed;
        let random = &mut Random::of(seed, ROWS, row as u64);
        let party = parties::party(seed, random.below(self.config.subjects));
        let county = county::COUNTIES.iter().position(|county| county.region == party.region);
        let effective = self.config.until.plus_days(-random.between(0, 365));
        let person = party.category == Category::Person;
        let number = row as u32 + 1;
        if random.chance(600) {
            let text = random.pick(if person { texts::PERSONAL_LICENSES } else { texts::LICENSES });
            let at = county::index(text.office, county);
            let department = self.departments[at].clone();
            let data = records::license(random, text, (at, &department), effective, number);
            DemoRow::License { party, department, effective, data }
        } else {
            let text = random.pick(if person { texts::PERSONAL_PENALTIES } else { texts::PENALTIES });
            let at = county::index(text.office, county);
            let department = self.departments[at].clone();
            let data = records::penalty(random, text, (at, &department), effective, number);
            DemoRow::Penalty { party, department, effective, data }
        }
    }
}
