//! The fold: the one function that turns the log into everything else.

use crate::{
    date::Date,
    difference::Telling,
    event::{Data, Event, SubjectKind},
    facts::CreditFile,
    judge::{self, Effect, Outcome},
    partition::{DAY_PUBLISHER, Partition},
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
        Data::DayOpened(day) if event.publisher == DAY_PUBLISHER => {
            let Some(date) = partition.open_day(day) else { return Ok(Some(quiet(Effect::Applied))) };
            let mut all = quiet(Effect::Applied);
            for subject in files.due(date)? {
                let file = files.file(&subject, SubjectKind::Organisation)?;
                if file.day < date {
                    let outcome = judge::open_day(partition, file, date, stamp, telling);
                    all.lists.extend(outcome.lists);
                    all.measures.extend(outcome.measures);
                }
            }
            Ok(Some(all))
        }
        Data::DayOpened(_) => {
            Ok(Some(quiet(Effect::Refused(Refusal::new(Code::NotAllowed, "only the system opens days")))))
        }
        Data::PolicyPublished(policy) => Ok(Some(quiet(partition.publish_policy(event, policy, stamp)))),
        _ => {
            let file = files.file(&event.subject.id, event.subject.kind)?;
            if file.applied > offset {
                return Ok(None);
            }
            Ok(Some(judge::step(partition, file, event, stamp, telling)))
        }
    }
}

fn quiet(effect: Effect) -> Outcome {
    Outcome { effect, lists: Vec::new(), measures: Vec::new() }
}
