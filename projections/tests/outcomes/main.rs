//! Every event type in every state of a record: what is accepted, and why the rest is refused. The tables in
//! `docs/outcomes.md` are written from here (`CHENGXIN_WRITE_DOCS=1`), to be read by people who know the law.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod rows;
mod states;
mod table;

use chengxin_projections::{
    event::EVENT_TYPES,
    facts::CreditFile,
    judge::Effect,
    testing::{LABOUR, MARKET, OFFICE, Scenario, Step},
};
use rows::{Row, measure_rows, record_rows, subject_rows};
use states::{Kind, State, kinds, measure_states, subject_states};
use table::{Table, by_kind};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/outcomes.md");

const HEAD: &str = "# What comes of every event in every state

Written by `projections/tests/outcomes` from the rules that run (`CHENGXIN_WRITE_DOCS=1 cargo test -p chengxin-projections
--test outcomes`); the test fails when this page is out of date. Why it is so: [rules.md](rules.md).

One event is published on the open day, 2026-06-15, dated that day, about a record that has come to the state at the head of
the column. ✓ is applied; everything else is the code of the refusal, which changes nothing. Below each table stands what is the
same in all its states or never accepted, exceptions in brackets. The policy is the shipped one, in
which every organisation counts as every kind of department.
";

/// Publishes one event about a record in a state, and sees that a refusal changes nothing.
fn outcome(state: &State, row: &Row, publisher: &str, is_office: bool) -> String {
    let step = (row.of)(&state.target).id("new").event(|event| {
        event.publisher = publisher.to_owned();
        event.office = is_office;
    });
    let mut scenario = state.scenario.clone();
    let before = facts(&scenario);
    let taken = scenario.take(step);
    match taken.effect {
        Effect::Applied => table::APPLIED.to_owned(),
        Effect::Refused(refusal) => {
            let what = format!("{} in state {}", row.label, state.name);
            assert_eq!(before, facts(&scenario), "a refusal changes nothing: {what}");
            assert!(taken.changes.is_empty(), "nothing goes out for a refusal: {what}");
            refusal.code.as_str().to_owned()
        }
        Effect::Duplicate(_) => panic!("every id is new"),
    }
}

/// The facts of every subject, but for which events were seen: those are kept for the audit.
fn facts(scenario: &Scenario) -> (Vec<CreditFile>, Vec<(String, u32)>) {
    let files = scenario.memory.files.values().cloned().map(|mut file| {
        file.seen = Default::default();
        file.applied = 0;
        file
    });
    // Whoever is asked about has a file, with nothing in it.
    let known = files.filter(|file| *file != CreditFile::new(&file.id, file.kind));
    let policy = scenario.partition.history.versions().map(|version| (version.part.to_string(), version.version));
    (known.collect(), policy.collect())
}

fn table(rows: &[Row], states: &[State], publisher: &str, is_office: bool) -> Table {
    let cells = rows.iter().map(|row| {
        let outcomes = states.iter().map(|state| outcome(state, row, publisher, is_office));
        (row.label.to_owned(), outcomes.collect())
    });
    Table { columns: states.iter().map(|state| state.name.to_owned()).collect(), rows: cells.collect() }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    let all: Vec<Kind> = kinds();
    page += "\n## By the authority of the record\n";
    for kind in &all {
        page += &format!("\n### {}\n\n{}", kind.title, table(&record_rows(), &kind.states, LABOUR, false));
    }
    page += "\n## By another department\n\nOver all the states above, in the order in which they first occur.\n\n";
    let of_others = |kind: &Kind| (kind.short.to_owned(), table(&record_rows(), &kind.states, MARKET, false));
    page += &by_kind(&all.iter().map(of_others).collect::<Vec<_>>());
    page += "\n## By a department that was asked to carry a measure out\n\nThe measure is one that every entry of the list \
             kind carries, or one that was initiated.\n\n";
    page += &table(&measure_rows(), &measure_states(), MARKET, false).to_string();
    page += "\n## The subject itself\n\n### By a department\n\n";
    page += &table(&subject_rows(), &subject_states(), LABOUR, false).to_string();
    page += "\n### By the office\n\n";
    page += &table(&subject_rows(), &subject_states(), OFFICE, true).to_string();
    page
}

#[test]
#[allow(clippy::disallowed_methods)] // the page lies in a file
fn the_table_of_outcomes_is_as_the_rules_have_it() {
    let page = page();
    if std::env::var_os("CHENGXIN_WRITE_DOCS").is_some() {
        std::fs::write(FILE, &page).unwrap();
    }
    let written = std::fs::read_to_string(FILE).unwrap_or_default();
    let differs = page.lines().zip(written.lines()).find(|(now, then)| now != then);
    assert!(
        page == written,
        "docs/outcomes.md is out of date; write it with CHENGXIN_WRITE_DOCS=1. First: {differs:?}"
    );
}

#[test]
fn every_event_type_has_a_row() {
    let rows: Vec<Row> = record_rows();
    let target = &kinds()[0].states[0].target;
    for kind in EVENT_TYPES {
        assert!(rows.iter().any(|row| row.label.starts_with(kind)), "{kind}");
    }
    for row in &rows {
        let Step::Event(event) = (row.of)(target) else { panic!("{} is an event", row.label) };
        assert!(row.label.starts_with(event.data.kind()), "{}", row.label);
    }
}
