//! What anyone may see (一)(二十五)(二十七): records that are on show, entries while they are on a public list, and no more of a
//! natural person than the masking policy of the day allows.

mod persons;
mod prose;
mod shown;

pub use persons::Persons;
pub use prose::Prose;
pub use shown::{PublicLicense, PublicListing, PublicOrigin, PublicPenalty, Showing, Whose};

use super::{
    Page,
    find::{Found, Match},
    list::{Filter, on_list},
    listing,
    personal::closed,
    record, same,
    scope::Scope,
    subject::{self, About, Reading},
    walk::{self, Cursor, Place},
    words::SubjectWord,
};
use crate::{node::Node, problem::Problem, projector::Shard, vault::PersonalFields, views::Held, views::list_term};
use chengxin_projections::{
    change::ListName,
    date::Date,
    event::{List, SubjectKind},
    identifier,
    policy::{Masking, Policy},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A subject as the public sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicSubject {
    #[schema(value_type = SubjectWord)]
    pub kind: SubjectKind,
    /// The organisation code; null of a person.
    pub id: Option<String>,
    /// Of a person, masked; null where nothing may be shown.
    pub name: Option<String>,
    pub uscc: Option<String>,
    /// Of a person, masked.
    pub document_number: Option<String>,
}

/// What anyone may see of a subject.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicFile {
    pub subject: PublicSubject,
    /// Other organisations that turned out to be this subject.
    pub same_as: Vec<PublicSubject>,
    pub listings: Vec<PublicListing>,
    pub licenses: Vec<PublicLicense>,
    pub penalties: Vec<PublicPenalty>,
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    pub known_at: String,
    pub position: String,
}

/// An entry of a public list with its subject.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicListItem {
    pub subject: PublicSubject,
    #[serde(flatten)]
    pub listing: PublicListing,
}

/// An organisation whose name was searched for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicFound {
    pub subject: PublicSubject,
    #[serde(rename = "match")]
    pub by: Match,
}

/// What the public sees of a file. Nothing at all of a minor, as if there was no such file.
pub fn file(node: &Node, key: &str, scope: &Scope) -> Result<PublicFile, Problem> {
    let members = same::members(node, key, scope)?;
    let mut whole: Option<PublicFile> = None;
    let files = same::held(node, &members, scope)?;
    // Whom the records of one of several name, those of another must not tell either.
    let mut of_all = Persons::default();
    for (shard, held) in files.iter().filter(|_| files.len() > 1) {
        of_all.extend(subject::read(node, shard, held, scope, |reading| {
            let (licenses, penalties) = record::records(reading);
            Persons::of(node, reading, &licenses, &penalties)
        })??);
    }
    for (shard, held) in files {
        let Some(part) = one(node, shard, &held, scope, &of_all)? else { continue };
        whole = Some(match whole {
            None => part,
            Some(whole) => whole.join(part),
        });
    }
    whole.ok_or_else(|| Problem::not_found("nothing is published of this subject; give an organisation code or a USCC"))
}

fn one(
    node: &Node,
    shard: &Shard,
    held: &Held,
    scope: &Scope,
    others: &Persons,
) -> Result<Option<PublicFile>, Problem> {
    subject::read(node, shard, held, scope, |reading| {
        let lists = public_lists(reading.policy);
        let entries = listing::listings(reading).into_iter();
        let entries = entries.filter(|entry| entry.state == chengxin_projections::listing::State::Active);
        let entries = entries.filter(|entry| lists.contains(&entry.list));
        let (mut licenses, mut penalties) = record::records(reading);
        let mut persons = Persons::of(node, reading, &licenses, &penalties)?;
        persons.extend(others.clone());
        let Some((subject, showing)) = showing(reading, &persons) else { return Ok(None) };
        licenses.retain(|license| license.publication.is_public);
        penalties.retain(|penalty| penalty.publication.is_public);
        let entries: Vec<_> = entries.collect();
        // That somebody is known here is nobody's business as long as nothing is published.
        if reading.file.kind == SubjectKind::Person && entries.is_empty() && licenses.is_empty() && penalties.is_empty()
        {
            return Ok(None);
        }
        Ok(Some(PublicFile {
            subject,
            same_as: Vec::new(),
            listings: entries.into_iter().map(|entry| PublicListing::new(entry, &showing)).collect(),
            licenses: licenses.into_iter().map(|license| PublicLicense::new(license, &showing)).collect(),
            penalties: penalties.into_iter().map(|penalty| PublicPenalty::new(penalty, &showing)).collect(),
            as_of: scope.as_of,
            known_at: scope.known_at.clone(),
            position: scope.position.clone(),
        }))
    })?
}

