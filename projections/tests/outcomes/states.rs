//! The states that a record can be in, each built from the events that lead to it.

use super::rows::{TODAY, Target};
use chengxin_projections::{
    event::Finding,
    testing::{self as build, MARKET, PERSON, Scenario, Step, given},
};
use serde_json::json;

/// A day before, on which records of long standing were taken.
const THEN: &str = "2026-03-02";
/// A day between.
const LATELY: &str = "2026-06-11";

const CARRIED: &str = "R-KEY-SUPERVISION";
const INITIATED: &str = "R-MARKET-BAN";

pub struct State {
    pub name: &'static str,
    pub target: Target,
    pub scenario: Scenario,
}

/// A kind of record.
pub struct Kind {
    pub title: &'static str,
    pub short: &'static str,
    pub states: Vec<State>,
}

pub fn kinds() -> Vec<Kind> {
    let kind = |title, short, states| Kind { title, short, states };
    vec![
        kind("No record of that name", "none", vec![state("none", &none(), [])]),
        kind("License", "license", licenses()),
        kind("Penalty: published, withheld, disputed, at its end", "penalty", penalties()),
        kind("Penalty: repair", "penalty in repair", repaired_penalties()),
        kind("Red entry", "red", reds()),
        kind("Black entry: on the list", "black", blacks()),
        kind("Black entry: repair and joint action", "black in action", blacks_in_action()),
        kind("Black entry: off the list", "black at its end", ended_blacks()),
        kind("Black entry, about a responsible person whom it names", "person", persons()),
    ]
}

/// What happened before today on two days, and what happened today.
fn state<const N: usize>(name: &'static str, target: &Target, steps: [Step; N]) -> State {
    let mut scenario = given(steps);
    if scenario.partition.day.is_none_or(|day| day.to_string() != TODAY) {
        scenario.take(build::day(TODAY));
    }
    State { name, target: target.clone(), scenario }
}

fn target(record: &'static str, measure: &'static str, changes: serde_json::Value) -> Target {
    Target { record, is_person: false, measure, changes }
}

fn none() -> Target {
    target("X-1", CARRIED, json!({ "document_no": "7" }))
}

fn then() -> Step {
    build::day(THEN)
}

fn lately() -> Step {
    build::day(LATELY)
}

fn licenses() -> Vec<State> {
    let target = target("A-1", CARRIED, json!({ "document_no": "7" }));
    let granted = || build::license("A-1", THEN);
    let disputed = || build::object("O-1", "A-1", LATELY);
    let wrong = || build::resolve(Finding::Withdrawn, "O-1", "A-1", LATELY);
    vec![
        state("current", &target, [then(), granted()]),
        state("disputed", &target, [then(), granted(), lately(), disputed()]),
        state("revoked", &target, [then(), granted(), lately(), build::revoke("A-1", LATELY)]),
        state("withdrawn by objection", &target, [then(), granted(), lately(), disputed(), wrong()]),
    ]
}

fn penalties() -> Vec<State> {
    let target = target("P-1", CARRIED, json!({ "document_no": "7" }));
    let imposed = || build::penalty("P-1", THEN);
    let published = || build::publish("P-1", THEN);
    let disputed = || build::object("O-1", "P-1", LATELY);
    let corrected = || build::correct("C-1", "P-1", LATELY, json!({ "document_no": "8" }));
    let withheld = || build::withhold("P-1", THEN, "国家秘密", None);
    let long_ago = "2025-03-03";
    let at_that_time = build::penalty("P-1", long_ago);
    let withdrawn = build::withdraw_penalty("P-1", LATELY);
    vec![
        state("fresh", &target, [lately(), build::penalty("P-1", LATELY)]),
        state("published", &target, [then(), imposed(), published()]),
        state("withheld", &target, [then(), imposed(), withheld()]),
        state("withheld, corrected", &target, [then(), imposed(), withheld(), lately(), corrected()]),
        state("disputed", &target, [then(), imposed(), published(), lately(), disputed()]),
        state("disputed, corrected", &target, [then(), imposed(), published(), lately(), disputed(), corrected()]),
        state("publicity ended", &target, [build::day(long_ago), at_that_time, build::publish("P-1", long_ago)]),
        state("withdrawn", &target, [then(), imposed(), published(), lately(), withdrawn]),
    ]
}

