//! The credit file of one subject (八).

use super::{
    access::{self, AccessView},
    cleared,
    flag::{self, FlagView},
    green::{self, GreenChannelView},
    implication::{self, ImplicationView},
    listing::{self, Listing},
    measure::{self, Measure},
    objection::{self, ObjectionView},
    personal::PersonalView,
    record::{self, Bodies, License, Penalty},
    repair::{self, Repair},
    same,
    scope::Scope,
    words::SubjectWord,
};
use crate::{
    node::Node,
    problem::Problem,
    projector::Shard,
    views::{Held, ViewError},
};
use chengxin_projections::{
    date::Date,
    event::SubjectKind,
    facts::{CreditFile, Known},
    identifier::check_uscc,
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
            uscc: own_uscc(file, known).map(str::to_owned),
        }
    }

    /// An organisation of which nothing is known but that another one bears its code, too.
    fn unknown(organisation: &str) -> About {
        About { id: organisation.to_owned(), kind: SubjectKind::Organisation, name: None, uscc: None }
    }
}

/// The latest USCC of the subject itself: one with its own organisation code, not with that of another organisation that
/// was linked.
pub fn own_uscc(file: &CreditFile, known: Known) -> Option<&str> {
    let mut numbers =
        file.identifiers.iter().rev().filter(|number| &*number.scheme == "uscc" && number.is_linked(known));
    numbers.find(|number| number.organisation() == Some(&*file.id)).map(|number| &*number.value)
}

/// A number of a subject.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Identifier {
    /// `uscc`, `registration`, `tax`, `institution`, `social-organisation`.
    pub scheme: String,
    pub value: String,
}

/// That an organisation is no more.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeregisteredView {
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// The event, by `ORG/ID`.
    pub event: String,
}

/// A subject with every number known of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Subject {
    #[serde(flatten)]
    pub about: About,
    pub identifiers: Vec<Identifier>,
    /// Other organisations that turned out to be this subject: their records are in this file, too. Empty for nearly all.
    pub same_as: Vec<About>,
    /// Null while it is registered.
    pub deregistered: Option<DeregisteredView>,
}

/// Everything known of a subject (八).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CreditFileView {
    pub subject: Subject,
    pub listings: Vec<Listing>,
    pub measures: Vec<Measure>,
    pub licenses: Vec<License>,
    pub penalties: Vec<Penalty>,
    pub objections: Vec<ObjectionView>,
    pub repairs: Vec<Repair>,
    pub flags: Vec<FlagView>,
    /// Of a person: the entries of organisations that name the person (十六).
    pub implications: Vec<ImplicationView>,
    pub green_channel: GreenChannelView,
    /// Requests to see more of the subject.
    pub access: Vec<AccessView>,
    /// Names and document numbers, for those alone to whom the office allowed them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub personal: Vec<PersonalView>,
    /// The level of access of this answer.
    pub level: u32,
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    pub known_at: String,
    pub position: String,
}

/// The level that shows everything but personal fields.
const WHOLE: u32 = 4;

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

/// Whether a USCC that somebody gave is another than that of the organisation whose code is in it: mistyped, so that the file
/// that it leads to is not the one that was meant.
pub fn is_mistyped(given: &str, file: &CreditFile) -> bool {
    let given = given.trim().to_ascii_uppercase();
    if given.len() != 18 || file.kind != SubjectKind::Organisation {
        return false;
    }
    let has_own = file.identifier("uscc", Known::Now).is_some();
    file.has_other_uscc(&given) || (!has_own && check_uscc(&given).is_err())
}

/// What is told of a code that [`is_mistyped`].
pub const MISTYPED: &str =
    "no subject has this code; one has the organisation code in it and another USCC: check every character";

