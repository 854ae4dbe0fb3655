//! The worked scenarios of the domain, through HTTP with the manual clock: each on both logs, with the same outcomes and
//! the same changes.

use serde_json::{Value, json};

use crate::support::county::wait_for;
use crate::support::events::{COMPANY, act, black, exit, penalty};
use crate::support::server::{COUNTY, LABOUR, MARKET, Server, Site, TAX};

/// Runs a scenario on each log and compares all that the server has said.
macro_rules! on_both_logs {
    ($($scenario:ident),* $(,)?) => {
        $(#[test]
        fn $scenario() {
            let said = |site: Site| {
                let mut walk = Walk { site, server: None, said: Vec::new(), moments: Vec::new() };
                scenario::$scenario(&mut walk);
                walk.finish()
            };
            let (embedded, kafka) = (said(Site::embedded()), said(Site::kafka()));
            assert_eq!(embedded, kafka);
        })*
    };
}

pub(crate) use on_both_logs;

on_both_logs! {
    a_penalty_is_due_within_seven_working_days_and_a_worked_sunday_is_one,
    a_publication_one_working_day_late_is_counted_so,
    a_repaired_listing_ends_with_its_measures_on_the_day_of_the_exit_and_the_watch_begins_the_next,
    a_listing_reaches_its_term_at_24_00_and_its_exit_notice_is_due_behind_the_holiday,
    a_measure_with_two_bases_stays_on_the_one_that_is_left,
    an_exit_by_another_department_has_no_effect_and_is_reported_back,
    an_organisation_code_and_the_uscc_around_it_are_one_subject,
}

pub(crate) struct Walk {
    pub(crate) site: Site,
    pub(crate) server: Option<Server>,
    pub(crate) said: Vec<Value>,
    /// Each day of the scenario, and what was known at its end.
    pub(crate) moments: Vec<(String, String)>,
}