fn repaired_penalties() -> Vec<State> {
    let target = target("P-1", CARRIED, json!({ "document_no": "7" }));
    let public = || build::penalty("P-1", THEN);
    let published = || build::publish("P-1", THEN);
    let applied = || build::apply_for_repair("P-1", LATELY);
    let accepted = || build::accept_repair("P-1", LATELY);
    let refused = build::refuse_repair("P-1", LATELY);
    let granted = build::repair("P-1", LATELY);
    vec![
        state("applied", &target, [then(), public(), published(), lately(), applied()]),
        state("accepted", &target, [then(), public(), published(), lately(), applied(), accepted()]),
        state("refused", &target, [then(), public(), published(), lately(), applied(), refused]),
        state("granted", &target, [then(), public(), published(), lately(), applied(), accepted(), granted]),
    ]
}

fn reds() -> Vec<State> {
    let target = target("R-1", "I-GREEN-CHANNEL", json!({ "document_no": "7" }));
    let honoured = || build::red("R-1", THEN);
    vec![
        state("pending", &target, [lately(), build::red("R-1", "2026-06-20")]),
        state("active", &target, [then(), honoured()]),
        state("flagged", &target, [then(), honoured(), lately(), build::penalty("P-9", LATELY).by(MARKET)]),
        state("disputed", &target, [then(), honoured(), lately(), build::object("O-1", "R-1", LATELY)]),
        state("exited", &target, [then(), honoured(), lately(), build::exit("R-1", LATELY)]),
        state("expired", &target, [then(), honoured().until(LATELY)]),
        state("withdrawn", &target, [then(), honoured(), lately(), build::withdraw_designation("R-1", LATELY)]),
    ]
}

fn black() -> Target {
    target("L-1", CARRIED, json!({ "document_no": "7" }))
}

fn listed() -> Step {
    build::black("L-1", THEN)
}

fn blacks() -> Vec<State> {
    let target = black();
    let disputed = || build::object("O-1", "L-1", LATELY);
    let corrected = build::correct("C-1", "L-1", LATELY, json!({ "document_no": "8" }));
    let fined = || build::penalty("P-1", THEN);
    let resting = || listed().basis(["P-1"]);
    let lost = || build::withdraw_penalty("P-1", LATELY);
    let kept = build::confirm("basis-lost", "L-1", LATELY);
    vec![
        state("pending", &target, [lately(), build::black("L-1", "2026-06-20")]),
        state("active, repairable", &target, [then(), listed()]),
        state("active, not repairable", &target, [then(), listed().unrepairable("第七条")]),
        state("disputed", &target, [then(), listed(), lately(), disputed()]),
        state("disputed, corrected", &target, [then(), listed(), lately(), disputed(), corrected]),
        state("basis lost", &target, [then(), fined(), resting(), lately(), lost()]),
        state("basis lost, kept", &target, [then(), fined(), resting(), lately(), lost(), kept]),
    ]
}

fn blacks_in_action() -> Vec<State> {
    let target = black();
    let applied = || build::apply_for_repair("L-1", LATELY);
    let accepted = build::accept_repair("L-1", LATELY);
    let refused = build::refuse_repair("L-1", LATELY);
    let mut states = vec![
        state("repair applied", &target, [then(), listed(), lately(), applied()]),
        state("repair accepted", &target, [then(), listed(), lately(), applied(), accepted]),
        state("repair refused", &target, [then(), listed(), lately(), applied(), refused]),
        state("repaired", &target, [then(), listed(), lately(), build::repair("L-1", LATELY)]),
    ];
    states.extend(joint_action());
    states
}

