//! What publishers said of licenses and penalties, as it is shown.

use chengxin_projections::{
    date::Date,
    event::{LicenseGranted, PenaltyImposed, PersonReference, Procedure},
    money::Money,
};
use serde::Serialize;
use utoipa::ToSchema;

/// What a publisher said of a license.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct LicenseData {
    pub document_no: String,
    pub category: Option<String>,
    pub content: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    pub document_name: Option<String>,
    pub certificate_name: Option<String>,
    pub certificate_no: Option<String>,
    pub decided_by: Option<String>,
    pub decided_by_code: Option<String>,
    pub source: Option<String>,
    pub source_code: Option<String>,
    /// The subject id of the legal representative, where a document was given.
    pub representative: Option<String>,
    pub remarks: Option<String>,
}

/// What a publisher said of a penalty.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct PenaltyData {
    pub document_no: String,
    pub conduct: Option<String>,
    pub facts: Option<String>,
    pub basis: Option<String>,
    pub kinds: Vec<String>,
    pub content: Option<String>,
    /// `simple` or `ordinary`.
    #[schema(value_type = Option<String>)]
    pub procedure: Option<Procedure>,
    /// Yuan.
    #[schema(value_type = Option<String>)]
    pub fine: Option<Money>,
    /// Yuan.
    #[schema(value_type = Option<String>)]
    pub confiscated: Option<Money>,
    pub certificates: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub publicity_until: Option<Date>,
    pub document_name: Option<String>,
    pub decided_by: Option<String>,
    pub decided_by_code: Option<String>,
    pub source: Option<String>,
    pub source_code: Option<String>,
    /// The subject id of the legal representative, where a document was given.
    pub representative: Option<String>,
    pub remarks: Option<String>,
}

/// Only the id: the sealed fields stay where they are.
fn person(reference: Option<PersonReference>) -> Option<String> {
    reference.and_then(|reference| reference.person)
}

impl From<LicenseGranted> for LicenseData {
    fn from(data: LicenseGranted) -> LicenseData {
        let LicenseGranted {
            document_no,
            category,
            content,
            valid_from,
            valid_until,
            document_name,
            certificate_name,
            certificate_no,
            decided_by,
            decided_by_code,
            source,
            source_code,
            representative,
            remarks,
        } = data;
        LicenseData {
            document_no,
            category,
            content,
            valid_from,
            valid_until,
            document_name,
            certificate_name,
            certificate_no,
            decided_by,
            decided_by_code,
            source,
            source_code,
            representative: person(representative),
            remarks,
        }
    }
}

impl From<PenaltyImposed> for PenaltyData {
    fn from(data: PenaltyImposed) -> PenaltyData {
        let PenaltyImposed {
            document_no,
            conduct,
            facts,
            basis,
            kinds,
            content,
            procedure,
            fine,
            confiscated,
            severity: _, // the resolved class is shown instead
            certificates,
            valid_until,
            publicity_until,
            document_name,
            decided_by,
            decided_by_code,
            source,
            source_code,
            representative,
            remarks,
        } = data;
        PenaltyData {
            document_no,
            conduct,
            facts,
            basis,
            kinds,
            content,
            procedure,
            fine,
            confiscated,
            certificates,
            valid_until,
            publicity_until,
            document_name,
            decided_by,
            decided_by_code,
            source,
            source_code,
            representative: person(representative),
            remarks,
        }
    }
}
