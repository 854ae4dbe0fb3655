//! The one judge: whether an event has its effect is decided here and nowhere else, so every way in meets the same rules,
//! there is no race between a check and the append, and a replay decides the same again.
//!
//! `step` takes one event of a subject; `open_day` lets a day begin for one subject; `move_deadlines` takes a new calendar.

mod act;
mod correction;
mod dispute;
mod implication;
mod joint;
mod live;
mod publication;
mod record;
mod repair;
mod subject;

pub use correction::CORRECTABLE;

use crate::{
    date::Date,
    difference::{self, Changes, Happening, Standing, Telling, standing},
    event::{Data, Event, SubjectKind},
    facts::{Access, AccessDecision, Act, CreditFile, Deed, Deregistration, Identifier, Naming, Record, Stamp},
    hash,
    partition::Partition,
    policy::Policy,
    refusal::{Code, Refusal},
    seen::Seen,
};
use smallvec::smallvec;
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
            // Also of a refused event: it stands in the log under its id, and nothing else may.
            let what = seen.refused.map_or(String::new(), |code| format!(" and was refused ({})", code.as_str()));
            let detail = format!("this id was used before with other content{what}; choose a new id");
            Effect::Refused(Refusal::new(Code::IdConflict, detail))
        }
    }
}

/// What an event did, and what goes out for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub effect: Effect,
    pub changes: Changes,
}

impl From<Effect> for Outcome {
    /// Nothing goes out.
    fn from(effect: Effect) -> Outcome {
        Outcome { effect, changes: Changes::default() }
    }
}

/// What an accepted event adds to the facts.
enum Addition {
    Record(Record),
    Act {
        record: usize,
        act: Act,
    },
    Identifier(Identifier),
    /// Place of an identifier that is linked no more.
    Unlinked(usize),
    Deregistered(Deregistration),
    Access(Access),
    /// Place of a request, and its decision.
    AccessDecided(usize, AccessDecision),
}

impl Addition {
    /// The place of the record that it adds or amends.
    fn place(&self, file: &CreditFile) -> Option<usize> {
        match self {
            Addition::Record(_) => Some(file.records.len()),
            Addition::Act { record, .. } => Some(*record),
            _ => None,
        }
    }

    /// What it means for a name that comes with it.
    fn naming(&self, file: &CreditFile) -> Naming {
        match self {
            Addition::Record(_) => Naming::Makes(file.records.len()),
            Addition::Act { record, act } => match &act.what {
                Deed::Corrected(_) => Naming::Corrects(*record),
                _ if crate::dispute::withdraws(&act.what) => Naming::Withdraws,
                _ => Naming::Other,
            },
            _ => Naming::Other,
        }
    }

    /// The record whose days it sets or changes.
    fn sets_a_term<'a>(&'a self, file: &'a CreditFile) -> Option<&'a Record> {
        match self {
            Addition::Record(record) => Some(record),
            Addition::Act { record, act } if matches!(act.what, Deed::Corrected(_)) => Some(&file.records[*record]),
            _ => None,
        }
    }

    /// The record whose bearing on what rests on it changes.
    fn sets_a_basis<'a>(&self, file: &'a CreditFile) -> Option<&'a Record> {
        match self {
            Addition::Act { record, act } if crate::dispute::concerns_a_basis(&act.what) => {
                Some(&file.records[*record])
            }
            _ => None,
        }
    }

    /// Whether it can make a difference to nothing but its own record. Most events are of this kind.
    fn is_by_itself(&self, file: &CreditFile) -> bool {
        match self {
            Addition::Act { record, act } => {
                matches!(act.what, Deed::Published { .. } | Deed::Withheld { .. })
                    && live::stands_alone(file, &file.records[*record])
            }
            Addition::Record(record) => live::stands_alone(file, record),
            _ => true,
        }
    }
}

/// What a rule may look at when it judges.
struct Case<'a> {
    file: &'a CreditFile,
    event: &'a Event,
    policy: &'a Policy,
    /// The event, `ORG/ID`.
    name: &'a str,
    /// The open day.
    day: Date,
    stamp: Stamp,
}

