//! The events, one for each type and for each thing that it may say.

use chengxin_projections::{
    event::{ExitReason, Finding, List, NoticeAbout},
    testing::{self as build, MARKET, PERSON, Step},
};
use serde_json::json;

/// The open day.
pub const TODAY: &str = "2026-06-15";

/// What the events of a column are about.
#[derive(Clone)]
pub struct Target {
    pub record: &'static str,
    /// Whether the subject is a person whom the record names.
    pub is_person: bool,
    /// A measure that the entry carries, where it is one.
    pub measure: &'static str,
    /// Something that its type of record has and a correction may change.
    pub changes: serde_json::Value,
}

pub struct Row {
    pub label: &'static str,
    pub of: fn(&Target) -> Step,
}

macro_rules! rows {
    ($($label:literal => |$target:ident| $step:expr,)*) => {
        vec![$(Row { label: $label, of: |$target| about($target, $step) }),*]
    };
}

fn about(target: &Target, step: Step) -> Step {
    if target.is_person { step.about_person(PERSON) } else { step }
}

/// Every event type, about a record.
pub fn record_rows() -> Vec<Row> {
    let mut rows = making();
    rows.extend(ending());
    rows.extend(disputing());
    rows.extend(measure_rows());
    rows.extend(subject_rows());
    rows.extend(rows![
        "implication.stated" => |target| build::state_implication(target.record, TODAY),
    ]);
    rows.extend([
        Row { label: "policy.published", of: |_| build::policy("rules", 2, TODAY, json!({ "revision": 2 })) },
        Row { label: "day.opened", of: |_| Step::Event(Box::new(build::opening("2026-06-16".parse().unwrap()))) },
    ]);
    rows
}

fn making() -> Vec<Row> {
    rows![
        "license.granted" => |_target| build::license("new", TODAY),
        "penalty.imposed" => |_target| build::penalty("new", TODAY),
        "designation.made (red)" => |_target| build::red("new", TODAY),
        "designation.made (black)" => |_target| build::designation(List::Black, "unpaid-wages", "new", TODAY),
        "publication.issued" => |target| build::publish(target.record, TODAY),
        "publication.withheld" => |target| build::withhold(target.record, TODAY, "国家秘密", None),
        "record.corrected" => |target| build::correct("new", target.record, TODAY, target.changes.clone()),
    ]
}

fn ending() -> Vec<Row> {
    rows![
        "license.revoked" => |target| build::revoke(target.record, TODAY),
        "penalty.withdrawn" => |target| build::withdraw_penalty(target.record, TODAY),
        "designation.withdrawn" => |target| build::withdraw_designation(target.record, TODAY),
        "designation.confirmed (flag)" => |target| build::confirm("flag", target.record, TODAY),
        "designation.confirmed (basis-lost)" => |target| build::confirm("basis-lost", target.record, TODAY),
        "exit.declared (early)" => |target| build::exit_because(ExitReason::Early, target.record, TODAY),
        "exit.declared (repaired)" => |target| build::exit_because(ExitReason::Repaired, target.record, TODAY),
        "exit.declared (deregistered)" => |target| build::exit_because(ExitReason::Deregistered, target.record, TODAY),
        "notice.issued (exit)" => |target| build::notice(target.record, TODAY, NoticeAbout::Exit),
        "notice.issued (takedown)" => |target| build::notice(target.record, TODAY, NoticeAbout::Takedown),
        "notice.issued (restoration)" => |target| build::notice(target.record, TODAY, NoticeAbout::Restoration),
    ]
}

fn disputing() -> Vec<Row> {
    rows![
        "repair.applied" => |target| build::apply_for_repair(target.record, TODAY),
        "repair.accepted" => |target| build::accept_repair(target.record, TODAY),
        "repair.refused" => |target| build::refuse_repair(target.record, TODAY),
        "repair.granted" => |target| build::repair(target.record, TODAY),
        "objection.filed" => |target| build::object("new", target.record, TODAY),
        "objection.answered" => |target| build::answer("O-1", target.record, TODAY),
        "objection.resolved (unfounded)" => |target| build::resolve(Finding::Unfounded, "O-1", target.record, TODAY),
        "objection.resolved (corrected)" => |target| build::resolve_by("C-1", "O-1", target.record, TODAY),
        "objection.resolved (withdrawn)" => |target| build::resolve(Finding::Withdrawn, "O-1", target.record, TODAY),
    ]
}

pub fn measure_rows() -> Vec<Row> {
    rows![
        "measure.initiated" => |target| {
            let code = if target.record == "R-1" { "I-TAX-BANK-CREDIT" } else { "R-NO-CONCESSION" };
            build::initiate("new", target.record, TODAY, code, MARKET, "2026-06-30")
        },
        "measure.accepted" => |target| build::accept(target.measure, target.record, TODAY),
        "measure.executed" => |target| build::execute(target.measure, target.record, TODAY),
        "measure.declined" => |target| build::decline(target.measure, target.record, TODAY),
        "measure.reported" => |target| build::report(target.measure, target.record, TODAY),
    ]
}

pub fn subject_rows() -> Vec<Row> {
    rows![
        "identifier.linked" => |_target| build::link("tax", "654002", TODAY),
        "identifier.unlinked" => |_target| build::unlink("tax", "654002", TODAY),
        "subject.deregistered" => |_target| build::deregister(TODAY),
        "access.requested" => |_target| build::ask_access("new", 3, TODAY),
        "access.decided" => |_target| build::decide_access("Q-1", true, TODAY),
    ]
}
