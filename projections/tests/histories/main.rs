//! For random histories: however the log is cut into batches, and wherever a process dies between them, files, outgoing
//! changes and a naive fold agree.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod consumer;
mod history;
mod naive;
mod shell;

use chengxin_projections::{
    change::{ListChange, MeasureChange},
    date::Date,
    event::Event,
    facts::{CreditFile, Known},
    fold::fold,
    judge::Effect,
    listing, measure,
    memory::Memory,
    partition::Partition,
    testing::{Scenario, catch_up},
};
use consumer::Consumer;
use history::{Action, history, realise};
use naive::Accepted;
use proptest::prelude::*;
use shell::{Shell, cut};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// The shipped policy, published.
static START: LazyLock<Partition> = LazyLock::new(|| Scenario::with_policy().partition);

/// Everything that a history leads to when it is folded event by event.
#[derive(Default)]
struct Folded {
    files: BTreeMap<Box<str>, CreditFile>,
    lists: Vec<ListChange>,
    measures: Vec<MeasureChange>,
    accepted: Accepted,
    today: Option<Date>,
}

fn fold_without_batches(log: &[(u64, Event)], mut look: impl FnMut(&Folded, &Memory)) -> Folded {
    let (mut partition, mut memory, mut folded) = (START.clone(), Memory::default(), Folded::default());
    for (offset, event) in log {
        let Ok(outcome) = fold(&mut partition, &mut memory, *offset, event);
        let outcome = outcome.unwrap();
        if outcome.effect == Effect::Applied {
            folded.accepted.push(*offset, event);
        }
        folded.today = partition.day;
        folded.lists.extend(outcome.changes.lists);
        folded.measures.extend(outcome.changes.measures);
        look(&folded, &memory);
    }
    folded.files = memory.files;
    folded
}

/// The entries that are on a list as the files have them: (subject, list, record) and first and last day.
fn active(files: &BTreeMap<Box<str>, CreditFile>, known: Known, date: Date) -> naive::Entries {
    let entries = files.values().flat_map(|file| listing::entries(file, known).map(move |entry| (file, entry)));
    let active = entries.filter(|(_, entry)| entry.is_active(date));
    active
        .map(|(file, entry)| {
            let key = (file.id.to_string(), entry.list, entry.record.id.to_string());
            (key, (entry.span.from, entry.span.to))
        })
        .collect()
}

