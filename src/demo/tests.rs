use super::*;
use crate::codec::Codec;
use chengxin_projections::{
    difference::Telling,
    event::{Data, SubjectKind},
    facts::CreditFile,
    identifier::{check_citizen_number, check_organisation_code, check_uscc},
    judge::{self, Effect},
    partition::Partition,
    policy::shipped_policy,
    refusal::Code,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

fn config(seed: u64) -> DemoConfig {
    DemoConfig { seed, subjects: 1_000, events: 20_000, ..DemoConfig::default() }
}

fn person_id(kind: &str, number: &str) -> String {
    format!("P{:016x}", chengxin_projections::hash::of_text(&format!("{kind}{number}")))
}

fn items(config: DemoConfig) -> Vec<DemoItem> {
    Demo::new(config).items(person_id).collect()
}

fn events(config: DemoConfig) -> Vec<Event> {
    let event = |item| match item {
        DemoItem::Event(event) => Some(event),
        DemoItem::Day(_) => None,
    };
    items(config).into_iter().filter_map(event).collect()
}

#[test]
fn the_same_seed_makes_the_same_county_and_another_seed_another() {
    assert_eq!(items(config(1)), items(config(1)));
    assert_ne!(items(config(1)), items(config(2)));
    let (one, two) = (Demo::new(config(1)), Demo::new(config(2)));
    assert!(one.subjects().eq(Demo::new(config(1)).subjects()));
    assert!(one.subjects().zip(two.subjects()).all(|(a, b)| a.uscc.is_none() || a.uscc != b.uscc));
    assert!(one.double_publicity_rows(200).eq(Demo::new(config(1)).double_publicity_rows(200)));
    assert_eq!(one.departments(), two.departments());
}

#[test]
fn every_department_and_every_subject_has_a_valid_code_of_its_own() {
    let demo = Demo::new(config(1));
    let mut codes = BTreeSet::new();
    for department in demo.departments() {
        assert_eq!(check_uscc(&department.org), Ok(()), "{department:?}");
        assert!(department.org.starts_with("116540"), "{department:?}");
        assert!(codes.insert(department.org.clone()), "{department:?}");
    }
    for party in demo.subjects() {
        assert_eq!(party.uscc.is_some(), party.category != Category::Person);
        assert_eq!(party.document.is_some(), party.category == Category::Person);
        assert_eq!(party.representative.is_some(), party.category != Category::Person);
        if let Some(uscc) = &party.uscc {
            assert_eq!(check_uscc(uscc), Ok(()), "{uscc}");
            assert_eq!(&uscc[2..8], party.region);
            assert_eq!(check_organisation_code(party.organisation_code().unwrap()), Ok(()));
            assert!(codes.insert(uscc.clone()), "{uscc}");
        }
        for document in party.document.iter().chain(party.representative.as_ref().map(|person| &person.document)) {
            assert_eq!(check_citizen_number(&document.number), Ok(()), "{document:?}");
        }
    }
}

#[test]
fn every_event_is_of_a_department_and_a_subject_of_the_county() {
    let demo = Demo::new(config(1));
    let departments: BTreeSet<&str> = demo.departments().iter().map(|department| department.org.as_str()).collect();
    let subjects: BTreeMap<String, Party> = demo
        .subjects()
        .map(|party| match &party.document {
            Some(document) => (person_id(document.kind, &document.number), party),
            None => (party.organisation_code().unwrap().to_owned(), party),
        })
        .collect();
    for event in events(config(1)) {
        assert!(departments.contains(event.publisher.as_str()));
        let party = &subjects[&event.subject.id];
        match event.subject.kind {
            SubjectKind::Organisation => assert_eq!(event.subject.name.as_ref(), Some(&party.name)),
            _ => assert_eq!((&event.subject.name, &event.subject.uscc), (&None, &None)),
        }
        assert!(!format!("{event:?}").contains("654099"), "a citizen number in {event:?}");
    }
}

#[test]
fn days_open_in_order_and_every_event_is_recorded_on_the_open_day_and_effective_at_most_90_days_ahead() {
    let config = config(3);
    let (mut open, mut recorded, mut count) = (config.from.previous(), i64::MIN, 0);
    for item in items(config.clone()) {
        match item {
            DemoItem::Day(day) => {
                assert_eq!(day, open.next());
                open = day;
            }
            DemoItem::Event(event) => {
                assert_eq!(Date::of_instant(event.recorded), open);
                assert!(event.recorded >= recorded);
                assert!(event.effective <= open.plus_days(90), "{event:?}");
                recorded = event.recorded;
                count += 1;
            }
        }
    }
    assert_eq!((open, count), (config.until, config.events));
}

#[test]
fn however_odd_the_numbers_all_days_open_and_all_events_come() {
    let day = Date::from_ymd(2026, 6, 30).unwrap();
    for (subjects, count, from) in [(0, 500, day), (1, 3, day.plus_days(-9)), (5, 0, day.plus_days(-3))] {
        let config = DemoConfig { subjects, events: count, from, ..DemoConfig::until(day) };
        let days = (day.days() - from.days() + 1) as usize;
        assert_eq!(items(config).len(), days + count);
    }
    assert_eq!(items(DemoConfig { from: day.next(), ..DemoConfig::until(day) }), []);
}

#[test]
fn types_of_events_come_about_as_often_as_in_a_county() {
    let events = events(DemoConfig { published: 290, ..config(1) });
    let mut share: BTreeMap<&str, f64> = BTreeMap::new();
    for event in &events {
        *share.entry(event.data.kind()).or_default() += 100.0 / events.len() as f64;
    }
    for (kind, (least, most)) in [
        ("license.granted", (42.0, 48.0)),
        ("penalty.imposed", (22.0, 28.0)),
        ("publication.issued", (17.0, 22.0)),
        ("publication.withheld", (0.3, 2.0)),
        ("designation.made", (3.0, 5.0)),
        ("exit.declared", (0.2, 3.0)),
        ("designation.withdrawn", (0.02, 0.5)),
        ("penalty.withdrawn", (0.1, 1.5)),
        ("license.revoked", (0.1, 1.5)),
        ("repair.granted", (0.5, 3.0)),
        ("notice.issued", (0.5, 3.0)),
        ("objection.filed", (0.3, 1.5)),
        ("objection.answered", (0.3, 1.5)),
        ("objection.resolved", (0.3, 1.5)),
        ("record.corrected", (0.03, 0.4)),
        ("repair.applied", (0.5, 3.0)),
        ("repair.accepted", (0.4, 3.0)),
        ("repair.refused", (0.03, 0.5)),
        ("measure.initiated", (0.2, 1.0)),
        ("measure.accepted", (0.3, 1.5)),
        ("measure.declined", (0.03, 0.5)),
        ("measure.executed", (0.2, 1.5)),
        ("measure.reported", (0.2, 1.5)),
        ("identifier.linked", (0.03, 0.5)),
        ("access.requested", (0.03, 0.5)),
        ("access.decided", (0.03, 0.5)),
        ("subject.deregistered", (0.01, 0.3)),
    ] {
        let found = share.remove(kind).unwrap_or_default();
        assert!((least..=most).contains(&found), "{kind}: {found:.2} %");
    }
    assert!(share.is_empty(), "{share:?}");
}

#[test]
fn an_event_takes_about_350_bytes() {
    let (codec, events, mut bytes) = (Codec::new(), events(config(1)), Vec::new());
    events.iter().for_each(|event| codec.encode_event(event, &mut bytes));
    let average = bytes.len() / events.len();
    assert!((300..=400).contains(&average), "{average}");
}

/// Judges the county under the shipped policy, and counts what became of its events.
fn judged(config: DemoConfig) -> (usize, usize, BTreeMap<&'static str, usize>) {
    let mut partition = Partition::new(0);
    let mut offset = 0;
    for policy in shipped_policy() {
        let data = Data::PolicyPublished(policy.clone());
        let event = Event {
            id: format!("policy-{offset}"),
            publisher: "office".into(),
            office: true,
            effective: policy.effective,
            recorded: 0,
            subject: chengxin_projections::event::Subject {
                id: chengxin_projections::event::SYSTEM.into(),
                kind: SubjectKind::System,
                name: None,
                uscc: None,
                aliases: Vec::new(),
            },
            record_subject: None,
            data,
        };
        let stamp = partition.stamp(offset, 0);
        assert_eq!(partition.publish_policy(&event, &policy, stamp), Effect::Applied);
        offset += 1;
    }
    let mut files: HashMap<String, CreditFile> = HashMap::new();
    let (mut applied, mut duplicates, mut refused) = (0, 0, BTreeMap::new());
    for item in Demo::new(config).items(person_id) {
        offset += 1;
        match item {
            DemoItem::Day(date) => {
                partition.open_day(&chengxin_projections::event::DayOpened { date });
            }
            DemoItem::Event(event) => {
                let file = files
                    .entry(event.subject.id.clone())
                    .or_insert_with(|| CreditFile::new(&event.subject.id, event.subject.kind));
                let stamp = partition.stamp(offset, event.recorded);
                match judge::step(&partition, file, &event, stamp, Telling::Told).effect {
                    Effect::Applied => applied += 1,
                    Effect::Duplicate(_) => duplicates += 1,
                    Effect::Refused(refusal) => *refused.entry(refusal.code.as_str()).or_default() += 1,
                }
            }
        }
    }
    (applied, duplicates, refused)
}

#[test]
fn nearly_all_events_are_applied_and_the_errors_made_on_purpose_are_not() {
    let on_purpose = [Code::NotYourEntry, Code::NoSuchRecord, Code::AlreadyEnded, Code::NotRepairable, Code::Suspended]
        .map(Code::as_str);
    for config in [config(1), DemoConfig { published: 950, subjects: 60, ..config(2) }] {
        let (applied, duplicates, refused) = judged(config);
        let wrong: usize = refused.values().sum();
        assert_eq!(applied + duplicates + wrong, 20_000);
        assert!(applied >= 19_600, "{applied}, {refused:?}");
        assert!((20..=150).contains(&duplicates), "{duplicates}");
        assert!((20..=200).contains(&wrong), "{refused:?}");
        assert_eq!(refused.keys().copied().collect::<BTreeSet<_>>(), BTreeSet::from(on_purpose));
    }
}

#[test]
fn rows_tell_of_a_subject_what_its_department_decided() {
    let demo = Demo::new(config(1));
    let (mut penalties, mut licenses) = (0, 0);
    for row in demo.double_publicity_rows(1_000) {
        let (department, by, effective) = match &row {
            DemoRow::Penalty { department, data, effective, .. } => {
                penalties += 1;
                (department, &data.decided_by_code, effective)
            }
            DemoRow::License { department, data, effective, .. } => {
                licenses += 1;
                (department, &data.decided_by_code, effective)
            }
        };
        assert_eq!(Some(&department.org), by.as_ref());
        assert!(*effective <= demo.config().until);
    }
    assert_eq!(penalties + licenses, 1_000);
    assert!(penalties > 300 && licenses > 500);
}
