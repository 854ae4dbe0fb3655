//! When something of the subjects changes next by itself.

use chengxin_projections::date::Date;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashSet};

/// The subjects of each day. Nearly every event moves one, and nobody asks in which order they stand within a day.
#[derive(Debug, Default)]
pub(super) struct Agenda(BTreeMap<Date, HashSet<Box<str>, RandomState>>);

impl Agenda {
    /// Moves a subject from one day to another; it may have none before or after.
    pub(super) fn plan(&mut self, subject: &str, before: Option<Date>, next: Option<Date>) {
        if before == next {
            return;
        }
        let moved = before.and_then(|day| {
            let subjects = self.0.get_mut(&day)?;
            let moved = subjects.take(subject);
            if subjects.is_empty() {
                self.0.remove(&day);
            }
            moved
        });
        if let Some(day) = next {
            self.0.entry(day).or_default().insert(moved.unwrap_or_else(|| subject.into()));
        }
    }

    /// The subjects of the days behind `after` and up to `day`, in no order.
    pub(super) fn due(&self, after: Date, day: Date) -> Vec<Box<str>> {
        let days = self.0.range(after.next()..).take_while(|(next, _)| **next <= day);
        days.flat_map(|(_, subjects)| subjects).cloned().collect()
    }
}

impl FromIterator<(Date, Box<str>)> for Agenda {
    fn from_iter<I: IntoIterator<Item = (Date, Box<str>)>>(planned: I) -> Agenda {
        let mut agenda = Agenda::default();
        for (day, subject) in planned {
            agenda.0.entry(day).or_default().insert(subject);
        }
        agenda
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_subject_is_due_on_the_day_that_it_was_moved_to_and_on_no_other() {
        let mut agenda: Agenda =
            [(date("2026-06-01"), "A".into()), (date("2026-06-02"), "B".into())].into_iter().collect();
        agenda.plan("A", Some(date("2026-06-01")), Some(date("2026-06-03")));
        agenda.plan("B", Some(date("2026-06-02")), None);
        agenda.plan("C", None, Some(date("2026-06-02")));
        let due = |after, day| agenda.due(date(after), date(day));
        assert_eq!(due("2026-05-31", "2026-06-02"), ["C".into()] as [Box<str>; 1]);
        assert_eq!(due("2026-06-02", "2026-06-03"), ["A".into()] as [Box<str>; 1]);
        assert_eq!(due("2026-06-03", "2026-06-30"), [] as [Box<str>; 0]);
        assert_eq!(agenda.0.len(), 2, "a day that nobody is due on takes no room");
    }
}
