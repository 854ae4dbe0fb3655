//! Views of worked scenarios, judged by the shipped policy, as of days and as known at moments.

mod disputes;
mod persons;
mod repairs;
mod statistics;

use super::{
    events, listing,
    measure::{self, State as MeasureState},
    record::Bodies,
    subject::{self, CreditFileView, Reading},
    timeline,
};
use crate::{codec::Codec, views::Body};
use chengxin_projections::{
    date::Date,
    event::{
        Basis, Data, DayOpened, DesignationMade, DesignationWithdrawn, Event, ExitDeclared, ExitReason, List,
        NoticeAbout, NoticeIssued, PenaltyImposed, PublicationIssued, RepairGranted, Repairable, ResponsiblePerson,
        SYSTEM, Subject, SubjectKind,
    },
    facts::{CreditFile, Known},
    fold::fold,
    judge::Effect,
    listing::State,
    memory::Memory,
    partition::Partition,
    policy::shipped_policy,
};
use serde_json::{Value, json};
use std::sync::LazyLock;

static CODEC: LazyLock<Codec> = LazyLock::new(Codec::new);

const SUBJECT: &str = "MA00TEAT4";
const SOCIAL: &str = "11654000010399991A";
const TAX: &str = "tax-bureau";
const PERSON: &str = "P0123456789abcdef0123456789abcdef";

/// A partition on its first business day, and a company of which nothing is known yet.
struct Story {
    partition: Partition,
    files: Memory,
    bodies: Vec<Body>,
    /// The events of [`PERSON`].
    of_person: Vec<Body>,
    offset: u64,
    day: Date,
}

impl Story {
    fn on(day: &str) -> Story {
        let day = date(day);
        let mut story = Story {
            partition: Partition::new(3),
            files: Memory::default(),
            bodies: vec![],
            of_person: vec![],
            offset: 0,
            day,
        };
        for part in shipped_policy() {
            let id = format!("policy-{}", part.part);
            story.tell(chengxin_projections::event::SYSTEM_PUBLISHER, &id, day, part.into());
        }
        story.tell(
            chengxin_projections::event::SYSTEM_PUBLISHER,
            &format!("day-{day}"),
            day,
            DayOpened { date: day }.into(),
        );
        story
    }

    fn tell(&mut self, publisher: &str, id: &str, effective: Date, data: Data) -> Effect {
        let is_system = publisher == chengxin_projections::event::SYSTEM_PUBLISHER;
        let organisation = Subject {
            id: SUBJECT.into(),
            kind: SubjectKind::Organisation,
            name: Some("伊宁市星河建筑有限公司".into()),
            uscc: Some("91654002MA00TEAT4G".into()),
            aliases: vec![],
        };
        let system = Subject { id: SYSTEM.into(), kind: SubjectKind::System, name: None, uscc: None, aliases: vec![] };
        let event = Event {
            id: id.into(),
            publisher: publisher.into(),
            office: is_system,
            effective,
            recorded: self.day.start() + 9 * 3_600_000,
            subject: if is_system { system } else { organisation },
            record_subject: None,
            data,
        };
        self.offset += 1;
        if !is_system {
            let mut body = Vec::new();
            CODEC.encode_event(&event, &mut body);
            self.bodies.push((self.offset, body.into()));
        }
        let outcome = fold(&mut self.partition, &mut self.files, self.offset, &event).unwrap().unwrap();
        for implied in &outcome.changes.implications {
            self.offset += 1;
            let (event, mut body) = (implied.event(), Vec::new());
            CODEC.encode_event(&event, &mut body);
            self.of_person.push((self.offset, body.into()));
            let stated = fold(&mut self.partition, &mut self.files, self.offset, &event).unwrap().unwrap();
            assert_eq!(stated.effect, Effect::Applied);
        }
        outcome.effect
    }

    /// On the open day, and accepted.
    fn then(&mut self, publisher: &str, id: &str, data: impl Into<Data>) {
        assert_eq!(self.tell(publisher, id, self.day, data.into()), Effect::Applied, "{id}");
    }

    fn open(&mut self, day: &str) {
        while self.day < date(day) {
            self.day = self.day.next();
            let (day, id) = (self.day, format!("day-{}", self.day));
            self.tell(chengxin_projections::event::SYSTEM_PUBLISHER, &id, day, DayOpened { date: day }.into());
        }
    }

    fn file(&self) -> &CreditFile {
        &self.files.files[SUBJECT]
    }

    fn with<T>(&self, known: Known, as_of: &str, look: impl FnOnce(&Reading) -> T) -> T {
        self.of(SUBJECT, known, as_of, look)
    }

