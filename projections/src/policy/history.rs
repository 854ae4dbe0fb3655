//! Every version of every part of the policy, as the log brought them.

mod count;

pub use count::Count;

use super::{
    Part, Policy,
    access::AccessPolicy,
    calendar::{Calendar, CalendarYear, Due},
    catalogue::Catalogue,
    check::PolicyError,
    departments::Departments,
    list_kinds::ListKinds,
    masking::Masking,
    publication::Publication,
    rules::Rules,
    severity::Severity,
    terms::Terms,
};
use crate::{date::Date, event::Document};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// The policy as events have built it. Cheap to clone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(into = "Vec<StoredVersion>", try_from = "Vec<StoredVersion>")]
pub struct PolicyHistory {
    parts: BTreeMap<Part, Vec<Version>>,
    calendar: Arc<Calendar>,
    /// What was known of the working days from each day on, the first from ever.
    calendars: Vec<(Date, Arc<Calendar>)>,
    /// The versions of the terms once more: every duty asks for them.
    terms: Vec<TermsVersion>,
}

#[derive(Debug, Clone)]
struct TermsVersion {
    version: u32,
    effective: Date,
    published: Date,
    terms: Arc<Terms>,
}

#[derive(Debug, Clone)]
struct Version {
    version: u32,
    effective: Date,
    /// The day that was open when it was published; none before the first.
    published: Option<Date>,
    document: Arc<Document>,
    content: Content,
}

/// A part, read.
#[derive(Debug, Clone)]
enum Content {
    ListKinds(Arc<ListKinds>),
    Catalogue(Arc<Catalogue>),
    Severity(Arc<Severity>),
    Terms(Arc<Terms>),
    Calendar(Arc<CalendarYear>),
    Publication(Arc<Publication>),
    Masking(Arc<Masking>),
    Access(Arc<AccessPolicy>),
    Departments(Arc<Departments>),
    Rules(Rules),
}

impl Content {
    fn parse(part: Part, content: &Value) -> Result<Content, Vec<PolicyError>> {
        Ok(match part {
            Part::ListKinds => Content::ListKinds(ListKinds::parse(content)?.into()),
            Part::Catalogue => Content::Catalogue(Catalogue::parse(content)?.into()),
            Part::Severity => Content::Severity(Severity::parse(content)?.into()),
            Part::Terms => Content::Terms(Terms::parse(content)?.into()),
            Part::Calendar(year) => Content::Calendar(CalendarYear::parse(content, year)?.into()),
            Part::Publication => Content::Publication(Publication::parse(content)?.into()),
            Part::Masking => Content::Masking(Masking::parse(content)?.into()),
            Part::Access => Content::Access(AccessPolicy::parse(content)?.into()),
            Part::Departments => Content::Departments(Departments::parse(content)?.into()),
            Part::Rules => Content::Rules(Rules::parse(content)?),
        })
    }

    fn put_into(&self, policy: &mut Policy) {
        match self {
            Content::ListKinds(part) => policy.list_kinds = Some(part.clone()),
            Content::Catalogue(part) => policy.catalogue = Some(part.clone()),
            Content::Severity(part) => policy.severity = Some(part.clone()),
            Content::Terms(part) => policy.terms = Some(part.clone()),
            Content::Publication(part) => policy.publication = Some(part.clone()),
            Content::Masking(part) => policy.masking = Some(part.clone()),
            Content::Access(part) => policy.access = Some(part.clone()),
            Content::Departments(part) => policy.departments = Some(part.clone()),
            Content::Rules(part) => policy.rules = Some(*part),
            // All years together are one calendar, kept by the history.
            Content::Calendar(_) => {}
        }
    }
}

/// One version of one part, as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedVersion<'a> {
    pub part: Part,
    pub version: u32,
    pub effective: Date,
    pub content: &'a Value,
}

