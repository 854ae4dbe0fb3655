//! What is done to a record.

use super::{Content, Stamp, org};
use crate::{
    date::Date,
    event::{ExitReason, Finding, NoticeAbout},
};
use serde::{Deserialize, Serialize};

/// Something done to a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    pub stamp: Stamp,
    /// The day that was open when it was judged.
    pub judged: Date,
    pub effective: Date,
    /// The event, `ORG/ID`.
    pub event: Box<str>,
    pub what: Deed,
}

impl Act {
    /// Who published the event.
    pub fn publisher(&self) -> &str {
        org(&self.event)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Deed {
    /// A license was revoked.
    Revoked,
    /// Wrong from the start.
    Withdrawn {
        /// Whether entries that rest on the record lose their basis: from rules revision 2 on.
        takes_basis: bool,
    },
    Published {
        channel: Box<str>,
    },
    Withheld {
        ground: Box<str>,
    },
    Exited {
        reason: ExitReason,
        notice: bool,
    },
    Noticed {
        about: NoticeAbout,
        channel: Box<str>,
    },
    Confirmed {
        on: ConfirmedOn,
    },
    RepairApplied,
    RepairAccepted,
    RepairRefused,
    RepairGranted,
    ObjectionFiled,
    /// The objection is named by `ORG/ID`.
    ObjectionAnswered {
        objection: Box<str>,
    },
    ObjectionResolved {
        objection: Box<str>,
        finding: Finding,
    },
    /// What the record says from then on, as of any date.
    Corrected(Box<Content>),
    MeasuresInitiated {
        measures: Vec<Box<str>>,
        implementers: Vec<Box<str>>,
        respond_by: Date,
        /// On which roles of the entry's responsible persons which of them land, by the catalogue in force (十六).
        landing: Vec<(Box<str>, Box<str>)>,
    },
    MeasureAccepted {
        measure: Box<str>,
    },
    MeasureExecuted {
        measure: Box<str>,
    },
    MeasureDeclined {
        measure: Box<str>,
    },
    MeasureReported {
        measure: Box<str>,
    },
}

/// (二十一) On what the authority decided when it kept an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfirmedOn {
    Flag,
    BasisLost,
}

impl ConfirmedOn {
    /// As events write it.
    pub fn parse(on: &str) -> Option<ConfirmedOn> {
        match on {
            "flag" => Some(ConfirmedOn::Flag),
            "basis-lost" => Some(ConfirmedOn::BasisLost),
            _ => None,
        }
    }
}

impl Deed {
    /// The event type that it came with.
    pub fn event_type(&self, of: &Content) -> &'static str {
        match (self, of) {
            (Deed::Revoked, _) => "license.revoked",
            (Deed::Withdrawn { .. }, Content::Designation(_) | Content::Implication(_)) => "designation.withdrawn",
            (Deed::Withdrawn { .. }, _) => "penalty.withdrawn",
            (Deed::Published { .. }, _) => "publication.issued",
            (Deed::Withheld { .. }, _) => "publication.withheld",
            (Deed::Exited { .. }, _) => "exit.declared",
            (Deed::Noticed { .. }, _) => "notice.issued",
            (Deed::Confirmed { .. }, _) => "designation.confirmed",
            (Deed::RepairApplied, _) => "repair.applied",
            (Deed::RepairAccepted, _) => "repair.accepted",
            (Deed::RepairRefused, _) => "repair.refused",
            (Deed::RepairGranted, _) => "repair.granted",
            (Deed::ObjectionFiled, _) => "objection.filed",
            (Deed::ObjectionAnswered { .. }, _) => "objection.answered",
            (Deed::ObjectionResolved { .. }, _) => "objection.resolved",
            (Deed::Corrected(_), Content::Implication(_)) => "implication.stated",
            (Deed::Corrected(_), _) => "record.corrected",
            (Deed::MeasuresInitiated { .. }, _) => "measure.initiated",
            (Deed::MeasureAccepted { .. }, _) => "measure.accepted",
            (Deed::MeasureExecuted { .. }, _) => "measure.executed",
            (Deed::MeasureDeclined { .. }, _) => "measure.declined",
            (Deed::MeasureReported { .. }, _) => "measure.reported",
        }
    }
}