impl Walk {
    pub(crate) fn begin(&mut self, today: &str) {
        self.server = Some(self.site.start(today));
        self.moments.push((today.to_owned(), String::new()));
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    pub(crate) fn open(&mut self, date: &str) {
        self.remember();
        self.server().open(date);
        self.moments.push((date.to_owned(), String::new()));
    }

    /// What is known at the end of the day that was open.
    fn remember(&mut self) {
        // On a loaded machine the views may be behind for a moment.
        let position = || self.server().client(LABOUR).get("/v1/lists/black").json()["position"].clone();
        wait_for("the list answers", || position().is_string());
        let known = text(&position());
        if let Some(last) = self.moments.last_mut() {
            last.1 = known;
        }
    }

    /// Publishes an event that must have this effect.
    #[track_caller]
    pub(crate) fn publish(&mut self, org: &str, event: &Value, effect: &str) -> Value {
        let reply = self.server().client(org).publish(event);
        let outcome = reply.json();
        assert_eq!(outcome["effect"], effect, "{outcome:#}");
        let status = if effect == "applied" { 201 } else { 422 };
        assert_eq!(reply.status, status);
        self.say(outcome.clone());
        outcome
    }

    #[track_caller]
    pub(crate) fn get(&mut self, path: &str) -> Value {
        let reply = self.server().client(LABOUR).get(path);
        assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/json"), "{path}: {}", reply.body);
        self.say(reply.json());
        reply.json()
    }

    /// The records on a list on a day.
    #[track_caller]
    pub(crate) fn list(&mut self, list: &str, as_of: &str) -> Vec<String> {
        let page = self.get(&format!("/v1/lists/{list}?as_of={as_of}"));
        assert_eq!(page["next"], Value::Null);
        page["items"].as_array().unwrap().iter().map(|item| text(&item["record"])).collect()
    }

    /// What is due, as `duty due state late_by`.
    #[track_caller]
    pub(crate) fn duties(&mut self, as_of: &str) -> Vec<String> {
        let page = self.get(&format!("/v1/obligations?as_of={as_of}"));
        let line = |item: &Value| {
            format!("{} {} {} {}", text(&item["duty"]), text(&item["due"]), text(&item["state"]), item["late_by"])
        };
        page["items"].as_array().unwrap().iter().map(line).collect()
    }

    /// A measure of the company, as of a day.
    #[track_caller]
    pub(crate) fn measure(&mut self, code: &str, as_of: &str) -> Value {
        let file = self.get(&format!("/v1/subjects/{COMPANY}?as_of={as_of}"));
        let found = file["measures"].as_array().unwrap().iter().find(|measure| measure["measure"] == code);
        found.cloned().unwrap_or_default()
    }

    /// Every list, the company's file and what is due: as of each day that the scenario names, and as known at the end of
    /// each of them.
    fn ask_at_every_date(&mut self) {
        self.remember();
        let moments = self.moments.clone();
        for (as_of, _) in &moments {
            for (_, known_at) in &moments {
                let asked = format!("as_of={as_of}&known_at={known_at}");
                for list in ["red", "black", "watch"] {
                    self.get(&format!("/v1/lists/{list}?{asked}"));
                }
                self.get(&format!("/v1/obligations?{asked}"));
                let reply = self.server().client(LABOUR).get(&format!("/v1/subjects/{COMPANY}?{asked}"));
                self.say(if reply.status == 200 { reply.json() } else { json!(reply.status) });
            }
        }
    }

    fn say(&mut self, mut value: Value) {
        forget_positions(&mut value);
        self.said.push(value);
    }

    /// Everything that was said, and every change that went out.
    pub(crate) fn finish(mut self) -> Vec<Value> {
        self.ask_at_every_date();
        for feed in ["/v1/list-changes", "/v1/measure-changes", "/v1/obligation-changes"] {
            let mut page = self.get(&format!("{feed}?limit=1000"));
            assert_eq!(page["at_end"], true);
            // Order is promised for a subject, not between a company and its people, who are in other partitions.
            if let Some(items) = page["items"].as_array_mut() {
                items.sort_by_key(|change| change["subject"]["kind"].to_string());
            }
            forget_positions(&mut page);
            *self.said.last_mut().unwrap() = page;
        }
        self.server.take().unwrap().stop();
        self.said
    }
}

/// Positions and times of recording are those of a log; everything else is the same on both.
fn forget_positions(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for key in ["position", "recorded", "known_at", "cursor", "next", "feed"] {
                object.remove(key);
            }
            // The key of a site's vault decides the ids of persons, and the names of their changes.
            if object.get("kind").is_some_and(|kind| kind == "person") {
                object.remove("id");
            }
            if object.get("change").is_some_and(|change| change.as_str().is_some_and(|name| name.starts_with('P'))) {
                object.remove("change");
            }
            object.values_mut().for_each(forget_positions);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_positions),
        _ => {}
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The list changes of an outcome, as `what list from..until`.
pub(crate) fn changes(outcome: &Value) -> Vec<String> {
    let lists = outcome["changes"].as_array().unwrap().iter().filter(|change| change.get("list").is_some());
    let line = |change: &Value| {
        let words = ["what", "list"].map(|key| text(&change[key])).join(" ");
        format!("{words} {}..{}", text(&change["from"]), text(&change["until"]))
    };
    lists.map(line).collect()
}

mod scenario {
    use super::*;

    pub(super) fn a_penalty_is_due_within_seven_working_days_and_a_worked_sunday_is_one(walk: &mut Walk) {
        walk.begin("2019-04-22");
        walk.publish(LABOUR, &penalty("P-1", "2019-04-22", COMPANY), "applied");
        let file = walk.get(&format!("/v1/subjects/{COMPANY}"));
        assert_eq!(file["penalties"][0]["publication"]["due"], "2019-04-30");
        assert_eq!(file["penalties"][0]["publication"]["provisional"], false);
        walk.open("2019-04-30");
        assert_eq!(walk.duties("2019-04-30"), ["publish 2019-04-30 open 0"]);
        walk.open("2019-05-05");
        assert_eq!(walk.duties("2019-05-05"), ["publish 2019-04-30 overdue 1"], "05-05, a Sunday, is worked too");
    }

