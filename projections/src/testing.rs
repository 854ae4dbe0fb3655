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
//! The shipped policy is in force. Entries are named by the publisher's id alone; spans are written as
//! `2026-04-20..=2029-04-20` where the last day belongs to them and `2026-04-20..2026-06-01` where it does not.

mod build;

pub use build::*;

use crate::{
    change::{ListChange, MeasureChange},
    date::Date,
    event::{Event, SubjectKind},
    facts::{CreditFile, Known},
    fold::{Files, fold},
    interval::Span,
    judge::{Effect, Outcome},
    listing, measure,
    memory::Memory,
    obligation::{self, State},
    partition::Partition,
    policy::shipped_policy,
    publication::{self, Publication},
    refusal::Code,
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
        Then { scenario: self, outcome, offset }
    }

    /// One step; of several days all that goes out.
    pub fn take(&mut self, step: Step) -> Outcome {
        match step {
            Step::Event(event) => self.fold(&event).expect("no file is ahead of its partition here"),
            Step::Day(date) => {
                let mut all = Outcome::from(Effect::Applied);
                let mut next = self.partition.day.map_or(date, Date::next);
                while next <= date {
                    let outcome = self.fold(&build::opening(next)).expect("a day is folded");
                    all.changes.extend(outcome.changes);
                    next = next.next();
                }
                all
            }
        }
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
        let Ok(file) = self.memory.file(SUBJECT, SubjectKind::Organisation);
        file
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Then {
    pub scenario: Scenario,
    pub outcome: Outcome,
    /// The offset of the event, or of the first of the days.
    pub offset: u64,
}

impl Then {
    #[track_caller]
    pub fn then_applied(self) -> Then {
        assert_eq!(self.outcome.effect, Effect::Applied);
        self
    }

    /// Refused with this code: nothing went out, and no fact was added.
    #[track_caller]
    pub fn then_refused(self, code: Code) -> Then {
        match &self.outcome.effect {
            Effect::Refused(refusal) => assert_eq!(refusal.code, code, "{refusal}"),
            other => panic!("expected a refusal {}, but: {other:?}", code.as_str()),
        }
        assert!(self.outcome.changes.is_empty(), "a refusal changes nothing");
        let touched = |stamp: crate::facts::Stamp| stamp.offset == self.offset;
        for record in self.scenario.memory.files.values().flat_map(|file| file.records.iter()) {
            assert!(!touched(record.stamp) && !record.acts.iter().any(|act| touched(act.stamp)), "{record:?}");
        }
        self
    }

    /// The refusal tells the publisher this.
    #[track_caller]
    pub fn then_told(self, part: &str) -> Then {
        match &self.outcome.effect {
            Effect::Refused(refusal) => assert!(refusal.detail.contains(part), "{refusal}"),
            other => panic!("nothing was refused: {other:?}"),
        }
        self
    }

    #[track_caller]
    pub fn then_duplicate(self) -> Then {
        assert!(matches!(self.outcome.effect, Effect::Duplicate(_)), "{:?}", self.outcome.effect);
        assert!(self.outcome.changes.is_empty(), "a duplicate changes nothing");
        self
    }

    /// Exactly these list changes went out, such as `listed black L-1 2026-04-20..2029-04-20`.
    #[track_caller]
    pub fn then_changes<const N: usize>(self, expected: [&str; N]) -> Then {
        let changes: Vec<String> = self.outcome.changes.lists.iter().map(list_change).collect();
        assert_eq!(changes, expected);
        self
    }

    /// Exactly these changes of one measure went out, such as `imposed 2026-04-20..2029-04-20 on L-1`.
    #[track_caller]
    pub fn then_measure_changes<const N: usize>(self, measure: &str, expected: [&str; N]) -> Then {
        let changes = self.outcome.changes.measures.iter().filter(|change| change.measure == measure);
        assert_eq!(changes.map(measure_change).collect::<Vec<_>>(), expected);
        self
    }

    /// These entries are on their lists on a day, such as `black L-1`.
    #[track_caller]
    pub fn then_listed<const N: usize>(self, date: &str, expected: [&str; N]) -> Then {
        self.then_listed_as_known(Known::Now, date, expected)
    }

    /// These entries were on their lists on a day, as far as was known.
    #[track_caller]
    pub fn then_listed_as_known<const N: usize>(mut self, known: Known, date: &str, expected: [&str; N]) -> Then {
        let date = build::date(date);
        let active = listing::entries(self.scenario.file(), known).filter(|entry| entry.is_active(date));
        let active: Vec<String> =
            active.map(|entry| format!("{} {}", entry.list.as_str(), short(&entry.record.id))).collect();
        assert_eq!(active, expected, "on {date}");
        self
    }

    /// The whole timeline of a measure, such as `2026-04-20..=2029-04-20 on L-1`.
    #[track_caller]
    pub fn then_measure<const N: usize>(mut self, measure: &str, expected: [&str; N]) -> Then {
        let timelines = measure::timelines(self.scenario.file(), Known::Now);
        let stretches = timelines.get(measure).into_iter().flatten();
        let stretches = stretches.map(|stretch| {
            let word = if stretch.state == measure::State::Active { "on" } else { "suspended on" };
            format!("{} {word} {}", span(stretch.span), basis(&stretch.basis))
        });
        assert_eq!(stretches.collect::<Vec<_>>(), expected);
        self
    }

    /// The duties that had arisen by a day, such as `publish P-1 due 2019-04-30 open`.
    #[track_caller]
    pub fn then_duties<const N: usize>(mut self, as_of: &str, expected: [&str; N]) -> Then {
        let policies = self.scenario.partition.history.clone();
        let duties = obligation::obligations(self.scenario.file(), Known::Now, build::date(as_of), &policies);
        let text = duties.iter().map(|duty| {
            let state = match (duty.state, duty.late_by) {
                (State::Open, _) => "open".to_owned(),
                (State::Overdue, late) => format!("overdue by {late}"),
                (State::Done, 0) => format!("done {}", duty.done.expect("what is done has its day")),
                (State::Done, late) => {
                    format!("done {} late by {late}", duty.done.expect("what is done has its day"))
                }
                (State::Cancelled, _) => "cancelled".to_owned(),
            };
            let provisional = if duty.due.provisional { "~" } else { "" };
            format!("{} {} due {provisional}{} {state}", duty.duty, short(duty.record), duty.due.date)
        });
        assert_eq!(text.collect::<Vec<_>>(), expected, "as of {as_of}");
        self
    }

    /// Looks at the publication of a record of [`LABOUR`] as of a day.
    #[track_caller]
    pub fn then_publication(mut self, id: &str, as_of: &str, look: impl FnOnce(&Publication)) -> Then {
        let policies = self.scenario.partition.history.clone();
        let record = self.scenario.file().record(&build::record(id)).expect("the record is there");
        let publication = publication::publication(record, Known::Now, build::date(as_of), &policies);
        look(&publication.expect("it is a license or a penalty"));
        self
    }

    /// Looks at anything else.
    #[track_caller]
    pub fn then(mut self, look: impl FnOnce(&CreditFile)) -> Then {
        look(self.scenario.file());
        self
    }

    /// Opens the days up to this one, and goes on.
    pub fn on(self, date: &str) -> Scenario {
        self.scenario.on(date)
    }

    pub fn when(self, step: impl Into<Step>) -> Then {
        self.scenario.when(step)
    }
}

/// The publisher's id of a record.
fn short(record: &str) -> &str {
    record.split_once('/').map_or(record, |(_, id)| id)
}

fn basis<T: AsRef<str>>(records: &[T]) -> String {
    records.iter().map(|record| short(record.as_ref())).collect::<Vec<_>>().join("+")
}

fn span(span: Span) -> String {
    format!("{}..{}{}", span.from, if span.through { "=" } else { "" }, span.to)
}

/// A list change in one line.
pub fn list_change(change: &ListChange) -> String {
    let what = format!("{:?}", change.what).to_lowercase();
    format!("{what} {} {} {}..{}", change.list.as_str(), short(&change.record), change.from, change.until)
}

fn measure_change(change: &MeasureChange) -> String {
    let what = format!("{:?}", change.what).to_lowercase();
    format!("{what} {}..{} on {}", change.from, change.until, basis(&change.basis))
}
