//! The twelve worked scenarios of the domain, on the days that they speak of.

use crate::{
    judge::Codes,
    model::{Model, Side},
    play::{self, Player},
};
use chengxin_projections::{
    event::{
        ExitReason, Finding, List, NoticeAbout, ObjectionAnswered, ObjectionFiled, ObjectionResolved, RepairAccepted,
        RepairApplied, ResponsiblePerson,
    },
    testing::{
        COUNTY, LABOUR, MARKET, SUBJECT, Step, TAX, black, day, designation, event, exit, exit_because, notice,
        penalty, publish, red, repair, withdraw_designation,
    },
};

const PERSON: &str = "person-a";

/// A prefecture in which all of this happened.
struct Told(Player<Model>);

fn told(steps: impl IntoIterator<Item = Step>) -> Told {
    let mut told = Told(play::model());
    for step in steps {
        told = told.and(step);
    }
    told
}

impl Told {
    #[track_caller]
    fn and(mut self, step: Step) -> Told {
        self.0.play(&step, |_, outcome| assert_eq!(*outcome, Ok(()), "{step:?}"));
        self
    }

    #[track_caller]
    fn refused(mut self, step: Step, code: &'static str) -> Told {
        self.0.play(&step, |_, outcome| assert_eq!(*outcome, Err(Codes::from([code])), "{step:?}"));
        self
    }

    /// What can be asked for later as known now.
    fn now(&self) -> u64 {
        self.0.next_offset - 1
    }

    #[track_caller]
    fn shows<const N: usize>(self, subject: &str, as_of: &str, about: &str, expected: [&str; N]) -> Told {
        self.shows_as_known(u64::MAX, subject, as_of, about, expected)
    }

    /// The lines that contain some words, with the departments and the order of measures left out.
    #[track_caller]
    fn shows_as_known<const N: usize>(
        self,
        known: u64,
        subject: &str,
        as_of: &str,
        about: &str,
        expected: [&str; N],
    ) -> Told {
        let picture = self.0.side.picture(subject, as_of.parse().unwrap(), known);
        let short = picture.iter().filter(|line| line.contains(about)).map(|line| {
            [LABOUR, MARKET, TAX, COUNTY].iter().fold(line.clone(), |line, org| line.replace(&format!("{org}/"), ""))
        });
        assert_eq!(short.collect::<Vec<_>>(), expected, "as of {as_of}: {picture:#?}");
        self
    }
}

fn record(id: &str) -> String {
    format!("{LABOUR}/{id}")
}

fn objection(id: &str, of: &str, effective: &str) -> Step {
    event(id, effective, ObjectionFiled { record: record(of), grounds: "不属实".to_owned(), by: "subject".to_owned() })
}

fn answer(to: &str, of: &str, effective: &str) -> Step {
    let data = ObjectionAnswered { record: record(of), objection: record(to), answer: "属实".to_owned() };
    event(&format!("{to}-A"), effective, data)
}

fn resolution(to: &str, of: &str, effective: &str, finding: Finding) -> Step {
    let data = ObjectionResolved { record: record(of), objection: record(to), finding, correction: None };
    event(&format!("{to}-R"), effective, data)
}

fn application(id: &str, of: &str, effective: &str) -> Step {
    event(id, effective, RepairApplied { record: record(of), evidence: Vec::new() })
}

#[test]
fn scenario_1_a_worked_sunday_counts_for_a_publication() {
    let expected = format!("duty publish {LABOUR} P-1 since 2019-04-22 due 2019-04-30 open");
    told([day("2019-04-22"), penalty("P-1", "2019-04-22")]).shows(SUBJECT, "2019-04-30", "duty", [&expected]);
}

