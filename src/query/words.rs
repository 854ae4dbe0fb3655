//! The words that answers use, for the description of the surface; the values themselves come from the rules.

use utoipa::ToSchema;

/// `system` is never shown.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum SubjectWord {
    Organisation,
    Person,
}

/// The watch follows the black list.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum ListWord {
    Red,
    Black,
    Watch,
}

/// How an entry of a list stands. What was withdrawn as an error is shown to those only who ask what was known before.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum EntryState {
    Active,
    Exited,
    Expired,
    Withdrawn,
}

/// How a license or a penalty stands.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum RecordState {
    Current,
    Corrected,
    Withdrawn,
    Revoked,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum DutyState {
    Open,
    Overdue,
    Done,
    Cancelled,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum FindingWord {
    Unfounded,
    Corrected,
    Withdrawn,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum FlagWord {
    DishonestWhileRed,
    RedAndBlack,
    RelapseInWatch,
    BasisLost,
}

/// What decided about the green channel.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum BecauseWord {
    RedList,
    CleanYears,
    BadRecord,
    NoTerms,
}
