//! How names, titles and references are told: from the policy in force, or by their codes. No department's name is made up.

use super::{Asked, CountedDay, EventRef, PolicyRef, Step, rule::Rule, words};
use crate::{
    date::Date,
    event::{Data, Event, SYSTEM_PUBLISHER, SubjectKind},
    facts::{Act, Content, Designation, Known, Record, Stamp},
    instant::Instant,
    policy::{Part, Policy, PolicyHistory},
};

pub(super) struct Teller<'a> {
    pub(super) asked: &'a Asked<'a>,
    /// In force on the day asked about.
    policy: Policy,
}

impl<'a> Teller<'a> {
    pub(super) fn new(asked: &'a Asked<'a>) -> Teller<'a> {
        Teller { asked, policy: asked.policies.at(asked.as_of) }
    }

    pub(super) fn known(&self) -> Known {
        self.asked.known
    }

    pub(super) fn as_of(&self) -> Date {
        self.asked.as_of
    }

    pub(super) fn policies(&self) -> &'a PolicyHistory {
        self.asked.policies
    }

    /// What the event at a stamp says.
    pub(super) fn event_at(&self, stamp: Stamp) -> Option<Event> {
        (self.asked.events)(stamp.offset)
    }

    pub(super) fn data_at(&self, stamp: Stamp) -> Option<Data> {
        self.event_at(stamp).map(|event| event.data)
    }

    /// The subject in questions: by name and number, a person by neither.
    pub(super) fn subject(&self) -> String {
        let file = self.asked.file;
        if file.kind == SubjectKind::Person {
            return "该自然人".to_owned();
        }
        let number = file.identifier("uscc", self.known()).unwrap_or(&file.id);
        match file.name(self.known()) {
            Some(name) => format!("{name}（{number}）"),
            None => number.to_owned(),
        }
    }

    /// 该主体
    pub(super) fn it(&self) -> &'static str {
        words::subject(self.asked.file.kind)
    }

    /// A department as the register has it, or its code.
    pub(super) fn department(&self, org: &str) -> String {
        if org == SYSTEM_PUBLISHER {
            return "系统".to_owned();
        }
        match self.policy.department(org) {
            Some(department) => format!("{}（{org}）", department.name),
            None => org.to_owned(),
        }
    }

    /// A list kind by its title.
    pub(super) fn kind(&self, designation: &Designation) -> String {
        let kind = self.policy.list_kind(designation.list, &designation.kind);
        kind.map_or_else(|| designation.kind.to_string(), |kind| kind.title.clone())
    }

    /// A measure by its matter.
    pub(super) fn measure(&self, code: &str) -> String {
        match self.policy.measure(code) {
            Some(item) => format!("{}（{code}）", quoted(&item.matter)),
            None => code.to_owned(),
        }
    }

    /// Several measures by their matters alone.
    pub(super) fn measures<'b>(&self, codes: impl IntoIterator<Item = &'b str>) -> String {
        let title = |code: &str| self.policy.measure(code).map_or_else(|| code.to_owned(), |item| item.matter.clone());
        codes.into_iter().map(|code| quoted(&title(code))).collect()
    }

    pub(super) fn severity(&self, code: &str) -> String {
        self.policy.severity_class(code).map_or_else(|| code.to_owned(), |class| class.title.clone())
    }

    pub(super) fn channel(&self, code: &str) -> String {
        let channels = self.policy.publication().map_or(&[][..], |publication| publication.channels());
        let known = channels.iter().find(|channel| channel.code == code);
        known.map_or_else(|| code.to_owned(), |channel| channel.title.clone())
    }

    pub(super) fn duty(&self, duty: &str) -> String {
        let deadlines = self.policy.terms().map_or(&[][..], |terms| terms.deadlines());
        let known = deadlines.iter().find(|deadline| deadline.duty == duty);
        known.map_or_else(|| words::duty(duty).to_owned(), |deadline| deadline.title.clone())
    }

    /// The version of a part that was in force on a day.
    pub(super) fn part(&self, part: Part, day: Date) -> Option<PolicyRef> {
        let version = self.policies().in_force(day).find(|version| version.part == part)?.version;
        Some(policy(part, version))
    }

    pub(super) fn revision(&self, day: Date) -> u32 {
        self.policies().at(day).rules_revision()
    }

    /// The event that made a record. What another subject's entry says of a person is told by that entry.
    pub(super) fn made(&self, record: &Record) -> EventRef {
        let kind = match &record.first {
            Content::License(_) => "license.granted",
            Content::Penalty(_) => "penalty.imposed",
            Content::Designation(_) | Content::Implication(_) => "designation.made",
        };
        reference(kind, &record.id, record.effective, record.stamp)
    }

    /// The event that an act came with.
    pub(super) fn acted(&self, record: &Record, act: &Act) -> EventRef {
        reference(act.what.event_type(&record.first), &act.event, act.effective, act.stamp)
    }

    pub(super) fn step(&self, date: Date, sentence: impl Into<String>) -> Telling<'_> {
        let step = Step {
            date,
            sentence: sentence.into(),
            events: Vec::new(),
            rule: None,
            policy: Vec::new(),
            days: Vec::new(),
        };
        Telling { teller: self, step }
    }

    /// （7月12日补报） where something was judged on a later day than it takes effect.
    pub(super) fn late(&self, effective: Date, judged: Date) -> String {
        if judged > effective { format!("（{}补报）", words::date(judged)) } else { String::new() }
    }
}

/// A title in quotation marks; its own become the inner ones.
fn quoted(title: &str) -> String {
    format!("“{}”", title.replace('“', "‘").replace('”', "’"))
}

pub(super) fn policy(part: Part, version: u32) -> PolicyRef {
    PolicyRef { part: part.to_string(), title: words::part(part), version }
}

pub(super) fn reference(kind: &str, event: &str, effective: Date, stamp: Stamp) -> EventRef {
    EventRef {
        kind: kind.to_owned(),
        title: words::event(kind).to_owned(),
        event: event.to_owned(),
        effective,
        recorded: Instant(stamp.recorded),
    }
}

/// A step that is being written.
pub(super) struct Telling<'a> {
    teller: &'a Teller<'a>,
    step: Step,
}

impl Telling<'_> {
    #[must_use]
    pub(super) fn rule(mut self, rule: Rule) -> Self {
        self.step.rule = Some(rule.cite(self.teller.revision(self.step.date)));
        self
    }

    #[must_use]
    pub(super) fn event(mut self, event: EventRef) -> Self {
        self.step.events.push(event);
        self
    }

    #[must_use]
    pub(super) fn events(mut self, events: impl IntoIterator<Item = EventRef>) -> Self {
        self.step.events.extend(events);
        self
    }

    /// The version of a part that was in force on a day.
    #[must_use]
    pub(super) fn part(mut self, part: Part, day: Date) -> Self {
        self.step.policy.extend(self.teller.part(part, day));
        self
    }

    #[must_use]
    pub(super) fn policy(mut self, policy: impl IntoIterator<Item = PolicyRef>) -> Self {
        self.step.policy.extend(policy);
        self
    }

    #[must_use]
    pub(super) fn days(mut self, days: Vec<CountedDay>) -> Self {
        self.step.days = days;
        self
    }

    pub(super) fn end(self) -> Step {
        self.step
    }
}
