//! Where in an event somebody writes freely. Names, codes, channels and numbers by which something is
//! found again are no prose.

use crate::event::{Data, LicenseGranted, PenaltyImposed};
use serde_json::Value;

impl Data {
    /// The texts of the event that may say anything, to be changed before the event is logged.
    pub fn prose_mut(&mut self) -> Vec<&mut String> {
        match self {
            Data::LicenseGranted(license) => license.prose_mut(),
            Data::PenaltyImposed(penalty) => penalty.prose_mut(),
            Data::LicenseRevoked(revoked) => vec![&mut revoked.reason],
            Data::PenaltyWithdrawn(withdrawn) => vec![&mut withdrawn.reason],
            Data::DesignationWithdrawn(withdrawn) => vec![&mut withdrawn.reason],
            Data::DesignationConfirmed(confirmed) => vec![&mut confirmed.reason],
            Data::PublicationWithheld(withheld) => withheld.citation.iter_mut().collect(),
            Data::DesignationMade(designation) => {
                let how = designation.repairable.iter_mut().filter_map(|repairable| repairable.how.as_mut());
                let basis = designation.basis.iter_mut().filter_map(|basis| basis.citation.as_mut());
                how.chain(basis).chain(&mut designation.scope).chain(&mut designation.grade).collect()
            }
            Data::ExitDeclared(exit) => exit.notice.iter_mut().collect(),
            Data::RepairApplied(applied) => {
                applied.evidence.iter_mut().flat_map(|piece| [&mut piece.kind, &mut piece.reference]).collect()
            }
            Data::RepairRefused(refused) => vec![&mut refused.citation],
            Data::ObjectionFiled(filed) => vec![&mut filed.grounds, &mut filed.by],
            Data::ObjectionAnswered(answered) => vec![&mut answered.answer],
            Data::RecordCorrected(corrected) => texts_of(&mut corrected.changes.0),
            Data::MeasureExecuted(executed) => vec![&mut executed.case, &mut executed.result],
            Data::MeasureDeclined(declined) => vec![&mut declined.reason],
            Data::MeasureReported(reported) => vec![&mut reported.period, &mut reported.result],
            Data::IdentifierLinked(linked) => vec![&mut linked.reason],
            Data::IdentifierUnlinked(unlinked) => vec![&mut unlinked.reason],
            Data::SubjectDeregistered(deregistered) => vec![&mut deregistered.citation],
            Data::AccessRequested(requested) => vec![&mut requested.purpose, &mut requested.case],
            Data::PublicationIssued(_)
            | Data::NoticeIssued(_)
            | Data::RepairAccepted(_)
            | Data::RepairGranted(_)
            | Data::ObjectionResolved(_)
            | Data::MeasureInitiated(_)
            | Data::MeasureAccepted(_)
            | Data::AccessDecided(_)
            | Data::ImplicationStated(_)
            | Data::PolicyPublished(_)
            | Data::DayOpened(_) => Vec::new(),
        }
    }
}

impl LicenseGranted {
    /// See [`Data::prose_mut`].
    pub fn prose_mut(&mut self) -> Vec<&mut String> {
        let texts = [
            &mut self.content,
            &mut self.document_name,
            &mut self.certificate_name,
            &mut self.certificate_no,
            &mut self.decided_by,
            &mut self.source,
            &mut self.remarks,
        ];
        texts.into_iter().flatten().collect()
    }
}

impl PenaltyImposed {
    /// See [`Data::prose_mut`].
    pub fn prose_mut(&mut self) -> Vec<&mut String> {
        let texts = [
            &mut self.conduct,
            &mut self.facts,
            &mut self.basis,
            &mut self.content,
            &mut self.certificates,
            &mut self.document_name,
            &mut self.decided_by,
            &mut self.source,
            &mut self.remarks,
        ];
        texts.into_iter().flatten().chain(&mut self.kinds).collect()
    }
}

/// A correction may change any field, so every text of it counts.
fn texts_of(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter_mut().flat_map(texts_of).collect(),
        Value::Object(fields) => fields.values_mut().flat_map(texts_of).collect(),
        _ => Vec::new(),
    }
}
