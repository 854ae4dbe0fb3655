//! Entries, licenses and penalties as the public sees them: what the standard of double publicity shows of a record, as far
//! as nothing of a natural person is in it. (一)(二十五)(二十七)

use super::{Persons, Prose};
use crate::query::{
    listing::Listing,
    record::{License, Penalty, PublicationView},
    words::ListWord,
};
use chengxin_projections::{
    change::ListName,
    date::Date,
    event::{Procedure, Repairable},
    money::Money,
    policy::Policy,
    publication::State,
};
use serde::Serialize;
use utoipa::ToSchema;

/// How kinds beyond the standard begin: what follows is free text.
const OTHER_KIND: &str = "其他";

/// Whose records they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Organisation,
    /// A person who is known to be of age.
    Adult,
    /// A person of whom nobody knows the age.
    Somebody,
}

/// What the records of one subject are shown with.
pub struct Showing<'a> {
    pub policy: &'a Policy,
    pub persons: &'a Persons,
    pub prose: Prose<'a>,
    pub whose: Whose,
}

impl Showing<'_> {
    /// What a department wrote about the case: of an organisation alone.
    fn told(&self, text: Option<String>) -> Option<String> {
        text.filter(|_| self.whose == Whose::Organisation).map(|text| self.prose.text(text))
    }

    /// What says of what kind the case is: also of a person who is known to be of age.
    fn typical(&self, text: Option<String>) -> Option<String> {
        text.filter(|_| self.whose != Whose::Somebody).map(|text| self.prose.text(text))
    }

    /// A kind or category; of a person without what a department wrote behind 其他.
    fn kind(&self, name: String) -> String {
        if name.starts_with(OTHER_KIND) {
            return self.told(Some(name)).unwrap_or_else(|| OTHER_KIND.to_owned());
        }
        name
    }

    /// The name of a department, as the register has it.
    fn department(&self, org: &str) -> Option<String> {
        self.policy.departments()?.get(org).map(|department| department.name.clone())
    }

    /// Who represents an organisation, masked.
    fn representative(&self, record: &str, id: Option<&str>) -> Option<String> {
        let name = self.persons.representative(record, id)?.name.as_deref()?;
        let masked = || self.policy.masking()?.mask("representative-name", name);
        masked().filter(|_| self.whose == Whose::Organisation)
    }
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
    /// The authority's name, where the register knows it.
    pub authority_name: Option<String>,
    pub document_no: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    pub disputed: bool,
    /// Whether its authority corrected it; what is shown is as corrected.
    pub corrected: bool,
    /// The citations that it rests on; not of a person who is not known to be of age.
    pub citations: Vec<String>,
    pub repairable: Repairable,
    pub grade: Option<String>,
}

impl PublicListing {
    pub fn new(entry: Listing, showing: &Showing) -> PublicListing {
        let Listing { repairable: Repairable { allowed, how }, basis, .. } = entry;
        PublicListing {
            record: entry.record,
            list: entry.list,
            kind: entry.kind,
            title: entry.title,
            authority_name: showing.department(&entry.authority),
            authority: entry.authority,
            document_no: entry.document_no.map(|number| showing.prose.number(number)),
            from: entry.from,
            until: entry.until,
            disputed: entry.disputed,
            corrected: entry.corrected,
            citations: basis.into_iter().filter_map(|basis| showing.typical(basis.citation)).collect(),
            repairable: Repairable { allowed, how: showing.told(how) },
            grade: showing.told(entry.grade),
        }
    }
}

/// Where a record comes from and how it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicOrigin {
    pub record: String,
    pub authority: String,
    /// The authority's name, where the register knows it.
    pub authority_name: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    pub disputed: bool,
    /// Whether its authority corrected it; what is shown is as corrected.
    pub corrected: bool,
    #[schema(value_type = Option<String>, format = Date)]
    pub published: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub published_until: Option<Date>,
}

