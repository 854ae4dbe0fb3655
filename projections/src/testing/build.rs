//! Events with valid made-up codes, each ready to be published; tests change what they are about.

use crate::{
    date::Date,
    event::{
        Basis, Data, DayOpened, DesignationMade, DesignationWithdrawn, Document, Event, ExitDeclared, ExitReason,
        LicenseGranted, LicenseRevoked, List, NoticeAbout, NoticeIssued, PenaltyImposed, PenaltyWithdrawn,
        PolicyPublished, Procedure, PublicationIssued, PublicationWithheld, RepairGranted, Repairable, SYSTEM,
        SYSTEM_PUBLISHER, Subject, SubjectKind,
    },
    policy::shipped_policy,
};

/// The organisation that events are about unless they say otherwise, by organisation code and by USCC.
pub const SUBJECT: &str = "MA00TEAT4";
pub const SUBJECT_USCC: &str = "91654002MA00TEAT4G";
/// Two others.
pub const OTHER: &str = "MA7TE0010";
pub const THIRD: &str = "MA7TE0029";
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

/// The content of a part of the shipped policy, to be changed.
pub fn shipped(part: &str) -> serde_json::Value {
    let shipped = shipped_policy().into_iter().find(|shipped| shipped.part == part);
    shipped.expect("the shipped policy has every part").content.0
}

/// An ordinary fine.
pub fn penalty(id: &str, effective: &str) -> Step {
    let data = PenaltyImposed {
        document_no: format!("伊州罚〔2026〕{id}号"),
        conduct: Some("未按规定支付工资".to_owned()),
        facts: Some("拖欠工资".to_owned()),
        basis: Some("《保障农民工工资支付条例》".to_owned()),
        kinds: vec!["罚款".to_owned()],
        content: Some("罚款人民币20000元".to_owned()),
        procedure: Some(Procedure::Ordinary),
        fine: None,
        confiscated: None,
        severity: Some("ordinary".to_owned()),
        certificates: None,
        valid_until: None,
        publicity_until: None,
        document_name: None,
        decided_by: None,
        decided_by_code: None,
        source: None,
        source_code: None,
        representative: None,
        remarks: None,
    };
    event(id, effective, data)
}

/// An ordinary license without end.
pub fn license(id: &str, effective: &str) -> Step {
    let data = LicenseGranted {
        document_no: format!("伊州许〔2026〕{id}号"),
        category: Some("普通".to_owned()),
        content: Some("建筑施工".to_owned()),
        valid_from: Some(date(effective)),
        valid_until: None,
        document_name: None,
        certificate_name: None,
        certificate_no: None,
        decided_by: None,
        decided_by_code: None,
        source: None,
        source_code: None,
        representative: None,
        remarks: None,
    };
    event(id, effective, data)
}

/// A designation of a kind, with policy's terms.
pub fn designation(list: List, kind: &str, id: &str, effective: &str) -> Step {
    let data = DesignationMade {
        list,
        kind: kind.to_owned(),
        document_no: format!("伊州认〔2026〕{id}号"),
        basis: vec![Basis { citation: Some("伊州政发〔2019〕1号".to_owned()), record: None }],
        months: None,
        until: None,
        repairable: (list == List::Black)
            .then(|| Repairable { allowed: true, how: Some("足额支付后向认定部门申请".to_owned()) }),
        grade: None,
        watch_months: None,
        persons: Vec::new(),
        channel: None,
        scope: None,
    };
    event(id, effective, data)
}

/// An unpaid-wages listing: 36 months, then 12 months of watch.
pub fn black(id: &str, effective: &str) -> Step {
    designation(List::Black, "unpaid-wages", id, effective)
}

/// A red listing.
pub fn red(id: &str, effective: &str) -> Step {
    designation(List::Red, "contract-honouring", id, effective)
}

/// An event that amends a record, named after both.
fn act(what: &str, of: &str, effective: &str, data: impl Into<Data>) -> Step {
    event(&format!("{what}-{}-{effective}", super::short(of)), effective, data)
}

pub fn exit(of: &str, effective: &str) -> Step {
    exit_because(ExitReason::Early, of, effective)
}

pub fn exit_because(reason: ExitReason, of: &str, effective: &str) -> Step {
    act(&format!("exit-{reason:?}"), of, effective, ExitDeclared { record: record(of), reason, notice: None })
}

/// An exit whose notice goes out with it.
pub fn exit_with_notice(of: &str, effective: &str) -> Step {
    let notice = Some("信用中国（新疆伊犁）网站".to_owned());
    act("exit", of, effective, ExitDeclared { record: record(of), reason: ExitReason::Early, notice })
}

pub fn repair(of: &str, effective: &str) -> Step {
    act("repair", of, effective, RepairGranted { record: record(of) })
}

pub fn withdraw_designation(of: &str, effective: &str) -> Step {
    let reason = "另一家同名企业".to_owned();
    act("withdraw", of, effective, DesignationWithdrawn { record: record(of), reason })
}

pub fn withdraw_penalty(of: &str, effective: &str) -> Step {
    act("withdraw", of, effective, PenaltyWithdrawn { record: record(of), reason: "行政复议撤销".to_owned() })
}

pub fn revoke(of: &str, effective: &str) -> Step {
    act("revoke", of, effective, LicenseRevoked { record: record(of), reason: "依法撤销".to_owned() })
}

pub fn publish(of: &str, effective: &str) -> Step {
    act("publish", of, effective, PublicationIssued { record: record(of), channel: "credit-portal".to_owned() })
}

pub fn withhold(of: &str, effective: &str, exception: &str, citation: Option<&str>) -> Step {
    let (exception, citation) = (exception.to_owned(), citation.map(str::to_owned));
    act("withhold", of, effective, PublicationWithheld { record: record(of), exception, citation })
}

pub fn notice(of: &str, effective: &str, about: NoticeAbout) -> Step {
    let channel = "credit-portal".to_owned();
    act(&format!("notice-{about:?}"), of, effective, NoticeIssued { record: record(of), about, channel })
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

    #[must_use]
    pub fn designation(self, edit: impl FnOnce(&mut DesignationMade)) -> Step {
        self.event(|event| match &mut event.data {
            Data::DesignationMade(data) => edit(data),
            other => panic!("{} is no designation", other.kind()),
        })
    }

    #[must_use]
    pub fn penalty(self, edit: impl FnOnce(&mut PenaltyImposed)) -> Step {
        self.event(|event| match &mut event.data {
            Data::PenaltyImposed(data) => edit(data),
            other => panic!("{} is no penalty", other.kind()),
        })
    }

    #[must_use]
    pub fn license(self, edit: impl FnOnce(&mut LicenseGranted)) -> Step {
        self.event(|event| match &mut event.data {
            Data::LicenseGranted(data) => edit(data),
            other => panic!("{} is no license", other.kind()),
        })
    }

    #[must_use]
    pub fn until(self, last_day: &str) -> Step {
        self.designation(|data| data.until = Some(date(last_day)))
    }

    #[must_use]
    pub fn months(self, months: u32) -> Step {
        self.designation(|data| data.months = Some(months))
    }

    #[must_use]
    pub fn watch_months(self, months: u32) -> Step {
        self.designation(|data| data.watch_months = Some(months))
    }

    /// Barred from repair, with this citation.
    #[must_use]
    pub fn unrepairable(self, citation: &str) -> Step {
        let how = Some(citation.to_owned());
        self.designation(|data| data.repairable = Some(Repairable { allowed: false, how }))
    }
}
