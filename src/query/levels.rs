//! Who sees how much of what is about many subjects, or about the whole past of one (二十二)(二十三): the one table that
//! every handler asks. The credit file itself is cut in [`super::access`].
//!
//! A view is open to a level or closed to it as a whole. Worklists, duties and timelines also leave out what the level does
//! not show of a subject; the feeds never leave out a single change, for then nobody could tell a gap from a loss. What a
//! department has to carry out, and what it owes, it sees whole at any level.

use super::access::Sight;
use chengxin_projections::{
    date::Date,
    facts::CreditFile,
    obligation::{Obligation, State, duty},
};
use std::borrow::Cow;

/// What is asked for beyond one credit file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Lists,
    Search,
    Worklist,
    Obligations,
    Timeline,
    ListChanges,
    MeasureChanges,
    Events,
    Explanation,
    Statistics,
    ObligationChanges,
}

/// What an entry of a list tells in the course of time.
const OF_LISTS: &[&str] = &["current-entries", "ended-entries", "history"];
/// What a measure tells in the course of time.
const OF_MEASURES: &[&str] = &["measures", "ended-entries", "history"];
/// Everything but the events themselves, requests of access, and what is personal.
const OF_ALL: &[&str] = &["measures", "ended-entries", "all-records", "history", "objections", "repairs", "flags"];
/// An explanation reads out every event that has a part in it, also the refused ones.
const OF_ALL_AND_EVENTS: &[&str] =
    &["measures", "ended-entries", "all-records", "history", "objections", "repairs", "flags", "events"];

impl View {
    pub const ALL: [View; 11] = [
        View::Lists,
        View::Search,
        View::Worklist,
        View::Obligations,
        View::Timeline,
        View::ListChanges,
        View::MeasureChanges,
        View::Events,
        View::Explanation,
        View::Statistics,
        View::ObligationChanges,
    ];

    /// What a level must show for the view to be open to it; see [`chengxin_projections::policy::SHOWN`].
    pub fn needs(self) -> &'static [&'static str] {
        match self {
            View::Lists | View::Search => &["current-entries"],
            View::Worklist | View::Obligations => &["measures"],
            View::Timeline => &["history"],
            View::Events => &["events"],
            View::ListChanges => OF_LISTS,
            View::MeasureChanges => OF_MEASURES,
            // A count of objections in a month tells of them, and a duty tells of what raised it.
            View::Statistics | View::ObligationChanges => OF_ALL,
            View::Explanation => OF_ALL_AND_EVENTS,
        }
    }

    /// What the view needs and the sight does not show; none if it is open.
    pub fn lacks(self, sight: &Sight) -> Option<&'static str> {
        self.needs().iter().copied().find(|what| !sight.shows(what))
    }

    pub fn name(self) -> &'static str {
        match self {
            View::Lists => "the lists",
            View::Search => "the search",
            View::Worklist => "the worklists of others",
            View::Obligations => "the duties of others",
            View::Timeline => "timelines",
            View::ListChanges => "list-changes",
            View::MeasureChanges => "measure-changes",
            View::Events => "events",
            View::Explanation => "explanations",
            View::Statistics => "statistics",
            View::ObligationChanges => "obligation-changes",
        }
    }
}

/// What must be shown of a subject for a duty of others to be seen: a duty tells of what raised it.
pub fn of_duty(name: &str) -> &'static str {
    match name {
        duty::PUBLISH => "all-records",
        duty::ANSWER_OBJECTION => "objections",
        duty::DECIDE_FLAG | duty::DECIDE_BASIS_LOST => "flags",
        duty::NOTIFY_EXIT => "ended-entries",
        // That something was withdrawn, which those who know of it never had before them.
        duty::NOTIFY_TAKEDOWN => "history",
        duty::ACCEPT_REPAIR | duty::DECIDE_REPAIR => "repairs",
        duty::ANSWER_MEASURE | duty::REPORT_MEASURE => "measures",
        // One that is new shows to no more than those who see everything.
        _ => "events",
    }
}

/// Who looks at what is about many subjects.
#[derive(Debug, Clone)]
pub struct Onlooker {
    pub sight: Sight,
    org: String,
    /// The kinds of department that the organisation is.
    kinds: Vec<String>,
    /// The day on which decisions of the office count.
    today: Date,
}

