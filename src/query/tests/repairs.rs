//! Applications for credit repair on the credit file.

use super::*;
use crate::query::repair::RepairState;
use chengxin_projections::event::{Evidence, RepairAccepted, RepairApplied, RepairRefused};

fn applied(record: &str) -> RepairApplied {
    let evidence = vec![Evidence { kind: "履行义务".into(), reference: "缴款书 2026-88".into() }];
    RepairApplied { record: record.into(), evidence }
}

#[test]
fn scenario_9_an_application_is_shown_with_its_evidence_from_acceptance_to_grant() {
    let mut story = Story::on("2026-05-06");
    let record = format!("{SOCIAL}/P-1");
    story.then(SOCIAL, "P-1", penalty());
    story.open("2026-08-07");
    story.then(SOCIAL, "A-1", applied(&record));
    story.open("2026-08-11");
    story.then(SOCIAL, "B-1", RepairAccepted { record: record.clone() });
    story.open("2026-08-20");
    story.then(SOCIAL, "G-1", RepairGranted { record: record.clone() });
    let state = |day: &str| story.as_of(day).repairs.iter().map(|repair| repair.state).collect::<Vec<_>>();
    assert_eq!(state("2026-08-06"), []);
    assert_eq!(state("2026-08-07"), [RepairState::Applied]);
    assert_eq!(state("2026-08-11"), [RepairState::Accepted]);
    assert_eq!(state("2026-08-20"), [RepairState::Granted]);
    let repair = story.as_of("2026-08-20").repairs[0].clone();
    assert_eq!((repair.application, repair.evidence[0].kind.as_str()), (Some(format!("{SOCIAL}/A-1")), "履行义务"));
    assert_eq!((repair.applied, repair.granted), (Some(date("2026-08-07")), Some(date("2026-08-20"))));
    assert_eq!(repair.cause.event, format!("{SOCIAL}/G-1"));
}

#[test]
fn a_refusal_names_its_citation_and_a_later_application_stands_beside_it() {
    let mut story = Story::on("2026-05-06");
    let record = format!("{SOCIAL}/D-1");
    story.then(SOCIAL, "D-1", designation(List::Black, "unpaid-wages", 36));
    story.then(SOCIAL, "A-1", applied(&record));
    let citation = "《信用修复管理办法》第九条".to_owned();
    story.then(SOCIAL, "F-1", RepairRefused { record: record.clone(), citation: citation.clone() });
    story.then(SOCIAL, "A-2", applied(&record));
    story.open("2026-06-01");
    story.then(SOCIAL, "X-1", exit(&record));
    let view = story.as_of("2026-06-01");
    let states: Vec<RepairState> = view.repairs.iter().map(|repair| repair.state).collect();
    assert_eq!(states, [RepairState::Refused, RepairState::Void], "the exit left nothing to repair");
    assert_eq!(view.repairs[0].citation, Some(citation));
    assert_eq!(view.repairs[1].void, Some(date("2026-06-01")));
}
