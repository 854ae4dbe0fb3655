//! What came of a step, and what holds then.

use super::{
    SUBJECT, Scenario, Step, build,
    words::{duty, flag, list_change, measure_change, obligation_change, short, statement, stretch},
};
use crate::{
    facts::{CreditFile, Known, Stamp},
    flag,
    judge::{Effect, Outcome},
    listing, measure, obligation,
    publication::{self, Publication},
    refusal::Code,
};

/// What came of it.
#[derive(Debug, Clone)]
pub struct Then {
    pub scenario: Scenario,
    pub outcome: Outcome,
    /// The offset of the event, or of the first of the days.
    pub offset: u64,
    /// Whom the questions are about.
    subject: String,
}

impl Then {
    pub(super) fn new(scenario: Scenario, outcome: Outcome, offset: u64) -> Then {
        Then { scenario, outcome, offset, subject: SUBJECT.to_owned() }
    }

    /// What follows is about this subject, up to the next step.
    #[must_use]
    pub fn of(mut self, subject: &str) -> Then {
        subject.clone_into(&mut self.subject);
        self
    }

    fn file(&mut self) -> &CreditFile {
        self.scenario.file_of(&self.subject)
    }

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
        let touched = |stamp: Stamp| stamp.offset == self.offset;
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
        let changes = self.outcome.changes.lists.iter().filter(|change| change.subject.id == self.subject);
        assert_eq!(changes.map(list_change).collect::<Vec<_>>(), expected);
        self
    }

    /// Exactly these changes of one measure went out, such as `imposed 2026-04-20..2029-04-20 on L-1`.
    #[track_caller]
    pub fn then_measure_changes<const N: usize>(self, measure: &str, expected: [&str; N]) -> Then {
        let changes = self.outcome.changes.measures.iter();
        let changes = changes.filter(|change| change.measure == measure && change.subject.id == self.subject);
        assert_eq!(changes.map(measure_change).collect::<Vec<_>>(), expected);
        self
    }

    /// Exactly these changes of duties went out, such as `arisen decide-flag R-1 for P-1 due 2026-06-15`.
    #[track_caller]
    pub fn then_obligation_changes<const N: usize>(self, expected: [&str; N]) -> Then {
        let changes = self.outcome.changes.obligations.iter().filter(|change| change.subject.id == self.subject);
        assert_eq!(changes.map(obligation_change).collect::<Vec<_>>(), expected);
        self
    }

    /// Exactly this was stated about persons, such as `person-1 of L-1 2026-02-02..=2029-02-02`.
    #[track_caller]
    pub fn then_implied<const N: usize>(self, expected: [&str; N]) -> Then {
        let implied = self.outcome.changes.implications.iter().map(statement);
        assert_eq!(implied.collect::<Vec<_>>(), expected);
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
        let active = listing::entries(self.file(), known).filter(|entry| entry.is_active(date));
        let active: Vec<String> =
            active.map(|entry| format!("{} {}", entry.list.as_str(), short(&entry.record.id))).collect();
        assert_eq!(active, expected, "on {date}");
        self
    }

    /// The whole timeline of a measure, such as `2026-04-20..=2029-04-20 on L-1`.
    #[track_caller]
    pub fn then_measure<const N: usize>(mut self, measure: &str, expected: [&str; N]) -> Then {
        let timelines = measure::timelines(self.file(), Known::Now);
        let stretches = timelines.get(measure).into_iter().flatten();
        assert_eq!(stretches.map(stretch).collect::<Vec<_>>(), expected);
        self
    }

    /// The flags on all entries, whenever they stand, such as `dishonest-while-red R-1 for P-1 2026-06-08..2026-06-12 kept`.
    #[track_caller]
    pub fn then_flags<const N: usize>(mut self, expected: [&str; N]) -> Then {
        let file = self.file();
        let flags = flag::flags(file, &flag::all(file), Known::Now);
        assert_eq!(flags.iter().map(flag).collect::<Vec<_>>(), expected);
        self
    }

    /// The duties that had arisen by a day, such as `publish P-1 due 2019-04-30 open`.
    #[track_caller]
    pub fn then_duties<const N: usize>(mut self, as_of: &str, expected: [&str; N]) -> Then {
        let policies = self.scenario.partition.history.clone();
        let duties = obligation::obligations(self.file(), Known::Now, build::date(as_of), &policies);
        assert_eq!(duties.iter().map(duty).collect::<Vec<_>>(), expected, "as of {as_of}");
        self
    }

    /// The duties of one kind, written the same way.
    #[track_caller]
    pub fn then_duty<const N: usize>(mut self, kind: &str, as_of: &str, expected: [&str; N]) -> Then {
        let policies = self.scenario.partition.history.clone();
        let duties = obligation::obligations(self.file(), Known::Now, build::date(as_of), &policies);
        let of_kind = duties.iter().filter(|one| one.duty == kind);
        assert_eq!(of_kind.map(duty).collect::<Vec<_>>(), expected, "as of {as_of}");
        self
    }

    /// Looks at the publication of a record of [`LABOUR`] as of a day.
    #[track_caller]
    pub fn then_publication(mut self, id: &str, as_of: &str, look: impl FnOnce(&Publication)) -> Then {
        let policies = self.scenario.partition.history.clone();
        let record = self.file().record(&build::record(id)).expect("the record is there");
        let publication = publication::publication(record, Known::Now, build::date(as_of), &policies);
        look(&publication.expect("it is a license or a penalty"));
        self
    }

    /// Looks at anything else.
    #[track_caller]
    pub fn then(mut self, look: impl FnOnce(&CreditFile)) -> Then {
        look(self.file());
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