/// The lists that policy shows to the public; none before it says so.
pub fn public_lists(policy: &Policy) -> Vec<ListName> {
    let named = policy.access().map_or(&[][..], |access| access.public_lists());
    let name = |list: &List| match list {
        List::Red => ListName::Red,
        List::Black => ListName::Black,
    };
    named.iter().map(name).collect()
}

/// A page of those who are on a list, as the public sees it.
pub fn page(
    node: &Node,
    list: ListName,
    filter: &Filter,
    scope: &Scope,
    place: Option<Place>,
    limit: usize,
) -> Result<Page<PublicListItem>, Problem> {
    let terms = [list_term(list)];
    let (items, next) = walk::fill(node, Some(&terms), place, limit, |shard, held| {
        let is_on = on_list(&held.file, list, scope.known(shard.number), scope.as_of, filter).next().is_some();
        if !is_on {
            return Ok(Vec::new());
        }
        subject::read(node, shard, held, scope, |reading| {
            let (licenses, penalties) = record::records(reading);
            let persons = Persons::of(node, reading, &licenses, &penalties)?;
            let Some((subject, showing)) = showing(reading, &persons) else { return Ok(Vec::new()) };
            let entries = on_list(reading.file, list, reading.known, reading.as_of, filter);
            let listings = entries.map(|entry| PublicListing::new(listing::show(&entry, reading), &showing));
            Ok(listings.map(|listing| PublicListItem { subject: subject.clone(), listing }).collect())
        })?
    })?;
    let next = next.map(|place| seal(node, &Cursor::after(place, scope))).transpose()?;
    Ok(Page::new(items, next, scope))
}

/// A cursor for the public. The place that it holds may be a person's id, so nobody can look into it.
fn seal(node: &Node, cursor: &Cursor) -> Result<String, Problem> {
    node.vault.seal_text(&cursor.render()).map(hex::encode).map_err(closed)
}

/// The place of a cursor that [`page`] gave.
pub fn place(node: &Node, cursor: Option<&str>) -> Result<Option<Place>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let text = hex::decode(cursor).ok().and_then(|sealed| node.vault.open_text(&sealed));
    // What is no cursor of ours is told like any other that is none.
    Cursor::read(text.as_deref().unwrap_or_default()).map(|cursor| Some(cursor.place))
}

/// A page of organisations that were found by name.
pub fn found(page: Page<Found>, policy: &Policy) -> Page<PublicFound> {
    let Page { items, next, as_of, known_at, position } = page;
    let organisations = items.into_iter().filter(|found| found.subject.kind == SubjectKind::Organisation);
    let items = organisations.map(|found| PublicFound { subject: organisation(&found.subject, policy), by: found.by });
    Page { items: items.collect(), next, as_of, known_at, position }
}

