//! Joint action: measures that an authority initiates beyond what the list kind carries, and what implementers do. (二十)(二十二)(二十三)

use crate::{
    date::Date,
    facts::{Act, Deed, Known, Record},
};

/// What one implementer was asked to answer: one measure of one initiation.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub initiated: &'a Act,
    pub measure: &'a str,
    pub implementer: &'a str,
    pub respond_by: Date,
}

/// Every request about an entry that was known.
pub fn requests(record: &Record, known: Known) -> impl Iterator<Item = Request<'_>> {
    record.acts(known).flat_map(|initiated| {
        let (measures, implementers, respond_by) = match &initiated.what {
            Deed::MeasuresInitiated { measures, implementers, respond_by, .. } => {
                (&measures[..], &implementers[..], *respond_by)
            }
            _ => (&[][..], &[][..], Date::MIN),
        };
        measures.iter().flat_map(move |measure| {
            implementers.iter().map(move |implementer| Request { initiated, measure, implementer, respond_by })
        })
    })
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
