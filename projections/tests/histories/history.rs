//! Random histories over few subjects: events that may be in order or not, and days that open.

use chengxin_projections::{
    date::Date,
    event::{Data, Event, ExitReason, List},
    testing::{self, COUNTY, LABOUR, OTHER, SUBJECT, Step, TAX, THIRD},
};
use proptest::prelude::*;

const SUBJECTS: [&str; 3] = [SUBJECT, OTHER, THIRD];
const PUBLISHERS: [&str; 3] = [LABOUR, TAX, COUNTY];
/// Kinds that share some of their measures, and a red one.
const KINDS: [(List, &str); 4] = [
    (List::Black, "unpaid-wages"),
    (List::Black, "tax-violation"),
    (List::Black, "market-violation"),
    (List::Red, "contract-honouring"),
];

/// What happens next. Days are counted from the day that is open.
#[derive(Debug, Clone)]
pub enum Action {
    Open {
        days: u8,
    },
    Designate {
        subject: usize,
        by: usize,
        id: u8,
        kind: usize,
        from: i32,
        days: u16,
        watch: u32,
    },
    Penalise {
        subject: usize,
        by: usize,
        id: u8,
        from: i32,
    },
    /// What is done to one of the records so far, mostly by its publisher and to its subject.
    Amend {
        what: Amendment,
        of: prop::sample::Index,
        stranger: bool,
        elsewhere: bool,
        from: i32,
    },
    /// An event of before, once more.
    Repeat {
        index: prop::sample::Index,
    },
}

#[derive(Debug, Clone, Copy)]
pub enum Amendment {
    Exit,
    ConfirmRepair,
    Repair,
    Withdraw,
    Publish,
}

pub fn history() -> impl Strategy<Value = Vec<Action>> {
    prop::collection::vec(action(), 0..50)
}

fn action() -> impl Strategy<Value = Action> {
    // Mostly the authority's own entries, so that much of it is accepted.
    let org = || prop_oneof![8 => Just(0_usize), 3 => Just(1), 1 => Just(2)];
    let from = || prop_oneof![4 => Just(0_i32), 3 => -60..60_i32, 1 => 60..120_i32];
    let id = || 0_u8..4;
    let subject = || prop_oneof![6 => Just(0_usize), 2 => Just(1), 1 => Just(2)];
    let what = prop_oneof![
        4 => Just(Amendment::Exit),
        1 => Just(Amendment::ConfirmRepair),
        2 => Just(Amendment::Repair),
        2 => Just(Amendment::Withdraw),
        1 => Just(Amendment::Publish),
    ];
    prop_oneof![
        5 => (1_u8..40).prop_map(|days| Action::Open { days }),
        6 => (subject(), org(), id(), 0..KINDS.len(), from(), 0_u16..120, 0_u32..3).prop_map(
            |(subject, by, id, kind, from, days, watch)| Action::Designate { subject, by, id, kind, from, days, watch }
        ),
        1 => (subject(), org(), id(), from())
            .prop_map(|(subject, by, id, from)| Action::Penalise { subject, by, id, from }),
        8 => (what, any::<prop::sample::Index>(), prop::bool::weighted(0.1), prop::bool::weighted(0.05), from())
            .prop_map(|(what, of, stranger, elsewhere, from)| Action::Amend { what, of, stranger, elsewhere, from }),
        1 => any::<prop::sample::Index>().prop_map(|index| Action::Repeat { index }),
    ]
}

pub fn first_day() -> Date {
    "2026-05-11".parse().unwrap()
}

fn makes_record(event: &Event) -> bool {
    matches!(event.data, Data::DesignationMade(_) | Data::PenaltyImposed(_))
}

/// The log of a history: offsets with gaps, and a day for each day.
pub fn realise(actions: &[Action]) -> Vec<(u64, Event)> {
    let mut today = first_day();
    let mut events = vec![testing::opening(today)];
    for action in actions {
        let day = |from: i32| today.plus_days(from).to_string();
        let step = match action {
            Action::Open { days } => {
                for _ in 0..*days {
                    today = today.next();
                    events.push(testing::opening(today));
                }
                continue;
            }
            Action::Repeat { index } => {
                events.push(events[index.index(events.len())].clone());
                continue;
            }
            Action::Designate { subject, by, id, kind, from, days, watch } => {
                let (list, kind) = KINDS[*kind];
                let step = testing::designation(list, kind, &format!("L-{id}"), &day(*from));
                // A term in months where it is long, a last day where it is short.
                let step = match days {
                    0..90 => step.until(&day(from + i32::from(*days))),
                    _ => step.months(u32::from(*days) - 89),
                };
                step.watch_months(*watch).about(SUBJECTS[*subject]).by(PUBLISHERS[*by])
            }
            Action::Penalise { subject, by, id, from } => {
                testing::penalty(&format!("L-{id}"), &day(*from)).about(SUBJECTS[*subject]).by(PUBLISHERS[*by])
            }
            Action::Amend { what, of, stranger, elsewhere, from } => {
                let records: Vec<&Event> = events.iter().filter(|event| makes_record(event)).collect();
                let Some(record) = (!records.is_empty()).then(|| records[of.index(records.len())]) else { continue };
                let of = record.name();
                let publisher = if *stranger { COUNTY } else { &record.publisher };
                let subject = if *elsewhere { THIRD } else { &record.subject.id };
                let step = match what {
                    Amendment::Exit => testing::exit(&of, &day(*from)),
                    Amendment::ConfirmRepair => testing::exit_because(ExitReason::Repaired, &of, &day(*from)),
                    Amendment::Repair => testing::repair(&of, &day(*from)),
                    Amendment::Withdraw => testing::withdraw_designation(&of, &day(*from)),
                    Amendment::Publish => testing::publish(&of, &day(*from)),
                };
                step.about(subject).by(publisher)
            }
        };
        let Step::Event(event) = step else { unreachable!("days are opened above") };
        events.push(*event);
    }
    let recorded = |offset: u64| 1_778_000_000_000 + offset as i64;
    let offsets = (0..).map(|n| 1_000 + n * 3 + n % 3);
    offsets.zip(events).map(|(offset, event)| (offset, Event { recorded: recorded(offset), ..event })).collect()
}