#[test]
fn scenario_2_a_publication_is_late_by_one_working_day() {
    let steps = [day("2026-09-24"), penalty("P-1", "2026-09-24"), day("2026-10-13"), publish("P-1", "2026-10-13")];
    let since = format!("duty publish {LABOUR} P-1 since 2026-09-24 due 2026-10-12");
    told(steps)
        .shows(SUBJECT, "2026-10-12", "duty", [&format!("{since} open")])
        .shows(SUBJECT, "2026-10-13", "duty", [&format!("{since} done 2026-10-13 late 1")])
        .shows(
            SUBJECT,
            "2026-10-13",
            "record",
            ["record P-1 current issued 2026-10-13 late 1 withheld - until 2027-09-24 on show"],
        );
}

#[test]
fn scenario_3_an_objection_suspends_the_measures_and_not_the_term() {
    let steps = [
        day("2026-04-20"),
        black("L-1", "2026-04-20"),
        day("2026-06-15"),
        objection("O-1", "L-1", "2026-06-15"),
        day("2026-06-23"),
        answer("O-1", "L-1", "2026-06-23"),
        day("2026-06-24"),
        resolution("O-1", "L-1", "2026-06-24", Finding::Unfounded),
    ];
    let entry = "entry black L-1 2026-04-20..=2029-04-20";
    let measure = "R-KEY-SUPERVISION";
    let duty = format!("duty answer-objection {LABOUR} L-1 since 2026-06-15 due 2026-06-25");
    told(steps)
        .shows(SUBJECT, "2026-06-14", measure, ["measure R-KEY-SUPERVISION active on L-1"])
        .shows(SUBJECT, "2026-06-15", measure, ["measure R-KEY-SUPERVISION suspended on L-1"])
        .shows(SUBJECT, "2026-06-23", measure, ["measure R-KEY-SUPERVISION suspended on L-1"])
        .shows(SUBJECT, "2026-06-24", measure, ["measure R-KEY-SUPERVISION active on L-1"])
        .shows(SUBJECT, "2026-06-14", "entry black", [&format!("{entry} active")])
        .shows(SUBJECT, "2026-06-15", "entry black", [&format!("{entry} active disputed")])
        .shows(SUBJECT, "2026-06-24", "entry black", [&format!("{entry} active")])
        .shows(SUBJECT, "2029-04-20", "entry black", [&format!("{entry} active")])
        .shows(SUBJECT, "2029-04-21", "entry black", [&format!("{entry} expired")])
        .shows(SUBJECT, "2026-06-22", "duty answer", [&format!("{duty} open")])
        .shows(SUBJECT, "2026-06-26", "duty answer", [&format!("{duty} done 2026-06-23 late 0")]);
}

#[test]
fn scenario_4_an_entry_of_another_company_never_was() {
    let before = told([
        day("2026-04-20"),
        black("L-1", "2026-04-20"),
        day("2026-06-15"),
        objection("O-1", "L-1", "2026-06-15"),
        day("2026-07-01"),
    ]);
    let known = before.now();
    let takedown = format!("duty notify-takedown {LABOUR} L-1 since 2026-07-10 due 2026-07-15");
    before
        .and(day("2026-07-10"))
        .and(resolution("O-1", "L-1", "2026-07-10", Finding::Withdrawn))
        .shows(SUBJECT, "2026-07-01", "entry", ["entry black L-1 2026-04-20..=2029-04-20 withdrawn"])
        .shows(SUBJECT, "2026-05-01", "measure", [])
        .shows(SUBJECT, "2026-07-10", "duty notify", [&format!("{takedown} open")])
        .shows_as_known(
            known,
            SUBJECT,
            "2026-07-01",
            "entry black",
            ["entry black L-1 2026-04-20..=2029-04-20 active disputed"],
        )
        .and(day("2026-07-16"))
        .and(notice("L-1", "2026-07-16", NoticeAbout::Takedown))
        .shows(SUBJECT, "2026-07-16", "duty notify", [&format!("{takedown} done 2026-07-16 late 1")]);
}

