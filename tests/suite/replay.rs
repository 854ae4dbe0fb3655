//! A replay from the log alone against the answers of the server beside it.

use chengxin::log::embedded::Embedded;
use chengxin::replay::{self, Format, ReplayError, ReplayOptions, Show};
use chengxin_projections::change::ListName;
use chengxin_projections::date::Date;
use serde_json::Value;

use super::support::county::County;

fn options(show: Show) -> ReplayOptions {
    ReplayOptions { until: None, as_of: None, show, format: Format::Json }
}

fn replayed(county: &County, options: &ReplayOptions) -> Result<String, ReplayError> {
    // As another process beside the server reads it.
    let log = Embedded::open_read_only(county.dir()).unwrap();
    let mut out = Vec::new();
    replay::run(&log, options, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn json(county: &County, options: &ReplayOptions) -> Value {
    serde_json::from_str(&replayed(county, options).unwrap()).unwrap()
}

/// Every item of a list, page by page.
fn served(county: &County, list: ListName, query: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = county.get(&format!("/v1/lists/{}?limit=20{query}{cursor}", list.as_str()));
        assert_eq!(status, 200, "{page}");
        items.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// Moments spread over the log: positions of single events, positions of answers, instants and days.
fn moments(county: &County) -> Vec<String> {
    let at: Vec<u64> = county.node.shards().iter().map(|shard| shard.at()).collect();
    let mut moments: Vec<String> = (0..at.len()).map(|p| format!("{p}-{}", at[p] * (p as u64 + 1) / 5)).collect();
    moments.push(format!("0-{}.1-{}.2-{}", at[0] / 3, at[1] / 2, at[2] / 4));
    moments.push(format!("1-{}", at[1] / 2));
    moments.extend(["2026-03-14".to_owned(), "2026-05-20T12:00:00Z".to_owned()]);
    moments
}

#[test]
fn a_replay_lists_what_the_server_lists() {
    let county = County::new(1_500);
    let mut total = 0;
    for list in ListName::ALL {
        let page = json(&county, &options(Show::List(list)));
        let (_, first) = county.get(&format!("/v1/lists/{}", list.as_str()));
        assert_eq!(page["items"].as_array().unwrap(), &served(&county, list, ""), "{list:?}");
        for field in ["as_of", "known_at", "position"] {
            assert_eq!(page[field], first[field], "{field}");
        }
        total += page["items"].as_array().unwrap().len();
    }
    assert!(total > 20, "{total}");
}

#[test]
fn a_replay_up_to_a_moment_lists_what_the_server_knew_at_it() {
    let county = County::new(1_500);
    let as_of: Date = "2026-04-20".parse().unwrap();
    for moment in moments(&county) {
        for list in [ListName::Red, ListName::Black] {
            let show = Show::List(list);
            let asked = ReplayOptions { until: Some(moment.clone()), as_of: Some(as_of), ..options(show) };
            let expected = served(&county, list, &format!("&as_of={as_of}&known_at={moment}"));
            assert_eq!(json(&county, &asked)["items"], Value::from(expected), "{list:?} at {moment}");
        }
    }
}

#[test]
fn a_replay_shows_the_credit_file_that_the_server_shows() {
    let county = County::new(600);
    let mut subjects: Vec<String> = Vec::new();
    for list in ListName::ALL {
        let items = served(&county, list, "");
        subjects.extend(items.iter().take(2).map(|item| item["subject"]["id"].as_str().unwrap().to_owned()));
    }
    assert!(subjects.len() > 3);
    for subject in subjects {
        let (_, expected) = county.get(&format!("/v1/subjects/{subject}"));
        assert_eq!(json(&county, &options(Show::Subject(subject.clone()))), expected);
        let (until, as_of) = (Some("2026-05-01".to_owned()), Some("2026-05-01".parse().unwrap()));
        let (status, expected) = county.get(&format!("/v1/subjects/{subject}?known_at=2026-05-01&as_of=2026-05-01"));
        let past = replayed(&county, &ReplayOptions { until, as_of, ..options(Show::Subject(subject)) });
        match past {
            Ok(text) => {
                let past: Value = serde_json::from_str(&text).unwrap();
                for part in ["subject", "listings", "measures", "licenses", "penalties", "repairs", "as_of"] {
                    assert_eq!(past[part], expected[part], "{part}");
                }
            }
            Err(error) => assert!(matches!(error, ReplayError::UnknownSubject(_)) && status == 404, "{error}"),
        }
    }
}

#[test]
fn a_table_and_a_spreadsheet_have_a_line_for_each_entry() {
    let county = County::new(600);
    let entries = served(&county, ListName::Black, "").len();
    let show = Show::List(ListName::Black);
    let table = replayed(&county, &ReplayOptions { format: Format::Table, ..options(show.clone()) }).unwrap();
    assert_eq!(table.lines().count(), entries + 2, "{table}");
    assert!(table.lines().nth(1).unwrap().starts_with("主体代码"), "{table}");
    let csv = replayed(&county, &ReplayOptions { format: Format::Csv, ..options(show) }).unwrap();
    assert_eq!(csv.lines().count(), entries + 1);
    let subject = served(&county, ListName::Black, "")[0]["subject"]["id"].as_str().unwrap().to_owned();
    for format in [Format::Table, Format::Csv] {
        let text = replayed(&county, &ReplayOptions { format, ..options(Show::Subject(subject.clone())) }).unwrap();
        assert!(text.lines().count() > 2, "{text}");
    }
}

#[test]
fn what_is_no_moment_of_the_log_is_told() {
    let county = County::new(50);
    // What entries say of persons may still be on its way to their partitions.
    let end = county.node.shards()[1].at() + 100_000;
    for (until, expected) in [
        ("soon".to_owned(), "NotAMoment"),
        (format!("1-{end}"), "NoSuchEvent"),
        (format!("0-0.1-{end}"), "NoSuchEvent"),
        ("3-0".to_owned(), "NotAMoment"),
        ("2020-01-01".to_owned(), "NoDay"),
    ] {
        let asked = ReplayOptions { until: Some(until.clone()), ..options(Show::List(ListName::Red)) };
        let error = replayed(&county, &asked).expect_err(&until);
        assert!(format!("{error:?}").starts_with(expected), "{until}: {error:?}");
    }
    let unknown = replayed(&county, &options(Show::Subject("MA00TEAT4".to_owned())));
    assert!(matches!(unknown, Err(ReplayError::UnknownSubject(_))));
}
