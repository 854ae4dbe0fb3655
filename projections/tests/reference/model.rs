//! The rules, written a second time: from `docs/rules.md` alone, as slow and plain as can be.

use crate::{
    judge::{Case, Codes},
    view::{PolicyState, Reading, Taken, View},
};
use chengxin_projections::{
    date::Date,
    event::{Data, Event, PolicyPublished},
    policy::PolicyHistory,
};
use std::rc::Rc;

/// One of two implementations of the rules.
pub trait Side {
    /// Takes an event at an offset; the codes of its refusal. Of the real rules it is one code.
    fn take(&mut self, offset: u64, event: &Event) -> Result<(), Codes>;

    /// What is known at an offset of a subject on a day, as sorted lines.
    fn picture(&self, subject: &str, as_of: Date, known_at: u64) -> Vec<String>;
}

/// Keeps all events, and finds every answer from them anew.
#[derive(Clone, Default)]
pub struct Model {
    taken: Vec<Rc<Taken>>,
    policies: Vec<PolicyState>,
    today: Option<Date>,
    reading: Reading,
}

impl Model {
    pub fn view(&self) -> View<'_> {
        View { taken: &self.taken, policies: &self.policies, reading: &self.reading }
    }

    /// What speaks against an event as the next one.
    pub fn codes(&self, event: &Event) -> Codes {
        match &event.data {
            Data::DayOpened(_) => Codes::new(),
            Data::PolicyPublished(_) if !event.office => Codes::from(["not-allowed"]),
            Data::PolicyPublished(data) if self.with(data).is_none() => Codes::from(["policy-invalid"]),
            Data::PolicyPublished(_) => Codes::new(),
            _ => {
                let today = self.today.expect("a day is open");
                Case { view: self.view(), policy: &self.view().policy(today), event, today }.codes()
            }
        }
    }

    /// All policy with one more part, if that is valid. It never rewrites the past: only the first version of a part, and
    /// the arrangement of a year, may be effective on a day that was over when the one before the open day began.
    fn with(&self, data: &PolicyPublished) -> Option<PolicyHistory> {
        let any_day = data.version == 1 || data.part.starts_with("calendar-");
        if self.today.is_some_and(|today| data.effective.next() < today && !any_day) {
            return None;
        }
        let mut history = self.policies.last().map(|state| state.history.clone()).unwrap_or_default();
        let published = history.publish(&data.part, data.version, data.effective, &data.content.0, self.today);
        published.is_ok().then_some(history)
    }
}

impl Side for Model {
    fn take(&mut self, offset: u64, event: &Event) -> Result<(), Codes> {
        let codes = self.codes(event);
        if !codes.is_empty() {
            return Err(codes);
        }
        match &event.data {
            Data::DayOpened(data) => self.today = Some(data.date),
            Data::PolicyPublished(data) => {
                let history = self.with(data).expect("what is invalid is refused");
                self.policies.push(PolicyState::new(offset, self.today, history));
            }
            _ => {
                let day = self.today.expect("a day is open");
                let policy = self.view().policy(day);
                let (name, event) = (event.name(), event.clone());
                let taken = Rc::new(Taken { offset, name, day, policy, event });
                if let Some(record) = taken.event.data.record() {
                    self.reading.acts.entry(record.to_owned()).or_default().push(taken.clone());
                }
                self.taken.push(taken);
            }
        }
        Ok(())
    }

    fn picture(&self, subject: &str, as_of: Date, known_at: u64) -> Vec<String> {
        self.view().at(known_at).picture(subject, as_of)
    }
}