    pub(super) fn a_publication_one_working_day_late_is_counted_so(walk: &mut Walk) {
        walk.begin("2026-09-24");
        walk.publish(LABOUR, &penalty("P-1", "2026-09-24", COMPANY), "applied");
        walk.open("2026-10-13");
        let record = format!("{LABOUR}/P-1");
        let channel = json!({ "channel": "credit-portal" });
        let issue = act("publication.issued", "G-1", "2026-10-13", COMPANY, &record, channel);
        walk.publish(LABOUR, &issue, "applied");
        let file = walk.get(&format!("/v1/subjects/{COMPANY}"));
        let publication = &file["penalties"][0]["publication"];
        assert_eq!(publication["due"], "2026-10-12");
        assert_eq!(publication["issued"], "2026-10-13");
        assert_eq!(publication["late_by"], 1);
        assert_eq!(walk.duties("2026-10-13"), ["publish 2026-10-12 done 1"]);
        assert_eq!(walk.duties("2026-10-12"), ["publish 2026-10-12 open 0"]);
        let total = &walk.get("/v1/statistics?from=2026-09-01&to=2026-10-31")["total"];
        assert_eq!((&total["published_in_time"], &total["published_late"]), (&json!(0), &json!(1)));
    }

    pub(super) fn a_repaired_listing_ends_with_its_measures_on_the_day_of_the_exit_and_the_watch_begins_the_next(
        walk: &mut Walk,
    ) {
        walk.begin("2026-02-02");
        let listing = black("unpaid-wages", "L-1", "2026-02-02", "2029-02-02", COMPANY);
        let outcome = walk.publish(LABOUR, &listing, "applied");
        assert_eq!(changes(&outcome), ["listed black 2026-02-02..2029-02-02"]);
        walk.open("2026-09-28");
        let record = format!("{LABOUR}/L-1");
        let outcome = walk.publish(LABOUR, &exit("X-1", "2026-09-28", COMPANY, &record, "repaired"), "applied");
        assert_eq!(changes(&outcome), ["exited black 2026-02-02..2026-09-28"]);
        assert_eq!(walk.list("black", "2026-09-27"), [record.as_str()]);
        assert_eq!(walk.list("black", "2026-09-28"), [""; 0]);
        assert_eq!(walk.list("watch", "2026-09-28"), [""; 0]);
        assert_eq!(walk.measure("R-KEY-SUPERVISION", "2026-09-27")["state"], "active");
        assert_eq!(walk.measure("R-KEY-SUPERVISION", "2026-09-28")["state"], "ended");
        walk.open("2026-09-29");
        assert_eq!(walk.list("watch", "2026-09-29"), [record]);
        let file = walk.get(&format!("/v1/subjects/{COMPANY}"));
        let watch = file["listings"].as_array().unwrap().iter().find(|entry| entry["list"] == "watch").unwrap();
        assert_eq!((text(&watch["from"]), text(&watch["until"])), ("2026-09-29".into(), "2027-09-29".into()));
    }

    pub(super) fn a_listing_reaches_its_term_at_24_00_and_its_exit_notice_is_due_behind_the_holiday(walk: &mut Walk) {
        walk.begin("2023-10-02");
        walk.publish(LABOUR, &black("unpaid-wages", "L-1", "2023-10-02", "2026-10-02", COMPANY), "applied");
        let record = format!("{LABOUR}/L-1");
        walk.open("2026-10-02");
        assert_eq!(walk.list("black", "2026-10-02"), [record.as_str()]);
        assert_eq!(walk.measure("R-KEY-SUPERVISION", "2026-10-02")["state"], "active");
        walk.open("2026-10-03");
        assert_eq!(walk.list("black", "2026-10-03"), [""; 0]);
        assert_eq!(walk.list("watch", "2026-10-03"), [record]);
        assert_eq!(walk.measure("R-KEY-SUPERVISION", "2026-10-03")["state"], "ended");
        assert_eq!(walk.duties("2026-10-03"), ["notify-exit 2026-10-10 open 0"]);
    }