/// The file of a subject of whom something was known. During a replay a file may be there before it is told how far the
/// partition has come: who was known before is told nothing that is new, and nobody is told that there is nothing.
pub fn held(shard: &Shard, key: &str, known: Known) -> Result<Arc<Held>, Problem> {
    // Asked before: what is not found may come until then.
    let is_complete = shard.is_caught_up();
    match shard.file(key)? {
        Some(held) if held.file.is_known(known) => Ok(held),
        _ if !is_complete => Err(Problem::unavailable("the views are not complete yet; try again")),
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

/// The credit file of a subject, by its key, with the files of all who are the same subject.
pub fn credit_file(node: &Node, key: &str, scope: &Scope) -> Result<CreditFileView, Problem> {
    let members = same::members(node, key, scope)?;
    let mut whole: Option<CreditFileView> = None;
    for (shard, held) in same::held(node, &members, scope)? {
        let view =
            read(node, shard, &held, scope, |reading| show(reading, scope.known_at.clone(), scope.position.clone()))?;
        whole = Some(match whole {
            None => view,
            Some(whole) => whole.join(view),
        });
    }
    let mut whole = whole.ok_or_else(Problem::internal)?; // a problem came of it if there was none
    let is_missing = |member: &&String| whole.subject.about.id != **member && !whole.subject.has(member);
    let missing: Vec<About> = members.iter().filter(is_missing).map(|member| About::unknown(member)).collect();
    whole.subject.same_as.extend(missing);
    cleared::strike(node, scope, &mut whole.listings)?;
    Ok(whole)
}

/// Reads one file as the scope has it.
pub fn read<T>(
    node: &Node,
    shard: &Shard,
    held: &Held,
    scope: &Scope,
    look: impl FnOnce(&Reading) -> T,
) -> Result<T, Problem> {
    let (known, as_of) = (scope.known(shard.number), scope.as_of);
    let bodies = bodies(node, shard, &held.file.id)?;
    let (policy, policies) = (scope.policy(shard.number), scope.policies(shard.number));
    Ok(look(&Reading { file: &held.file, bodies, known, as_of, policy: &policy, policies: &policies }))
}

impl Subject {
    fn has(&self, organisation: &str) -> bool {
        self.same_as.iter().any(|other| other.id == organisation)
    }
}

impl CreditFileView {
    /// With the records of another file of the same subject behind its own.
    fn join(mut self, other: CreditFileView) -> CreditFileView {
        let CreditFileView {
            subject,
            listings,
            measures,
            licenses,
            penalties,
            objections,
            repairs,
            flags,
            implications,
            green_channel,
            access,
            personal,
            level: _,
            as_of: _,
            known_at: _,
            position: _,
        } = other;
        self.subject.same_as.push(subject.about);
        self.subject.same_as.extend(subject.same_as);
        let new = subject.identifiers.into_iter().filter(|number| !self.subject.identifiers.contains(number));
        let new: Vec<Identifier> = new.collect();
        self.subject.identifiers.extend(new);
        self.listings.extend(listings);
        self.measures = measure::join(self.measures, measures);
        self.licenses.extend(licenses);
        self.penalties.extend(penalties);
        self.objections.extend(objections);
        self.repairs.extend(repairs);
        self.flags.extend(flags);
        self.implications.extend(implications);
        self.green_channel = self.green_channel.join(green_channel);
        self.access.extend(access);
        self.personal.extend(personal);
        self
    }
}

/// The credit file as it is shown.
pub fn show(reading: &Reading, known_at: String, position: String) -> CreditFileView {
    let Reading { file, known, .. } = *reading;
    let (licenses, penalties) = record::records(reading);
    let identifiers = file.identifiers.iter().filter(|number| number.is_linked(known));
    let identifiers =
        identifiers.map(|number| Identifier { scheme: number.scheme.to_string(), value: number.value.to_string() });
    CreditFileView {
        subject: Subject {
            about: About::of(file, known),
            identifiers: identifiers.collect(),
            same_as: Vec::new(),
            deregistered: deregistered(reading),
        },
        listings: listing::listings(reading),
        measures: measure::measures(reading),
        licenses,
        penalties,
        objections: objection::objections(reading),
        repairs: repair::repairs(reading),
        flags: flag::flags(reading),
        implications: implication::implications(reading),
        green_channel: green::green_channel(reading),
        access: access::requests(reading),
        personal: Vec::new(),
        level: WHOLE,
        as_of: reading.as_of,
        known_at,
        position,
    }
}

fn deregistered(reading: &Reading) -> Option<DeregisteredView> {
    let gone = reading.file.deregistered.as_ref()?;
    let is_known = reading.known.has(gone.stamp) && gone.date <= reading.as_of;
    is_known.then(|| DeregisteredView { date: gone.date, event: gone.event.to_string() })
}
