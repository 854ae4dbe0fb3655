//! Which days an event may have.

use crate::{refusal::Code, testing::*};

/// The open day, the first day of the shipped policy, and the furthest day: 90 days ahead.
const TODAY: &str = "2026-05-11";
const FIRST: &str = "2004-01-01";
const FURTHEST: &str = "2026-08-09";

type Builder = fn(&str) -> Step;

/// Every event that makes a record or stands for itself.
const OF_NO_RECORD: [(&str, Builder); 7] = [
    ("license.granted", |day| license("X-1", day)),
    ("penalty.imposed", |day| penalty("X-1", day)),
    ("designation.made", |day| black("X-1", day)),
    ("identifier.linked", |day| link("tax", "654002", day)),
    ("subject.deregistered", deregister),
    ("access.requested", |day| ask_access("Q-1", 1, day)),
    ("objection.filed", |day| object("O-1", "P-1", day)),
];

fn opened() -> Scenario {
    given([day(FIRST), penalty("P-1", FIRST)]).on(TODAY)
}

#[test]
fn a_date_before_the_first_day_of_policy_is_refused_whatever_the_event() {
    for (name, of) in OF_NO_RECORD {
        let then = opened().when(of("2003-12-31"));
        then.then_refused(Code::BeforeFirstDay).then_told(FIRST);
        assert!(opened().when(of(FIRST)).outcome.effect == crate::judge::Effect::Applied, "{name}");
    }
}

#[test]
fn a_date_more_than_ninety_days_ahead_is_refused_whatever_the_event() {
    for (name, of) in OF_NO_RECORD {
        let then = opened().when(of("2026-08-10"));
        then.then_refused(Code::TooFarAhead).then_told(FURTHEST);
        assert!(opened().when(of(FURTHEST)).outcome.effect == crate::judge::Effect::Applied, "{name}");
    }
}

#[test]
fn what_is_dated_within_ninety_days_begins_on_its_day() {
    opened()
        .when(black("L-1", FURTHEST))
        .then_changes([])
        .then_listed("2026-08-08", [])
        .on("2026-08-08")
        .when(day(FURTHEST))
        .then_changes(["listed black L-1 2026-08-09..2029-08-09"])
        .then_measure_changes("R-KEY-SUPERVISION", ["imposed 2026-08-09..2029-08-09 on L-1"]);
    given([day(TODAY), penalty("P-2", FURTHEST)])
        .when(exit("none", TODAY))
        .then_duties("2026-08-08", [])
        .then_duties(FURTHEST, ["publish P-2 due 2026-08-18 open"]);
}

#[test]
fn the_first_day_and_the_furthest_day_are_policy() {
    let mut terms = shipped("terms");
    terms["effective_ahead_days"] = serde_json::json!(0);
    terms["first_day"] = serde_json::json!(TODAY);
    let scenario = given([day(TODAY), policy("terms", 2, TODAY, terms)]);
    scenario.clone().when(penalty("X-1", "2026-05-10")).then_refused(Code::BeforeFirstDay);
    scenario.clone().when(penalty("X-1", "2026-05-12")).then_refused(Code::TooFarAhead);
    scenario.when(penalty("X-1", TODAY)).then_applied();
}

#[test]
fn nothing_of_a_record_is_dated_before_it_but_what_says_that_it_is_wrong() {
    use crate::event::Finding;
    // Taken on 05-11 for 05-20.
    let scenario = given([day(TODAY), black("L-1", "2026-05-20"), object("O-1", "L-1", TODAY)]);
    let before = "2026-05-15";
    for act in [
        exit("L-1", before),
        repair("L-1", before),
        apply_for_repair("L-1", before),
        publish("L-1", before),
        initiate("I-1", "L-1", before, "R-MARKET-BAN", MARKET, "2026-06-01"),
        accept("R-KEY-SUPERVISION", "L-1", before),
        confirm("flag", "L-1", before),
    ] {
        scenario.clone().when(act).then_refused(Code::TooEarly);
    }
    let changes = serde_json::json!({ "months": 1 });
    for act in [
        object("O-2", "L-1", before),
        answer("O-1", "L-1", before),
        resolve(Finding::Unfounded, "O-1", "L-1", before),
        correct("C-1", "L-1", before, changes.clone()),
        withdraw_designation("L-1", before),
    ] {
        scenario.clone().when(act).then_applied();
    }
    let before_taken = "2026-05-10";
    for act in [
        object("O-2", "L-1", before_taken),
        correct("C-1", "L-1", before_taken, changes),
        withdraw_designation("L-1", before_taken),
    ] {
        scenario.clone().when(act).then_refused(Code::TooEarly);
    }
}
