//! Rules as data: what the prefecture can change without a deployment, each part versioned and dated (default rule 13).
//!
//! `policy.published` brings a part; [`PolicyHistory`] keeps them all; [`PolicyHistory::at`] gives the [`Policy`] of a
//! day. One file per part; the shipped contents lie in `policy/` at the root of the repository.

mod access;
mod calendar;
mod catalogue;
mod check;
mod cross;
mod departments;
mod history;
mod list_kinds;
mod masking;
mod publication;
mod rules;
mod severity;
mod shipped;
mod terms;
#[cfg(test)]
mod tests;

pub use access::{AccessLevel, AccessPolicy, LEVELS, ROLES, RoleLevel, SHOWN};
pub use calendar::{Calendar, CalendarYear, Due};
pub use catalogue::{Catalogue, CatalogueItem, MeasureKind};
pub use check::PolicyError;
pub use departments::{Department, DepartmentKind, Departments, Unregistered};
pub use history::{Count, PolicyHistory, PublishedVersion};
pub use list_kinds::{Conduct, ListKind, ListKinds};
pub use masking::{FieldMask, Masking, Method, Minors};
pub use publication::{Channel, Publication, WithholdingGround};
pub use rules::{LATEST_REVISION, Rules};
pub use severity::{Severity, SeverityClass, SeverityRule};
pub use shipped::{PolicyFile, shipped_policy};
pub use terms::{DUTIES, Deadline, Terms};

use crate::{
    date::Date,
    event::{List, PenaltyImposed},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// A part of the policy: the unit that is published, versioned and dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Part {
    Rules,
    Departments,
    Catalogue,
    ListKinds,
    Severity,
    Terms,
    Publication,
    Masking,
    Access,
    /// The arrangement of one year.
    Calendar(i32),
}

impl Part {
    /// How parts are named, `calendar-YYYY` once a year.
    pub const NAMES: &[&str] = &[
        "rules",
        "departments",
        "catalogue",
        "list-kinds",
        "severity",
        "terms",
        "publication",
        "masking",
        "access",
        "calendar-YYYY",
    ];
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Rules => "rules",
            Part::Departments => "departments",
            Part::Catalogue => "catalogue",
            Part::ListKinds => "list-kinds",
            Part::Severity => "severity",
            Part::Terms => "terms",
            Part::Publication => "publication",
            Part::Masking => "masking",
            Part::Access => "access",
            Part::Calendar(year) => return write!(f, "calendar-{year}"),
        })
    }
}

/// There is no part of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no part of the policy is named {0:?}")]
pub struct NoSuchPart(pub String);

impl FromStr for Part {
    type Err = NoSuchPart;

    fn from_str(name: &str) -> Result<Part, NoSuchPart> {
        Ok(match name {
            "rules" => Part::Rules,
            "departments" => Part::Departments,
            "catalogue" => Part::Catalogue,
            "list-kinds" => Part::ListKinds,
            "severity" => Part::Severity,
            "terms" => Part::Terms,
            "publication" => Part::Publication,
            "masking" => Part::Masking,
            "access" => Part::Access,
            _ => Part::Calendar(CalendarYear::year_of(name).ok_or_else(|| NoSuchPart(name.to_owned()))?),
        })
    }
}

impl From<Part> for String {
    fn from(part: Part) -> String {
        part.to_string()
    }
}

impl TryFrom<String> for Part {
    type Error = NoSuchPart;

    fn try_from(name: String) -> Result<Part, NoSuchPart> {
        name.parse()
    }
}

/// The policy in force on a day. Cheap to clone; a part that was never published has nothing to say.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    list_kinds: Option<Arc<ListKinds>>,
    catalogue: Option<Arc<Catalogue>>,
    severity: Option<Arc<Severity>>,
    terms: Option<Arc<Terms>>,
    calendar: Arc<Calendar>,
    publication: Option<Arc<Publication>>,
    masking: Option<Arc<Masking>>,
    access: Option<Arc<AccessPolicy>>,
    departments: Option<Arc<Departments>>,
    rules: Option<Rules>,
}

