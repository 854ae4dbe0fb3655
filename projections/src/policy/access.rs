//! Levels of access to the data of a subject (二十二)(二十三): what each shows, which role has which, and what the public may
//! look at.

use super::check::{Check, PolicyError, values};
use crate::event::List;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that a level can show; each has one level from which it is shown.
pub const SHOWN: &[&str] = &[
    "public-view",
    "current-entries",
    "measures",
    "published-records",
    "ended-entries",
    "all-records",
    "history",
    "objections",
    "repairs",
    "flags",
    "events",
    "access-requests",
    "personal-fields",
];

/// The roles that a token can have.
pub const ROLES: &[&str] = &["publisher", "implementer", "auditor", "office", "admin"];

/// The levels of the plan.
pub const LEVELS: std::ops::RangeInclusive<u32> = 1..=5;

/// A level, and what it shows beyond the levels below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLevel {
    pub level: u32,
    #[serde(default)]
    pub title: String,
    pub shows: Vec<String>,
    #[serde(default)]
    pub basis: Option<String>,
}

/// The level that a role has on every subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleLevel {
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub title: String,
    pub level: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPolicy {
    levels: Vec<AccessLevel>,
    roles: Vec<RoleLevel>,
    /// The lists whose entries the public may look at.
    public_lists: Vec<List>,
}

impl AccessPolicy {
    pub(super) fn parse(content: &Value) -> Result<AccessPolicy, Vec<PolicyError>> {
        let mut check = Check::new(content, &["levels", "roles", "public_lists"]);
        let levels: Vec<(String, AccessLevel)> = check.list("levels");
        let in_range = |check: &mut Check, at: &str, level: u32| {
            if !LEVELS.contains(&level) {
                check.error(&format!("{at}/level"), "out-of-range", "levels are 1 to 5");
            }
        };
        for (at, level) in &levels {
            in_range(&mut check, at, level.level);
            check.filled(at, "title", &level.title);
            for (index, shown) in level.shows.iter().enumerate().filter(|(_, shown)| !SHOWN.contains(&shown.as_str())) {
                let detail = format!("{shown} is not one of {}", SHOWN.join(", "));
                check.error(&format!("{at}/shows/{index}"), "unknown-content", detail);
            }
        }
        check.once("level", levels.iter().map(|(at, level)| (at.clone(), level.level)));
        let shown = levels.iter().flat_map(|(at, level)| level.shows.iter().map(move |shown| (at.clone(), shown)));
        check.once("shows", shown);
        for shown in SHOWN {
            if !levels.iter().any(|(_, level)| level.shows.iter().any(|name| name == shown)) {
                check.error("/levels", "missing", format!("no level shows {shown}"));
            }
        }
        let roles: Vec<(String, RoleLevel)> = check.list("roles");
        for (at, role) in &roles {
            in_range(&mut check, at, role.level);
            check.filled(at, "title", &role.title);
            if !ROLES.contains(&role.role.as_str()) {
                check.error(&format!("{at}/role"), "unknown-role", format!("one of {}", ROLES.join(", ")));
            }
        }
        check.once("role", roles.iter().map(|(at, role)| (at.clone(), &role.role)));
        let public_lists: Vec<(String, List)> = check.list("public_lists");
        let (levels, roles, public_lists) = (values(levels), values(roles), values(public_lists));
        check.end(AccessPolicy { levels, roles, public_lists })
    }

    pub fn levels(&self) -> &[AccessLevel] {
        &self.levels
    }

    /// The level from which something is shown; see [`SHOWN`].
    pub fn level_of(&self, shown: &str) -> Option<u32> {
        self.levels.iter().find(|level| level.shows.iter().any(|name| name == shown)).map(|level| level.level)
    }

    /// The level that someone with these roles has on every subject; a role that policy does not name has that of the public.
    pub fn level_of_roles<'a>(&self, roles: impl Iterator<Item = &'a str>) -> u32 {
        let level = |role: &str| self.roles.iter().find(|known| known.role == role).map(|known| known.level);
        roles.filter_map(level).max().unwrap_or(*LEVELS.start())
    }

    pub fn public_lists(&self) -> &[List] {
        &self.public_lists
    }
}