impl Onlooker {
    pub fn new(sight: Sight, org: &str, today: Date) -> Onlooker {
        let departments = sight.policy().departments();
        let all = departments.into_iter().flat_map(|known| known.kinds().iter().map(move |kind| (known, kind)));
        let kinds = all.filter(|(known, kind)| known.is_of(org, &kind.code)).map(|(_, kind)| kind.code.clone());
        let kinds = kinds.collect();
        Onlooker { sight, org: org.to_owned(), kinds, today }
    }

    /// What it sees of one subject: by its roles, or by what the office allowed it there.
    pub fn on(&self, file: &CreditFile) -> Cow<'_, Sight> {
        match chengxin_projections::access::granted(file, &self.org, self.today) {
            Some(access) if access.level > self.sight.level => Cow::Owned(self.sight.raised(access.level)),
            _ => Cow::Borrowed(&self.sight),
        }
    }

    pub fn is(&self, org: &str) -> bool {
        self.org == org
    }

    /// Whether what the catalogue leaves to these kinds of department is left to it, too.
    pub fn is_any_of(&self, kinds: &[String]) -> bool {
        kinds.iter().any(|kind| kind == "*" || self.kinds.contains(kind))
    }

    /// Whether it sees a duty: its own always.
    pub fn sees(&self, duty: &Obligation, sight: &Sight) -> bool {
        let is_under_way = matches!(duty.state, State::Open | State::Overdue);
        self.is(duty.org) || sight.shows(of_duty(duty.duty)) && (is_under_way || sight.shows("history"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chengxin_projections::policy::{DUTIES, PolicyHistory, SHOWN, shipped_policy};

    fn sight(level: u32) -> Sight {
        let mut history = PolicyHistory::default();
        for part in shipped_policy() {
            history.publish(&part.part, part.version, part.effective, &part.content.0, None).unwrap();
        }
        Sight::new(level, history.at("2026-06-01".parse().unwrap()))
    }

    #[test]
    fn each_view_is_open_from_the_level_that_the_rule_book_says() {
        let from = |view: View| (1..=5).find(|level| view.lacks(&sight(*level)).is_none());
        let levels: Vec<(View, Option<u32>)> = View::ALL.into_iter().map(|view| (view, from(view))).collect();
        let expected = [
            (View::Lists, 2),
            (View::Search, 2),
            (View::Worklist, 2),
            (View::Obligations, 2),
            (View::Timeline, 3),
            (View::ListChanges, 3),
            (View::MeasureChanges, 3),
            (View::Events, 4),
            (View::Explanation, 4),
            (View::Statistics, 4),
            (View::ObligationChanges, 4),
        ];
        assert_eq!(levels, expected.map(|(view, level)| (view, Some(level))));
    }

    #[test]
    fn what_a_view_or_a_duty_needs_is_something_that_levels_show_and_every_duty_is_thought_of() {
        for what in View::ALL.iter().flat_map(|view| view.needs()).copied().chain(DUTIES.iter().map(|d| of_duty(d))) {
            assert!(SHOWN.contains(&what), "{what}");
        }
        for duty in DUTIES {
            assert_ne!(of_duty(duty), "events", "{duty} is in nobody's sight but theirs who see everything");
        }
    }

    #[test]
    fn an_organisation_is_of_the_kinds_that_the_register_says() {
        let mut content = shipped_policy().into_iter().find(|part| part.part == "departments").unwrap().content.0;
        content["unregistered"] = serde_json::json!("none");
        content["register"] = serde_json::json!([{ "org": "1165-T", "name": "税务局", "kinds": ["tax"] }]);
        let mut history = PolicyHistory::default();
        let day = "2026-06-01".parse().unwrap();
        history.publish("departments", 1, day, &content, None).unwrap();
        let of = |org: &str| Onlooker::new(Sight::new(2, history.at(day)), org, day);
        assert!(of("1165-T").is_any_of(&["court".to_owned(), "tax".to_owned()]));
        assert!(!of("1165-T").is_any_of(&["court".to_owned()]));
        assert!(of("1165-U").is_any_of(&["*".to_owned()]) && !of("1165-U").is_any_of(&["tax".to_owned()]));
    }
}
