//! Plays a history to a side as a log: the shipped policy first, a day for each day, offsets with gaps.

use crate::{
    crate_side::Crate,
    judge::Codes,
    model::{Model, Side},
};
use chengxin_projections::{
    date::Date,
    event::{Data, Event},
    policy::shipped_policy,
    testing::{self, Step},
};

/// Nothing may count on the next offset.
const GAP: u64 = 3;

/// A side, and how far it has come.
#[derive(Clone)]
pub struct Player<S> {
    pub side: S,
    pub next_offset: u64,
    pub today: Option<Date>,
}

fn shipped() -> impl Iterator<Item = Event> {
    shipped_policy().into_iter().map(|part| {
        let opening = testing::opening(part.effective);
        Event { id: format!("{}-{}", part.part, part.version), data: part.into(), ..opening }
    })
}

thread_local! {
    // Reading the shipped policy takes longer than most histories.
    static MODEL: Player<Model> = Player::new(Model::default());
    static CRATE: Player<Crate> = Player::new(Crate::default());
}

/// The model, with the shipped policy in force.
pub fn model() -> Player<Model> {
    MODEL.with(Player::clone)
}

/// The crate, with the shipped policy in force.
pub fn real() -> Player<Crate> {
    CRATE.with(Player::clone)
}

impl<S: Side> Player<S> {
    fn new(side: S) -> Player<S> {
        let mut player = Player { side, next_offset: 0, today: None };
        for event in shipped() {
            assert_eq!(player.event(event).1, Ok(()), "the shipped policy is valid");
        }
        player
    }

    /// Plays a step; tells of each event that it is, with its offset, and what came of it.
    pub fn play(&mut self, step: &Step, mut told: impl FnMut((u64, &Event), &Result<(), Codes>)) {
        match step {
            Step::Event(event) => {
                let (offset, outcome) = self.event((**event).clone());
                told((offset, event), &outcome);
            }
            Step::Day(date) => {
                let mut next = self.today.map_or(*date, Date::next);
                while next <= *date {
                    self.today = Some(next);
                    let _ = self.event(testing::opening(next));
                    next = next.next();
                }
            }
        }
    }

    /// Takes an event at the next offset, recorded on the open day.
    fn event(&mut self, event: Event) -> (u64, Result<(), Codes>) {
        let offset = self.next_offset;
        self.next_offset += GAP;
        let day = self.today.unwrap_or(event.effective);
        let event = Event { recorded: day.start() + offset as i64, ..event };
        let outcome = self.side.take(offset, &event);
        (offset, outcome)
    }
}

impl Player<Model> {
    /// The event with what intake looks up: whose the record or the number is, where it is another's.
    pub fn completed(&self, event: &Event) -> Event {
        let record = event.data.record().and_then(|name| self.side.view().record(name));
        let holder = match &event.data {
            Data::IdentifierLinked(data) => self.side.view().holder(&data.scheme, &data.value).map(str::to_owned),
            _ => record.map(|record| record.subject().to_owned()),
        };
        let elsewhere = holder.filter(|subject| *subject != event.subject.id);
        Event { record_subject: elsewhere, ..event.clone() }
    }
}
