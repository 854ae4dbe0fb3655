//! What anyone may see (一)(二十五)(二十七): records that are on show, entries while they are on a public list, and no more of a
//! natural person than the masking policy of the day allows.

use super::{
    Page,
    find::{Found, Match},
    list::{Filter, on_list},
    listing::{self, Listing, Repairable},
    personal::{OWN_FIELDS, closed},
    record::{self, License, Penalty},
    same,
    scope::Scope,
    subject::{self, About, Reading},
    walk::{self, Cursor, Place},
    words::{ListWord, SubjectWord},
};
use crate::{http::Problem, node::Node, projector::Shard, vault::PersonalFields, views::Held, views::list_term};
use chengxin_projections::{
    change::ListName,
    date::Date,
    event::{List, Procedure, SubjectKind},
    money::Money,
    policy::Policy,
};
use serde::Serialize;
use utoipa::ToSchema;

/// How kinds beyond the standard begin: what follows is free text.
const OTHER_KIND: &str = "其他";

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

/// An entry of a list as the public sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicListing {
    pub record: String,
    #[schema(value_type = ListWord)]
    pub list: ListName,
    pub kind: String,
    pub title: Option<String>,
    pub authority: String,
    pub document_no: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    pub disputed: bool,
    /// The citations that it rests on; not shown of a person.
    pub citations: Vec<String>,
    pub repairable: Repairable,
    pub grade: Option<String>,
}

/// A license as the public sees it; of a person without free text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicLicense {
    pub record: String,
    pub authority: String,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    pub document_no: Option<String>,
    pub category: Option<String>,
    pub content: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    pub document_name: Option<String>,
    pub certificate_name: Option<String>,
    pub certificate_no: Option<String>,
    pub decided_by: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub published: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub published_until: Option<Date>,
}

/// A penalty as the public sees it; of a person without free text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicPenalty {
    pub record: String,
    pub authority: String,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    pub severity: String,
    pub document_no: Option<String>,
    pub kinds: Vec<String>,
    pub conduct: Option<String>,
    pub facts: Option<String>,
    pub basis: Option<String>,
    pub content: Option<String>,
    #[schema(value_type = Option<String>)]
    pub procedure: Option<Procedure>,
    #[schema(value_type = Option<String>)]
    pub fine: Option<Money>,
    #[schema(value_type = Option<String>)]
    pub confiscated: Option<Money>,
    pub decided_by: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub published: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub published_until: Option<Date>,
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
    for (shard, held) in same::held(node, &members, scope)? {
        let Some(part) = one(node, shard, &held, scope)? else { continue };
        whole = Some(match whole {
            None => part,
            Some(whole) => whole.join(part),
        });
    }
    whole.ok_or_else(|| Problem::not_found("nothing is published of this subject; give an organisation code or a USCC"))
}

