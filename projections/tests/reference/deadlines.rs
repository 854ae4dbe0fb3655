//! When a duty is due, and by how many working days something is late (default rules 13 and 15).

use crate::view::{PolicyState, View};
use chengxin_projections::{date::Date, policy::Due};

impl View<'_> {
    /// The calendar of the day on which the duty arose, then each one that was published while it was open: neither
    /// overdue nor closed.
    pub fn due(self, duty: &str, since: Date, until: Date) -> Due {
        let published = |state: &PolicyState| state.day.unwrap_or(Date::MIN);
        // The terms as they were when the day began.
        let before = self.policies.iter().rfind(|state| published(state) < since);
        let before = before.expect("the shipped policy was there before the first day");
        let days =
            before.at(since).terms().and_then(|terms| terms.working_days_for(duty)).expect("every duty has its term");
        // Of one day the last.
        let mut states: Vec<&PolicyState> = Vec::new();
        for state in self.policies {
            states.retain(|earlier| published(earlier) != published(state));
            states.push(state);
        }
        let mut due: Option<Due> = None;
        for state in states {
            let is_open = due.is_none_or(|due| published(state) <= due.date) && published(state) <= until;
            if published(state) <= since || is_open {
                due = Some(state.at(since).calendar().deadline(since, days));
            } else {
                break;
            }
        }
        due.expect("the shipped policy was there before the first day")
    }

    /// Working days, by the calendars that had been published by the day up to which they are counted.
    pub fn late(self, due: Date, until: Date) -> u32 {
        let state = self.policies.iter().rfind(|state| state.day.unwrap_or(Date::MIN) <= until);
        state.map_or(0, |state| state.at(until).calendar().working_days_late(due, until))
    }
}
