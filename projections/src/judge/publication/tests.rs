use crate::{date::Date, publication::Publication, refusal::Code, testing::*};
use serde_json::json;

const ON: &str = "2026-05-06";

fn date(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// A penalty and a license, published.
fn published() -> Scenario {
    given([day(ON), penalty("P-1", ON), publish("P-1", ON), license("A-1", ON), publish("A-1", ON)])
}

fn on_show(publication: &Publication, day: &str) -> (bool, Option<Date>) {
    (publication.is_public(day.parse().unwrap()), publication.until)
}

#[test]
fn a_second_publication_on_another_channel_is_accepted_while_a_record_is_public() {
    let again = |of: &str, day: &str| publish(of, day).on_channel("newspaper");
    published().when(again("P-1", "2026-05-06").id("N-1")).then_applied();
    published().on("2027-05-06").when(again("P-1", "2027-05-06")).then_applied();
    published().on("2036-05-06").when(again("A-1", "2036-05-06")).then_applied();
}

#[test]
fn a_penalty_is_not_published_after_its_repair_nor_after_its_maximum() {
    let repaired = published().on("2026-08-07").when(repair("P-1", "2026-08-07")).then_applied();
    repaired.clone().when(publish("P-1", "2026-08-07")).then_refused(Code::AlreadyEnded).then_told("2026-08-07");
    repaired.when(publish("P-1", "2026-08-06")).then_applied();
    let over = published().on("2027-05-07");
    over.when(publish("P-1", "2027-05-07")).then_refused(Code::AlreadyEnded).then_told("2027-05-07");
}

#[test]
fn a_license_is_not_published_after_it_was_revoked_nor_after_its_last_day() {
    let revoked = published().on("2026-06-01").when(revoke("A-1", "2026-06-01"));
    revoked.when(publish("A-1", "2026-06-01")).then_refused(Code::AlreadyEnded);
    let until = |last: &str| license("A-2", ON).license(|data| data.valid_until = date(last));
    let short = given([day(ON), until("2026-06-01")]).on("2026-06-02");
    short.clone().when(publish("A-2", "2026-06-01")).then_applied();
    short.when(publish("A-2", "2026-06-02")).then_refused(Code::AlreadyEnded);
}

/// The seventh of the worked scenarios: off the list and the page at 24:00.
#[test]
fn an_entry_that_has_left_its_list_is_not_published() {
    let expired = given([day(ON), black("L-1", ON).until("2026-06-01")]).on("2026-06-02");
    expired.clone().when(publish("L-1", "2026-06-01")).then_applied();
    expired.when(publish("L-1", "2026-06-02")).then_refused(Code::AlreadyEnded);
    let exited = given([day(ON), black("L-1", ON)]).on("2026-06-02").when(exit("L-1", "2026-06-01"));
    exited.when(publish("L-1", "2026-06-01")).then_refused(Code::AlreadyEnded);
}

#[test]
fn what_is_not_to_be_published_any_more_owes_no_publication_and_is_not_late() {
    let never = given([day(ON), penalty("P-1", ON)]).on("2027-05-07").when(exit("none", "2027-05-07"));
    never
        .then_duties("2027-05-06", ["publish P-1 due 2026-05-14 overdue by 250"])
        .then_duties("2027-05-07", ["publish P-1 due 2026-05-14 cancelled"])
        .then_publication("P-1", "2027-05-07", |publication| assert_eq!(publication.late_by, 0));
}

#[test]
fn what_is_withheld_after_it_was_published_is_off_show_from_that_day_on() {
    published()
        .on("2026-06-01")
        .when(withhold("P-1", "2026-06-01", "个人隐私", None))
        .then_applied()
        .then_publication("P-1", "2026-05-31", |publication| {
            assert_eq!(on_show(publication, "2026-05-31"), (true, date("2027-05-06")));
        })
        .then_publication("P-1", "2026-06-01", |publication| {
            assert_eq!(on_show(publication, "2026-06-01"), (false, date("2026-06-01")));
            assert_eq!((publication.issued, publication.withheld), (date(ON), Some("个人隐私")));
        })
        .then_duties(
            "2026-06-01",
            ["publish P-1 due 2026-05-14 done 2026-05-06", "publish A-1 due 2026-05-14 done 2026-05-06"],
        );
}

#[test]
fn what_is_withheld_is_published_only_after_a_correction_that_came_since() {
    let withhold = |day: &str| withhold("P-1", day, "商业秘密", None);
    let correct = |id: &str, day: &str| correct(id, "P-1", day, json!({ "content": "（略）" }));
    let fresh = given([day(ON), penalty("P-1", ON)]).when(correct("C-1", ON)).when(withhold(ON)).then_applied();
    fresh
        .when(publish("P-1", ON))
        .then_refused(Code::AlreadyEnded)
        .then_told("record.corrected")
        .on("2026-06-01")
        .when(correct("C-2", "2026-06-01"))
        .then_publication("P-1", "2026-06-01", |publication| assert_eq!(publication.withheld, Some("商业秘密")))
        .when(publish("P-1", "2026-06-01"))
        .then_applied()
        .then_publication("P-1", "2026-05-31", |publication| {
            assert_eq!((publication.issued, publication.withheld), (None, Some("商业秘密")));
        })
        .then_publication("P-1", "2026-06-01", |publication| {
            assert_eq!(on_show(publication, "2026-06-01"), (true, date("2027-05-06")));
            assert_eq!((publication.withheld, publication.late_by), (None, 0), "it was not due before");
        })
        .then_duties("2026-06-01", ["publish P-1 due 2026-05-14 cancelled"])
        .when(withhold("2026-06-01").id("W-2"))
        .when(publish("P-1", "2026-06-01").id("N-2"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn a_publication_that_came_before_the_withholding_may_be_told_after_it_and_lifts_nothing() {
    let fresh = given([day(ON), penalty("P-1", ON)]).on("2026-05-08");
    fresh
        .when(withhold("P-1", "2026-05-08", "商业秘密", None))
        .when(publish("P-1", "2026-05-07"))
        .then_applied()
        .then_publication("P-1", "2026-05-08", |publication| {
            assert_eq!(on_show(publication, "2026-05-08"), (false, date("2026-05-08")));
            assert_eq!(publication.issued, date("2026-05-07"));
        });
}
