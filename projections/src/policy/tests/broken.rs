//! What the publisher of a broken part is told.

use super::*;

/// What is wrong with a content, as pointer and code.
fn wrong(part: &str, content: &Value) -> Vec<(String, String)> {
    let errors = history_without(part).publish(part, 1, date("2026-01-01"), content, None).unwrap_err();
    assert!(errors.iter().all(|error| !error.detail.is_empty()));
    errors.into_iter().map(|error| (error.pointer, error.code)).collect()
}

fn history_without(part: &str) -> PolicyHistory {
    let mut history = PolicyHistory::default();
    for file in shipped_policy().into_iter().filter(|file| file.part != part) {
        history.publish(&file.part, file.version, file.effective, &file.content.0, None).unwrap();
    }
    history
}

fn pair(pointer: &str, code: &str) -> (String, String) {
    (pointer.into(), code.into())
}

#[test]
fn a_refused_publication_tells_every_error_and_changes_nothing() {
    let mut history = history();
    let before = serde_json::to_string(&history).unwrap();
    assert_eq!(
        history.publish("colours", 1, date("2026-01-01"), &json!({}), None).unwrap_err()[0].code,
        "unknown-part"
    );
    let broken = json!({ "items": [{ "code": "R-X", "kind": "incentive", "item": "（十六）", "matter": "", "target": "t",
        "implementers": [], "basis": ["b", " "], "colour": 1 }, 7] });
    assert_eq!(history.publish("catalogue", 2, date("2026-01-01"), &broken, None).unwrap_err().len(), 2);
    assert_eq!(serde_json::to_string(&history).unwrap(), before);
}

#[test]
fn a_measure_without_one_of_its_five_parts_is_told_which() {
    let item = json!({ "items": [{ "code": "R-X", "kind": "incentive", "item": "（十六）", "target": " " }] });
    let expected = [
        pair("/content/items/0/matter", "missing"),
        pair("/content/items/0/target", "missing"),
        pair("/content/items/0/means", "missing"),
        pair("/content/items/0/implementers", "missing"),
        pair("/content/items/0/basis", "missing"),
        pair("/content/items/0/code", "wrong-prefix"),
    ];
    assert_eq!(wrong("catalogue", &item), expected);
}

#[test]
fn broken_contents_are_told_where_and_what() {
    let mut kinds = content("list-kinds");
    kinds["kinds"][0]["measures"][1] = json!("R-UNKNOWN");
    kinds["kinds"][1]["usual_authorities"] = json!(["nobody"]);
    let expected = [
        pair("/content/kinds/0/measures/1", "unknown-measure"),
        pair("/content/kinds/1/usual_authorities/0", "unknown-department-kind"),
    ];
    assert_eq!(wrong("list-kinds", &kinds), expected);
    kinds = content("list-kinds");
    kinds["kinds"][0]["months"] = json!("36");
    kinds["kinds"][1]["class"] = json!(5);
    kinds["kinds"][2]["code"] = json!("tax-violation");
    kinds["kinds"][8]["watch_months"] = json!(3);
    kinds["colour"] = json!("black");
    let expected = [
        pair("/content/colour", "unknown-field"),
        pair("/content/kinds/0/months", "invalid"),
        pair("/content/kinds/1/class", "out-of-range"),
        pair("/content/kinds/8/watch_months", "out-of-range"),
        pair("/content/kinds/2/code", "twice"),
    ];
    assert_eq!(wrong("list-kinds", &kinds), expected);
    let calendar = json!({ "year": 2026, "notice": "n", "off": ["2026-02-30", "2025-01-01", "2026-01-01"],
        "worked": ["2026-01-05", "2026-01-01"] });
    let expected = [
        pair("/content/off/0", "invalid"),
        pair("/content/off/1", "wrong-year"),
        pair("/content/worked/0", "not-a-weekend"),
        pair("/content/worked/1", "not-a-weekend"),
        pair("/content/worked/1", "twice"),
    ];
    assert_eq!(wrong("calendar-2026", &calendar), expected);
    assert_eq!(wrong("rules", &json!({ "revision": 99 })), [pair("/content/revision", "unknown-revision")]);
    assert_eq!(wrong("rules", &json!([])), [pair("/content", "not-an-object")]);
    let mut terms = content("terms");
    terms["deadlines"][0]["duty"] = json!("publsh");
    let expected = [pair("/content/deadlines/0/duty", "unknown-duty"), pair("/content/deadlines", "missing")];
    assert_eq!(wrong("terms", &terms), expected);
    let mut severity = content("severity");
    severity["rules"][1]["class"] = json!("tiny");
    severity["otherwise"] = json!("none");
    let expected = [pair("/content/rules/1/class", "unknown-class"), pair("/content/otherwise", "unknown-class")];
    assert_eq!(wrong("severity", &severity), expected);
}

#[test]
fn a_catalogue_that_drops_a_measure_still_carried_is_refused_as_a_whole() {
    let mut catalogue = content("catalogue");
    catalogue["items"].as_array_mut().unwrap().retain(|item| item["code"] != "R-NO-REAL-ESTATE");
    assert_eq!(wrong("catalogue", &catalogue), [pair("/content", "unknown-measure")]);
}

#[test]
fn a_level_shows_each_thing_once_and_every_thing_has_its_level() {
    let mut access = content("access");
    access["levels"][0]["shows"] = json!(["public-view", "measures", "salaries"]);
    access["levels"][4]["level"] = json!(6);
    access["roles"][0]["role"] = json!("press");
    access["public_lists"] = json!(["watch"]);
    let mut found = wrong("access", &access);
    found.sort();
    let mut expected = [
        pair("/content/levels/0/shows/2", "unknown-content"),
        pair("/content/levels/1/shows", "twice"),
        pair("/content/levels/4/level", "out-of-range"),
        pair("/content/roles/0/role", "unknown-role"),
        pair("/content/public_lists/0", "invalid"),
    ];
    expected.sort();
    assert_eq!(found, expected);
    let mut access = content("access");
    access["levels"][3]["shows"].as_array_mut().unwrap().retain(|shown| shown != "flags");
    assert_eq!(wrong("access", &access), [pair("/content/levels", "missing")]);
}

#[test]
fn terms_by_which_nothing_could_be_judged_for_a_while_are_refused() {
    let mut terms = content("terms");
    terms["first_day"] = json!("2030-01-01");
    let mut history = history();
    let errors = history.publish("terms", 2, date("2026-06-02"), &terms, Some(date("2026-06-01"))).unwrap_err();
    assert_eq!((&*errors[0].pointer, &*errors[0].code), ("/content/first_day", "out-of-range"));
}