impl PolicyHistory {
    /// Takes a new version of a part on the open day, or tells everything that is wrong with it and stays as it was.
    pub fn publish(
        &mut self,
        part: &str,
        version: u32,
        effective: Date,
        content: &Value,
        open: Option<Date>,
    ) -> Result<(), Vec<PolicyError>> {
        let error = |pointer: &str, code: &str, detail: String| PolicyError {
            pointer: pointer.into(),
            code: code.into(),
            detail,
        };
        let Ok(part) = part.parse::<Part>() else {
            return Err(vec![error("/part", "unknown-part", format!("one of {}", Part::NAMES.join(", ")))]);
        };
        let mut errors = Vec::new();
        let next = self.next_version(part);
        if version != next {
            errors.push(error("/version", "wrong-version", format!("the next version of {part} is {next}")));
        }
        match Content::parse(part, content) {
            Err(wrong) => errors.extend(wrong),
            Ok(Content::Terms(terms)) if terms.first_day > effective => {
                let detail = format!("no event could be judged from {effective} on until {}", terms.first_day);
                errors.push(error("/content/first_day", "out-of-range", detail));
            }
            Ok(read) => {
                errors.extend(self.conflicts(part, effective, &read));
                if errors.is_empty() {
                    let document = Arc::new(Document(content.clone()));
                    self.push(part, Version { version, effective, published: open, document, content: read });
                    return Ok(());
                }
            }
        }
        Err(errors)
    }

    fn push(&mut self, part: Part, version: Version) {
        let published = version.published.unwrap_or(Date::MIN);
        if let Content::Terms(terms) = &version.content {
            let (version, effective) = (version.version, version.effective);
            self.terms.push(TermsVersion { version, effective, published, terms: terms.clone() });
        }
        self.parts.entry(part).or_default().push(version);
        if matches!(part, Part::Calendar(_)) {
            let newest = self.parts.values().filter_map(|versions| match &versions.last()?.content {
                Content::Calendar(year) => Some(year.as_ref()),
                _ => None,
            });
            self.calendar = Arc::new(Calendar::new(newest));
            // Versions are restored part by part: keep the days in order, each with all years known by then.
            self.calendars.retain(|(day, _)| *day < published);
            let days: std::collections::BTreeSet<Date> = self.calendar_days().filter(|day| *day >= published).collect();
            for day in days {
                let calendar = Arc::new(self.calendar_known(day));
                self.calendars.push((day, calendar));
            }
        }
    }

    /// The days on which a calendar was published.
    fn calendar_days(&self) -> impl Iterator<Item = Date> {
        let calendars = self.parts.iter().filter(|(part, _)| matches!(part, Part::Calendar(_)));
        calendars.flat_map(|(_, versions)| versions).map(|version| version.published.unwrap_or(Date::MIN))
    }

    /// The newest arrangement of each year that was published up to a day.
    fn calendar_known(&self, day: Date) -> Calendar {
        Calendar::new(self.parts.values().filter_map(|versions| {
            let newest = versions.iter().rev().find(|version| version.published.unwrap_or(Date::MIN) <= day)?;
            match &newest.content {
                Content::Calendar(year) => Some(year.as_ref()),
                _ => None,
            }
        }))
    }

    /// All that is known of the working days.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// When a duty that arose on a day is due. A calendar that is published while it is open moves it; one that is
    /// published afterwards does not (default rules 13 and 15). `closed`: the day on which it was done, or up to which
    /// is asked.
    pub fn due(&self, duty: &str, since: Date, closed: Date) -> Due {
        self.count(duty, since, closed).due
    }

    /// What the other parts have against this content on any day from its first on. They have nothing against each other,
    /// so every conflict is the new content's; where it leaves another part hanging, the pointer is that of the whole.
    fn conflicts(&self, part: Part, effective: Date, content: &Content) -> Vec<PolicyError> {
        let versions = self.parts.values().flatten();
        let mut days: Vec<Date> = versions.map(|version| version.effective.max(effective)).collect();
        days.push(effective);
        days.sort_unstable();
        days.dedup();
        let mut found: Vec<PolicyError> = Vec::new();
        for day in days {
            let mut policy = self.at(day);
            content.put_into(&mut policy);
            for (lies_in, mut error) in super::cross::conflicts(&policy) {
                if lies_in != part {
                    error.pointer = "/content".into();
                }
                if day > effective {
                    error.detail.push_str(&format!(" on {day}"));
                }
                let is_known = |earlier: &PolicyError| error.detail.starts_with(&earlier.detail);
                if !found.iter().any(is_known) {
                    found.push(error);
                }
            }
        }
        found
    }

