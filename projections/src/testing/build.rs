//! What every event of a test is made of: valid made-up codes, days, policy; and what tests change of any event.

use crate::{
    date::Date,
    event::{Data, DayOpened, Document, Event, PolicyPublished, SYSTEM, SYSTEM_PUBLISHER, Subject, SubjectKind},
    policy::shipped_policy,
};

/// The organisation that events are about unless they say otherwise, by organisation code and by USCC.
pub const SUBJECT: &str = "MA00TEAT4";
pub const SUBJECT_USCC: &str = "91654002MA00TEAT4G";
/// Two others.
pub const OTHER: &str = "MA7TE0010";
pub const THIRD: &str = "MA7TE0029";
/// Natural persons, by their subject ids.
pub const PERSON: &str = "person-1";
pub const OTHER_PERSON: &str = "person-2";
/// The departments of the prefecture; [`LABOUR`] publishes unless an event says otherwise.
pub const LABOUR: &str = "11654000010399991A";
pub const MARKET: &str = "11654000010400087D";
pub const TAX: &str = "11654000010400130N";
/// A county office.
pub const COUNTY: &str = "11654002010500019R";
pub const OFFICE: &str = "11654000010399000X";

/// Something that happens.
#[derive(Debug, Clone)]
pub enum Step {
    Event(Box<Event>),
    /// The days up to this one open.
    Day(Date),
}

/// The instant (milliseconds since the epoch) at which a day begins.
pub fn instant(day: &str) -> i64 {
    date(day).start()
}

pub(super) fn date(text: &str) -> Date {
    text.parse().expect("tests write dates that exist")
}

/// `ORG/ID`, of [`LABOUR`] where no organisation is named.
pub(super) fn record(id: &str) -> String {
    if id.contains('/') { id.to_owned() } else { format!("{LABOUR}/{id}") }
}

/// The days up to this one open.
pub fn day(text: &str) -> Step {
    Step::Day(date(text))
}

pub(super) fn system(id: &str, effective: Date, data: Data) -> Event {
    let subject =
        Subject { id: SYSTEM.to_owned(), kind: SubjectKind::System, name: None, uscc: None, aliases: Vec::new() };
    Event {
        id: id.to_owned(),
        publisher: SYSTEM_PUBLISHER.to_owned(),
        office: true,
        effective,
        recorded: 0,
        subject,
        record_subject: None,
        data,
    }
}

/// The event that opens a day.
pub fn opening(day: Date) -> Event {
    system(&format!("day-{day}"), day, DayOpened { date: day }.into())
}

/// An event of [`LABOUR`] about [`SUBJECT`].
pub fn event(id: &str, effective: &str, data: impl Into<Data>) -> Step {
    let subject = Subject {
        id: SUBJECT.to_owned(),
        kind: SubjectKind::Organisation,
        name: Some("伊宁市星河建筑有限公司".to_owned()),
        uscc: Some(SUBJECT_USCC.to_owned()),
        aliases: Vec::new(),
    };
    Step::Event(Box::new(Event {
        id: id.to_owned(),
        publisher: LABOUR.to_owned(),
        office: false,
        effective: date(effective),
        recorded: 0,
        subject,
        record_subject: None,
        data: data.into(),
    }))
}

/// A part of the policy, published by the office.
pub fn policy(part: &str, version: u32, effective: &str, content: serde_json::Value) -> Step {
    let data =
        PolicyPublished { part: part.to_owned(), version, effective: date(effective), content: Document(content) };
    let mut event = system(&format!("policy-{part}-{version}"), data.effective, data.into());
    event.publisher = OFFICE.to_owned();
    Step::Event(Box::new(event))
}

/// The first revision of the rules is in force from a day on, as in logs that began under it.
pub fn first_rules(effective: &str) -> Step {
    policy("rules", 2, effective, serde_json::json!({ "revision": 1 }))
}

/// The content of a part of the shipped policy, to be changed.
pub fn shipped(part: &str) -> serde_json::Value {
    let shipped = shipped_policy().into_iter().find(|shipped| shipped.part == part);
    shipped.expect("the shipped policy has every part").content.0
}

/// What tests change of an event. They panic where there is nothing to change.
impl Step {
    #[must_use]
    pub fn event(mut self, edit: impl FnOnce(&mut Event)) -> Step {
        match &mut self {
            Step::Event(event) => edit(event),
            Step::Day(_) => panic!("a day has nothing to change"),
        }
        self
    }

    #[must_use]
    pub fn by(self, publisher: &str) -> Step {
        self.event(|event| event.publisher = publisher.to_owned())
    }

    #[must_use]
    pub fn id(self, id: &str) -> Step {
        self.event(|event| event.id = id.to_owned())
    }

    /// About another organisation.
    #[must_use]
    pub fn about(self, subject: &str) -> Step {
        self.event(|event| {
            event.subject.id = subject.to_owned();
            (event.subject.uscc, event.subject.name) = (None, None);
        })
    }

    /// About a natural person.
    #[must_use]
    pub fn about_person(self, person: &str) -> Step {
        self.about(person).event(|event| event.subject.kind = SubjectKind::Person)
    }
}
