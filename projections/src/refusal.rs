//! Why an event stays without effect. It stays in the log for audit, changes nothing, and is reported back (default rule 11).

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident => $code:literal,)*) => {
        /// A stable code of a refusal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }
        }
    };
}

codes! {
    /// (六) Only the authority that made an entry amends or ends it.
    NotYourEntry => "not-your-entry",
    /// The subject has no such record.
    NoSuchRecord => "no-such-record",
    /// The record is known, but of another subject.
    SubjectMismatch => "subject-mismatch",
    /// What the event would end has ended.
    AlreadyEnded => "already-ended",
    /// (二十六) Barred from repair when it was designated.
    NotRepairable => "not-repairable",
    /// Before the minimum publicity (default rule 10), or before the record began.
    TooEarly => "too-early",
    /// The policy in force has no such list kind.
    ListKindUnknown => "list-kind-unknown",
    /// (五) A designation needs a citable basis, and so does a deregistration.
    BasisMissing => "basis-missing",
    /// (二十六) Whether an entry can be repaired is stated when designating.
    RepairabilityMissing => "repairability-missing",
    /// (四)(五) This kind of department does not designate this kind of list, or does not deregister anyone.
    NotEntitled => "not-entitled",
    /// The event does not fit this kind of record.
    WrongRecordKind => "wrong-record-kind",
    /// The last day lies before the first, or the term is out of bounds.
    TermInvalid => "term-invalid",
    /// Further ahead than policy allows.
    TooFarAhead => "too-far-ahead",
    /// No such severity class.
    SeverityUnknown => "severity-unknown",
    /// (二十五) No such legal exception, or it needs a citation.
    ExceptionUnknown => "exception-unknown",
    /// The same id with other content.
    IdConflict => "id-conflict",
    /// The policy document is wrong, or its version is not the next.
    PolicyInvalid => "policy-invalid",
    /// No policy is in force that could judge the event.
    PolicyMissing => "policy-missing",
    /// Only the office or an administrator publishes policy; only the system opens days; only who linked a number unlinks it.
    NotAllowed => "not-allowed",
    /// The rules revision in force does not know this event's effect yet.
    RuleNotInForce => "rule-not-in-force",
    /// Before the first day that policy knows.
    BeforeFirstDay => "before-first-day",
    /// (二十七) The record has no such objection.
    NoSuchObjection => "no-such-objection",
    /// (二十七) A finding `corrected` names the correction.
    NoSuchCorrection => "no-such-correction",
    /// The correction changes nothing, or what a correction may not change.
    CorrectionInvalid => "correction-invalid",
    /// (二十一) There is no flag and no lost basis to decide on.
    NothingToConfirm => "nothing-to-confirm",
    /// (二十六) An application for repair is open already.
    AlreadyOpen => "already-open",
    /// (二十六) No application for repair is open.
    NoApplication => "no-application",
    /// (二十一)(二十七) Not the channel of the original publication.
    WrongChannel => "wrong-channel",
    /// (二十) The catalogue has no such measure, or the entry does not carry it.
    MeasureUnknown => "measure-unknown",
    /// (二十) Incentives are for the red list, restrictions for the black.
    MeasureMismatch => "measure-mismatch",
    /// (二十三) The organisation was not asked to carry the measure out.
    NotYourMeasure => "not-your-measure",
    /// (二十三) A report follows an acceptance or an execution.
    NotAccepted => "not-accepted",
    /// (二十七) No measure is carried out while the entry is disputed or without basis.
    Suspended => "suspended",
    /// (二十) More implementers and measures than one entry can be answered for.
    TooMany => "too-many",
    /// The number belongs to another subject.
    LinkedElsewhere => "linked-elsewhere",
    /// The subject has no such number.
    NoSuchIdentifier => "no-such-identifier",
    /// (二十三) Levels of access are 1 to 5.
    LevelUnknown => "level-unknown",
    /// (二十三) There is no such request for access.
    NoSuchRequest => "no-such-request",
    /// A record in the log that is no event.
    Unreadable => "unreadable",
}

/// Longest sentence of a refusal, in bytes. It can repeat what the publisher wrote, and goes out in a record of its own.
const MAX_DETAIL: usize = 2_000;

/// A refusal: its code, and a sentence for the publisher.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub struct Refusal {
    pub code: Code,
    pub detail: String,
}

impl Refusal {
    pub fn new(code: Code, detail: impl Into<String>) -> Refusal {
        Refusal { code, detail: short(detail.into()) }
    }
}

/// The text, cut off where it is too long to be a sentence.
pub fn short(mut text: String) -> String {
    if text.len() > MAX_DETAIL {
        text.truncate(text.floor_char_boundary(MAX_DETAIL));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Code, MAX_DETAIL, Refusal};

    #[test]
    fn a_sentence_that_repeats_what_somebody_wrote_stays_short() {
        let refusal = Refusal::new(Code::CorrectionInvalid, "误".repeat(100_000));
        assert!(refusal.detail.len() < MAX_DETAIL + 4 && refusal.detail.ends_with("误…"));
    }
}
