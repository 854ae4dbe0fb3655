//! Why something is as it is: the explanation of one record, measure, flag, duty or event of a subject.

use super::{
    record::Bodies,
    scope::Scope,
    subject::{self, About},
};
use crate::{codec::Codec, node::Node, problem::Problem};
use chengxin_projections::{
    date::Date,
    event::Event,
    explain::{Asked, Explanation, NothingToExplain, Question, explain},
    facts::{CreditFile, Known},
    policy::PolicyHistory,
};
use serde::Serialize;
use utoipa::ToSchema;

/// An explanation, and what it is of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Explained {
    pub subject: About,
    #[serde(flatten)]
    pub explanation: Explanation,
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    pub known_at: String,
    pub position: String,
}

/// What an explanation of one subject reads.
pub struct Told<'a> {
    pub codec: &'a Codec,
    pub file: &'a CreditFile,
    pub bodies: Bodies<'a>,
    pub known: Known,
    pub as_of: Date,
    pub policies: &'a PolicyHistory,
}

impl Told<'_> {
    pub fn explain(&self, question: &Question) -> Result<Explanation, NothingToExplain> {
        let events = |offset| self.event(offset);
        let Told { file, known, as_of, policies, .. } = *self;
        explain(&Asked { file, known, as_of, policies, events: &events }, question)
    }

    /// The subject's event at an offset.
    fn event(&self, offset: u64) -> Option<Event> {
        let (_, body) = self.bodies.iter().find(|(at, _)| *at == offset)?;
        self.codec.decode_event(body).ok()
    }
}

/// Answers a question about a subject, by its key.
pub fn answer(node: &Node, key: &str, scope: &Scope, question: &Question) -> Result<Explained, Problem> {
    let shard = node.shard_of(key);
    let known = scope.known(shard.number);
    let held = subject::held(shard, key, known)?;
    let bodies = subject::bodies(node, shard, key)?;
    let policies = scope.policies(shard.number);
    let told = Told { codec: &node.codec, file: &held.file, bodies, known, as_of: scope.as_of, policies: &policies };
    let explanation = told.explain(question).map_err(|nothing| Problem::not_found(nothing.to_string()))?;
    Ok(Explained {
        subject: About::of(&held.file, known),
        explanation,
        as_of: scope.as_of,
        known_at: scope.known_at.clone(),
        position: scope.position.clone(),
    })
}
