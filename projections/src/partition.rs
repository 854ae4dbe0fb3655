//! What the events of a partition share: the open day and the policy in force. Replaying a partition needs nothing but
//! that partition, so both are in its log (default rule 13).

use crate::{
    date::Date,
    event::{Data, DayOpened, Event, PolicyPublished, SYSTEM, SYSTEM_PUBLISHER, Subject, SubjectKind},
    facts::{Known, Stamp},
    hash,
    judge::Effect,
    policy::{Part, Policy, PolicyHistory},
    refusal::{Code, Refusal},
    seen::Seen,
};
use serde::{Deserialize, Serialize};

/// The event that opens a day in a partition.
pub fn day_event(date: Date, recorded: i64) -> Event {
    system_event(format!("day-{date}"), date, recorded, DayOpened { date }.into())
}

/// The event that gives a new log its policy.
pub fn policy_event(policy: &PolicyPublished, recorded: i64) -> Event {
    let id = format!("policy-{}-{}", policy.part, policy.version);
    system_event(id, policy.effective, recorded, policy.clone().into())
}

fn system_event(id: String, effective: Date, recorded: i64, data: Data) -> Event {
    let subject =
        Subject { id: SYSTEM.to_owned(), kind: SubjectKind::System, name: None, uscc: None, aliases: Vec::new() };
    let publisher = SYSTEM_PUBLISHER.to_owned();
    Event { id, publisher, office: true, effective, recorded, subject, record_subject: None, data }
}

/// Whom an event that is not about a subject concerns.
#[derive(Debug, Clone)]
pub enum Concern {
    Nobody,
    /// A day began, with this event: all for whom something changes by itself on or before it.
    Day {
        day: Date,
        event: Box<str>,
    },
    /// A calendar was published, by this event: all with a deadline that is open. `earlier` is the policy before it.
    Calendar {
        event: Box<str>,
        earlier: PolicyHistory,
    },
}

impl Concern {
    /// The subjects concerned are those for whom something changes by itself on or before this day.
    pub fn due(&self) -> Option<Date> {
        match self {
            Concern::Nobody => None,
            Concern::Day { day, .. } => Some(*day),
            Concern::Calendar { .. } => Some(Date::MAX),
        }
    }
}

/// The state that all subjects of a partition share.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Partition {
    pub number: u16,
    /// The business day that is open; none before the first.
    pub day: Option<Date>,
    pub history: PolicyHistory,
    /// The policy in force on the open day; follows from `history` and `day`.
    #[serde(skip)]
    in_force: Policy,
    /// The latest time of recording so far, in milliseconds since the epoch.
    recorded: i64,
    /// Policy events judged, for idempotency.
    seen: Vec<Seen>,
    /// When each version of the history became known.
    published: Vec<(Stamp, Part, u32)>,
}

impl Partition {
    pub fn new(number: u16) -> Partition {
        Partition { number, ..Partition::default() }
    }

    /// Restores what is not stored; to be called after deserialising.
    #[must_use]
    pub fn restored(mut self) -> Partition {
        self.refresh();
        self
    }

    /// The policy in force where the log stands.
    pub fn policy(&self) -> &Policy {
        &self.in_force
    }

    /// The policy in force on a day, as far as it was known.
    pub fn policy_at(&self, day: Date, known: Known) -> Policy {
        match self.known_history(known) {
            None if self.day == Some(day) => self.in_force.clone(),
            None => self.history.at(day),
            Some(history) => history.at(day),
        }
    }

    /// The versions of the policy that were known; `None` if that is all of them.
    pub fn known_history(&self, known: Known) -> Option<PolicyHistory> {
        if self.published.iter().all(|(stamp, ..)| known.has(*stamp)) {
            return None;
        }
        let was_known =
            |part, version| self.published.iter().any(|(stamp, p, v)| (*p, *v) == (part, version) && known.has(*stamp));
        Some(self.history.only(was_known))
    }

    /// The latest time of recording, in milliseconds since the epoch. Whoever records later says no earlier time.
    pub fn recorded(&self) -> i64 {
        self.recorded
    }

