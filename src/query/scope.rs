//! Which day a query is about, and what it may know.

use super::{
    date,
    position::{self, Moment},
};
use crate::{
    log::{Offset, Topic},
    node::Node,
    problem::Problem,
};
use chengxin_projections::{
    date::Date,
    facts::Known,
    partition::Partition,
    policy::{Policy, PolicyHistory},
};
use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a query waits for the log to give the event that a position names, and for what was recorded by then.
const LOG_WAIT: Duration = Duration::from_secs(2);
/// Pause before it looks again.
const POLL: Duration = Duration::from_millis(1);

/// The day and the moment as asked for, and where the partitions stand.
pub struct Asked {
    as_of: Date,
    day_asked: bool,
    /// `None` is now.
    moment: Option<Moment>,
    known_at: Option<String>,
    partitions: Vec<(Arc<Partition>, Offset)>,
}

/// The day and the knowledge of one query. Everything that it reads is held to the same position, so that an answer is
/// of one piece while the log goes on.
#[derive(Debug, Clone)]
pub struct Scope {
    pub as_of: Date,
    /// Whether a day was asked for; today otherwise.
    pub day_asked: bool,
    pub known_at: String,
    pub position: String,
    /// A `known_at` that keeps its meaning for the pages to come.
    pub pin: String,
    /// Whether it is the day that is open everywhere, by all that is known: what the feeds go on from.
    pub is_current: bool,
    known: Vec<Known>,
    partitions: Vec<Arc<Partition>>,
}

impl Asked {
    pub fn read(node: &Node, as_of: Option<&str>, known_at: Option<&str>) -> Result<Asked, Problem> {
        let partitions: Vec<(Arc<Partition>, Offset)> = node.shards().iter().map(|shard| shard.partition()).collect();
        let day_asked = as_of.is_some();
        let as_of = match as_of {
            Some(text) => date("as_of", text)?,
            None => {
                let open = partitions.iter().filter_map(|(partition, _)| partition.day).min();
                open.unwrap_or_else(|| node.clock.today())
            }
        };
        let moment = match known_at {
            None => None,
            Some(text) => Some(position::parse(text, node.log.partitions()).ok_or_else(|| not_a_moment(text))?),
        };
        // An instant that has not come yet knows what is known now, which the answer names.
        let moment = moment.filter(|moment| !moment.is_to_come(node));
        let known_at = known_at.filter(|_| moment.is_some()).map(str::to_owned);
        Ok(Asked { as_of, day_asked, moment, known_at, partitions })
    }

    /// Whether the log must be read, or waited for, to answer about this partition; about all of them if it is `None`.
    pub fn needs_log(&self, node: &Node, of: Option<u16>) -> bool {
        match &self.moment {
            None => false,
            Some(Moment::Instant(instant)) => !is_over(node, *instant),
            Some(Moment::Event(partition, offset)) => {
                self.is_ahead(*partition, *offset) || (self.partitions.len() > 1 && of != Some(*partition))
            }
            Some(Moment::Positions(places)) => places.iter().any(|(p, offset)| self.is_ahead(*p, *offset)),
        }
    }

    fn is_ahead(&self, partition: u16, offset: Offset) -> bool {
        let below = self.partitions.get(usize::from(partition)).map_or(0, |(_, below)| *below);
        offset >= below.max(1)
    }

    /// What may be known of each partition. With a partition, it is for questions about that one only.
    pub fn scope(self, node: &Node, of: Option<u16>) -> Result<Scope, Problem> {
        let below = || self.partitions.iter().map(|(_, below)| *below);
        let position = position::render(below());
        let known: Vec<Known> = match &self.moment {
            None => below().map(|below| Known::Offset(below.saturating_sub(1))).collect(),
            Some(Moment::Instant(instant)) => {
                wait_until_over(node, *instant)?;
                below().map(|_| Known::Instant(*instant)).collect()
            }
            Some(Moment::Event(partition, offset)) => self.known_with(node, *partition, *offset, of)?,
            Some(Moment::Positions(places)) => self.known_below(node, places)?,
        };
        let is_open = |(partition, _): &(Arc<Partition>, Offset)| partition.day == Some(self.as_of);
        let is_current = self.moment.is_none() && self.partitions.iter().all(is_open);
        let pin = match &self.moment {
            None => position.clone(),
            Some(_) => self.known_at.clone().unwrap_or_else(|| position.clone()),
        };
        let known_at = self.known_at.unwrap_or_else(|| position.clone());
        let partitions = self.partitions.into_iter().map(|(partition, _)| partition).collect();
        Ok(Scope {
            as_of: self.as_of,
            day_asked: self.day_asked,
            known_at,
            position,
            pin,
            is_current,
            known,
            partitions,
        })
    }

    /// In the event's own partition its offset says what was known; in the others, the time at which it was recorded.
    fn known_with(&self, node: &Node, partition: u16, offset: Offset, of: Option<u16>) -> Result<Vec<Known>, Problem> {
        self.reached(node, partition, offset)?;
        let others = if self.partitions.len() == 1 || of == Some(partition) {
            Known::Offset(offset)
        } else {
            let instant = recorded(node, partition, offset)?;
            wait_until_over(node, instant)?;
            Known::Instant(instant)
        };
        let number = usize::from(partition);
        let known = |index| if index == number { Known::Offset(offset) } else { others };
        Ok((0..self.partitions.len()).map(known).collect())
    }

