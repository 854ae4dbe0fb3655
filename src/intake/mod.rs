//! Intake: authenticated input in, durable events in the log, and what each of them did back out.
//!
//! Intake checks what needs no history: shape, identifiers, dates, required parts. Whether an event has its effect is
//! judged by the fold alone; intake appends, waits until the projector has passed the event, and reports.

mod check;
mod distinct;
mod document;
mod holder;
pub mod inbox;
mod input;
mod named;
pub mod noted;
mod parse;
mod prepare;
mod publish;
mod redact;
mod underway;

pub(crate) use document::document;
pub use document::document_number;
pub use input::{DocumentInput, Input, PersonInput, ResponsibleInput, SubjectInput};
pub use parse::{Draft, OWN_FIELDS, draft, parse, representative_of};
pub use publish::{Answered, Intake, MAX_WAIT, Outcome, Reason, Submission};

use crate::{vault::VaultError, views::ViewError};
use chengxin_projections::event::SYSTEM_PUBLISHER;
use serde::{Deserialize, Serialize};

/// Longest event that is taken, in bytes of JSON.
pub const MAX_EVENT_BYTES: usize = 256 << 10;

impl From<ViewError> for Rejection {
    fn from(error: ViewError) -> Rejection {
        Rejection::Unavailable(error.to_string())
    }
}

/// On whose behalf something is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publisher {
    /// The organisation, by its own code.
    pub org: String,
    /// May publish records and amend its own.
    pub publishes: bool,
    /// May publish what it does about measures.
    pub implements: bool,
    /// Holds the role `office` or `admin`: may publish policy.
    pub office: bool,
}

impl Publisher {
    /// A department that publishes.
    pub fn department(org: &str) -> Publisher {
        Publisher { org: org.to_owned(), publishes: true, implements: true, office: false }
    }
}

/// Whether an organisation may publish under this code: it stands before the `/` of every `ORG/ID`.
pub fn check_org(org: &str) -> Result<(), String> {
    if org.is_empty() || !org.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        return Err("is not made of letters, digits, - _ and .".to_owned());
    }
    if org == SYSTEM_PUBLISHER {
        return Err(format!("is {SYSTEM_PUBLISHER}, by which the system publishes"));
    }
    Ok(())
}

/// One part of the input that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body; of a query parameter, its name.
    pub pointer: String,
    pub code: &'static str,
    pub detail: String,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> FieldError {
        FieldError { pointer: pointer.into(), code, detail: detail.into() }
    }
}

/// Why an input was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Rejection {
    /// The input is wrong; nothing was logged.
    #[error("malformed input")]
    Malformed(Vec<FieldError>),
    /// The publisher's role does not allow events of this type; nothing was logged.
    #[error("{0}")]
    Forbidden(String),
    /// The same id with other content; nothing was logged.
    #[error("{0}")]
    Conflict(String),
    /// The log, the projector or the vault is away. Nothing was acknowledged; sending it again is safe.
    #[error("{0}")]
    Unavailable(String),
}

impl From<VaultError> for Rejection {
    fn from(error: VaultError) -> Rejection {
        Rejection::Unavailable(format!("the vault of personal fields is not available: {error}"))
    }
}
