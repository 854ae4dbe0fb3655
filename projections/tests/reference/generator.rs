//! Random histories over a few organisations and persons: mostly what fits, sometimes what does not.

use crate::{
    model::Model,
    play::{self, Player},
    random::Random,
};
use chengxin_projections::{
    date::Date,
    event::{
        AccessDecided, AccessRequested, Data, EVENT_TYPES, Event, IdentifierLinked, IdentifierUnlinked, List,
        SubjectDeregistered, SubjectKind,
    },
    testing::{self, COUNTY, LABOUR, MARKET, OTHER, SUBJECT, Step, TAX, THIRD},
};

pub const ORGANISATIONS: [&str; 3] = [SUBJECT, OTHER, THIRD];
pub const PERSONS: [&str; 2] = ["person-a", "person-b"];
pub const DEPARTMENTS: [&str; 4] = [LABOUR, MARKET, TAX, COUNTY];
const FIRST_DAY: &str = "2026-05-11";

/// How often an event of each type is tried, in the order of the table of types.
const WEIGHTS: [(i32, &str); 30] = [
    (3, "license.granted"),
    (1, "license.revoked"),
    (7, "penalty.imposed"),
    (4, "penalty.withdrawn"),
    (6, "publication.issued"),
    (3, "publication.withheld"),
    (11, "designation.made"),
    (1, "designation.withdrawn"),
    (6, "designation.confirmed"),
    (4, "exit.declared"),
    (6, "notice.issued"),
    (8, "repair.applied"),
    (6, "repair.accepted"),
    (4, "repair.refused"),
    (2, "repair.granted"),
    (7, "objection.filed"),
    (4, "objection.answered"),
    (4, "objection.resolved"),
    (4, "record.corrected"),
    (4, "measure.initiated"),
    (4, "measure.accepted"),
    (3, "measure.executed"),
    (2, "measure.declined"),
    (4, "measure.reported"),
    (2, "identifier.linked"),
    (2, "identifier.unlinked"),
    (2, "subject.deregistered"),
    (1, "access.requested"),
    (2, "access.decided"),
    (4, "policy.published"),
];

/// A record that an event of the history creates, whether or not it was accepted.
pub struct Made {
    pub name: String,
    pub subject: String,
    pub by: String,
    pub first: Date,
    pub data: Data,
}

/// Writes a history step by step, and plays it against the model to know what fits.
pub struct Generator {
    pub random: Random,
    pub today: Date,
    pub made: Vec<Made>,
    /// Acts by their names, with the subject and what they said.
    pub acts: Vec<(String, String, Data)>,
    pub policies: Vec<String>,
    player: Player<Model>,
    steps: Vec<Step>,
    count: usize,
}

/// The history of a seed.
pub fn history(seed: u64) -> Vec<Step> {
    let today = FIRST_DAY.parse().expect("it is a date");
    let mut generator = Generator {
        random: Random::new(seed),
        today,
        made: Vec::new(),
        acts: Vec::new(),
        policies: Vec::new(),
        player: play::model(),
        steps: Vec::new(),
        count: 0,
    };
    generator.push(testing::day(FIRST_DAY));
    for _ in 0..generator.random.between(15, 90) {
        generator.step();
    }
    generator.steps
}

impl Generator {
    fn step(&mut self) {
        let days = match self.random.between(1, 40) {
            1..=8 => self.random.between(1, 3),
            9..=11 => self.random.between(4, 30),
            12 => self.random.between(31, 300),
            _ => 0,
        };
        if days > 0 {
            self.today = self.today.plus_days(days);
            return self.push(testing::day(&self.today.to_string()));
        }
        // What does not fit is tried again most of the time, so that histories get somewhere.
        for _ in 0..10 {
            let kind = self.random.weighted(&WEIGHTS);
            let Some(event) = self.event(kind) else { continue };
            let event = self.player.completed(&event);
            if !self.player.side.codes(&event).is_empty() && !self.random.once_in(6) {
                continue;
            }
            self.note(&event);
            return self.push(Step::Event(Box::new(event)));
        }
    }

    fn push(&mut self, step: Step) {
        self.player.play(&step, |_, _| {});
        self.steps.push(step);
    }

    fn note(&mut self, event: &Event) {
        let (name, subject) = (event.name(), event.subject.id.clone());
        match &event.data {
            Data::LicenseGranted(_) | Data::PenaltyImposed(_) | Data::DesignationMade(_) => self.made.push(Made {
                name,
                subject,
                by: event.publisher.clone(),
                first: event.effective,
                data: event.data.clone(),
            }),
            Data::PolicyPublished(data) => self.policies.push(data.part.clone()),
            data => self.acts.push((name, subject, data.clone())),
        }
    }

    /// An event of a type; none where there is nothing yet that it could be about.
    fn event(&mut self, kind: &str) -> Option<Event> {
        assert!(EVENT_TYPES.contains(&kind), "{kind}");
        match kind {
            "license.granted" | "penalty.imposed" | "designation.made" => Some(self.creation(kind)),
            "policy.published" => Some(self.policy()),
            "identifier.linked"
            | "identifier.unlinked"
            | "subject.deregistered"
            | "access.requested"
            | "access.decided" => self.about_a_subject(kind),
            _ => self.act(kind),
        }
    }

    /// A new id.
    pub fn id(&mut self) -> String {
        self.count += 1;
        format!("E-{}", self.count)
    }

