//! The rule book, twice: a naive model that recomputes everything for each question, written from `docs/rules.md` alone,
//! beside the rules of the crate. Both take the same random histories and must draw the same pictures.

// A test may ask how long to run; the model's maps are only looked into, never walked, so that their order shows nowhere.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types, unreachable_pub)]

mod compare;
mod crate_side;
mod deadlines;
mod disputes;
mod duties;
mod entries;
mod flags;
mod generator;
mod generator_acts;
mod generator_policy;
mod joint;
mod judge;
mod measures;
mod model;
mod picture;
mod play;
mod publications;
mod random;
mod scenarios;
mod view;

use chengxin_projections::event::EVENT_TYPES;
use generator::{history, subjects};
use model::Side;
use proptest::prelude::*;
use random::Random;
use std::collections::{BTreeMap, BTreeSet};

/// The model is slow: a few histories each time, and with CHENGXIN_HISTORIES as many as there is time for.
fn config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("CHENGXIN_HISTORIES").ok().and_then(|count| count.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(cases), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn what_was_known_at_an_offset_is_what_a_log_says_that_ends_there(seed in any::<u64>().no_shrink()) {
        let steps = history(seed);
        let mut random = Random::new(seed);
        let end = random.between(1, steps.len() as i32) as usize;
        let mut whole = play::model();
        let mut part = play::model();
        for (number, step) in steps.iter().enumerate() {
            whole.play(step, |_, _| {});
            if number < end {
                part.play(step, |_, _| {});
            }
        }
        let known = part.next_offset - 1;
        for subject in subjects() {
            let day = part.today.unwrap().plus_days(random.between(-60, 400));
            prop_assert_eq!(whole.side.picture(subject, day, known), part.side.picture(subject, day, u64::MAX));
        }
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn the_crate_and_the_model_judge_alike_and_draw_the_same_pictures(seed in any::<u64>().no_shrink()) {
        if let Some(disagreement) = compare::disagreement(&history(seed), seed) {
            prop_assert!(false, "{}", disagreement.tell());
        }
    }
}

/// Without this nobody would notice that some rule is never reached.
#[test]
fn histories_reach_every_type_of_event_and_every_code_of_a_refusal() {
    let mut accepted: BTreeMap<&str, u32> = BTreeMap::new();
    let mut refused: BTreeMap<&str, u32> = BTreeMap::new();
    let mut shown = BTreeSet::new();
    for seed in 0..300 {
        let mut player = play::model();
        for step in history(seed) {
            player.play(&step, |(_, event), outcome| match outcome {
                Ok(()) => *accepted.entry(event.data.kind()).or_default() += 1,
                Err(codes) => codes.iter().for_each(|code| *refused.entry(code).or_default() += 1),
            });
        }
        let today = player.today.unwrap();
        for day in [today, today.plus_days(-60), today.plus_days(300)] {
            let lines = subjects().flat_map(|subject| player.side.picture(subject, day, u64::MAX));
            shown.extend(lines.map(|line| sort_of(&line)));
        }
    }
    println!("accepted {accepted:?}\nrefused {refused:?}");
    for kind in EVENT_TYPES.iter().filter(|kind| !["day.opened", "implication.stated"].contains(kind)) {
        assert!(accepted.contains_key(kind), "no {kind} was accepted");
    }
    for code in CODES {
        assert!(refused.contains_key(code), "nothing was refused with {code}");
    }
    for line in LINES {
        assert!(shown.iter().any(|shown| shown.starts_with(line)), "nothing shows {line}");
    }
}

/// Every code that the rule book names, but for those that the shipped policy or the generator cannot lead to.
const CODES: [&str; 33] = [
    "already-ended",
    "already-open",
    "any",
    "basis-missing",
    "correction-invalid",
    "exception-unknown",
    "level-unknown",
    "linked-elsewhere",
    "list-kind-unknown",
    "measure-mismatch",
    "measure-unknown",
    "no-application",
    "no-such-correction",
    "no-such-identifier",
    "no-such-objection",
    "no-such-record",
    "no-such-request",
    "not-accepted",
    "not-entitled",
    "not-allowed",
    "not-repairable",
    "not-your-entry",
    "not-your-measure",
    "nothing-to-confirm",
    "policy-invalid",
    "repairability-missing",
    "severity-unknown",
    "subject-mismatch",
    "suspended",
    "term-invalid",
    "too-early",
    "too-far-ahead",
    "wrong-channel",
];

/// What pictures begin with, but for the measures themselves.
const LINES: [&str; 30] = [
    "deregistered",
    "duty accept-repair",
    "duty answer-measure",
    "duty answer-objection",
    "duty decide-basis-lost",
    "duty decide-flag",
    "duty decide-repair",
    "duty notify-exit",
    "duty notify-takedown",
    "duty publish",
    "duty report-measure",
    "entry black active basis-lost",
    "entry black active disputed",
    "entry black exited",
    "entry black expired",
    "entry black withdrawn",
    "entry red active disputed",
    "entry watch active",
    "flag basis-lost",
    "flag dishonest-while-red",
    "flag red-and-black",
    "flag relapse-in-watch",
    "green no",
    "green yes clean",
    "green yes red-listed",
    "number tax",
    "record corrected",
    "record current issued late withheld 国家秘密",
    "record revoked",
    "record withdrawn",
];

/// A line without names and days.
fn sort_of(line: &str) -> String {
    let plain = |word: &&str| !word.contains(['/', '.']) && !word.starts_with(|c: char| c.is_ascii_digit());
    line.split(' ').filter(plain).collect::<Vec<_>>().join(" ")
}