impl Policy {
    /// Whether the parts are there without which nothing can be judged. Calendars are not among them: without one,
    /// deadlines are provisional.
    pub fn is_complete(&self) -> bool {
        self.list_kinds.is_some() && self.catalogue.is_some() && self.severity.is_some() && self.terms.is_some()
    }

    pub fn list_kind(&self, list: List, code: &str) -> Option<&ListKind> {
        self.list_kinds.as_ref()?.get(list, code)
    }

    pub fn list_kinds(&self) -> &[ListKind] {
        self.list_kinds.as_ref().map_or(&[], |kinds| kinds.all())
    }

    /// A measure of the catalogue.
    pub fn measure(&self, code: &str) -> Option<&CatalogueItem> {
        self.catalogue.as_ref()?.get(code)
    }

    pub fn measures(&self) -> &[CatalogueItem] {
        self.catalogue.as_ref().map_or(&[], |catalogue| catalogue.all())
    }

    /// The class that the publisher states, or else the one that the map gives; none where the stated class is unknown.
    pub fn severity_of(&self, penalty: &PenaltyImposed) -> Option<&SeverityClass> {
        self.severity.as_ref()?.of(penalty)
    }

    pub fn severity_class(&self, code: &str) -> Option<&SeverityClass> {
        self.severity.as_ref()?.class(code)
    }

    pub fn severity(&self) -> Option<&Severity> {
        self.severity.as_deref()
    }

    pub fn terms(&self) -> Option<&Terms> {
        self.terms.as_deref()
    }

    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Whether the organisation may make entries of this kind (default rule 11). Without a register of departments
    /// only a kind that is open to all can be designated.
    pub fn may_designate(&self, publisher: &str, kind: &ListKind) -> bool {
        kind.open_to_all()
            || self.departments.as_ref().is_some_and(|departments| {
                kind.authorities.iter().any(|authority| departments.is_of(publisher, authority))
            })
    }

    /// (八) Whether the organisation may say that another one is no more, or is the same as a third (default rule 11). Without a
    /// register of departments nobody is known who could.
    pub fn is_registrar(&self, publisher: &str) -> bool {
        self.departments.as_ref().is_some_and(|departments| departments.is_registrar(publisher))
    }

    pub fn departments(&self) -> Option<&Departments> {
        self.departments.as_deref()
    }

    /// The organisation's entry in the register.
    pub fn department(&self, org: &str) -> Option<&Department> {
        self.departments.as_ref()?.get(org)
    }

    pub fn publication(&self) -> Option<&Publication> {
        self.publication.as_deref()
    }

    /// A ground to withhold a publication (二十五).
    pub fn withholding_ground(&self, code: &str) -> Option<&WithholdingGround> {
        self.publication.as_ref()?.ground(code)
    }

    pub fn masking(&self) -> Option<&Masking> {
        self.masking.as_deref()
    }

    /// Who may look at what; none in a log that began before levels were policy.
    pub fn access(&self) -> Option<&AccessPolicy> {
        self.access.as_deref()
    }

    /// How many days ahead of today an event may be effective; none before the terms are published.
    pub fn effective_ahead_days(&self) -> u32 {
        self.terms.as_ref().map_or(0, |terms| terms.effective_ahead_days)
    }

    /// The earliest business date that is judged.
    pub fn first_day(&self) -> Date {
        self.terms.as_ref().map_or(Date::MIN, |terms| terms.first_day)
    }

    /// (十一) Consecutive years without a bad record that open the green channel.
    pub fn clean_years(&self) -> Option<u32> {
        self.terms.as_ref().map(|terms| terms.clean_years)
    }

    /// The revision of the fold's own rules; the first one until another is switched on.
    pub fn rules_revision(&self) -> u32 {
        self.rules.map_or(1, |rules| rules.revision)
    }
}