    /// A day around the open one; seldom far back or too far ahead.
    pub fn day(&mut self) -> Date {
        let days = match self.random.between(1, 20) {
            1..=10 => 0,
            11..=14 => self.random.between(-6, 6),
            15..=17 => self.random.between(-40, 20),
            18 => self.random.between(-40, 95),
            19 => self.random.between(-200, 0),
            _ => self.random.between(-1200, 0),
        };
        self.today.plus_days(days)
    }

    /// A subject; most of what happens is about the first one.
    pub fn subject(&mut self) -> &'static str {
        let all =
            [(12, ORGANISATIONS[0]), (3, ORGANISATIONS[1]), (1, ORGANISATIONS[2]), (3, PERSONS[0]), (1, PERSONS[1])];
        self.random.weighted(&all)
    }

    pub fn department(&mut self) -> &'static str {
        self.random.pick(&DEPARTMENTS)
    }

    /// An event of a department about a subject.
    pub fn build(&mut self, subject: &str, by: &str, effective: Date, data: impl Into<Data>) -> Event {
        let id = self.id();
        let step = testing::event(&id, &effective.to_string(), data).about(subject).by(by);
        let Step::Event(mut event) = step else { unreachable!("it is an event") };
        if PERSONS.contains(&subject) {
            event.subject.kind = SubjectKind::Person;
        } else {
            event.subject.name = self.random.pick(&[None, Some("甲"), Some("乙"), Some("丙")]).map(str::to_owned);
        }
        *event
    }

    fn about_a_subject(&mut self, kind: &str) -> Option<Event> {
        let (subject, by, day) = (self.subject(), self.department(), self.day());
        let scheme = self.random.pick(&["registration", "tax"]).to_owned();
        let value = format!("6540{}", self.random.between(1, 3));
        let reason = "同一主体".to_owned();
        let data: Data = match kind {
            "identifier.linked" => IdentifierLinked { scheme, value, reason }.into(),
            "identifier.unlinked" => return self.unlinking(subject, by),
            "subject.deregistered" => {
                let citation = if self.random.once_in(6) { " " } else { "注销登记" };
                SubjectDeregistered { date: day, citation: citation.to_owned() }.into()
            }
            "access.requested" => {
                let level = self.random.between(0, 6) as u32;
                AccessRequested { level, purpose: "招标".to_owned(), case: "C-1".to_owned() }.into()
            }
            _ => {
                let requests = self.acts.iter().filter(|(_, _, data)| matches!(data, Data::AccessRequested(_)));
                let requests: Vec<(String, String)> =
                    requests.map(|(name, subject, _)| (name.clone(), subject.clone())).collect();
                let (mut request, subject) = self.random.one(&requests)?.clone();
                if self.random.once_in(4) {
                    request.push('?');
                }
                let allowed = self.random.once_in(2);
                let until = self.random.once_in(2).then(|| day.plus_days(self.random.between(-2, 90)));
                let mut event = self.build(&subject, by, day, AccessDecided { request, allowed, until });
                event.office = !self.random.once_in(2);
                return Some(event);
            }
        };
        Some(self.build(subject, by, day, data))
    }

    /// Mostly of a number that was linked, by who linked it, by somebody else or by the office.
    fn unlinking(&mut self, subject: &str, by: &str) -> Option<Event> {
        let links = self.acts.iter().filter_map(|(name, subject, data)| match data {
            Data::IdentifierLinked(data) => Some((name.clone(), subject.clone(), data.clone())),
            _ => None,
        });
        let links: Vec<(String, String, IdentifierLinked)> = links.collect();
        let (name, whose, IdentifierLinked { scheme, value, reason }) = self.random.one(&links)?.clone();
        let subject = if self.random.once_in(8) { subject } else { &whose };
        let by = if self.random.once_in(2) { by } else { name.split('/').next().unwrap_or_default() };
        let mut event = self.build(subject, by, self.today, IdentifierUnlinked { scheme, value, reason });
        event.office = self.random.once_in(6);
        Some(event)
    }

    /// A record.
    fn creation(&mut self, kind: &str) -> Event {
        let (subject, by, day) = (self.subject(), self.department(), self.day());
        let text = day.to_string();
        let step = match kind {
            "license.granted" => {
                let until = self.random.once_in(2).then(|| day.plus_days(self.random.between(-2, 300)));
                testing::license("", &text).license(|data| data.valid_until = until)
            }
            "penalty.imposed" => {
                let severity = self.random.pick(&[Some("minor"), Some("ordinary"), Some("serious"), None, Some("?")]);
                let severity = severity.map(str::to_owned);
                let until = self.random.once_in(3).then(|| day.plus_days(self.random.between(-2, 500)));
                testing::penalty("", &text).penalty(|data| (data.severity, data.publicity_until) = (severity, until))
            }
            _ => {
                let (list, kind) = self.random.weighted(&[
                    (3, (List::Red, "contract-honouring")),
                    (2, (List::Red, "tax-a")),
                    (4, (List::Black, "unpaid-wages")),
                    (2, (List::Black, "tax-violation")),
                    (2, (List::Black, "judgment-debtor")),
                    (1, (List::Black, "no-such-kind")),
                ]);
                let step = testing::designation(list, kind, "", &text);
                self.designation(step, list, subject, day)
            }
        };
        let Step::Event(event) = step else { unreachable!("it is an event") };
        self.build(subject, by, day, event.data)
    }
}

/// All that a history can be asked about.
pub fn subjects() -> impl Iterator<Item = &'static str> {
    ORGANISATIONS.into_iter().chain(PERSONS)
}

// Days and what is stated about persons come from the system; all else is drawn.
const _: () = assert!(WEIGHTS.len() + 2 == EVENT_TYPES.len());
