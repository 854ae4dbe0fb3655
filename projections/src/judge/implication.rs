//! What an organisation's entry says of a responsible person: stated by the system alone. (十六), default rule 6.

use super::{Addition, Case};
use crate::{
    date::Date,
    event::{ImplicationStated, InitiatedSince, SYSTEM_PUBLISHER, Stretch},
    facts::{Act, Content, Deed, Designation, Implication, Initiated, Record},
    interval::Days,
    refusal::{Code, Refusal},
};
use std::sync::Arc;

pub(super) fn state(case: &Case, data: &ImplicationStated) -> Result<Addition, Refusal> {
    if case.event.publisher != SYSTEM_PUBLISHER {
        return Err(Refusal::new(Code::NotAllowed, "only the system states what an entry says of a person"));
    }
    let content = Content::Implication(Box::new(implication(data)));
    let (stamp, judged, effective) = (case.stamp, case.day, data.from);
    Ok(match case.file.implied(&data.record) {
        Some(record) => {
            let event = case.name.into();
            let what = Deed::Corrected(Box::new(content));
            Addition::Act { record, act: Act { stamp, judged, effective: case.event.effective, event, what } }
        }
        None => {
            let id = data.record.as_str().into();
            let (name, document, acts) = (None, 0, Vec::new());
            Addition::Record(Record { id, stamp, judged, effective, name, document, first: content, acts })
        }
    })
}

fn implication(data: &ImplicationStated) -> Implication {
    let codes: Arc<[Box<str>]> = data.measures.iter().map(|code| code.as_str().into()).collect();
    Implication {
        entity: data.entity.as_str().into(),
        role: data.role.as_str().into(),
        entry: Designation {
            list: data.list,
            kind: data.kind.as_str().into(),
            until: data.until,
            watch_months: data.watch_months,
            measures: codes,
            repairable: false,
            repair_note: None,
            basis: Vec::new(),
            rests_on_records: false,
            persons: Vec::new(),
            channel: None,
            grade: None,
        },
        ended: data.ended,
        withdrawn: data.withdrawn,
        initiated: data.initiated.iter().map(initiated).collect(),
        disputed: days(&data.disputed),
        lost: days(&data.lost),
    }
}

fn initiated(one: &InitiatedSince) -> Initiated {
    Initiated {
        measure: one.measure.as_str().into(),
        since: one.since,
        event: one.event.as_str().into(),
        implementers: one.implementers.iter().map(|org| org.as_str().into()).collect(),
        respond_by: one.respond_by,
    }
}

fn days(stretches: &[Stretch]) -> Days {
    let between = |stretch: &Stretch| Days::between(stretch.from, stretch.to.unwrap_or(Date::MAX));
    stretches.iter().fold(Days::NONE, |days, stretch| days.or(&between(stretch)))
}

#[cfg(test)]
mod tests;