    /// The stamp of an event: its time of recording, or the latest before it where a clock ran backwards.
    pub fn stamp(&mut self, offset: u64, recorded: i64) -> Stamp {
        self.recorded = self.recorded.max(recorded);
        Stamp { offset, recorded: self.recorded }
    }

    /// Takes an event that is not about a subject: a day, or a part of the policy. `None` if it is about one.
    pub fn take(&mut self, event: &Event, stamp: Stamp) -> Option<(Effect, Concern)> {
        Some(match &event.data {
            Data::DayOpened(day) if event.publisher == SYSTEM_PUBLISHER => {
                let began = |day| Concern::Day { day, event: event.name().into() };
                (Effect::Applied, self.open_day(day).map_or(Concern::Nobody, began))
            }
            Data::DayOpened(_) => {
                let refusal = Refusal::new(Code::NotAllowed, "only the system opens days");
                (Effect::Refused(refusal), Concern::Nobody)
            }
            Data::PolicyPublished(policy) => {
                let earlier = self.history.clone();
                let effect = self.publish_policy(event, policy, stamp);
                let moves = effect == Effect::Applied
                    && matches!(policy.part.parse(), Ok(Part::Calendar(_)))
                    && self.policy().rules_revision() >= 2;
                let event = || event.name().into();
                (effect, if moves { Concern::Calendar { event: event(), earlier } } else { Concern::Nobody })
            }
            _ => return None,
        })
    }

    /// Opens a day. `None` if it is open already: days never run backwards, and each is opened once.
    pub fn open_day(&mut self, day: &DayOpened) -> Option<Date> {
        if self.day.is_some_and(|open| day.date <= open) {
            return None;
        }
        self.day = Some(day.date);
        self.refresh();
        Some(day.date)
    }

    /// (二十) default rule 13: a part of the policy in its next version. Validated whole, or refused.
    pub fn publish_policy(&mut self, event: &Event, policy: &PolicyPublished, stamp: Stamp) -> Effect {
        let name = hash::of_text(&event.name());
        let content = event.content_hash();
        if let Some(seen) = self.seen.iter().find(|seen| seen.id == name) {
            return Effect::of_repeat(seen, content);
        }
        let result = self.judge_policy(event, policy);
        if let (Ok(()), Ok(part)) = (&result, policy.part.parse()) {
            self.published.push((stamp, part, policy.version));
        }
        let refused = result.as_ref().err().map(|refusal| refusal.code);
        self.seen.push(Seen { id: name, content, stamp, refused, record: None });
        self.refresh();
        result.map_or_else(Effect::Refused, |()| Effect::Applied)
    }

    /// Whether a part of the policy came under that name before.
    pub fn has_taken(&self, name: &str) -> bool {
        let name = hash::of_text(name);
        self.seen.iter().any(|seen| seen.id == name)
    }

    /// Whether a version would rewrite what is over on a day. A part that is there for the first time does not, nor do the
    /// facts that a calendar states. Default rule 13.
    pub fn is_dated_back(&self, policy: &PolicyPublished, open: Date) -> bool {
        let part: Option<Part> = policy.part.parse().ok();
        let may_be = part.is_some_and(|part| matches!(part, Part::Calendar(_)) || self.history.next_version(part) == 1);
        self.policy().rules_revision() >= 2 && !may_be && policy.effective < open
    }

    fn judge_policy(&mut self, event: &Event, policy: &PolicyPublished) -> Result<(), Refusal> {
        if !event.office {
            return Err(Refusal::new(Code::NotAllowed, "only the office or an administrator publishes policy"));
        }
        // Whoever published it looked at the open day, too; a partition in which the next one has begun meanwhile takes it
        // as the others do, for all of them judge by one policy.
        if self.day.is_some_and(|day| self.is_dated_back(policy, day.previous())) {
            let detail = "a version of the policy is effective on the open day or later: it never rewrites the past";
            return Err(Refusal::new(Code::PolicyInvalid, detail));
        }
        let published =
            self.history.publish(&policy.part, policy.version, policy.effective, &policy.content.0, self.day);
        published.map_err(|errors| {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            Refusal::new(Code::PolicyInvalid, format!("{} error(s); first: {first}", errors.len()))
        })
    }

