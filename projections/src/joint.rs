//! Joint action: measures that an authority initiates beyond what the list kind carries, and what implementers do. (二十)(二十二)(二十三)

use crate::{
    date::Date,
    facts::{Act, Content, Deed, Initiated, Known, Record, Stamp},
};

/// What one implementer was asked to answer: one measure of one initiation.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The initiation, `ORG/ID`.
    pub event: &'a str,
    /// When it became known here.
    pub stamp: Stamp,
    pub since: Date,
    pub measure: &'a str,
    pub implementer: &'a str,
    pub respond_by: Date,
}

/// Every request about an entry that was known; on the file of a responsible person, about what of it lands on the person.
pub fn requests(record: &Record, known: Known) -> impl Iterator<Item = Request<'_>> {
    let own = record.acts(known).flat_map(|initiated| {
        let (measures, implementers, respond_by) = match &initiated.what {
            Deed::MeasuresInitiated { measures, implementers, respond_by, .. } => {
                (&measures[..], &implementers[..], *respond_by)
            }
            _ => (&[][..], &[][..], Date::MIN),
        };
        let (event, stamp, since) = (&*initiated.event, initiated.stamp, initiated.effective);
        measures.iter().flat_map(move |measure| {
            let request = move |implementer| Request { event, stamp, since, measure, implementer, respond_by };
            implementers.iter().map(|implementer| &**implementer).map(request)
        })
    });
    let stated = record.implication(known).map_or(&[][..], |stated| &stated.initiated);
    let of_person = stated.iter().filter_map(move |one| Some((one, first_stated(record, one)?, one.respond_by?)));
    let of_person = of_person.flat_map(|(one, stamp, respond_by)| {
        let (event, since, measure) = (&*one.event, one.since, &*one.measure);
        let request = move |implementer| Request { event, stamp, since, measure, implementer, respond_by };
        one.implementers.iter().map(|implementer| &**implementer).map(request)
    });
    own.chain(of_person)
}

/// When a measure that was initiated was first stated about a person.
fn first_stated(record: &Record, one: &Initiated) -> Option<Stamp> {
    let says = |content: &Content| matches!(content, Content::Implication(stated) if stated.initiated.contains(one));
    let mut restated = record.acts.iter().filter(|act| matches!(&act.what, Deed::Corrected(content) if says(content)));
    if says(&record.first) { Some(record.stamp) } else { restated.next().map(|act| act.stamp) }
}

/// The answer to a request: the first by its day of those that came after the request and are not dated before it. A report
/// is none.
pub fn answered<'a>(record: &'a Record, request: &Request, known: Known) -> Option<&'a Act> {
    let answers = answers(record, request.implementer, request.measure, known);
    let to_it = answers.filter(|(answer, act)| {
        *answer != Answer::Reported && act.stamp > request.stamp && act.effective >= request.since
    });
    to_it.map(|(_, act)| act).min_by_key(|act| act.effective)
}

/// What an implementer did about a measure of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Accepted,
    Executed,
    Declined,
    Reported,
}

/// The measure that an act answers, and how.
pub fn answer(act: &Act) -> Option<(Answer, &str)> {
    Some(match &act.what {
        Deed::MeasureAccepted { measure } => (Answer::Accepted, measure),
        Deed::MeasureExecuted { measure } => (Answer::Executed, measure),
        Deed::MeasureDeclined { measure } => (Answer::Declined, measure),
        Deed::MeasureReported { measure } => (Answer::Reported, measure),
        _ => return None,
    })
}

/// What one implementer did about one measure of an entry, in the order of the log.
pub fn answers<'a>(
    record: &'a Record,
    implementer: &str,
    measure: &str,
    known: Known,
) -> impl Iterator<Item = (Answer, &'a Act)> {
    record.acts(known).filter_map(move |act| {
        let (answer, about) = answer(act)?;
        (about == measure && act.publisher() == implementer).then_some((answer, act))
    })
}

#[cfg(test)]
mod tests;