/// The measures in force on a day as the files have them: (subject, measure) and the entries that carry it.
fn in_force(files: &BTreeMap<Box<str>, CreditFile>, date: Date) -> naive::Measures {
    let mut measures = naive::Measures::new();
    for file in files.values() {
        for (code, stretches) in measure::timelines(file, Known::Now) {
            for stretch in stretches.iter().filter(|stretch| stretch.span.contains(date)) {
                let basis = stretch.basis.iter().map(|record| (*record).to_owned()).collect();
                let earlier = measures.insert((file.id.to_string(), code.to_owned()), basis);
                assert_eq!(earlier, None, "stretches of one measure do not overlap");
            }
        }
    }
    measures
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_split_into_batches_with_crashes_between_them_gives_the_files_and_the_changes_of_a_fold_without_batches(
        actions in history(),
        cuts in prop::collection::vec(cut(), 1..40),
    ) {
        let log = realise(&actions);
        let whole = fold_without_batches(&log, |_, _| {});
        let mut shell = Shell::start(START.clone());
        shell.run(&log, &cuts);
        prop_assert_eq!(&shell.files, &whole.files);
        prop_assert_eq!(&shell.published_lists, &whole.lists);
        prop_assert_eq!(&shell.published_measures, &whole.measures);
        prop_assert_eq!(shell.partition.day, whole.today);
    }

    #[test]
    fn subjects_that_catch_up_one_after_the_other_have_the_files_of_a_fold_in_the_order_of_the_log(
        actions in history(),
        lengths in prop::collection::vec(1_usize..60, 1..6),
    ) {
        let log = realise(&actions);
        let (mut partition, mut memory) = (START.clone(), Memory::default());
        for (offset, event) in &log {
            let Ok(_) = fold(&mut partition, &mut memory, *offset, event);
        }
        let (caught_up, files) = catch_up(START.clone(), &log, &lengths);
        prop_assert_eq!(&files, &memory.files);
        prop_assert_eq!(serde_json::to_string(&caught_up).unwrap(), serde_json::to_string(&partition).unwrap());
    }

    #[test]
    fn a_consumer_of_the_changes_has_the_lists_and_measures_of_the_files_and_of_a_naive_fold_after_every_event(
        actions in history(),
    ) {
        let log = realise(&actions);
        let mut consumer = Consumer::default();
        fold_without_batches(&log, |folded, memory| {
            let Some(today) = folded.today else { return };
            let before = consumer.entries.clone();
            let new = consumer.take(&folded.lists, &folded.measures);
            assert_eq!(consumer.entries, active(&memory.files, Known::Now, today), "lists, on {today}");
            assert_eq!(consumer.measures, in_force(&memory.files, today), "measures, on {today}");
            let naive = folded.accepted.entries(None, today);
            assert_eq!(consumer.entries, naive, "lists of the naive fold, on {today}");
            assert_eq!(consumer.measures, folded.accepted.measures(today), "measures of the naive fold, on {today}");
            naive::check_words(&before, &naive, &new, &folded.accepted, today);
        });
    }

    #[test]
    fn any_business_date_and_any_state_of_knowledge_agree_with_a_naive_fold(
        actions in history(),
        asked in prop::collection::vec((0_i32..600, any::<prop::sample::Index>()), 1..20),
    ) {
        let log = realise(&actions);
        let whole = fold_without_batches(&log, |_, _| {});
        for (days, at) in asked {
            let date = history::first_day().plus_days(days - 100);
            prop_assert_eq!(active(&whole.files, Known::Now, date), whole.accepted.entries(None, date));
            if !log.is_empty() {
                let offset = log[at.index(log.len())].0;
                let known = active(&whole.files, Known::Offset(offset), date);
                prop_assert_eq!(known, whole.accepted.entries(Some(offset), date), "known at {}", offset);
            }
        }
    }

    #[test]
    fn sequences_count_the_changes_of_each_subject_without_gap_and_no_change_has_the_name_of_another(
        actions in history(),
    ) {
        let whole = fold_without_batches(&realise(&actions), |_, _| {});
        let mut counts: BTreeMap<(&str, bool), u64> = BTreeMap::new();
        let mut names = BTreeSet::new();
        let lists = whole.lists.iter().map(|c| (&c.subject.id, true, c.sequence, &c.change));
        let measures = whole.measures.iter().map(|c| (&c.subject.id, false, c.sequence, &c.change));
        for (subject, list, sequence, name) in lists.chain(measures) {
            let count = counts.entry((subject, list)).or_default();
            *count += 1;
            prop_assert_eq!(sequence, *count);
            prop_assert!(names.insert(name));
        }
        for file in whole.files.values() {
            let count = |list| counts.get(&(&*file.id, list)).copied().unwrap_or_default();
            prop_assert_eq!((file.list_sequence, file.measure_sequence), (count(true), count(false)));
        }
    }
}

#[test]
fn random_histories_are_rich_enough_to_mean_something() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..200 {
        let actions: Vec<Action> = history().new_tree(&mut runner).unwrap().current();
        let whole = fold_without_batches(&realise(&actions), |_, _| {});
        for change in &whole.lists {
            *words.entry(format!("{:?} {:?}", change.list, change.what)).or_default() += 1;
        }
        for change in &whole.measures {
            *words.entry(format!("{:?}", change.what)).or_default() += 1;
        }
        for seen in whole.files.values().flat_map(|file| file.seen.iter()) {
            *words.entry(seen.refused.map_or("accepted".to_owned(), |code| code.as_str().to_owned())).or_default() += 1;
        }
    }
    for word in [
        "Black Listed",
        "Black Amended",
        "Black Exited",
        "Black Expired",
        "Black Withdrawn",
        "Watch Listed",
        "Watch Expired",
        "Watch Withdrawn",
        "Red Listed",
        "Red Expired",
        "Imposed",
        "Rebased",
        "Ended",
        "accepted",
        "already-ended",
        "not-your-entry",
        "no-such-record",
        "too-early",
        "too-far-ahead",
    ] {
        assert!(words.get(word).is_some_and(|count| *count >= 20), "{word}: {words:#?}");
    }
}
