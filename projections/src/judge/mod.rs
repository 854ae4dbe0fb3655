//! The one judge: whether an event has its effect is decided here and nowhere else, so every way in meets the same rules,
//! there is no race between a check and the append, and a replay decides the same again.
//!
//! `step` takes one event of a subject; `open_day` lets a day begin for one subject.

mod act;
mod record;

use crate::{
    change::{ListChange, MeasureChange},
    date::Date,
    difference::{self, Happening, Telling, standing},
    event::{Data, Event, SubjectKind},
    facts::{Act, CreditFile, Record, Seen, Stamp},
    hash, listing,
    partition::Partition,
    policy::Policy,
    refusal::{Code, Refusal},
};
use std::sync::Arc;

/// What an event did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Applied,
    /// The same event was judged before.
    Duplicate(Seen),
    Refused(Refusal),
}

impl Effect {
    /// The effect of an event whose name was seen before.
    pub fn of_repeat(seen: &Seen, content: u64) -> Effect {
        if seen.content == content {
            Effect::Duplicate(*seen)
        } else {
            Effect::Refused(Refusal::new(
                Code::IdConflict,
                "this id was used before with other content; choose a new id",
            ))
        }
    }
}

/// What an event did, and what goes out for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub effect: Effect,
    pub lists: Vec<ListChange>,
    pub measures: Vec<MeasureChange>,
}

/// What an accepted event adds to the facts.
enum Addition {
    Record(Record),
    Act { record: usize, act: Act },
}

impl Addition {
    /// Whether it adds or amends a list entry.
    fn is_about_entry(&self, file: &CreditFile) -> bool {
        match self {
            Addition::Record(record) => record.designation().is_some(),
            Addition::Act { record, .. } => file.records[*record].designation().is_some(),
        }
    }
}

/// What a rule may look at when it judges.
struct Case<'a> {
    file: &'a CreditFile,
    event: &'a Event,
    policy: &'a Policy,
    /// The open day.
    day: Date,
    stamp: Stamp,
}

/// Judges one event of a subject and adds it to the subject's facts.
pub fn step(partition: &Partition, file: &mut CreditFile, event: &Event, stamp: Stamp, telling: Telling) -> Outcome {
    file.applied = stamp.offset + 1;
    let name = event.name();
    if let Some(seen) = file.seen(&name) {
        return Outcome {
            effect: Effect::of_repeat(seen, event.content_hash()),
            lists: Vec::new(),
            measures: Vec::new(),
        };
    }
    let judged = judge(partition, file, event, stamp);
    let refused = judged.as_ref().err().map(|refusal| refusal.code);
    file.seen.push(Seen { id: hash::of_text(&name), content: event.content_hash(), stamp, refused });
    match judged {
        Err(refusal) => Outcome { effect: Effect::Refused(refusal), lists: Vec::new(), measures: Vec::new() },
        Ok(addition) => {
            let day = partition.day.unwrap_or(event.effective);
            let happening = Happening {
                partition: partition.number,
                stamp,
                kind: event.data.kind(),
                event: &name,
                date: event.effective.max(day),
            };
            // Licenses and penalties stand on no list: nothing to compare.
            let before = addition.is_about_entry(file).then(|| standing(file, day));
            add(file, event, addition, stamp);
            file.day = day;
            let (lists, measures) = before.map_or_else(Default::default, |before| {
                difference::announce(file, &before, &standing(file, day), &happening, telling)
            });
            Outcome { effect: Effect::Applied, lists, measures }
        }
    }
}

/// Lets a day begin for a subject: terms end, entries and watches begin. Days are opened in order.
pub fn open_day(partition: &Partition, file: &mut CreditFile, day: Date, stamp: Stamp, telling: Telling) -> Outcome {
    file.applied = file.applied.max(stamp.offset + 1);
    let before = standing(file, file.day);
    file.day = file.day.max(day);
    let event = format!("{}/day-{day}", crate::partition::DAY_PUBLISHER);
    let happening = Happening { partition: partition.number, stamp, kind: "day.opened", event: &event, date: day };
    let (lists, measures) = difference::announce(file, &before, &standing(file, file.day), &happening, telling);
    Outcome { effect: Effect::Applied, lists, measures }
}

/// The next day after `day` on which something of the subject changes by itself.
pub fn next_change(file: &CreditFile, day: Date) -> Option<Date> {
    listing::entries(file, crate::facts::Known::Now).filter_map(|entry| entry.next_change(day)).min()
}

fn judge(partition: &Partition, file: &CreditFile, event: &Event, stamp: Stamp) -> Result<Addition, Refusal> {
    let policy = partition.policy();
    let Some(day) = partition.day.filter(|_| policy.is_complete()) else {
        return Err(Refusal::new(Code::PolicyMissing, "no policy is in force, or no business day is open yet"));
    };
    if event.subject.kind == SubjectKind::System {
        return Err(Refusal::new(
            Code::NotAllowed,
            "an event of this type needs a subject; only the system opens days",
        ));
    }
    let furthest = day.plus_days(policy.effective_ahead_days() as i32);
    if event.effective > furthest {
        let detail =
            format!("effective {} lies after {furthest}, the furthest day that policy allows", event.effective);
        return Err(Refusal::new(Code::TooFarAhead, detail));
    }
    let case = Case { file, event, policy, day, stamp };
    match &event.data {
        Data::LicenseGranted(data) => record::license(&case, data).map(Addition::Record),
        Data::PenaltyImposed(data) => record::penalty(&case, data).map(Addition::Record),
        Data::DesignationMade(data) => record::designation(&case, data).map(Addition::Record),
        _ => act::act(&case),
    }
}

fn add(file: &mut CreditFile, event: &Event, addition: Addition, stamp: Stamp) {
    if let Some(name) = event.subject.name.as_deref().filter(|_| event.subject.kind == SubjectKind::Organisation)
        && file.names.last().is_none_or(|(_, last)| &**last != name)
    {
        file.names.push((stamp, name.into()));
    }
    let uscc = event.subject.uscc.iter().map(|uscc| ("uscc", uscc.as_str()));
    let aliases = event.subject.aliases.iter().map(|alias| (alias.scheme.as_str(), alias.value.as_str()));
    for (scheme, value) in uscc.chain(aliases) {
        if !file.identifiers.iter().any(|(_, s, v)| &**s == scheme && &**v == value) {
            file.identifiers.push((stamp, scheme.into(), value.into()));
        }
    }
    match addition {
        Addition::Record(record) => file.records.push(Arc::new(record)),
        Addition::Act { record, act } => Arc::make_mut(&mut file.records[record]).acts.push(act),
    }
}

#[cfg(test)]
mod tests;
