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
    /// (五) A designation needs a citable basis.
    BasisMissing => "basis-missing",
    /// (二十六) Whether an entry can be repaired is stated when designating.
    RepairabilityMissing => "repairability-missing",
    /// (四)(五) This kind of department does not designate this kind of list.
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
    /// Only the office or an administrator publishes policy; only the system opens days.
    NotAllowed => "not-allowed",
    /// The rules revision in force does not know this event's effect yet.
    RuleNotInForce => "rule-not-in-force",
    /// A record in the log that is no event.
    Unreadable => "unreadable",
}

/// A refusal: its code, and a sentence for the publisher.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub struct Refusal {
    pub code: Code,
    pub detail: String,
}

impl Refusal {
    pub fn new(code: Code, detail: impl Into<String>) -> Refusal {
        Refusal { code, detail: detail.into() }
    }
}
