//! Plays one history to the model and to the crate, and tells where they differ, with the shortest history that still
//! does.

use crate::{
    generator::subjects,
    judge::{ANY, Codes},
    model::Side,
    play,
    random::Random,
};
use chengxin_projections::{date::Date, event::Data, testing::Step};
use std::fmt::Write;

/// Where the two sides differ.
pub struct Disagreement {
    what: String,
    /// What kind of thing differs.
    kind: String,
    steps: Vec<Step>,
}

impl Disagreement {
    /// The history and the difference, to be read by people.
    pub fn tell(&self) -> String {
        let mut text = String::new();
        let mut model = play::model();
        for step in &self.steps {
            match step {
                Step::Day(day) => writeln!(text, "--- {day}").unwrap(),
                Step::Event(event) => {
                    let (name, subject, day) = (event.name(), &event.subject.id, event.effective);
                    // A policy is a long text; how it differs from the shipped one is found in the generator.
                    match &event.data {
                        Data::PolicyPublished(data) => write!(text, "{} {} from {day} on", data.part, data.version),
                        data => write!(text, "{name} about {subject} on {day}: {data:?}"),
                    }
                    .unwrap();
                }
            }
            model.play(step, |_, outcome| match outcome {
                Ok(()) => writeln!(text).unwrap(),
                Err(codes) => writeln!(text, " -> {codes:?}").unwrap(),
            });
        }
        text + &self.what
    }
}

/// The shortest history found on which the two sides disagree as they do on this one.
pub fn disagreement(steps: &[Step], seed: u64) -> Option<Disagreement> {
    let (what, kind) = difference(steps, seed, None)?;
    let mut shortest = Disagreement { what, kind, steps: steps.to_vec() };
    let mut length = shortest.steps.len() + 1;
    while shortest.steps.len() < length {
        length = shortest.steps.len();
        for index in (0..length).rev() {
            let mut fewer = shortest.steps.clone();
            fewer.remove(index);
            if let Some((what, kind)) = difference(&fewer, seed, Some(&shortest.kind)) {
                shortest = Disagreement { what, kind, steps: fewer };
            }
        }
    }
    Some(shortest)
}

/// The first difference, of one kind where that is asked for, and its kind.
fn difference(steps: &[Step], seed: u64, wanted: Option<&str>) -> Option<(String, String)> {
    let is_wanted = |kind: &str| wanted.is_none_or(|wanted| wanted == kind);
    let (mut model, mut real) = (play::model(), play::real());
    let mut known = Vec::new();
    let mut today = None;
    for step in steps {
        let step = match step {
            Step::Event(event) => Step::Event(Box::new(model.completed(event))),
            Step::Day(day) => {
                today = Some(*day);
                Step::Day(*day)
            }
        };
        today?;
        let (mut expected, mut found, mut about) = (Ok(()), Ok(()), "");
        model.play(&step, |(_, event), outcome| (expected, about) = (outcome.clone(), event.data.kind()));
        real.play(&step, |_, outcome| found = outcome.clone());
        let kind = format!("judging {about}");
        if !agree(&expected, &found) && is_wanted(&kind) {
            let what = format!("the model says {expected:?}, the crate says {found:?}: {step:?}");
            return Some((what, kind));
        }
        if expected.is_ok() != found.is_ok() {
            return None;
        }
        known.push((model.next_offset - 1, model.today?));
    }
    let mut random = Random::new(seed);
    if is_wanted("replay") && !real.side.replays_alike(&[random.between(1, 80) as usize]) {
        return Some(("a replay comes to other files".to_owned(), "replay".to_owned()));
    }
    let last = *known.last()?;
    for round in 0..60 {
        let (offset, today) = if round < 30 { last } else { random.pick(&known) };
        for subject in subjects() {
            let day = asked(&mut random, today);
            let expected = model.side.picture(subject, day, offset);
            let found = real.side.picture(subject, day, offset);
            let only = |of: &[String], other: &[String]| -> Vec<String> {
                of.iter().filter(|line| !other.contains(line)).cloned().collect()
            };
            let (missing, wrong) = (only(&expected, &found), only(&found, &expected));
            for line in missing.iter().chain(&wrong) {
                let kind = line.split(' ').take(2).filter(|word| !word.contains('/')).collect::<Vec<_>>().join(" ");
                if is_wanted(&kind) {
                    let known = if offset == last.0 { "all".to_owned() } else { format!("up to {offset}") };
                    let what =
                        format!("{subject} as of {day}, {known} known:\n  model {missing:#?}\n  crate {wrong:#?}");
                    return Some((what, kind));
                }
            }
            if expected != found && missing.is_empty() && wrong.is_empty() && is_wanted("repeats") {
                return Some((format!("{subject} as of {day}: {expected:#?} {found:#?}"), "repeats".to_owned()));
            }
        }
    }
    None
}

fn asked(random: &mut Random, today: Date) -> Date {
    let days = match random.between(1, 4) {
        1 => 0,
        2 => random.between(-30, 30),
        3 => random.between(-200, 200),
        _ => random.between(-1200, 1500),
    };
    today.plus_days(days)
}

/// One code of the crate must be among those that the model finds.
fn agree(expected: &Result<(), Codes>, found: &Result<(), Codes>) -> bool {
    match (expected, found) {
        (Ok(()), Ok(())) => true,
        (Err(expected), Err(found)) => expected.contains(ANY) || !expected.is_disjoint(found),
        _ => false,
    }
}