/// What the market department was asked to do, and did.
fn joint_action() -> Vec<State> {
    let target = Target { measure: INITIATED, ..black() };
    let asked = || build::initiate("I-1", "L-1", LATELY, INITIATED, MARKET, "2026-06-30");
    let accepted = || build::accept(INITIATED, "L-1", LATELY).by(MARKET);
    let again = build::initiate("I-2", "L-1", LATELY, INITIATED, MARKET, "2026-06-30");
    let executed = build::execute(INITIATED, "L-1", LATELY).by(MARKET);
    let declined = build::decline(INITIATED, "L-1", LATELY).by(MARKET);
    let disputed = build::object("O-1", "L-1", LATELY);
    vec![
        state("measure initiated", &target, [then(), listed(), lately(), asked()]),
        state("measure accepted", &target, [then(), listed(), lately(), asked(), accepted()]),
        state("measure accepted, asked again", &target, [then(), listed(), lately(), asked(), accepted(), again]),
        state("measure executed", &target, [then(), listed(), lately(), asked(), executed]),
        state("measure declined", &target, [then(), listed(), lately(), asked(), declined]),
        state("measure accepted, disputed", &target, [then(), listed(), lately(), asked(), accepted(), disputed]),
    ]
}

fn ended_blacks() -> Vec<State> {
    let target = black();
    let exited = || build::exit("L-1", LATELY);
    let ahead = build::exit("L-1", "2026-06-20");
    let relapse = build::penalty("P-9", "2026-06-14").by(MARKET);
    let withdrawn = || build::withdraw_designation("L-1", LATELY);
    vec![
        state("exit ahead", &target, [then(), listed(), lately(), ahead]),
        state("exited, in watch", &target, [then(), listed(), lately(), exited()]),
        state("relapsed in watch", &target, [then(), listed(), lately(), exited(), build::day("2026-06-14"), relapse]),
        state("expired, in watch", &target, [then(), listed().until(LATELY)]),
        state("watch over", &target, [then(), listed().until("2026-04-01").watch_months(1)]),
        state("withdrawn", &target, [then(), listed(), lately(), withdrawn()]),
        state("withdrawn in watch", &target, [then(), listed(), lately(), exited(), withdrawn()]),
    ]
}

fn persons() -> Vec<State> {
    let target = Target { is_person: true, ..black() };
    let naming = || listed().persons([(PERSON, "法定代表人")]);
    let disputed = || build::object("O-1", "L-1", LATELY).about_person(PERSON);
    let apart = build::resolve(Finding::Withdrawn, "O-1", "L-1", LATELY).about_person(PERSON);
    let accepted = build::accept(CARRIED, "L-1", LATELY).about_person(PERSON);
    let exited = build::exit("L-1", LATELY);
    let withdrawn = build::withdraw_designation("L-1", LATELY);
    vec![
        state("active", &target, [then(), naming()]),
        state("measure accepted", &target, [then(), naming(), lately(), accepted]),
        state("disputed by the person", &target, [then(), naming(), lately(), disputed()]),
        state("entry disputed", &target, [then(), naming(), lately(), build::object("O-1", "L-1", LATELY)]),
        state("found not to belong", &target, [then(), naming(), lately(), disputed(), apart]),
        state("entry exited", &target, [then(), naming(), lately(), exited]),
        state("entry withdrawn", &target, [then(), naming(), lately(), withdrawn]),
    ]
}

/// The states in which a measure may be answered.
pub fn measure_states() -> Vec<State> {
    let target = black();
    let mut states = vec![
        state("carried by the kind", &target, [then(), listed()]),
        state("carried, disputed", &target, [then(), listed(), lately(), build::object("O-1", "L-1", LATELY)]),
    ];
    states.extend(joint_action());
    states.push(state("exited", &target, [then(), listed(), lately(), build::exit("L-1", LATELY)]));
    states
}

/// What is known of the subject itself.
pub fn subject_states() -> Vec<State> {
    let target = none();
    let asked = || build::ask_access("Q-1", 3, LATELY);
    let unlinked = build::unlink("tax", "654002", LATELY);
    vec![
        state("nothing known", &target, []),
        state("number linked", &target, [lately(), build::link("tax", "654002", LATELY)]),
        state("number unlinked", &target, [lately(), build::link("tax", "654002", LATELY), unlinked]),
        state("deregistered", &target, [lately(), build::deregister(LATELY)]),
        state("access requested", &target, [lately(), asked()]),
        state("access decided", &target, [lately(), asked(), build::decide_access("Q-1", false, LATELY)]),
    ]
}