    pub(super) fn a_measure_with_two_bases_stays_on_the_one_that_is_left(walk: &mut Walk) {
        walk.begin("2026-01-12");
        walk.publish(TAX, &black("tax-violation", "T-1", "2026-01-12", "2028-01-10", COMPANY), "applied");
        walk.open("2026-03-02");
        walk.publish(MARKET, &black("market-violation", "M-1", "2026-03-02", "2029-03-02", COMPANY), "applied");
        let (tax, market) = (format!("{TAX}/T-1"), format!("{MARKET}/M-1"));
        let measure = walk.measure("R-KEY-SUPERVISION", "2026-03-02");
        assert_eq!(measure["basis"], json!([tax, market]));
        walk.open("2026-09-15");
        walk.publish(MARKET, &exit("X-1", "2026-09-15", COMPANY, &market, "early"), "applied");
        let measure = walk.measure("R-KEY-SUPERVISION", "2026-09-15");
        assert_eq!((&measure["state"], &measure["basis"]), (&json!("active"), &json!([tax])));
        walk.open("2028-01-10");
        assert_eq!(walk.measure("R-KEY-SUPERVISION", "2028-01-10")["state"], "active");
        walk.open("2028-01-11");
        assert_eq!(walk.measure("R-KEY-SUPERVISION", "2028-01-11")["state"], "ended");
    }

    pub(super) fn an_exit_by_another_department_has_no_effect_and_is_reported_back(walk: &mut Walk) {
        walk.begin("2026-05-11");
        walk.publish(TAX, &black("tax-violation", "T-1", "2026-05-11", "2029-05-11", COMPANY), "applied");
        let record = format!("{TAX}/T-1");
        let outcome = walk.publish(COUNTY, &exit("X-1", "2026-05-11", COMPANY, &record, "early"), "refused");
        assert_eq!(outcome["reason"]["code"], "not-your-entry");
        assert_eq!(outcome["changes"], json!([]));
        assert_eq!(walk.list("black", "2026-05-11"), [record]);
        let again =
            walk.server().client(COUNTY).publish(&exit("X-1", "2026-05-11", COMPANY, &format!("{TAX}/T-1"), "early"));
        assert_eq!((again.status, &again.json()["effect"]), (200, &json!("duplicate")));
        assert_eq!(again.json()["reason"]["code"], "not-your-entry");
    }

    pub(super) fn an_organisation_code_and_the_uscc_around_it_are_one_subject(walk: &mut Walk) {
        let (code, uscc) = ("100003962", "91100000100003962T");
        walk.begin("2026-05-11");
        walk.publish(TAX, &black("tax-violation", "T-1", "2026-05-11", "2029-05-11", code), "applied");
        walk.publish(LABOUR, &penalty("P-1", "2026-05-11", uscc), "applied");
        let by_code = walk.get(&format!("/v1/subjects/{code}"));
        let by_uscc = walk.get(&format!("/v1/subjects/{uscc}"));
        assert_eq!(by_code["subject"], by_uscc["subject"]);
        assert_eq!(by_code["listings"].as_array().unwrap().len(), 1, "listed once");
        assert_eq!(by_code["penalties"].as_array().unwrap().len(), 1);
        assert_eq!(walk.list("black", "2026-05-11").len(), 1);
        let record = format!("{TAX}/T-1");
        walk.publish(TAX, &exit("X-1", "2026-05-11", uscc, &record, "early"), "applied");
        assert_eq!(walk.list("black", "2026-05-11"), [""; 0]);
    }
}
