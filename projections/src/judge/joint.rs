//! Joint action: who may initiate, answer and report. (二十)(二十二)(二十三)

use super::{Case, act::wrong_kind};
use crate::{
    change::ListName,
    event::{List, MeasureInitiated},
    facts::{Deed, Known, Record},
    joint::{self, Answer, Request},
    listing::{self, Entry},
    measure,
    policy::MeasureKind,
    refusal::{Code, Refusal},
};

/// Measures times implementers that may be asked for an entry, all initiations together: whoever is told of the entry is told
/// of all of them, in one record.
const MAX_ASKED: usize = 2_000;
/// Bytes that all of that may take, which is much less than a record of the log.
const MAX_ASKED_BYTES: usize = 400_000;
/// Of each measure beside its names.
const MEASURE_BYTES: usize = 64;

pub(super) fn initiate(case: &Case, record: &Record, data: &MeasureInitiated) -> Result<Deed, Refusal> {
    if record.designation(Known::Now).is_none() {
        return Err(wrong_kind(record, "a list entry"));
    }
    let entry = running(case, record)?;
    if data.measures.is_empty() || data.implementers.is_empty() {
        return Err(Refusal::new(Code::MeasureUnknown, "name at least one measure and one implementer"));
    }
    let kind = if entry.designation.list == List::Red { MeasureKind::Incentive } else { MeasureKind::Restriction };
    for code in &data.measures {
        let item = case.policy.measure(code).ok_or_else(|| {
            Refusal::new(Code::MeasureUnknown, format!("the catalogue in force has no measure {code}"))
        })?;
        if item.kind != kind {
            let detail = format!("{code} does not fit: incentives are for the red list, restrictions for the black");
            return Err(Refusal::new(Code::MeasureMismatch, detail));
        }
        if !item.fits(case.file.kind) {
            let detail = format!("{code} does not fit: {}", item.target);
            return Err(Refusal::new(Code::MeasureMismatch, detail));
        }
    }
    if data.respond_by < case.event.effective {
        return Err(Refusal::new(Code::TermInvalid, "respond_by lies before the effective date"));
    }
    let asked = joint::requests(record, Known::Now).count() + data.measures.len() * data.implementers.len();
    if asked > MAX_ASKED {
        let detail = format!("{asked} answers would be asked for entry {}, at most {MAX_ASKED} can be", record.id);
        return Err(Refusal::new(Code::TooMany, detail));
    }
    let bytes = asked_bytes(case, record, data);
    if bytes > MAX_ASKED_BYTES {
        let detail = format!(
            "what is asked for entry {} would take {bytes} bytes, at most {MAX_ASKED_BYTES}: ask for less, by shorter ids",
            record.id
        );
        return Err(Refusal::new(Code::TooMany, detail));
    }
    let boxed = |texts: &[String]| texts.iter().map(|text| text.as_str().into()).collect();
    let (measures, implementers) = (boxed(&data.measures), boxed(&data.implementers));
    let landing = landing(case, &entry, &data.measures);
    Ok(Deed::MeasuresInitiated { measures, implementers, respond_by: data.respond_by, landing })
}

/// What a statement about the entry repeats of its initiations, this one included.
fn asked_bytes(case: &Case, record: &Record, data: &MeasureInitiated) -> usize {
    fn bytes<T: AsRef<str>>(event: &str, measures: &[T], implementers: &[T]) -> usize {
        let length = |texts: &[T]| texts.iter().map(|text| text.as_ref().len()).sum::<usize>();
        length(measures) + measures.len() * (MEASURE_BYTES + event.len() + length(implementers))
    }
    let earlier = record.acts(Known::Now).map(|act| match &act.what {
        Deed::MeasuresInitiated { measures, implementers, .. } => bytes(&act.event, measures, implementers),
        _ => 0,
    });
    earlier.sum::<usize>() + bytes(case.name, &data.measures, &data.implementers)
}

/// (十六) Role and measure, where the measure lands on a role that the entry names.
fn landing(case: &Case, entry: &Entry, measures: &[String]) -> Vec<(Box<str>, Box<str>)> {
    let mut landing: Vec<(Box<str>, Box<str>)> = Vec::new();
    for person in &entry.designation.persons {
        let lands = |code: &&String| case.policy.measure(code).is_some_and(|item| item.lands_on(&person.role));
        for code in measures.iter().filter(lands) {
            let pair = (person.role.clone(), code.as_str().into());
            if !landing.contains(&pair) {
                landing.push(pair);
            }
        }
    }
    landing
}

