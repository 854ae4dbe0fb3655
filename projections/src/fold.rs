//! The fold: the one function that turns the log into everything else.

use crate::{
    date::Date,
    difference::{Changes, Telling},
    event::{Data, Event, PolicyPublished, SYSTEM_PUBLISHER, SubjectKind},
    facts::{CreditFile, Stamp},
    judge::{self, Effect, Outcome},
    partition::Partition,
    policy::Part,
    refusal::{Code, Refusal},
};

/// Where the files of a partition's subjects are kept while events are folded. The fold never asks for anything else.
pub trait Files {
    type Error;

    /// The file of a subject, for change; a new one if nothing is known of the subject.
    fn file(&mut self, subject: &str, kind: SubjectKind) -> Result<&mut CreditFile, Self::Error>;

    /// The subjects for whom something changes by itself on or before `day`, in ascending order, so that a replay
    /// announces in the same order.
    fn due(&mut self, day: Date) -> Result<Vec<Box<str>>, Self::Error>;

    /// Takes what has been told so far of a day or a calendar, which may concern every subject; what is left goes into the
    /// outcome.
    fn told(&mut self, _changes: &mut Changes) {}

    /// Whether the outcomes shall tell the changes. A replay of what went out before is faster without.
    fn telling(&self) -> Telling {
        Telling::Told
    }
}

/// Folds one event of a partition. `None` when the files have it already, as happens when views are ahead of their
/// checkpoint after a crash.
pub fn fold<F: Files>(
    partition: &mut Partition,
    files: &mut F,
    offset: u64,
    event: &Event,
) -> Result<Option<Outcome>, F::Error> {
    let stamp = partition.stamp(offset, event.recorded);
    let telling = files.telling();
    match &event.data {
        Data::DayOpened(day) if event.publisher == SYSTEM_PUBLISHER => {
            let Some(date) = partition.open_day(day) else { return Ok(Some(Effect::Applied.into())) };
            let mut all = Outcome::from(Effect::Applied);
            for subject in files.due(date)? {
                let file = files.file(&subject, SubjectKind::Organisation)?;
                if file.day < date {
                    all.changes.extend(judge::open_day(partition, file, date, stamp, telling));
                    files.told(&mut all.changes);
                }
            }
            Ok(Some(all))
        }
        Data::DayOpened(_) => {
            Ok(Some(Effect::Refused(Refusal::new(Code::NotAllowed, "only the system opens days")).into()))
        }
        Data::PolicyPublished(policy) => publish_policy(partition, files, event, policy, stamp).map(Some),
        _ => {
            let file = files.file(&event.subject.id, event.subject.kind)?;
            if file.applied > offset {
                return Ok(None);
            }
            Ok(Some(judge::step(partition, file, event, stamp, telling)))
        }
    }
}

/// A new part of the policy; a calendar moves the deadlines that are open.
fn publish_policy<F: Files>(
    partition: &mut Partition,
    files: &mut F,
    event: &Event,
    policy: &PolicyPublished,
    stamp: Stamp,
) -> Result<Outcome, F::Error> {
    let earlier = partition.history.clone();
    let mut outcome = Outcome::from(partition.publish_policy(event, policy, stamp));
    let is_calendar = matches!(policy.part.parse(), Ok(Part::Calendar(_)));
    if outcome.effect == Effect::Applied && is_calendar && partition.policy().rules_revision() >= 2 {
        let name = event.name();
        for subject in files.due(Date::MAX)? {
            let telling = files.telling();
            let file = files.file(&subject, SubjectKind::Organisation)?;
            if file.applied <= stamp.offset {
                outcome.changes.extend(judge::move_deadlines(partition, &earlier, file, &name, stamp, telling));
                files.told(&mut outcome.changes);
            }
        }
    }
    Ok(outcome)
}
