//! What is done to a record or said of a subject, each ready to be published.

use super::build::{OFFICE, Step, date, event, record};
use crate::{
    date::Date,
    event::{
        AccessDecided, AccessRequested, Data, DesignationConfirmed, DesignationWithdrawn, Document, Evidence,
        ExitDeclared, ExitReason, Finding, IdentifierLinked, IdentifierUnlinked, ImplicationStated, LicenseRevoked,
        List, MeasureAccepted, MeasureDeclined, MeasureExecuted, MeasureInitiated, MeasureReported, NoticeAbout,
        NoticeIssued, ObjectionAnswered, ObjectionFiled, ObjectionResolved, PenaltyWithdrawn, PublicationIssued,
        PublicationWithheld, RecordCorrected, RepairAccepted, RepairApplied, RepairGranted, RepairRefused,
        SubjectDeregistered,
    },
};

/// An event that amends a record, named after both.
fn act(what: &str, of: &str, effective: &str, data: impl Into<Data>) -> Step {
    event(&format!("{what}-{}-{effective}", super::words::short(of)), effective, data)
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

/// The authority keeps its entry; `on` is `flag` or `basis-lost`.
pub fn confirm(on: &str, of: &str, effective: &str) -> Step {
    let (on, reason) = (on.to_owned(), "经核实予以维持".to_owned());
    act(&format!("confirm-{on}"), of, effective, DesignationConfirmed { record: record(of), on, reason })
}

pub fn apply_for_repair(of: &str, effective: &str) -> Step {
    let evidence = vec![Evidence { kind: "履行义务".to_owned(), reference: "卷宗〔2026〕1号".to_owned() }];
    act("apply", of, effective, RepairApplied { record: record(of), evidence })
}

pub fn accept_repair(of: &str, effective: &str) -> Step {
    act("accept", of, effective, RepairAccepted { record: record(of) })
}

pub fn refuse_repair(of: &str, effective: &str) -> Step {
    let citation = "《信用修复管理办法》第九条".to_owned();
    act("refuse", of, effective, RepairRefused { record: record(of), citation })
}

/// An objection, by an id of its own.
pub fn object(id: &str, of: &str, effective: &str) -> Step {
    let (grounds, by) = ("不是我单位".to_owned(), "subject".to_owned());
    event(id, effective, ObjectionFiled { record: record(of), grounds, by })
}

/// The source's answer to an objection.
pub fn answer(objection: &str, of: &str, effective: &str) -> Step {
    let data =
        ObjectionAnswered { record: record(of), objection: record(objection), answer: "经核查属实".to_owned() };
    act(&format!("answer-{objection}"), of, effective, data)
}

pub fn resolve(finding: Finding, objection: &str, of: &str, effective: &str) -> Step {
    let data = ObjectionResolved { record: record(of), objection: record(objection), finding, correction: None };
    act(&format!("resolve-{objection}"), of, effective, data)
}

/// Settled by a correction that was published before.
pub fn resolve_by(correction: &str, objection: &str, of: &str, effective: &str) -> Step {
    let (objection_of, correction) = (record(objection), Some(record(correction)));
    let finding = Finding::Corrected;
    let data = ObjectionResolved { record: record(of), objection: objection_of, finding, correction };
    act(&format!("resolve-{objection}"), of, effective, data)
}

/// A correction, by an id of its own.
pub fn correct(id: &str, of: &str, effective: &str, changes: serde_json::Value) -> Step {
    event(id, effective, RecordCorrected { record: record(of), changes: Document(changes) })
}

/// Joint action, by an id of its own.
pub fn initiate(id: &str, of: &str, effective: &str, measure: &str, implementer: &str, respond_by: &str) -> Step {
    let (measures, implementers) = (vec![measure.to_owned()], vec![implementer.to_owned()]);
    let data = MeasureInitiated { record: record(of), measures, implementers, respond_by: date(respond_by) };
    event(id, effective, data)
}

pub fn accept(measure: &str, of: &str, effective: &str) -> Step {
    act("accept", of, effective, MeasureAccepted { record: record(of), measure: measure.to_owned() })
}

pub fn execute(measure: &str, of: &str, effective: &str) -> Step {
    let (case, result) = ("监管〔2026〕8号".to_owned(), "已列为重点监管对象".to_owned());
    let data = MeasureExecuted { record: record(of), measure: measure.to_owned(), case, result };
    act("execute", of, effective, data)
}

pub fn decline(measure: &str, of: &str, effective: &str) -> Step {
    let reason = "无相应职权".to_owned();
    act("decline", of, effective, MeasureDeclined { record: record(of), measure: measure.to_owned(), reason })
}

pub fn report(measure: &str, of: &str, effective: &str) -> Step {
    let (period, result) = ("2026年上半年".to_owned(), "持续实施".to_owned());
    act("report", of, effective, MeasureReported { record: record(of), measure: measure.to_owned(), period, result })
}

pub fn link(scheme: &str, value: &str, effective: &str) -> Step {
    let data = IdentifierLinked { scheme: scheme.to_owned(), value: value.to_owned(), reason: "换证".to_owned() };
    event(&format!("link-{scheme}-{value}-{effective}"), effective, data)
}

pub fn unlink(scheme: &str, value: &str, effective: &str) -> Step {
    let data = IdentifierUnlinked { scheme: scheme.to_owned(), value: value.to_owned(), reason: "误登".to_owned() };
    event(&format!("unlink-{scheme}-{value}-{effective}"), effective, data)
}

pub fn deregister(effective: &str) -> Step {
    let data =
        SubjectDeregistered { date: date(effective), citation: "（伊）登记内销字〔2026〕1号".to_owned() };
    event(&format!("deregister-{effective}"), effective, data)
}

/// A request to see more, by an id of its own.
pub fn ask_access(id: &str, level: u32, effective: &str) -> Step {
    let (purpose, case) = ("专项审计".to_owned(), "审〔2026〕3号".to_owned());
    event(id, effective, AccessRequested { level, purpose, case })
}

/// The office decides a request.
pub fn decide_access(request: &str, allowed: bool, effective: &str) -> Step {
    let data = AccessDecided { request: record(request), allowed, until: None };
    let step = event(&format!("decide-{request}-{effective}"), effective, data).by(OFFICE);
    step.event(|event| event.office = true)
}

/// What an entry says of a responsible person, as if a department could state it.
pub fn state_implication(of: &str, effective: &str) -> Step {
    let from: Date = date(effective);
    let data = ImplicationStated {
        record: record(of),
        entity: super::SUBJECT.to_owned(),
        role: "法定代表人".to_owned(),
        list: List::Black,
        kind: "unpaid-wages".to_owned(),
        from,
        until: from.plus_months(36),
        ended: None,
        withdrawn: false,
        watch_months: 12,
        measures: vec!["R-KEY-SUPERVISION".to_owned()],
        initiated: Vec::new(),
        disputed: Vec::new(),
        lost: Vec::new(),
        cause_type: "designation.made".to_owned(),
        cause_event: record(of),
    };
    act("state", of, effective, data)
}

/// What tests change of an objection, a request or its decision.
impl Step {
    /// The last day of an access that is allowed.
    #[must_use]
    pub fn access_until(self, last_day: &str) -> Step {
        self.event(|event| match &mut event.data {
            Data::AccessDecided(data) => data.until = Some(date(last_day)),
            other => panic!("{} decides no access", other.kind()),
        })
    }

    /// Given on another channel.
    #[must_use]
    pub fn on_channel(self, other: &str) -> Step {
        self.event(|event| match &mut event.data {
            Data::PublicationIssued(data) => data.channel = other.to_owned(),
            Data::NoticeIssued(data) => data.channel = other.to_owned(),
            other => panic!("{} has no channel", other.kind()),
        })
    }
}