    fn refresh(&mut self) {
        self.in_force = self.history.at(self.day.unwrap_or(Date::MIN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, policy, *};
    use serde_json::json;

    fn ahead(days: u32) -> serde_json::Value {
        let mut terms = shipped("terms");
        terms["effective_ahead_days"] = json!(days);
        terms
    }

    /// Default rule 13.
    #[test]
    fn a_new_version_is_in_force_from_its_day_on_and_rewrites_nothing() {
        given([day("2026-05-11"), policy("terms", 2, "2026-05-20", ahead(0))])
            .when(black("L-1", "2026-05-30"))
            .then_applied()
            .on("2026-05-20")
            .when(black("L-2", "2026-05-30"))
            .then_refused(Code::TooFarAhead)
            .when(day("2026-05-30"))
            .then_changes(["listed black L-1 2026-05-30..2029-05-30"]);
    }

    #[test]
    fn a_version_that_is_not_the_next_or_has_errors_is_refused_and_the_old_one_stays() {
        let mut wrong = ahead(0);
        wrong["clean_years"] = json!(0);
        let unknown = policy("weather", 1, "2026-05-11", json!({}));
        for refused in [
            policy("terms", 1, "2026-05-11", ahead(0)).id("x"),
            policy("terms", 3, "2026-05-11", ahead(0)),
            policy("terms", 2, "2026-05-11", wrong),
            unknown,
        ] {
            given([day("2026-05-11")])
                .when(refused)
                .then_refused(Code::PolicyInvalid)
                .when(black("L-1", "2026-05-12"))
                .then_applied();
        }
    }

    #[test]
    fn only_the_office_and_the_administrator_publish_policy() {
        let by_department = policy("terms", 2, "2026-05-11", ahead(0)).event(|event| event.office = false);
        given([day("2026-05-11")]).when(by_department).then_refused(Code::NotAllowed);
    }

    #[test]
    fn policy_that_comes_twice_is_taken_once() {
        let publish = || policy("terms", 2, "2026-05-11", ahead(0));
        given([day("2026-05-11"), publish()])
            .when(publish())
            .then_duplicate()
            .when(policy("terms", 2, "2026-05-11", ahead(1)))
            .then_refused(Code::IdConflict);
    }

    #[test]
    fn days_never_run_backwards_and_only_the_system_opens_them() {
        let opening = |date: &str| DayOpened { date: date.parse().unwrap() };
        let mut partition = Partition::new(0);
        assert!(partition.open_day(&opening("2026-05-11")).is_some());
        assert!(partition.open_day(&opening("2026-05-11")).is_none());
        assert!(partition.open_day(&opening("2026-05-10")).is_none());
        assert_eq!(partition.day.unwrap().to_string(), "2026-05-11");
        let forged = event("day-2029-01-01", "2026-05-11", opening("2029-01-01"));
        given([day("2026-05-11"), black("L-1", "2026-05-11").months(1)])
            .when(forged)
            .then_refused(Code::NotAllowed)
            .then_listed("2026-05-11", ["black L-1"]);
    }

    /// Default rule 15.
    #[test]
    fn a_calendar_counts_from_the_moment_that_it_is_published() {
        let year = json!({ "year": 2027, "notice": "国办发明电〔2026〕9号", "off": ["2027-05-07"], "worked": [] });
        given([day("2027-05-06"), policy("calendar-2027", 1, "2028-01-01", year)])
            .when(penalty("P-1", "2027-05-06"))
            .then_duties("2027-05-06", ["publish P-1 due 2027-05-18 open"]);
    }

    #[test]
    fn a_partition_restored_from_its_stored_form_judges_as_before() {
        let mut scenario = given([day("2026-05-11"), policy("terms", 2, "2026-05-11", ahead(0))]);
        let stored = serde_json::to_string(&scenario.partition).unwrap();
        scenario.partition = serde_json::from_str::<Partition>(&stored).unwrap().restored();
        scenario.when(black("L-1", "2026-05-12")).then_refused(Code::TooFarAhead);
    }
}
