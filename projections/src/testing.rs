//! Given, when, then: rules tested as events in and effects out.
//!
//! ```
//! use chengxin_projections::{refusal::Code, testing::*};
//! given([day("2026-05-01"), black("L-1", "2026-04-20")])
//!     .on("2026-06-01")
//!     .when(exit("L-1", "2026-06-01").by(COUNTY))
//!     .then_refused(Code::NotYourEntry);
//! ```
//!
//! The shipped policy is in force. What an entry says of its responsible persons is folded at once, so persons may be asked
//! about like anyone else: [`Then::of`]. Entries are named by the publisher's id alone; spans are written as
//! `2026-04-20..=2029-04-20` where the last day belongs to them and `2026-04-20..2026-06-01` where it does not.

mod acts;
mod build;
mod catch_up;
mod records;
mod then;
mod words;

pub use acts::*;
pub use build::*;
pub use catch_up::catch_up;
pub use records::*;
pub use then::Then;
pub use words::list_change;

use crate::{
    date::Date,
    event::{Event, SubjectKind},
    facts::CreditFile,
    fold::{Files, fold},
    judge::{Effect, Outcome},
    memory::Memory,
    partition::Partition,
    policy::shipped_policy,
};

/// The distance between offsets: nothing may count on the next one.
const GAP: u64 = 3;

/// A partition, and what has happened in it so far.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub partition: Partition,
    pub memory: Memory,
    next_offset: u64,
}

/// A partition in which all of this happened. Every event must have been applied.
pub fn given(steps: impl IntoIterator<Item = Step>) -> Scenario {
    let mut scenario = Scenario::with_policy();
    for step in steps {
        let what = format!("{step:?}");
        let outcome = scenario.take(step);
        assert_eq!(outcome.effect, Effect::Applied, "given: {what}");
    }
    scenario
}

impl Scenario {
    /// Nothing has happened: no policy, no open day.
    pub fn empty() -> Scenario {
        Scenario { partition: Partition::new(0), memory: Memory::default(), next_offset: 0 }
    }

    /// The shipped policy, and no open day yet.
    pub fn with_policy() -> Scenario {
        let mut scenario = Scenario::empty();
        for part in shipped_policy() {
            let effective = part.effective;
            scenario.fold(&build::system(&format!("policy-{}-{}", part.part, part.version), effective, part.into()));
        }
        scenario
    }

    /// Opens the days up to this one.
    #[must_use]
    pub fn on(mut self, date: &str) -> Scenario {
        self.take(day(date));
        self
    }

    /// Lets something happen, whatever comes of it.
    pub fn when(mut self, step: impl Into<Step>) -> Then {
        let offset = self.next_offset;
        let outcome = self.take(step.into());
        Then::new(self, outcome, offset)
    }

    /// One step with all that goes out for it; of several days all that goes out for any.
    pub fn take(&mut self, step: Step) -> Outcome {
        match step {
            Step::Event(event) => self.fold_with_statements(&event),
            Step::Day(date) => {
                let mut all = Outcome::from(Effect::Applied);
                let mut next = self.partition.day.map_or(date, Date::next);
                while next <= date {
                    all.changes.extend(self.fold_with_statements(&build::opening(next)).changes);
                    next = next.next();
                }
                all
            }
        }
    }

    /// Folds an event, and behind it what is stated about persons because of it.
    fn fold_with_statements(&mut self, event: &Event) -> Outcome {
        let mut outcome = self.fold(event).expect("no file is ahead of its partition here");
        for implied in outcome.changes.implications.clone() {
            let of_person = self.fold(&implied.event()).expect("no file is ahead of its partition here");
            assert_eq!(of_person.effect, Effect::Applied, "{implied:?}");
            outcome.changes.extend(of_person.changes);
        }
        outcome
    }

    /// Folds one event at the next offset, recorded on the open day.
    pub fn fold(&mut self, event: &Event) -> Option<Outcome> {
        let offset = self.next_offset;
        self.next_offset += GAP;
        let day = self.partition.day.unwrap_or(event.effective);
        let event = Event { recorded: day.start() + offset as i64, ..event.clone() };
        let Ok(outcome) = fold(&mut self.partition, &mut self.memory, offset, &event);
        outcome
    }

    /// The file of [`SUBJECT`].
    pub fn file(&mut self) -> &CreditFile {
        self.file_of(SUBJECT)
    }

    pub fn file_of(&mut self, subject: &str) -> &CreditFile {
        let Ok(file) = self.memory.file(subject, SubjectKind::Organisation);
        file
    }
}