    fn known_below(&self, node: &Node, places: &[(u16, Offset)]) -> Result<Vec<Known>, Problem> {
        // Of a partition that the position does not name nothing was known.
        let mut known = vec![Known::Instant(i64::MIN); self.partitions.len()];
        for (partition, offset) in places {
            self.reached(node, *partition, *offset)?;
            if let Some(known) = known.get_mut(usize::from(*partition)) {
                *known = Known::Offset(*offset);
            }
        }
        Ok(known)
    }

    /// An answer must not change once more events come: a position that is not shown yet has no answer.
    fn reached(&self, node: &Node, partition: u16, offset: Offset) -> Result<(), Problem> {
        if !self.is_ahead(partition, offset) {
            return Ok(());
        }
        if offset < node.log.end(Topic::Events, partition)? {
            let detail = format!("the views have not come to position {partition}-{offset} yet; try again");
            return Err(Problem::unavailable(detail));
        }
        Err(no_event(partition, offset))
    }
}

impl Scope {
    /// What may be known of the subjects of a partition.
    pub fn known(&self, partition: u16) -> Known {
        self.known.get(usize::from(partition)).copied().unwrap_or(Known::Instant(i64::MIN))
    }

    /// The policy of the day, as far as it was known.
    pub fn policy(&self, partition: u16) -> Policy {
        match self.partitions.get(usize::from(partition)) {
            Some(shared) => shared.policy_at(self.as_of, self.known(partition)),
            None => Policy::default(),
        }
    }

    /// Every version of the policy, as far as it was known.
    pub fn policies(&self, partition: u16) -> Cow<'_, PolicyHistory> {
        match self.partitions.get(usize::from(partition)) {
            Some(shared) => match shared.known_history(self.known(partition)) {
                None => Cow::Borrowed(&shared.history),
                Some(history) => Cow::Owned(history),
            },
            None => Cow::Owned(PolicyHistory::default()),
        }
    }

    /// What the subjects of a partition share; every partition has the same policy.
    pub fn partition(&self, number: u16) -> Option<&Arc<Partition>> {
        self.partitions.get(usize::from(number))
    }
}

impl Moment {
    fn is_to_come(&self, node: &Node) -> bool {
        matches!(self, Moment::Instant(at) if *at >= node.clock.now())
    }
}

/// Whether a `known_at` is an instant that has not come yet.
pub fn is_to_come(node: &Node, known_at: &str) -> bool {
    position::parse(known_at, node.log.partitions()).is_some_and(|moment| moment.is_to_come(node))
}

/// An answer about a moment must not change once more events come, so none may be on its way that was recorded by then: a
/// partition that has a later one has all of them, and any other has once nothing is on its way.
fn is_over(node: &Node, instant: i64) -> bool {
    let is_past = || node.shards().iter().all(|shard| shard.partition().0.recorded() > instant);
    is_past() || node.clock.now() != instant && !node.moments.is_underway(instant) && node.projector.is_ready()
}

/// Waits for what was recorded by that moment to be judged.
fn wait_until_over(node: &Node, instant: i64) -> Result<(), Problem> {
    let deadline = Instant::now() + LOG_WAIT;
    while !is_over(node, instant) {
        if Instant::now() > deadline {
            let detail =
                "what was recorded by that moment is still being judged; try again, or ask about an earlier one";
            return Err(Problem::unavailable(detail));
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

/// When the event at a position was recorded: no earlier than what stands before it in the log, as its facts have it. What
/// is stated about a person was recorded with its cause, and may come behind later events.
fn recorded(node: &Node, partition: u16, offset: Offset) -> Result<i64, Problem> {
    let batch = node.log.read(Topic::Events, partition, offset)?.next(1, LOG_WAIT)?;
    let stored = batch.records.first().filter(|stored| stored.offset == offset);
    let stored = stored.ok_or_else(|| no_event(partition, offset))?;
    let event = node.codec.decode_event(stored.value.as_deref().unwrap_or_default());
    let event = event.map_err(|_| no_event(partition, offset))?;
    let held = node.shards()[usize::from(partition)].file(&event.subject.id)?;
    let seen = held.as_ref().and_then(|held| held.file.seen(&event.name())).filter(|seen| seen.stamp.offset == offset);
    Ok(seen.map_or(event.recorded, |seen| seen.stamp.recorded))
}

fn no_event(partition: u16, offset: Offset) -> Problem {
    let detail = format!(
        "no event stands at position {partition}-{offset}; take the `position` of an outcome or of an earlier answer"
    );
    Problem::parameter("known_at", detail)
}

fn not_a_moment(text: &str) -> Problem {
    let detail = format!(
        "{text:?} is no position of this log (PARTITION-OFFSET, or the `position` of an answer), no RFC 3339 instant \
         (such as 2026-06-30T18:00:00+08:00) and no day (YYYY-MM-DD, which means its end)"
    );
    Problem::parameter("known_at", detail)
}
