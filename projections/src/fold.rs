//! The fold: the one function that turns the log into everything else.

use crate::{
    date::Date,
    difference::{Changes, Telling},
    event::{Event, SubjectKind},
    facts::{CreditFile, Stamp},
    judge::{self, Outcome},
    partition::{Concern, Partition},
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
    let Some((effect, concern)) = partition.take(event, stamp) else {
        let file = files.file(&event.subject.id, event.subject.kind)?;
        return Ok((file.applied <= offset).then(|| judge::step(partition, file, event, stamp, telling)));
    };
    let mut outcome = Outcome::from(effect);
    for subject in concern.due().map(|day| files.due(day)).transpose()?.unwrap_or_default() {
        let file = files.file(&subject, SubjectKind::Organisation)?;
        outcome.changes.extend(pass(partition, &concern, file, stamp, telling));
        files.told(&mut outcome.changes);
    }
    Ok(Some(outcome))
}

/// Lets what concerns the whole partition pass over one subject.
pub(crate) fn pass(
    partition: &Partition,
    concern: &Concern,
    file: &mut CreditFile,
    stamp: Stamp,
    telling: Telling,
) -> Changes {
    match concern {
        Concern::Day { day, event } if file.day < *day => judge::open_day(partition, file, *day, event, stamp, telling),
        Concern::Calendar { event, earlier } if file.applied <= stamp.offset => {
            judge::move_deadlines(partition, earlier, file, event, stamp, telling)
        }
        _ => Changes::default(),
    }
}
