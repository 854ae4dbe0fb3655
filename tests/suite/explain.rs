//! Explanations: the server's against those from the log alone, for everything that subjects of a county can be asked about.

use chengxin::log::embedded::Embedded;
use chengxin::replay::{self, ExplainOptions};
use chengxin_projections::explain::{Question, QuestionText};
use serde_json::Value;

use super::support::county::County;

/// Subjects whose every record, measure and event is explained.
const SUBJECTS: usize = 3;

fn from_log(county: &County, subject: &str, question: Question, as_json: bool) -> String {
    let log = Embedded::open_read_only(county.dir()).unwrap();
    let subject = subject.to_owned();
    let options = ExplainOptions { until: None, as_of: None, subject, question, as_json };
    let mut out = Vec::new();
    replay::explain(&log, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn texts<'a>(items: &'a Value, field: &'a str) -> impl Iterator<Item = String> + 'a {
    items.as_array().unwrap().iter().map(move |item| item[field].as_str().unwrap().to_owned())
}

#[test]
fn the_server_and_the_log_alone_explain_the_same() {
    let county = County::new(300);
    let (_, list) = county.get("/v1/lists/black?limit=20");
    let mut explained = 0;
    for item in list["items"].as_array().unwrap().iter().take(SUBJECTS) {
        let subject = item["subject"]["id"].as_str().unwrap();
        let (_, file) = county.get(&format!("/v1/subjects/{subject}"));
        let (_, events) = county.get(&format!("/v1/subjects/{subject}/events?limit=1000"));
        let records = texts(&file["listings"], "record").map(|record| format!("record={record}"));
        let measures = texts(&file["measures"], "measure").map(|measure| format!("measure={measure}"));
        let events = texts(&events["items"], "record").map(|event| format!("event={event}"));
        for asked in records.chain(measures).chain(events) {
            let (status, served) = county.get(&format!("/v1/subjects/{subject}/explain?{asked}"));
            assert_eq!(status, 200, "{asked}: {served}");
            let (name, value) = asked.split_once('=').unwrap();
            let value = Some(value.to_owned());
            let text = match name {
                "record" => QuestionText { record: value, ..QuestionText::default() },
                "measure" => QuestionText { measure: value, ..QuestionText::default() },
                _ => QuestionText { event: value, ..QuestionText::default() },
            };
            let question = Question::try_from(text).unwrap();
            let told: Value = serde_json::from_str(&from_log(&county, subject, question.clone(), true)).unwrap();
            assert_eq!(told, served, "{asked}");
            let text = from_log(&county, subject, question, false);
            assert!(text.starts_with("问：") && text.contains(served["answer"].as_str().unwrap()), "{text}");
            explained += 1;
        }
    }
    assert!(explained > SUBJECTS, "each has a record, its event and measures");
}

#[test]
fn what_cannot_be_explained_is_told() {
    let county = County::new(300);
    let (_, list) = county.get("/v1/lists/black?limit=1");
    let subject = list["items"][0]["subject"]["id"].as_str().unwrap();
    for (query, expected) in [("", 400), ("?flag=basis-lost", 400), ("?record=A/1&duty=no", 400), ("?event=A/1", 404)] {
        let (status, problem) = county.get(&format!("/v1/subjects/{subject}/explain{query}"));
        assert_eq!(status, expected, "{query}: {problem}");
    }
}