#[test]
fn scenario_5_the_measures_of_a_representative_end_with_the_entry() {
    let named = ResponsiblePerson { person: PERSON.to_owned(), role: "法定代表人".to_owned() };
    let steps = [
        day("2026-02-02"),
        black("L-1", "2026-02-02").until("2029-02-02").designation(|data| data.persons.push(named)),
        day("2026-09-28"),
        exit_because(ExitReason::Repaired, "L-1", "2026-09-28"),
    ];
    told(steps)
        .shows(
            PERSON,
            "2026-09-27",
            "measure",
            [
                "measure R-CREDIT-RECORD active on L-1",
                "measure R-KEY-SUPERVISION active on L-1",
                "measure R-NO-AWARDS active on L-1",
            ],
        )
        .shows(PERSON, "2026-09-28", "measure", [])
        .shows(PERSON, "2026-09-28", "entry", ["entry watch L-1 2026-09-29..=2027-09-29 pending"])
        .shows(PERSON, "2026-09-29", "entry", ["entry watch L-1 2026-09-29..=2027-09-29 active"])
        .shows(
            SUBJECT,
            "2026-09-29",
            "entry",
            ["entry black L-1 2026-02-02..2026-09-28 exited", "entry watch L-1 2026-09-29..=2027-09-29 active"],
        );
}

#[test]
fn scenario_6_a_red_subject_found_dishonest_is_flagged_and_its_authority_decides() {
    let steps = [
        day("2026-03-02"),
        red("R-1", "2026-03-02"),
        day("2026-06-08"),
        penalty("P-1", "2026-06-08").by(MARKET),
        day("2026-06-12"),
        exit("R-1", "2026-06-12"),
    ];
    let flag = "flag dishonest-while-red R-1 since 2026-06-08 cause P-1";
    let duty = format!("duty decide-flag {LABOUR} R-1 since 2026-06-08 due 2026-06-15");
    told(steps)
        .shows(SUBJECT, "2026-06-08", "flag dishonest", [flag])
        .shows(SUBJECT, "2026-06-11", "I-GREEN-CHANNEL", ["measure I-GREEN-CHANNEL active on R-1"])
        .shows(SUBJECT, "2026-06-11", "duty decide", [&format!("{duty} open")])
        .shows(SUBJECT, "2026-06-11", "green", ["green yes red-listed R-1"])
        .shows(SUBJECT, "2026-06-12", "I-GREEN-CHANNEL", [])
        .shows(SUBJECT, "2026-06-12", "flag dishonest", [])
        .shows(SUBJECT, "2026-06-12", "duty decide", [&format!("{duty} done 2026-06-12 late 0")])
        .shows(SUBJECT, "2026-06-12", "green", ["green no P-1"]);
}

#[test]
fn scenario_7_a_term_ends_at_midnight_of_its_last_day() {
    let steps = [day("2023-10-02"), black("L-1", "2023-10-02").months(36), day("2026-10-10")];
    let duty = format!("duty notify-exit {LABOUR} L-1 since 2026-10-02 due 2026-10-10");
    told(steps)
        .shows(SUBJECT, "2026-10-02", "entry black", ["entry black L-1 2023-10-02..=2026-10-02 active"])
        .shows(
            SUBJECT,
            "2026-10-03",
            "entry",
            ["entry black L-1 2023-10-02..=2026-10-02 expired", "entry watch L-1 2026-10-03..=2027-10-03 active"],
        )
        .shows(SUBJECT, "2026-10-09", "duty notify-exit", [&format!("{duty} open")])
        .and(notice("L-1", "2026-10-10", NoticeAbout::Exit))
        .shows(SUBJECT, "2026-10-10", "duty notify-exit", [&format!("{duty} done 2026-10-10 late 0")]);
}

#[test]
fn scenario_8_what_is_barred_from_repair_is_not_repaired() {
    told([day("2026-05-11"), black("L-1", "2026-05-11").unrepairable("某规定第一条"), day("2026-06-01")])
        .refused(application("A-1", "L-1", "2026-06-01"), "not-repairable")
        .shows(SUBJECT, "2026-06-01", "entry black", ["entry black L-1 2026-05-11..=2029-05-11 active"])
        .shows(SUBJECT, "2026-06-01", "duty", []);
}

