use crate::{facts::Known, refusal::Code, testing::*};

const ON: &str = "2026-05-11";

/// (八) Default rule 12: by identifier only.
#[test]
fn a_number_is_linked_once_and_unlinked_only_where_it_is_linked() {
    given([day(ON)])
        .when(link("tax", "654002", ON))
        .then_applied()
        .then_changes([])
        .then(|file| assert_eq!(file.identifier("tax", Known::Now), Some("654002")))
        .when(link("tax", "654002", ON).by(COUNTY))
        .then_refused(Code::AlreadyEnded)
        .when(unlink("tax", "654003", ON))
        .then_refused(Code::NoSuchIdentifier)
        .when(unlink("tax", "654002", ON))
        .then(|file| assert_eq!(file.identifier("tax", Known::Now), None))
        .when(unlink("tax", "654002", ON).id("again"))
        .then_refused(Code::NoSuchIdentifier)
        .when(link("tax", "654002", ON).id("anew"))
        .then_applied();
}

#[test]
fn a_number_that_comes_with_its_own_link_is_there_once() {
    let named = link("tax", "654002", ON).event(|event| {
        event.subject.aliases = vec![crate::event::Alias { scheme: "tax".to_owned(), value: "654002".to_owned() }];
    });
    given([day(ON)])
        .when(named)
        .then_applied()
        .then(|file| assert_eq!(file.identifier("tax", Known::Now), Some("654002")))
        .when(unlink("tax", "654002", ON))
        .then_applied()
        .then(|file| assert_eq!(file.identifier("tax", Known::Now), None));
}

/// Default rule 11: the files that it joins part again for everybody.
#[test]
fn a_number_is_unlinked_by_who_linked_it_or_by_the_office_and_by_nobody_else() {
    let linked = given([day(ON), link("tax", "654002", ON)]);
    let unlink = || unlink("tax", "654002", ON);
    linked.clone().when(unlink().by(COUNTY)).then_refused(Code::NotAllowed).then_told(LABOUR);
    linked.clone().when(unlink().by(OFFICE).event(|event| event.office = true)).then_applied();
    linked
        .when(unlink())
        .then_applied()
        .when(link("tax", "654002", ON).by(COUNTY))
        .when(unlink().id("again"))
        .then_refused(Code::NotAllowed)
        .when(unlink().by(COUNTY))
        .then_applied();
    let given_with_a_penalty = given([day(ON), penalty("P-1", ON).by(MARKET)]);
    let own = || crate::testing::unlink("uscc", SUBJECT_USCC, ON);
    given_with_a_penalty.clone().when(own()).then_refused(Code::NotAllowed).then_told(MARKET);
    given_with_a_penalty.when(own().by(MARKET)).then_applied();
}

#[test]
fn an_organisation_is_deregistered_by_a_department_of_the_kinds_that_policy_names_and_with_a_citation() {
    let mut departments = shipped("departments");
    departments["register"] = serde_json::json!([
        { "org": MARKET, "name": "伊犁州市场监督管理局", "kinds": ["market-supervision"] },
        { "org": TAX, "name": "伊犁州税务局", "kinds": ["tax"] },
    ]);
    departments["unregistered"] = serde_json::json!("none");
    departments["registrars"] = serde_json::json!(["market-supervision", "civil-affairs"]);
    let scenario = given([day(ON), policy("departments", 2, ON, departments)]);
    for org in [TAX, COUNTY] {
        scenario.clone().when(deregister(ON).by(org)).then_refused(Code::NotEntitled).then_told(org);
    }
    let uncited = deregister(ON).event(|event| match &mut event.data {
        crate::event::Data::SubjectDeregistered(data) => data.citation = " ".to_owned(),
        _ => unreachable!("it is a deregistration"),
    });
    scenario.clone().when(uncited.by(MARKET)).then_refused(Code::BasisMissing).then_told("citation");
    scenario.when(deregister(ON).by(MARKET)).then_applied();
}

#[test]
fn two_organisations_are_said_to_be_one_by_a_registrar_or_the_office_only() {
    let mut departments = shipped("departments");
    departments["registrars"] = serde_json::json!(["market-supervision"]);
    departments["unregistered"] = serde_json::json!("none");
    let scenario = given([day(ON), policy("departments", 2, ON, departments)]);
    let joins = || link("uscc", "91654002MA7TE0029X", ON);
    scenario.clone().when(joins()).then_refused(Code::NotEntitled).then_told(LABOUR);
    scenario.clone().when(joins().by(OFFICE).event(|event| event.office = true)).then_applied();
    scenario.when(link("tax", "654002", ON)).then_applied();
}

#[test]
fn a_number_of_another_subject_is_unlinked_there_first() {
    let step = link("tax", "654002", ON).event(|event| event.record_subject = Some(OTHER.to_owned()));
    given([day(ON)]).when(step).then_refused(Code::LinkedElsewhere).then_told(OTHER);
}

/// The twelfth of the worked scenarios: listed by the organisation code, later known by the code that holds it.
#[test]
fn records_under_the_organisation_code_and_under_the_credit_code_lie_in_one_file() {
    let code = "100003962";
    let known = |step: Step| step.about(code).event(|event| event.subject.uscc = Some("91100000100003962T".to_owned()));
    given([day(ON), black("L-1", ON).about(code), known(penalty("P-1", ON))])
        .when(known(exit("L-1", ON)))
        .then_applied()
        .of(code)
        .then(|file| {
            assert_eq!(file.records.len(), 2);
            assert_eq!(file.identifier("uscc", Known::Now), Some("91100000100003962T"));
        })
        .then_listed("2026-05-12", ["watch L-1"]);
}

#[test]
fn a_subject_is_deregistered_once_and_stays_on_its_lists() {
    given([day(ON), black("L-1", ON)])
        .when(deregister(ON))
        .then_applied()
        .then_changes([])
        .then_listed(ON, ["black L-1"])
        .when(deregister(ON).id("again"))
        .then_refused(Code::AlreadyEnded);
}

/// (二十二)(二十三) Access beyond one's level is asked for, and decided by the office.
#[test]
fn access_has_a_level_and_the_office_decides_it_once() {
    for level in [0, 6] {
        given([day(ON)]).when(ask_access("Q-1", level, ON)).then_refused(Code::LevelUnknown);
    }
    for level in [1, 5] {
        given([day(ON)]).when(ask_access("Q-1", level, ON)).then_applied();
    }
    let asked = given([day(ON), ask_access("Q-1", 3, ON)]);
    asked
        .clone()
        .when(decide_access("Q-1", true, ON).event(|event| event.office = false))
        .then_refused(Code::NotAllowed);
    asked.clone().when(decide_access("Q-9", true, ON)).then_refused(Code::NoSuchRequest);
    asked.clone().when(decide_access("Q-1", true, "2026-05-10")).then_refused(Code::TooEarly);
    asked.clone().when(decide_access("Q-1", true, ON).access_until("2026-05-10")).then_refused(Code::TermInvalid);
    asked
        .when(decide_access("Q-1", true, ON).access_until("2026-06-11"))
        .then_applied()
        .then(|file| {
            let decision = file.access[0].decision.as_ref().unwrap();
            assert!(decision.allowed && decision.until == "2026-06-11".parse().ok());
        })
        .when(decide_access("Q-1", false, ON).id("again"))
        .then_refused(Code::AlreadyEnded);
}
