//! Which revision of the fold's own rules is in force: a change of code that would alter past outcomes comes as a new
//! revision, switched on by an event (default rule 13).

use super::check::{Check, PolicyError};
use serde_json::Value;

/// The latest revision that this code knows.
pub const LATEST_REVISION: u32 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    pub revision: u32,
}

impl Rules {
    pub(super) fn parse(content: &Value) -> Result<Rules, Vec<PolicyError>> {
        let mut check = Check::new(content, &["revision"]);
        let revision: Option<u32> = check.value("revision");
        if revision.is_some_and(|revision| !(1..=LATEST_REVISION).contains(&revision)) {
            let detail = format!("this program knows revisions 1 to {LATEST_REVISION}");
            check.error("/revision", "unknown-revision", detail);
        }
        check.end(Rules { revision: revision.unwrap_or(1) })
    }
}
