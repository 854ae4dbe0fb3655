//! What the events of a partition share: the open day and the policy in force. Replaying a partition needs nothing but
//! that partition, so both are in its log (default rule 13).

use crate::{
    date::Date,
    event::{Data, DayOpened, Event, PolicyPublished, SYSTEM, Subject, SubjectKind},
    facts::{Known, Seen, Stamp},
    hash,
    judge::Effect,
    policy::{Part, Policy, PolicyHistory},
    refusal::{Code, Refusal},
};
use serde::{Deserialize, Serialize};

/// The publisher of the days.
pub const DAY_PUBLISHER: &str = "system";

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
    let publisher = DAY_PUBLISHER.to_owned();
    Event { id, publisher, office: true, effective, recorded, subject, record_subject: None, data }
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

    /// The stamp of an event: its time of recording, or the latest before it where a clock ran backwards.
    pub fn stamp(&mut self, offset: u64, recorded: i64) -> Stamp {
        self.recorded = self.recorded.max(recorded);
        Stamp { offset, recorded: self.recorded }
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
        let result = if event.office {
            self.history.publish(&policy.part, policy.version, policy.effective, &policy.content.0).map_err(|errors| {
                let first = errors.first().map(ToString::to_string).unwrap_or_default();
                Refusal::new(Code::PolicyInvalid, format!("{} error(s); first: {first}", errors.len()))
            })
        } else {
            Err(Refusal::new(Code::NotAllowed, "only the office or an administrator publishes policy"))
        };
        if let (Ok(()), Ok(part)) = (&result, policy.part.parse()) {
            self.published.push((stamp, part, policy.version));
        }
        self.seen.push(Seen { id: name, content, stamp, refused: result.as_ref().err().map(|refusal| refusal.code) });
        self.refresh();
        result.map_or_else(Effect::Refused, |()| Effect::Applied)
    }

    fn refresh(&mut self) {
        self.in_force = self.history.at(self.day.unwrap_or(Date::MIN));
    }
}
