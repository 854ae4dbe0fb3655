//! What someone sees of a credit file: by level of access (二十二)(二十三), which policy gives to roles, and decisions raise.

use super::{
    measure::{self, Measure},
    subject::{CreditFileView, Reading},
    timeline::{Span, What},
};
use chengxin_projections::{
    date::Date,
    event::Data,
    facts::{self, org},
    listing,
    policy::{LEVELS, Policy},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The level of every role in a log that began before levels were policy.
const LEVEL_WITHOUT_POLICY: u32 = 4;
/// What decisions alone give.
pub const PERSONAL: &str = "personal-fields";

/// What one who asks may see.
#[derive(Debug, Clone)]
pub struct Sight {
    pub level: u32,
    policy: Policy,
}

impl Sight {
    pub fn new(level: u32, policy: Policy) -> Sight {
        Sight { level, policy }
    }

    /// The sight that someone has on every subject by these roles; who has none sees what the public sees.
    pub fn of_roles<'a>(policy: Policy, roles: impl Iterator<Item = &'a str>) -> Sight {
        let mut roles = roles.peekable();
        let level = match policy.access() {
            Some(access) => access.level_of_roles(roles),
            None if roles.peek().is_some() => LEVEL_WITHOUT_POLICY,
            None => *LEVELS.start(),
        };
        Sight { level, policy }
    }

    /// The same at another level.
    pub fn raised(&self, level: u32) -> Sight {
        Sight { level, policy: self.policy.clone() }
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether the level shows something; see [`chengxin_projections::policy::SHOWN`].
    pub fn shows(&self, what: &str) -> bool {
        match self.policy.access() {
            Some(access) => access.level_of(what).is_some_and(|level| level <= self.level),
            None if what == PERSONAL => self.level == *LEVELS.end(),
            None => self.level >= LEVEL_WITHOUT_POLICY,
        }
    }

    /// Whether it is no more than what everyone sees.
    pub fn is_public(&self) -> bool {
        self.level == *LEVELS.start()
    }
}

/// A request to see more than one's level allows, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccessView {
    /// The request, by `ORG/ID`.
    pub request: String,
    /// Who asked.
    pub org: String,
    pub level: u32,
    pub purpose: Option<String>,
    /// The number of the case.
    pub case: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    pub decision: Option<DecisionView>,
}

/// Whether a request was allowed, by whom, and until when.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DecisionView {
    /// By `ORG/ID`.
    pub event: String,
    pub by: String,
    pub allowed: bool,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    /// The last day; null where it has no end.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

/// Every request that had been made by the day, in the order of the log.
pub fn requests(reading: &Reading) -> Vec<AccessView> {
    let known = reading.file.access.iter().filter(|access| reading.known.has(access.stamp));
    known.filter(|access| access.effective <= reading.as_of).map(|access| show(access, reading)).collect()
}

fn show(access: &facts::Access, reading: &Reading) -> AccessView {
    let (purpose, case) = match reading.bodies.data(access.stamp.offset) {
        Some(Data::AccessRequested(asked)) => (Some(asked.purpose), Some(asked.case)),
        _ => (None, None),
    };
    let decision = access.decision.as_ref().filter(|decision| reading.known.has(decision.stamp));
    let decision = decision.filter(|decision| decision.effective <= reading.as_of).map(|decision| DecisionView {
        event: decision.event.to_string(),
        by: org(&decision.event).to_owned(),
        allowed: decision.allowed,
        effective: decision.effective,
        until: decision.until,
    });
    AccessView {
        request: access.request.to_string(),
        org: org(&access.request).to_owned(),
        level: access.level,
        purpose,
        case,
        effective: access.effective,
        decision,
    }
}

impl CreditFileView {
    /// What of the file the sight shows.
    pub fn seen_by(mut self, sight: &Sight) -> CreditFileView {
        self.level = sight.level;
        let (current, ended) = (sight.shows("current-entries"), sight.shows("ended-entries"));
        self.listings.retain(|entry| if entry.state == listing::State::Active { current } else { ended });
        self.keep_measures(sight);
        let (published, all) = (sight.shows("published-records"), sight.shows("all-records"));
        self.licenses.retain(|license| all || (published && license.publication.is_public));
        self.penalties.retain(|penalty| all || (published && penalty.publication.is_public));
        if !sight.shows("objections") {
            self.objections.clear();
        }
        if !sight.shows("repairs") {
            self.repairs.clear();
        }
        if !sight.shows("flags") {
            self.flags.clear();
        }
        if !sight.shows("measures") {
            self.implications.clear();
        }
        // The answer holds for whoever asks; what it rests on is shown with the records themselves.
        if !all {
            self.green_channel.records.clear();
        }
        if !sight.shows("access-requests") {
            self.access.clear();
        }
        self
    }

    fn keep_measures(&mut self, sight: &Sight) {
        let day = self.as_of;
        let measures = std::mem::take(&mut self.measures);
        self.measures = measures.into_iter().filter_map(|measure| measure.seen_by(sight, day)).collect();
    }
}

impl Measure {
    /// What of the measure the sight shows; none if nothing.
    pub fn seen_by(mut self, sight: &Sight, day: Date) -> Option<Measure> {
        if !sight.shows("ended-entries") {
            self.intervals.retain(|interval| interval.to >= day);
        }
        let is_seen = self.state != measure::State::Ended || sight.shows("ended-entries");
        (is_seen && sight.shows("measures")).then_some(self)
    }
}

impl Span {
    /// Whether the sight shows the interval.
    pub fn is_seen_by(&self, sight: &Sight) -> bool {
        let (is_on, past) = (self.state == "active" || self.state == "suspended", sight.shows("ended-entries"));
        match self.what {
            What::Listing | What::Watch => {
                if is_on {
                    sight.shows("current-entries")
                } else {
                    past
                }
            }
            What::Measure => sight.shows("measures") && (is_on || past),
            What::Publication => sight.shows("all-records") || is_on && sight.shows("published-records"),
        }
    }
}
