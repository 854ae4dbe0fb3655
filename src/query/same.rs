//! Organisations that turned out to be one subject (default rule 12, ADR 9): whose records are shown together.
//!
//! `identifier.linked` with another organisation's code makes two files one for whoever asks about either. Each stays
//! where it is and is judged by itself; nothing is moved, so that unlinking leaves two files that were never mixed.

use super::{scope::Scope, subject};
use crate::{
    node::Node,
    problem::Problem,
    projector::Shard,
    views::{Held, ViewError, linked_codes},
};
use std::sync::Arc;

/// Organisations that can be one subject; more is a mistake that should not cost every question dearly.
const MAX_MEMBERS: usize = 16;

/// Whether a link ever made the subject one with another: then other partitions have a say, too.
pub fn may_be_several(node: &Node, key: &str) -> Result<bool, ViewError> {
    if node.shards().iter().any(|shard| !shard.linking(key).is_empty()) {
        return Ok(true);
    }
    let held = node.shard_of(key).file(key)?;
    Ok(held.is_some_and(|held| linked_codes(&held.file, &held.file.identifiers).next().is_some()))
}

/// The keys of all who were known to be the same subject, whichever of them is asked for: first who was linked by no
/// other, then in the order of their codes.
pub fn members(node: &Node, key: &str, scope: &Scope) -> Result<Vec<String>, Problem> {
    let (mut members, mut linked) = (vec![key.to_owned()], Vec::new());
    let mut next = 0;
    while next < members.len() && members.len() < MAX_MEMBERS {
        let member = members[next].clone();
        next += 1;
        for (from, to) in links(node, &member, scope)? {
            for other in [&from, &to] {
                if !members.contains(other) {
                    members.push(other.clone());
                }
            }
            linked.push(to);
        }
    }
    members.sort_by_key(|member| (linked.contains(member), member.clone()));
    Ok(members)
}

/// The links of an organisation that were known, from it and to it: who said that whose code is its own, too.
fn links(node: &Node, member: &str, scope: &Scope) -> Result<Vec<(String, String)>, ViewError> {
    let mut links = Vec::new();
    let mut look = |holder: &str, wanted: Option<&str>| -> Result<(), ViewError> {
        let shard = node.shard_of(holder);
        let known = scope.known(shard.number);
        let Some(held) = shard.file(holder)? else { return Ok(()) };
        let codes = linked_codes(&held.file, &held.file.identifiers).filter(|(_, number)| number.is_linked(known));
        let codes = codes.filter(|(code, _)| wanted.is_none_or(|wanted| *code == wanted));
        links.extend(codes.map(|(code, _)| (holder.to_owned(), code.to_owned())));
        Ok(())
    };
    look(member, None)?;
    for shard in node.shards() {
        for holder in shard.linking(member) {
            look(&holder, Some(member))?;
        }
    }
    Ok(links)
}

/// The files of those of whom something was known; a problem if there is none.
pub fn held<'a>(node: &'a Node, members: &[String], scope: &Scope) -> Result<Vec<(&'a Shard, Arc<Held>)>, Problem> {
    let (mut files, mut missing) = (Vec::new(), None);
    for member in members {
        let shard: &Shard = node.shard_of(member);
        match subject::held(shard, member, scope.known(shard.number)) {
            Ok(held) => files.push((shard, held)),
            Err(problem) if problem.http_status == 404 => missing = Some(problem),
            Err(problem) => return Err(problem),
        }
    }
    match missing {
        Some(problem) if files.is_empty() => Err(problem),
        _ => Ok(files),
    }
}