    fn of<T>(&self, subject: &str, known: Known, as_of: &str, look: impl FnOnce(&Reading) -> T) -> T {
        let policy = self.partition.policy_at(date(as_of), known);
        let bodies = if subject == SUBJECT { &self.bodies } else { &self.of_person };
        let bodies = Bodies::new(&CODEC, bodies.clone());
        let (file, policies) = (&self.files.files[subject], self.partition.history.clone());
        look(&Reading { file, bodies, known, as_of: date(as_of), policy: &policy, policies: &policies })
    }

    /// The file of [`PERSON`].
    fn person(&self, day: &str) -> CreditFileView {
        self.of(PERSON, Known::Now, day, |reading| subject::show(reading, "now".into(), "3-1".into()))
    }

    fn known(&self, known: Known, as_of: &str) -> CreditFileView {
        self.with(known, as_of, |reading| subject::show(reading, "now".into(), "3-1".into()))
    }

    /// As of a day, by all that is known now.
    fn as_of(&self, day: &str) -> CreditFileView {
        self.known(Known::Now, day)
    }
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// The end of a day.
fn end_of(day: &str) -> Known {
    Known::Instant(super::instant::parse(day).unwrap())
}

fn designation(list: List, kind: &str, months: u32) -> DesignationMade {
    DesignationMade {
        list,
        kind: kind.into(),
        document_no: "伊人社监〔2026〕7号".into(),
        basis: vec![Basis { citation: Some("《保障农民工工资支付条例》".into()), record: None }],
        months: Some(months),
        until: None,
        repairable: Some(Repairable { allowed: true, how: Some("付清工资".into()) }),
        grade: None,
        watch_months: Some(12),
        persons: vec![],
        channel: Some("credit-portal".into()),
        scope: None,
    }
}

fn penalty() -> PenaltyImposed {
    serde_json::from_value(json!({
        "document_no": "伊市监罚〔2026〕12号", "conduct": "虚假宣传", "facts": "…", "basis": "…", "kinds": ["罚款"],
        "content": "罚款 2000 元", "procedure": "ordinary", "fine": "2000.00", "severity": "ordinary"
    }))
    .unwrap()
}

fn exit(record: &str) -> ExitDeclared {
    ExitDeclared { record: record.into(), reason: ExitReason::Repaired, notice: None }
}

/// List, state, from, until.
fn listings(view: &CreditFileView) -> Vec<(&'static str, State, String, String)> {
    let row = |l: &listing::Listing| (l.list.as_str(), l.state, l.from.to_string(), l.until.to_string());
    view.listings.iter().map(row).collect()
}

fn row(list: &'static str, state: State, from: &str, until: &str) -> (&'static str, State, String, String) {
    (list, state, from.into(), until.into())
}

#[test]
fn scenario_4_a_withdrawn_entry_never_was_but_what_was_known_before_stays_answerable() {
    let mut story = Story::on("2026-04-20");
    story.then(SOCIAL, "D-1", designation(List::Black, "unpaid-wages", 36));
    let designated = Known::Offset(story.offset);
    story.open("2026-07-10");
    story.then(SOCIAL, "W-1", DesignationWithdrawn { record: format!("{SOCIAL}/D-1"), reason: "同名公司".into() });
    let listed = [row("black", State::Active, "2026-04-20", "2029-04-20")];
    for day in ["2026-04-20", "2026-07-01", "2026-07-10", "9999-12-31"] {
        let view = story.as_of(day);
        assert_eq!((view.listings.len(), view.measures.len()), (0, 0), "{day}");
    }
    assert_eq!(listings(&story.known(end_of("2026-07-01"), "2026-07-01")), listed);
    assert_eq!(listings(&story.known(designated, "2026-07-01")), listed);
    assert!(!story.known(designated, "2026-07-01").measures.is_empty());
    assert!(listings(&story.known(Known::Offset(story.offset), "2026-07-01")).is_empty());
    assert!(!story.file().is_known(end_of("2026-04-19")), "before its first event nothing is known");
    let due = story.with(Known::Now, "2026-07-10", |reading| {
        let duties =
            chengxin_projections::obligation::obligations(reading.file, reading.known, reading.as_of, reading.policies);
        duties.iter().map(|duty| (duty.duty, duty.due.date.to_string())).collect::<Vec<_>>()
    });
    assert_eq!(due, [("notify-takedown", "2026-07-15".to_owned())]);
}

#[test]
fn scenario_5_an_exit_ends_the_entry_and_its_measures_on_its_day_and_the_watch_begins_on_the_next() {
    let mut story = Story::on("2026-02-02");
    let persons = vec![ResponsiblePerson { person: PERSON.into(), role: "法定代表人".into() }];
    story.then(SOCIAL, "D-1", DesignationMade { persons, ..designation(List::Black, "unpaid-wages", 36) });
    story.open("2026-09-28");
    assert_eq!(listings(&story.as_of("2026-09-28")), [row("black", State::Active, "2026-02-02", "2029-02-02")]);
    story.then(SOCIAL, "X-1", exit(&format!("{SOCIAL}/D-1")));
    assert_eq!(listings(&story.as_of("2026-09-27")), [row("black", State::Active, "2026-02-02", "2026-09-28")]);
    assert_eq!(listings(&story.as_of("2026-09-28")), [row("black", State::Exited, "2026-02-02", "2026-09-28")]);
    let watched = story.as_of("2026-09-29");
    assert_eq!(listings(&watched)[1], row("watch", State::Active, "2026-09-29", "2027-09-29"));
    assert_eq!(watched.listings[0].persons[0].subject.id, PERSON);
    assert_eq!(watched.listings[0].document_no.as_deref(), Some("伊人社监〔2026〕7号"));
    let measure = &watched.measures[0];
    assert_eq!((measure.state, measure.until), (MeasureState::Ended, date("2026-09-28")));
    assert_eq!(measure.intervals[0].cause.kind, "designation.made");
    assert_eq!(listings(&story.as_of("2027-09-30"))[1].1, State::Expired);
}

#[test]
fn scenario_7_a_term_includes_its_last_day_and_the_watch_follows_it() {
    let mut story = Story::on("2023-10-02");
    story.then(SOCIAL, "D-1", designation(List::Black, "unpaid-wages", 36));
    story.open("2026-10-08");
    assert_eq!(listings(&story.as_of("2026-10-02")), [row("black", State::Active, "2023-10-02", "2026-10-02")]);
    let over = story.as_of("2026-10-03");
    let expected = [
        row("black", State::Expired, "2023-10-02", "2026-10-02"),
        row("watch", State::Active, "2026-10-03", "2027-10-03"),
    ];
    assert_eq!(listings(&over), expected);
    let spans = story.with(Known::Now, "2026-10-03", timeline::timeline);
    let listing = spans.iter().find(|span| span.what == timeline::What::Listing).unwrap();
    let causes: Vec<&str> = listing.causes.iter().map(|cause| cause.event.as_str()).collect();
    assert_eq!(causes, [&format!("{SOCIAL}/D-1"), "system/day-2026-10-03"]);
    let watch = spans.iter().find(|span| span.what == timeline::What::Watch).unwrap();
    assert_eq!((watch.from, watch.causes[0].kind.as_str()), (date("2026-10-03"), "day.opened"));
    assert!(story.as_of("2023-10-01").listings.is_empty(), "nothing is shown before its first day");
}

#[test]
fn scenario_10_a_measure_stays_on_the_basis_that_is_left() {
    let mut story = Story::on("2026-01-12");
    story.then(
        TAX,
        "T-1",
        DesignationMade { until: Some(date("2028-01-10")), ..designation(List::Black, "tax-violation", 24) },
    );
    story.open("2026-03-02");
    story.then(
        SOCIAL,
        "M-1",
        DesignationMade { until: Some(date("2029-03-02")), ..designation(List::Black, "market-violation", 36) },
    );
    let (tax, market) = (format!("{TAX}/T-1"), format!("{SOCIAL}/M-1"));
    let shared = |view: &CreditFileView| {
        let both = |m: &&measure::Measure| m.intervals.iter().any(|interval| interval.basis.len() == 2);
        view.measures.iter().find(both).cloned().unwrap()
    };
    assert_eq!(shared(&story.as_of("2026-03-02")).until, date("2029-03-02"), "it goes on from entry to entry");
    story.open("2026-09-15");
    story.then(SOCIAL, "X-1", exit(&market));
    let measure = shared(&story.as_of("2026-09-15"));
    assert_eq!((measure.state, measure.until), (MeasureState::Active, date("2028-01-10")));
    assert_eq!(measure.basis, [tax.as_str()]);
    let intervals: Vec<(String, String, usize, &str)> = measure
        .intervals
        .iter()
        .map(|i| (i.from.to_string(), i.to.to_string(), i.basis.len(), i.cause.event.as_str()))
        .collect();
    let exit = format!("{SOCIAL}/X-1");
    let expected = [
        ("2026-01-12".to_owned(), "2026-03-02".to_owned(), 1, tax.as_str()),
        ("2026-03-02".to_owned(), "2026-09-15".to_owned(), 2, market.as_str()),
        ("2026-09-15".to_owned(), "2028-01-10".to_owned(), 1, exit.as_str()),
    ];
    assert_eq!(intervals, expected);
    assert!(!measure.matter.unwrap_or_default().is_empty() && !measure.implementer.is_empty());
    assert_eq!(shared(&story.as_of("2028-01-11")).state, MeasureState::Ended);
}

#[test]
fn a_penalty_is_shown_with_what_its_publisher_said_and_how_late_it_was_published() {
    let mut story = Story::on("2026-09-24");
    story.then(SOCIAL, "P-1", penalty());
    let record = format!("{SOCIAL}/P-1");
    story.open("2026-10-13");
    let issued = PublicationIssued { record: record.clone(), channel: "credit-portal".into() };
    story.then(SOCIAL, "I-1", issued);
    let view = story.as_of("2026-10-13");
    let json = serde_json::to_value(&view.penalties[0]).unwrap();
    assert_eq!(json["document_no"], "伊市监罚〔2026〕12号");
    assert_eq!(
        (&json["severity"], &json["fine"], &json["state"]),
        (&json!("ordinary"), &json!("2000.00"), &json!("current"))
    );
    assert_eq!(json["recorded"], "2026-09-24T09:00:00.000+08:00");
    let expected = json!({
        "due": "2026-10-12", "provisional": false, "issued": "2026-10-13", "late_by": 1, "withheld": null,
        "from": "2026-10-13", "until": "2027-09-24", "channel": "credit-portal"
    });
    assert_eq!(json["publication"], expected);
    assert_eq!(story.as_of("2026-10-12").penalties[0].publication.issued, None);
    story.open("2026-12-25");
    story.then(SOCIAL, "R-1", RepairGranted { record: record.clone() });
    let view = story.as_of("2026-12-25");
    assert_eq!((view.repairs.len(), &view.repairs[0].record), (1, &record));
    assert_eq!(view.penalties[0].publication.until, Some(date("2026-12-25")));
    assert_eq!(story.as_of("2026-12-23").repairs.len(), 0);
}

#[test]
fn events_are_told_in_the_form_in_which_they_are_published_with_what_became_of_them() {
    let mut story = Story::on("2026-02-02");
    let persons = vec![ResponsiblePerson { person: PERSON.into(), role: "法定代表人".into() }];
    let made = DesignationMade { persons, ..designation(List::Black, "unpaid-wages", 36) };
    story.then(SOCIAL, "D-1", made.clone());
    let notice = NoticeIssued { record: format!("{SOCIAL}/D-1"), about: NoticeAbout::Exit, channel: "portal".into() };
    story.tell(SOCIAL, "N-1", story.day, notice.into());
    story.tell(SOCIAL, "D-1", story.day, made.into());
    let told: Vec<Value> = story
        .bodies
        .iter()
        .map(|(offset, body)| events::show(story.file(), 3, *offset, CODEC.decode_event(body).unwrap()))
        .map(|view| serde_json::to_value(view).unwrap())
        .collect();
    let effects: Vec<(&str, &Value)> = told.iter().map(|e| (e["effect"].as_str().unwrap(), &e["code"])).collect();
    assert_eq!(effects, [("applied", &Value::Null), ("refused", &json!("too-early")), ("duplicate", &Value::Null)]);
    assert_eq!(told[0]["subject"]["id"], "91654002MA00TEAT4G");
    let persons = json!([{ "subject": { "kind": "person", "id": PERSON }, "role": "法定代表人" }]);
    assert_eq!(told[0]["data"]["persons"], persons);
    assert_eq!((&told[0]["type"], &told[0]["position"]), (&json!("designation.made"), &json!("3-19")));
}

#[test]
fn the_policy_that_was_known_decides_what_was_due() {
    let story = Story::on("2026-02-02");
    let before = story.partition.policy_at(date("2026-02-02"), end_of("2026-02-01"));
    assert!(!before.is_complete() && before.calendar().years().is_empty());
    let now = story.partition.policy_at(date("2026-02-02"), Known::Offset(story.offset));
    assert!(now.is_complete() && now.calendar().years().contains(&2026));
}

#[test]
fn a_subject_is_found_by_any_way_of_writing_its_code() {
    for id in ["91654002MA00TEAT4G", "MA00TEAT4", "MA00TEAT-4", " ma00teat4 ", "91654002ma00teat4g"] {
        assert_eq!(subject::key(id), SUBJECT, "{id}");
    }
    assert_eq!(subject::key(PERSON), PERSON);
    for id in ["", "é", "１２３４５６７８９", "-", "\u{1F600}\u{1F600}"] {
        subject::key(id);
    }
}