/// The subject of a file, and what its records are shown with; none where it may not be shown at all.
fn showing<'a>(reading: &Reading<'a>, persons: &'a Persons) -> Option<(PublicSubject, Showing<'a>)> {
    let (file, policy) = (reading.file, reading.policy);
    let own_name = file.name(reading.known).filter(|_| file.kind == SubjectKind::Organisation);
    let (subject, whose) = match file.kind {
        SubjectKind::Organisation => (organisation(&About::of(file, reading.known), policy), Whose::Organisation),
        _ => {
            let subject = person(persons.get(&file.id), policy, reading.as_of)?;
            // Only of one who is known to be of age is a name shown.
            let whose = if subject.name.is_some() { Whose::Adult } else { Whose::Somebody };
            (subject, whose)
        }
    };
    let prose = Prose::new(persons, policy.masking(), own_name, reading.as_of);
    Some((subject, Showing { policy, persons, prose, whose }))
}

fn organisation(about: &About, policy: &Policy) -> PublicSubject {
    let mask = |field: &str, value: &Option<String>| policy.masking()?.mask(field, value.as_deref()?);
    PublicSubject {
        kind: SubjectKind::Organisation,
        id: Some(about.id.clone()),
        name: mask("organisation-name", &about.name),
        uscc: mask("uscc", &about.uscc),
        document_number: None,
    }
}

/// A person, masked. Of a minor nothing; of one who is not known to be of age, neither name nor number.
fn person(fields: Option<&PersonalFields>, policy: &Policy, as_of: Date) -> Option<PublicSubject> {
    let nameless = PublicSubject { kind: SubjectKind::Person, id: None, name: None, uscc: None, document_number: None };
    let (Some(fields), Some(masking)) = (fields, policy.masking()) else { return Some(nameless) };
    if is_minor(fields, masking, as_of) {
        return None;
    }
    if birth_date(fields).is_none() {
        return Some(nameless);
    }
    let mask = |field: &str, value: &Option<String>| masking.mask(field, value.as_deref()?);
    let (name, document_number) = (mask("person-name", &fields.name), mask("document-number", &fields.document_number));
    Some(PublicSubject { name, document_number, ..nameless })
}

/// Whether somebody is known to be a minor: of age is one from the day after the birthday.
fn is_minor(fields: &PersonalFields, masking: &Masking, as_of: Date) -> bool {
    birth_date(fields).is_some_and(|birth| birth.plus_months(12 * masking.minors.under_years) >= as_of)
}

/// As the number of a citizen says it; no other document does.
fn birth_date(fields: &PersonalFields) -> Option<Date> {
    let number = fields.document_number.as_deref().filter(|_| fields.document_kind.as_deref() == Some("身份证"))?;
    identifier::birth_date(number)
}

impl PublicFile {
    fn join(mut self, other: PublicFile) -> PublicFile {
        self.same_as.push(other.subject);
        self.listings.extend(other.listings);
        self.licenses.extend(other.licenses);
        self.penalties.extend(other.penalties);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chengxin_projections::policy::{PolicyHistory, shipped_policy};

    fn seen(kind: &str, number: &str, as_of: &str) -> Option<(Option<String>, Option<String>)> {
        let mut history = PolicyHistory::default();
        for part in shipped_policy() {
            history.publish(&part.part, part.version, part.effective, &part.content.0, None).unwrap();
        }
        let day = as_of.parse().unwrap();
        let fields = PersonalFields {
            name: Some("欧阳示例".into()),
            document_kind: Some(kind.into()),
            document_number: Some(number.into()),
        };
        person(Some(&fields), &history.at(day), day).map(|person| (person.name, person.document_number))
    }

    #[test]
    fn a_person_is_masked_once_of_age_and_not_shown_at_all_before() {
        let number = "654002200806150010";
        assert_eq!(seen("身份证", number, "2026-06-15"), None, "the eighteenth birthday");
        let masked = (Some("欧阳**".to_owned()), Some("654**10".to_owned()));
        assert_eq!(seen("身份证", number, "2026-06-16"), Some(masked));
        assert_eq!(seen("护照", "E12345678", "2026-06-16"), Some((None, None)), "nobody knows the age");
    }
}