    /// For each part the newest version that is effective on that day. A calendar counts from the moment that it is
    /// published, whatever its effective date: it states facts about days to come (default rule 15).
    pub fn at(&self, day: Date) -> Policy {
        self.policy(|version| version.effective <= day)
    }

    /// The history of those versions only.
    pub fn only(&self, keeps: impl Fn(Part, u32) -> bool) -> PolicyHistory {
        let mut history = PolicyHistory::default();
        for (part, versions) in &self.parts {
            for version in versions.iter().filter(|version| keeps(*part, version.version)) {
                history.push(*part, version.clone());
            }
        }
        history
    }

    fn policy(&self, in_force: impl Fn(&Version) -> bool) -> Policy {
        let mut policy = Policy { calendar: self.calendar.clone(), ..Policy::default() };
        for versions in self.parts.values() {
            if let Some(version) = versions.iter().rev().find(|version| in_force(version)) {
                version.content.put_into(&mut policy);
            }
        }
        policy
    }

    /// Every version of every part, in the order of parts and versions.
    pub fn versions(&self) -> impl Iterator<Item = PublishedVersion<'_>> {
        self.parts.iter().flat_map(|(part, versions)| versions.iter().map(|version| version.published(*part)))
    }

    /// Whether any version ever published has a list kind with this code.
    pub fn knows_list_kind(&self, code: &str) -> bool {
        let versions = self.parts.get(&Part::ListKinds).into_iter().flatten();
        versions.into_iter().any(|version| match &version.content {
            Content::ListKinds(kinds) => kinds.all().iter().any(|kind| kind.code == code),
            _ => false,
        })
    }

    /// The version of each part that is in force on that day, as published.
    pub fn in_force(&self, day: Date) -> impl Iterator<Item = PublishedVersion<'_>> {
        self.parts.iter().filter_map(move |(part, versions)| {
            let counts = |version: &&Version| matches!(part, Part::Calendar(_)) || version.effective <= day;
            versions.iter().rev().find(counts).map(|version| version.published(*part))
        })
    }

    /// The version number that the next publication of the part must have.
    pub fn next_version(&self, part: Part) -> u32 {
        self.parts.get(&part).map_or(1, |versions| versions.len() as u32 + 1)
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl Version {
    fn published(&self, part: Part) -> PublishedVersion<'_> {
        PublishedVersion { part, version: self.version, effective: self.effective, content: &self.document.0 }
    }
}

/// A version as it is stored: what was published is enough to read it again.
#[derive(Clone, Serialize, Deserialize)]
struct StoredVersion {
    part: Part,
    version: u32,
    effective: Date,
    published: Option<Date>,
    content: Arc<Document>,
}

impl From<PolicyHistory> for Vec<StoredVersion> {
    fn from(history: PolicyHistory) -> Vec<StoredVersion> {
        let parts = history.parts.into_iter();
        let stored = |part: Part, version: Version| {
            let Version { version, effective, published, document, .. } = version;
            StoredVersion { part, version, effective, published, content: document }
        };
        parts.flat_map(|(part, versions)| versions.into_iter().map(move |version| stored(part, version))).collect()
    }
}

impl TryFrom<Vec<StoredVersion>> for PolicyHistory {
    type Error = String;

    /// Each part is read again; what they have against each other was settled when they were published.
    fn try_from(stored: Vec<StoredVersion>) -> Result<PolicyHistory, String> {
        let mut history = PolicyHistory::default();
        for StoredVersion { part, version, effective, published, content } in stored {
            if version != history.next_version(part) {
                return Err(format!("version {version} of {part} out of order"));
            }
            let read = Content::parse(part, &content.0)
                .map_err(|errors| format!("version {version} of {part}: {}", errors[0]))?;
            history.push(part, Version { version, effective, published, document: content, content: read });
        }
        Ok(history)
    }
}
