//! Queries: what the views say of a business day, as it was known at a moment.
//!
//! Read in this order: [`scope`] which day and which knowledge → [`walk`] how pages are filled from the partitions →
//! one file for each view, each a function of a subject's facts to what is shown of it.

pub mod access;
pub mod cause;
pub mod cleared;
pub mod correction;
mod counting;
pub mod dry_run;
pub mod events;
pub mod explain;
pub mod find;
pub mod flag;
pub mod green;
pub mod implication;
pub mod instant;
pub mod levels;
pub mod list;
pub mod listing;
pub mod measure;
#[cfg(test)]
mod node_tests;
pub mod objection;
pub mod obligations;
pub mod personal;
pub mod policy;
pub mod position;
pub mod public;
pub mod record;
pub mod record_data;
pub mod repair;
pub mod same;
pub mod scope;
pub mod statistics;
pub mod subject;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod walk;
pub mod words;
pub mod worklist;

use crate::problem::Problem;
use chengxin_projections::date::Date;
use scope::Scope;
use serde::Serialize;
use utoipa::ToSchema;

/// Items on a page where the caller states no limit, and the most that can be asked for.
pub const DEFAULT_LIMIT: usize = 50;
pub const MAX_LIMIT: usize = 1_000;
/// Subjects looked at for one page; a page that would need more ends early, with a cursor to go on from.
pub const SUBJECTS_PER_PAGE: usize = 20_000;

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The cursor of the next page; null at the end. A page can be short, or empty, and still have a next one.
    pub next: Option<String>,
    /// The business day that the answer is about.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The state of knowledge: as it was asked for, or the position that was current.
    pub known_at: String,
    /// How far into each partition of the log the answer reflects it; a valid `known_at`.
    pub position: String,
}

impl<T> Page<T> {
    pub fn new(items: Vec<T>, next: Option<String>, scope: &Scope) -> Page<T> {
        let (known_at, position) = (scope.known_at.clone(), scope.position.clone());
        Page { items, next, as_of: scope.as_of, known_at, position }
    }
}

/// The `limit` of a page.
pub fn limit(text: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = text else { return Ok(DEFAULT_LIMIT) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| Problem::parameter("limit", format!("write a number from 1 to {MAX_LIMIT}")))
}

/// A date of the query.
pub fn date(name: &str, text: &str) -> Result<Date, Problem> {
    text.parse().map_err(|_| {
        let detail = format!("{text:?} is no day from 1900-01-01 to 9999-12-31; write it as YYYY-MM-DD");
        Problem::parameter(name, detail)
    })
}