/// Judges one event of a subject and adds it to the subject's facts.
pub fn step(partition: &Partition, file: &mut CreditFile, event: &Event, stamp: Stamp, telling: Telling) -> Outcome {
    file.applied = stamp.offset + 1;
    let name = event.name();
    let (id, content) = (hash::of_text(&name), event.content_hash());
    if let Some(seen) = file.seen.get(id) {
        return Effect::of_repeat(seen, content).into();
    }
    let judged = judge(partition, file, event, &name, stamp);
    let refused = judged.as_ref().err().map(|refusal| refusal.code);
    let made = matches!(judged, Ok(Addition::Record(ref record)) if *record.id == *name);
    let record = made.then_some(file.records.len() as u32);
    file.seen.push(Seen { id, content, stamp, refused, record });
    match judged {
        Err(refusal) => Effect::Refused(refusal).into(),
        Ok(addition) => {
            let (kind, cause) = cause(event, &name);
            let day = partition.day.unwrap_or(event.effective);
            let happening = Happening {
                partition: partition.number,
                stamp,
                kind,
                event: cause,
                publisher: &event.publisher,
                date: event.effective.max(day),
                revision: partition.policy().rules_revision(),
            };
            let changes = apply(partition, file, event, addition, &happening, day, telling);
            Outcome { effect: Effect::Applied, changes }
        }
    }
}

/// What is behind an event: of a statement about a person, what the organisation's side took it from.
fn cause<'a>(event: &'a Event, name: &'a str) -> (&'a str, &'a str) {
    match &event.data {
        Data::ImplicationStated(stated) => (&stated.cause_type, &stated.cause_event),
        data => (data.kind(), name),
    }
}

fn apply(
    partition: &Partition,
    file: &mut CreditFile,
    event: &Event,
    addition: Addition,
    happening: &Happening,
    day: Date,
    telling: Telling,
) -> Changes {
    let (policies, revision) = (&partition.history, happening.revision);
    let place = addition.place(file);
    let mut places = match place {
        Some(place) if addition.is_by_itself(file) => smallvec![place],
        None => live::Places::new(),
        place => live::scope(file, place),
    };
    if let Some(entry) = addition.sets_a_term(file) {
        live::add_causes(file, entry, &mut places);
    }
    if let Some(record) = addition.sets_a_basis(file) {
        live::add_resting(file, record, &mut places);
    }
    // The first thing that happens to a license or a penalty, its publication mostly, can only end its one duty.
    let is_first = matches!(&addition, Addition::Act { record, .. } if file.records[*record].acts.is_empty());
    let before = if is_first && event.effective <= day && addition.is_by_itself(file) {
        Standing::default()
    } else {
        let known = if places.last() == Some(&file.records.len()) { &places[..places.len() - 1] } else { &places[..] };
        standing(file, known, day, policies, revision, telling)
    };
    add(file, event, addition, happening.stamp);
    file.day = file.day.max(day);
    let after = standing(file, &places, day, policies, revision, telling);
    let changes = difference::announce(file, &before, &after, happening, telling);
    live::refresh(file, &places, &after, day);
    changes
}

/// Lets a day begin for a subject: terms end, entries and watches begin, duties become overdue. Days are opened in order.
pub fn open_day(
    partition: &Partition,
    file: &mut CreditFile,
    day: Date,
    event: &str,
    stamp: Stamp,
    telling: Telling,
) -> Changes {
    file.applied = file.applied.max(stamp.offset + 1);
    let revision = partition.policy().rules_revision();
    let happening = of_system(partition, stamp, "day.opened", event, day);
    let places = live::due(file, day);
    let before = standing(file, &places, file.day, &partition.history, revision, telling);
    file.day = file.day.max(day);
    let after = standing(file, &places, file.day, &partition.history, revision, telling);
    let changes = difference::announce(file, &before, &after, &happening, telling);
    live::refresh(file, &places, &after, file.day);
    changes
}

/// A calendar was published: deadlines that are open become final, or move (default rule 15).
pub fn move_deadlines(
    partition: &Partition,
    earlier: &crate::policy::PolicyHistory,
    file: &mut CreditFile,
    event: &str,
    stamp: Stamp,
    telling: Telling,
) -> Changes {
    file.applied = file.applied.max(stamp.offset + 1);
    let revision = partition.policy().rules_revision();
    let day = partition.day.unwrap_or(file.day);
    let happening = of_system(partition, stamp, "policy.published", event, day);
    let places = live::scope(file, None);
    let before = standing(file, &places, day, earlier, revision, telling);
    let after = standing(file, &places, day, &partition.history, revision, telling);
    let changes = difference::announce(file, &before, &after, &happening, telling);
    live::refresh(file, &places, &after, day);
    changes
}