impl PublicOrigin {
    fn new(
        showing: &Showing,
        record: String,
        authority: String,
        effective: Date,
        disputed: bool,
        state: State,
        publication: &PublicationView,
    ) -> PublicOrigin {
        PublicOrigin {
            record,
            authority_name: showing.department(&authority),
            authority,
            effective,
            disputed,
            corrected: state == State::Corrected,
            published: publication.issued,
            published_until: publication.until,
        }
    }
}

/// A license as the public sees it. Of a person without free text; of one who is not known to be of age without what the
/// decision and the certificate are called, too.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicLicense {
    #[serde(flatten)]
    pub origin: PublicOrigin,
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
    /// The legal representative of an organisation, masked.
    pub representative: Option<String>,
    pub decided_by: Option<String>,
    pub decided_by_code: Option<String>,
    pub source: Option<String>,
    pub source_code: Option<String>,
}

impl PublicLicense {
    pub fn new(license: License, showing: &Showing) -> PublicLicense {
        let License { record, authority, effective, data, state, publication, disputed, .. } = license;
        // Where the event itself cannot be read, the record is on show all the same.
        let document_no = data.as_ref().map(|data| showing.prose.number(data.document_no.clone()));
        let data = data.unwrap_or_default();
        let representative = showing.representative(&record, data.representative.as_deref());
        // A person's certificate often has the number of the identity card.
        let number = data.certificate_no.filter(|_| showing.whose == Whose::Organisation);
        let shown = |number: String| showing.policy.masking()?.mask("license-number", &showing.prose.number(number));
        PublicLicense {
            origin: PublicOrigin::new(showing, record, authority, effective, disputed, state, &publication),
            document_no,
            category: data.category.map(|category| showing.kind(category)),
            content: showing.told(data.content),
            valid_from: data.valid_from,
            valid_until: data.valid_until,
            document_name: showing.typical(data.document_name),
            certificate_name: showing.typical(data.certificate_name),
            certificate_no: number.and_then(shown),
            representative,
            decided_by: data.decided_by,
            decided_by_code: data.decided_by_code,
            source: data.source,
            source_code: data.source_code,
        }
    }
}

/// A penalty as the public sees it. Of a person without facts and content; of one who is not known to be of age without what
/// the conduct was, too.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicPenalty {
    #[serde(flatten)]
    pub origin: PublicOrigin,
    /// The class of its publicity.
    pub severity: String,
    pub document_no: Option<String>,
    pub document_name: Option<String>,
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
    /// Certificates that were withheld or revoked.
    pub certificates: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// The legal representative of an organisation, masked.
    pub representative: Option<String>,
    pub decided_by: Option<String>,
    pub decided_by_code: Option<String>,
    pub source: Option<String>,
    pub source_code: Option<String>,
}

impl PublicPenalty {
    pub fn new(penalty: Penalty, showing: &Showing) -> PublicPenalty {
        let Penalty { record, authority, effective, severity, data, state, publication, disputed, .. } = penalty;
        // Where the event itself cannot be read, the record is on show all the same.
        let document_no = data.as_ref().map(|data| showing.prose.number(data.document_no.clone()));
        let data = data.unwrap_or_default();
        let representative = showing.representative(&record, data.representative.as_deref());
        PublicPenalty {
            origin: PublicOrigin::new(showing, record, authority, effective, disputed, state, &publication),
            severity,
            document_no,
            document_name: showing.typical(data.document_name),
            kinds: data.kinds.into_iter().map(|name| showing.kind(name)).collect(),
            conduct: showing.typical(data.conduct),
            facts: showing.told(data.facts),
            basis: showing.typical(data.basis),
            content: showing.told(data.content),
            procedure: data.procedure,
            fine: data.fine,
            confiscated: data.confiscated,
            certificates: showing.told(data.certificates),
            valid_until: data.valid_until,
            representative,
            decided_by: data.decided_by,
            decided_by_code: data.decided_by_code,
            source: data.source,
            source_code: data.source_code,
        }
    }
}