/// The entry of the record, or what it means for a person whom it names, if it runs on the event's day.
fn running<'a>(case: &'a Case, record: &'a Record) -> Result<Entry<'a>, Refusal> {
    let entry = listing::entry(case.file, record, Known::Now).ok_or_else(|| wrong_kind(record, "a list entry"))?;
    if !entry.is_active(case.event.effective) {
        let detail = format!("entry {} does not run on {}", record.id, case.event.effective);
        return Err(Refusal::new(Code::AlreadyEnded, detail));
    }
    Ok(entry)
}

/// What an implementer does about a measure of a running entry.
pub(super) fn answer(case: &Case, record: &Record, answer: Answer, code: &str) -> Result<Deed, Refusal> {
    let entry = running(case, record)?;
    let effective = case.event.effective;
    let carried = measure::carried(&entry, Known::Now);
    if entry.list == ListName::Watch || !carried.iter().any(|(known, from)| *known == code && *from <= effective) {
        let detail = format!("entry {} does not carry measure {code} on {effective}", record.id);
        return Err(Refusal::new(Code::MeasureUnknown, detail));
    }
    if !is_implementer(case, &entry, code) {
        let detail = format!("{} was not asked to carry out {code} for entry {}", case.event.publisher, record.id);
        return Err(Refusal::new(Code::NotYourMeasure, detail));
    }
    let before: Vec<Answer> =
        joint::answers(record, &case.event.publisher, code, Known::Now).map(|(answer, _)| answer).collect();
    let is_asked = is_asked(case, record, code);
    fits(answer, &before, is_asked)
        .map_err(|(code, what)| Refusal::new(code, format!("{what} for entry {}", record.id)))?;
    if answer == Answer::Executed && entry.suspension.days().contains(effective) {
        let detail = format!("entry {} is disputed or without basis: nothing is carried out meanwhile", record.id);
        return Err(Refusal::new(Code::Suspended, detail));
    }
    let measure = code.into();
    Ok(match answer {
        Answer::Accepted => Deed::MeasureAccepted { measure },
        Answer::Executed => Deed::MeasureExecuted { measure },
        Answer::Declined => Deed::MeasureDeclined { measure },
        Answer::Reported => Deed::MeasureReported { measure },
    })
}

/// A named implementer, or for what the list kind carries a department of an implementing kind.
fn is_implementer(case: &Case, entry: &Entry, code: &str) -> bool {
    let publisher = case.event.publisher.as_str();
    let asked = requests(case, entry.record, code).next().is_some();
    let carries = entry.designation.measures.iter().any(|known| &**known == code);
    let of_kind = || {
        let kinds = case.policy.measure(code).map_or(&[][..], |item| &item.implementers[..]);
        let departments = case.policy.departments();
        departments.is_some_and(|departments| kinds.iter().any(|kind| departments.is_of(publisher, kind)))
    };
    asked || carries && of_kind()
}

/// What the publisher was asked about a measure by the event's day.
fn requests<'a>(case: &'a Case, record: &'a Record, code: &'a str) -> impl Iterator<Item = Request<'a>> {
    let (publisher, day) = (case.event.publisher.as_str(), case.event.effective);
    joint::requests(record, Known::Now)
        .filter(move |request| request.measure == code && request.implementer == publisher && request.since <= day)
}

/// Whether the publisher was asked about a measure and has not answered since, though it may have answered an earlier request.
fn is_asked(case: &Case, record: &Record, code: &str) -> bool {
    requests(case, record, code).any(|request| joint::answered(record, &request, Known::Now).is_none())
}

/// Whether an answer fits those that the same implementer gave before. Who is asked anew answers anew.
fn fits(answer: Answer, before: &[Answer], is_asked: bool) -> Result<(), (Code, &'static str)> {
    let last = before.iter().rev().find(|before| **before != Answer::Reported);
    let took_on = matches!(last, Some(Answer::Accepted | Answer::Executed));
    match answer {
        Answer::Accepted | Answer::Declined if is_asked => Ok(()),
        Answer::Accepted if took_on => Err((Code::AlreadyEnded, "the measure was accepted already")),
        Answer::Declined if before.contains(&Answer::Executed) => {
            Err((Code::AlreadyEnded, "the measure was carried out already"))
        }
        Answer::Declined if last == Some(&Answer::Declined) => {
            Err((Code::AlreadyEnded, "the measure was declined already"))
        }
        Answer::Reported if !took_on => Err((Code::NotAccepted, "accept the measure first")),
        _ => Ok(()),
    }
}