#[test]
fn scenario_9_a_penalty_is_repaired_after_the_minimum_publicity() {
    let until = "record P-1 current issued 2026-08-05 late 58 withheld - until";
    let told = told([day("2026-05-06"), penalty("P-1", "2026-05-06"), day("2026-08-05")])
        .refused(application("A-0", "P-1", "2026-08-05"), "too-early")
        .and(publish("P-1", "2026-08-05"))
        .shows(SUBJECT, "2026-08-05", "record", [&format!("{until} 2027-05-06 on show")])
        .and(day("2026-08-07"))
        .and(application("A-1", "P-1", "2026-08-07"));
    let accept = format!("duty accept-repair {LABOUR} P-1 since 2026-08-07 due 2026-08-12");
    let decide = format!("duty decide-repair {LABOUR} P-1 since 2026-08-07 due 2026-08-21");
    let told = told
        .shows(SUBJECT, "2026-08-07", "-repair", [&format!("{accept} open"), &format!("{decide} open")])
        .and(day("2026-08-12"))
        .and(event("AA-1", "2026-08-12", RepairAccepted { record: record("P-1") }))
        .and(day("2026-08-21"))
        .and(repair("P-1", "2026-08-21"));
    told.shows(
        SUBJECT,
        "2026-08-21",
        "-repair",
        [&format!("{accept} done 2026-08-12 late 0"), &format!("{decide} done 2026-08-21 late 0")],
    )
    .shows(SUBJECT, "2026-08-21", "record", [&format!("{until} 2026-08-21 off show")]);
}

#[test]
fn scenario_10_a_measure_ends_with_its_last_basis() {
    let market = designation(List::Black, "market-violation", "L-2", "2026-03-02").until("2029-03-02").by(MARKET);
    let steps = [
        day("2026-03-02"),
        designation(List::Black, "tax-violation", "L-1", "2026-01-12").until("2028-01-10").by(TAX),
        market,
        day("2026-09-15"),
        exit(&format!("{MARKET}/L-2"), "2026-09-15").by(MARKET),
    ];
    told(steps)
        .shows(SUBJECT, "2026-09-14", "R-NO-AWARDS", ["measure R-NO-AWARDS active on L-1+L-2"])
        .shows(SUBJECT, "2026-09-15", "R-NO-AWARDS", ["measure R-NO-AWARDS active on L-1"])
        .shows(SUBJECT, "2028-01-10", "R-NO-AWARDS", ["measure R-NO-AWARDS active on L-1"])
        .shows(SUBJECT, "2028-01-11", "R-NO-AWARDS", []);
}

#[test]
fn scenario_11_nobody_ends_the_entry_of_another() {
    let entry = designation(List::Black, "tax-violation", "L-1", "2026-05-11").by(TAX);
    told([day("2026-05-11"), entry, day("2026-06-01")])
        .refused(exit(&format!("{TAX}/L-1"), "2026-06-01").by(COUNTY), "not-your-entry")
        .refused(withdraw_designation(&format!("{TAX}/L-1"), "2026-06-01").by(COUNTY), "not-your-entry")
        .shows(SUBJECT, "2026-06-01", "entry black", ["entry black L-1 2026-05-11..=2029-05-11 active"]);
}

#[test]
fn scenario_12_the_organisation_code_and_the_credit_code_that_holds_it_are_one_subject() {
    const CODE: &str = "100003962";
    let later = penalty("P-1", "2026-06-01")
        .about(CODE)
        .event(|event| event.subject.uscc = Some("91100000100003962T".to_owned()));
    told([day("2026-06-01"), black("L-1", "2026-05-11").about(CODE), later])
        .shows(CODE, "2026-06-01", "entry black", ["entry black L-1 2026-05-11..=2029-05-11 active"])
        .shows(CODE, "2026-06-01", "record", ["record P-1 current issued - late 0 withheld - until - off show"])
        .shows(CODE, "2026-06-01", "green", ["green no L-1+P-1"]);
}