fn one(node: &Node, shard: &Shard, held: &Held, scope: &Scope) -> Result<Option<PublicFile>, Problem> {
    subject::read(node, shard, held, scope, |reading| {
        let Some(subject) = subject(node, reading)? else { return Ok(None) };
        let is_person = subject.kind == SubjectKind::Person;
        let lists = public_lists(reading.policy);
        let entries = listing::listings(reading).into_iter();
        let entries = entries.filter(|entry| entry.state == chengxin_projections::listing::State::Active);
        let entries = entries.filter(|entry| lists.contains(&entry.list));
        let (licenses, penalties) = record::records(reading);
        let licenses = licenses.into_iter().filter(|license| license.publication.is_public);
        let penalties = penalties.into_iter().filter(|penalty| penalty.publication.is_public);
        Ok(Some(PublicFile {
            subject,
            same_as: Vec::new(),
            listings: entries.map(|entry| PublicListing::new(entry, is_person)).collect(),
            licenses: licenses.map(|license| PublicLicense::new(license, is_person, reading.policy)).collect(),
            penalties: penalties.map(|penalty| PublicPenalty::new(penalty, is_person)).collect(),
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
            let Some(subject) = subject(node, reading)? else { return Ok(Vec::new()) };
            let is_person = subject.kind == SubjectKind::Person;
            let entries = on_list(reading.file, list, reading.known, reading.as_of, filter);
            let listings = entries.map(|entry| PublicListing::new(listing::show(&entry, reading), is_person));
            Ok(listings.map(|listing| PublicListItem { subject: subject.clone(), listing }).collect())
        })?
    })?;
    Ok(Page::new(items, next.map(|place| Cursor::after(place, scope).render()), scope))
}

/// A page of organisations that were found by name.
pub fn found(page: Page<Found>, policy: &Policy) -> Page<PublicFound> {
    let Page { items, next, as_of, known_at, position } = page;
    let organisations = items.into_iter().filter(|found| found.subject.kind == SubjectKind::Organisation);
    let items = organisations.map(|found| PublicFound { subject: organisation(&found.subject, policy), by: found.by });
    Page { items: items.collect(), next, as_of, known_at, position }
}

/// The subject of a file; none where it may not be shown at all.
fn subject(node: &Node, reading: &Reading) -> Result<Option<PublicSubject>, Problem> {
    if reading.file.kind == SubjectKind::Organisation {
        return Ok(Some(organisation(&About::of(reading.file, reading.known), reading.policy)));
    }
    let fields = node.vault.open_fields(&reading.file.id, OWN_FIELDS).map_err(closed)?;
    Ok(person(fields.as_ref(), reading.policy, reading.as_of))
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
    let Some(birth) = birth_date(fields) else { return Some(nameless) };
    if birth.plus_months(12 * masking.minors.under_years) >= as_of {
        return None; // of age from the day after the birthday
    }
    let mask = |field: &str, value: &Option<String>| masking.mask(field, value.as_deref()?);
    let (name, document_number) = (mask("person-name", &fields.name), mask("document-number", &fields.document_number));
    Some(PublicSubject { name, document_number, ..nameless })
}

/// As the number of a citizen says it; no other document does.
fn birth_date(fields: &PersonalFields) -> Option<Date> {
    let number = fields.document_number.as_deref().filter(|_| fields.document_kind.as_deref() == Some("身份证"))?;
    let part = |range: std::ops::Range<usize>| number.get(range)?.parse::<u32>().ok();
    Date::from_ymd(part(6..10)? as i32, part(10..12)?, part(12..14)?)
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

impl PublicListing {
    fn new(entry: Listing, is_person: bool) -> PublicListing {
        let free = |text: Option<String>| text.filter(|_| !is_person);
        let Listing { repairable: Repairable { allowed, how }, basis, .. } = entry;
        PublicListing {
            record: entry.record,
            list: entry.list,
            kind: entry.kind,
            title: entry.title,
            authority: entry.authority,
            document_no: entry.document_no,
            from: entry.from,
            until: entry.until,
            disputed: entry.disputed,
            citations: basis.into_iter().filter_map(|basis| free(basis.citation)).collect(),
            repairable: Repairable { allowed, how: free(how) },
            grade: free(entry.grade),
        }
    }
}

impl PublicLicense {
    fn new(license: License, is_person: bool, policy: &Policy) -> PublicLicense {
        let free = |text: Option<String>| text.filter(|_| !is_person);
        let License { record, authority, effective, data, publication, .. } = license;
        let shown = PublicLicense {
            record,
            authority,
            effective,
            document_no: None,
            category: None,
            content: None,
            valid_from: None,
            valid_until: None,
            document_name: None,
            certificate_name: None,
            certificate_no: None,
            decided_by: None,
            published: publication.issued,
            published_until: publication.until,
        };
        let Some(data) = data else { return shown };
        let number = free(data.certificate_no);
        PublicLicense {
            document_no: Some(data.document_no),
            category: data.category.map(|category| kind(category, is_person)),
            content: free(data.content),
            valid_from: data.valid_from,
            valid_until: data.valid_until,
            document_name: free(data.document_name),
            certificate_name: free(data.certificate_name),
            // A person's certificate often has the number of the identity card.
            certificate_no: number.and_then(|number| policy.masking()?.mask("license-number", &number)),
            decided_by: data.decided_by,
            ..shown
        }
    }
}

impl PublicPenalty {
    fn new(penalty: Penalty, is_person: bool) -> PublicPenalty {
        let free = |text: Option<String>| text.filter(|_| !is_person);
        let Penalty { record, authority, effective, severity, data, publication, .. } = penalty;
        let shown = PublicPenalty {
            record,
            authority,
            effective,
            severity,
            document_no: None,
            kinds: Vec::new(),
            conduct: None,
            facts: None,
            basis: None,
            content: None,
            procedure: None,
            fine: None,
            confiscated: None,
            decided_by: None,
            published: publication.issued,
            published_until: publication.until,
        };
        let Some(data) = data else { return shown };
        PublicPenalty {
            document_no: Some(data.document_no),
            kinds: data.kinds.into_iter().map(|name| kind(name, is_person)).collect(),
            conduct: free(data.conduct),
            facts: free(data.facts),
            basis: free(data.basis),
            content: free(data.content),
            procedure: data.procedure,
            fine: data.fine,
            confiscated: data.confiscated,
            decided_by: data.decided_by,
            ..shown
        }
    }
}

/// A kind or category; of a person without what a department wrote behind 其他.
fn kind(name: String, is_person: bool) -> String {
    if is_person && name.starts_with(OTHER_KIND) { OTHER_KIND.to_owned() } else { name }
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
