//! The credit file of one subject (八).

use super::{
    listing::{self, Listing},
    measure::{self, Measure},
    record::{self, Bodies, License, Penalty, Repair},
    scope::Scope,
    words::SubjectWord,
};
use crate::{
    http::Problem,
    node::Node,
    projector::Shard,
    views::{Held, ViewError},
};
use chengxin_projections::{
    date::Date,
    event::SubjectKind,
    facts::{CreditFile, Known},
    policy::{Policy, PolicyHistory},
};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Whom an item is about. A person has neither name nor number here.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct About {
    pub id: String,
    #[schema(value_type = SubjectWord)]
    pub kind: SubjectKind,
    pub name: Option<String>,
    pub uscc: Option<String>,
}

impl About {
    pub fn of(file: &CreditFile, known: Known) -> About {
        About {
            id: file.id.to_string(),
            kind: file.kind,
            name: file.name(known).map(str::to_owned),
            uscc: file.identifier("uscc", known).map(str::to_owned),
        }
    }
}

/// A number of a subject.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Identifier {
    /// `uscc`, `registration`, `tax`, `institution`, `social-organisation`.
    pub scheme: String,
    pub value: String,
}

/// A subject with every number known of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Subject {
    #[serde(flatten)]
    pub about: About,
    pub identifiers: Vec<Identifier>,
}

/// Everything known of a subject (八).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CreditFileView {
    pub subject: Subject,
    pub listings: Vec<Listing>,
    pub measures: Vec<Measure>,
    pub licenses: Vec<License>,
    pub penalties: Vec<Penalty>,
    /// None yet: no rule in force takes objections.
    #[schema(value_type = Vec<Object>)]
    pub objections: Vec<()>,
    pub repairs: Vec<Repair>,
    /// None yet: no rule in force raises flags.
    #[schema(value_type = Vec<Object>)]
    pub flags: Vec<()>,
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    pub known_at: String,
    pub position: String,
}

/// What the functions of the views read of one subject.
pub struct Reading<'a> {
    pub file: &'a CreditFile,
    pub bodies: Bodies<'a>,
    pub known: Known,
    pub as_of: Date,
    pub policy: &'a Policy,
    pub policies: &'a PolicyHistory,
}

/// The key of a subject in what a caller may give: its id, an organisation code with or without hyphen, or a USCC.
pub fn key(id: &str) -> String {
    let id = id.trim();
    let plain: String = match id.as_bytes() {
        [code @ .., b'-', _] if code.len() == 8 => id.replace('-', ""),
        _ => id.to_owned(),
    };
    if !plain.bytes().all(|b| b.is_ascii_alphanumeric()) || !matches!(plain.len(), 9 | 18) {
        return plain;
    }
    let upper = plain.to_ascii_uppercase();
    chengxin_projections::identifier::organisation_code_of(&upper).map(str::to_owned).unwrap_or(upper)
}

/// The file of a subject of whom something was known.
pub fn held(shard: &Shard, key: &str, known: Known) -> Result<Arc<Held>, Problem> {
    match shard.file(key)? {
        Some(held) if held.file.is_known(known) => Ok(held),
        None if !shard.is_caught_up() => Err(Problem::unavailable("the views are not complete yet; try again")),
        _ => {
            let detail = "nothing is known of this subject; give an organisation code, a USCC, or the id of a person";
            Err(Problem::not_found(detail))
        }
    }
}

/// The bodies of a subject's events, to be decoded as needed.
pub fn bodies<'a>(node: &'a Node, shard: &Shard, key: &str) -> Result<Bodies<'a>, ViewError> {
    Ok(Bodies::new(&node.codec, shard.bodies(key)?))
}

/// The credit file of a subject, by its key.
pub fn credit_file(node: &Node, key: &str, scope: &Scope) -> Result<CreditFileView, Problem> {
    let shard = node.shard_of(key);
    let known = scope.known(shard.number);
    let held = held(shard, key, known)?;
    let bodies = bodies(node, shard, key)?;
    let policy = scope.policy(shard.number);
    let policies = scope.policies(shard.number);
    let reading = Reading { file: &held.file, bodies, known, as_of: scope.as_of, policy: &policy, policies: &policies };
    Ok(show(&reading, scope.known_at.clone(), scope.position.clone()))
}

/// The credit file as it is shown.
pub fn show(reading: &Reading, known_at: String, position: String) -> CreditFileView {
    let Reading { file, known, .. } = *reading;
    let (licenses, penalties) = record::records(reading);
    let identifiers = file.identifiers.iter().filter(|number| number.is_linked(known));
    let identifiers =
        identifiers.map(|number| Identifier { scheme: number.scheme.to_string(), value: number.value.to_string() });
    CreditFileView {
        subject: Subject { about: About::of(file, known), identifiers: identifiers.collect() },
        listings: listing::listings(reading),
        measures: measure::measures(reading),
        licenses,
        penalties,
        objections: Vec::new(),
        repairs: record::repairs(reading),
        flags: Vec::new(),
        as_of: reading.as_of,
        known_at,
        position,
    }
}
