//! One subject after the other through a long stretch of the log, for a replay that announces nothing.
//!
//! No subject's facts depend on another's: what all of them share are the days and the policy. So a stretch is first gone
//! through for those, and then each subject takes its own events and the days that concern it, while its file is in the
//! processor's cache. It leads to the same files as folding event by event.

use crate::{
    date::Date,
    difference::Telling,
    event::Event,
    facts::{CreditFile, Stamp},
    fold::pass,
    judge,
    partition::{Concern, Partition},
};
use std::sync::Arc;

/// What happened to a whole partition in a stretch of the log.
#[derive(Debug)]
pub struct Stretch {
    start: Arc<Partition>,
    /// Where the log has been read to.
    partition: Partition,
    steps: Vec<Step>,
    /// The offsets of the steps once more, side by side to be searched.
    offsets: Vec<u64>,
    /// The days that were opened, rising, and their places among the steps.
    days: Vec<(Date, usize)>,
    /// Places of the steps that concern everyone with an open deadline.
    calendars: Vec<usize>,
}

/// A day or a part of the policy.
#[derive(Debug)]
struct Step {
    stamp: Stamp,
    concern: Concern,
    /// As it is from this event on.
    partition: Arc<Partition>,
}

impl Stretch {
    pub fn new(start: Partition) -> Stretch {
        let partition = start.clone();
        let (steps, offsets, days, calendars) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Stretch { start: start.into(), partition, steps, offsets, days, calendars }
    }

    /// The stamp of the next event of the log, which is about a subject.
    pub fn stamp(&mut self, offset: u64, recorded: i64) -> Stamp {
        self.partition.stamp(offset, recorded)
    }

    /// Takes the next event of the log if it is not about a subject: a day, or a part of the policy.
    pub fn take(&mut self, offset: u64, event: &Event) -> bool {
        let stamp = self.partition.stamp(offset, event.recorded);
        let Some((_, concern)) = self.partition.take(event, stamp) else { return false };
        match &concern {
            Concern::Nobody => {}
            Concern::Day { day, .. } => self.days.push((*day, self.steps.len())),
            Concern::Calendar { .. } => self.calendars.push(self.steps.len()),
        }
        self.offsets.push(offset);
        self.steps.push(Step { stamp, concern, partition: Arc::new(self.partition.clone()) });
        true
    }

    /// The partition at the end of the stretch.
    pub fn partition(&self) -> &Partition {
        &self.partition
    }

    /// Subjects for whom something changes by itself on or before this day have something to catch up with, also those
    /// without an event of their own.
    pub fn due(&self) -> Option<Date> {
        let last_day = self.days.last().map(|(day, _)| *day);
        if self.calendars.is_empty() { last_day } else { Some(Date::MAX) }
    }

    /// Brings the file of a subject from the beginning of the stretch to its end. `events` are those of the subject, in
    /// order; what the file has already is passed over.
    pub fn catch_up(&self, file: &mut CreditFile, events: impl IntoIterator<Item = (Stamp, Event)>) {
        let mut at = 0;
        for (stamp, event) in events {
            at = self.pass_steps(file, at, stamp.offset);
            if file.applied <= stamp.offset {
                let before = at + self.offsets[at..].partition_point(|offset| *offset < stamp.offset);
                let partition = before.checked_sub(1).map_or(&self.start, |last| &self.steps[last].partition);
                judge::step(partition, file, &event, stamp, Telling::Counted);
            }
        }
        self.pass_steps(file, at, u64::MAX);
    }

    /// Lets the steps pass that concern the subject, from the one at a place on, as far as they lie before an offset.
    /// Returns the place of the first that may concern it next.
    fn pass_steps(&self, file: &mut CreditFile, mut at: usize, before: u64) -> usize {
        while let Some(place) = self.next_step(file, at).filter(|place| self.steps[*place].stamp.offset < before) {
            let Step { stamp, concern, partition } = &self.steps[place];
            pass(partition, concern, file, *stamp, Telling::Counted);
            at = place + 1;
        }
        at
    }

    /// The place of the next step that concerns a subject, from a place on.
    fn next_step(&self, file: &CreditFile, at: usize) -> Option<usize> {
        let next = file.next()?;
        if self.calendars.is_empty() && self.days.last().is_none_or(|(last, _)| *last < next) {
            return None; // as of most events
        }
        let day = self.days.partition_point(|(day, place)| *day < next || *place < at);
        let calendar = self.calendars.partition_point(|place| *place < at);
        let (day, calendar) = (self.days.get(day).map(|(_, place)| *place), self.calendars.get(calendar).copied());
        day.into_iter().chain(calendar).min()
    }
}