fn of_system<'a>(partition: &Partition, stamp: Stamp, kind: &'a str, event: &'a str, date: Date) -> Happening<'a> {
    let publisher = crate::event::SYSTEM_PUBLISHER;
    let revision = partition.policy().rules_revision();
    Happening { partition: partition.number, stamp, kind, event, publisher, date, revision }
}

fn judge(
    partition: &Partition,
    file: &CreditFile,
    event: &Event,
    name: &str,
    stamp: Stamp,
) -> Result<Addition, Refusal> {
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
    let case = Case { file, event, policy, name, day, stamp };
    if let Data::ImplicationStated(data) = &event.data {
        return implication::state(&case, data);
    }
    dated(&case)?;
    match &event.data {
        Data::LicenseGranted(data) => record::license(&case, data).map(Addition::Record),
        Data::PenaltyImposed(data) => record::penalty(&case, data).map(Addition::Record),
        Data::DesignationMade(data) => record::designation(&case, data).map(Addition::Record),
        Data::IdentifierLinked(_)
        | Data::IdentifierUnlinked(_)
        | Data::SubjectDeregistered(_)
        | Data::AccessRequested(_)
        | Data::AccessDecided(_) => subject::judge(&case),
        _ => act::act(&case),
    }
}

/// Whether the event's business date can be judged at all.
fn dated(case: &Case) -> Result<(), Refusal> {
    let effective = case.event.effective;
    let furthest = case.day.plus_days(case.policy.effective_ahead_days() as i32);
    if effective > furthest {
        let detail = format!("effective {effective} lies after {furthest}, the furthest day that policy allows");
        return Err(Refusal::new(Code::TooFarAhead, detail));
    }
    let first = case.policy.first_day();
    if case.policy.rules_revision() >= 2 && effective < first {
        let detail = format!("effective {effective} lies before {first}, the first day that policy knows");
        return Err(Refusal::new(Code::BeforeFirstDay, detail));
    }
    Ok(())
}

fn add(file: &mut CreditFile, event: &Event, addition: Addition, stamp: Stamp) {
    let naming = addition.naming(file);
    let uscc = event.subject.uscc.iter().map(|uscc| ("uscc", uscc.as_str()));
    let aliases = event.subject.aliases.iter().map(|alias| (alias.scheme.as_str(), alias.value.as_str()));
    let is_added = |scheme: &str, value: &str| match &addition {
        Addition::Identifier(added) => &*added.scheme == scheme && &*added.value == value,
        _ => false,
    };
    for (scheme, value) in uscc.chain(aliases).filter(|(scheme, value)| !is_added(scheme, value)) {
        // One that was unlinked is not linked again in passing.
        if !file.identifiers.iter().any(|known| &*known.scheme == scheme && &*known.value == value) {
            let (by, scheme, value) = (event.publisher.as_str().into(), scheme.into(), value.into());
            Arc::make_mut(&mut file.identifiers).push(Identifier { stamp, by, scheme, value, unlinked: None });
        }
    }
    match addition {
        Addition::Record(record) => file.records.push(Arc::new(record)),
        Addition::Act { record, act } => {
            if let Some(record) = file.records.get_mut(record) {
                Arc::make_mut(record).add(act);
            }
        }
        Addition::Identifier(identifier) => Arc::make_mut(&mut file.identifiers).push(identifier),
        Addition::Unlinked(place) => Arc::make_mut(&mut file.identifiers)[place].unlinked = Some(stamp),
        Addition::Deregistered(deregistration) => file.deregistered = Some(deregistration),
        Addition::Access(access) => file.access.push(access),
        Addition::AccessDecided(place, decision) => file.access[place].decision = Some(decision),
    }
    let is_organisation = event.subject.kind == SubjectKind::Organisation;
    file.learn_name(event.subject.name.as_deref().filter(|_| is_organisation), naming, stamp);
}

#[cfg(test)]
mod tests;
