//! A department's worklist: the measures that it carries out, what it was asked about them, and what it answered. (二十二)(二十三)

use super::{
    Page,
    access::Sight,
    levels::Onlooker,
    measure::{Measure, State, measures_of},
    scope::Scope,
    subject::About,
    walk::{self, Cursor, Place},
};
use crate::{node::Node, problem::Problem, views::list_term};
use chengxin_projections::{
    change::ListName,
    date::Date,
    facts::{Act, CreditFile, Known, Record},
    joint::{self, Answer, Request},
    policy::{Department, DepartmentKind, Policy},
};
use serde::Serialize;
use utoipa::ToSchema;

/// What an implementer did about a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AnswerWord {
    Accepted,
    Executed,
    Declined,
    Reported,
}

impl From<Answer> for AnswerWord {
    fn from(answer: Answer) -> AnswerWord {
        match answer {
            Answer::Accepted => AnswerWord::Accepted,
            Answer::Executed => AnswerWord::Executed,
            Answer::Declined => AnswerWord::Declined,
            Answer::Reported => AnswerWord::Reported,
        }
    }
}

/// That an authority asked an implementer to carry a measure out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AskedView {
    /// The entry, by `ORG/ID`.
    pub record: String,
    /// Who was asked.
    pub org: String,
    /// The event that asked, `measure.initiated`, by `ORG/ID`.
    pub event: String,
    #[schema(value_type = String, format = Date)]
    pub since: Date,
    /// The last day in time.
    #[schema(value_type = String, format = Date)]
    pub respond_by: Date,
    /// The day of the first answer.
    #[schema(value_type = Option<String>, format = Date)]
    pub answered: Option<Date>,
}

/// What an implementer answered.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnsweredView {
    /// The entry, by `ORG/ID`.
    pub record: String,
    pub org: String,
    pub answer: AnswerWord,
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// The event, by `ORG/ID`.
    pub event: String,
}

/// A measure with its subject, and what implementers were asked and answered. Where the list is narrowed to one
/// organisation, only that one's.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkItem {
    pub subject: About,
    #[serde(flatten)]
    pub measure: Measure,
    pub asked: Vec<AskedView>,
    pub answers: Vec<AnsweredView>,
}

impl WorkItem {
    /// What of it the onlooker sees: what is its own to carry out whole, and of all else what its level shows of the subject.
    fn seen_by(mut self, onlooker: &Onlooker, sight: &Sight, day: Date) -> Option<WorkItem> {
        let is_own = onlooker.is_any_of(&self.measure.implementer);
        if !is_own && !self.asked.iter().any(|asked| onlooker.is(&asked.org)) {
            self.measure = self.measure.seen_by(sight, day)?;
        } else if !sight.shows("measures") {
            self.asked.retain(|asked| onlooker.is(&asked.org));
            self.answers.retain(|answer| onlooker.is(&answer.org));
        }
        Some(self)
    }
}

/// Whose worklist it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implementer {
    /// The kinds of department that it is.
    pub kinds: Vec<String>,
    /// Its code, where one organisation is meant.
    pub org: Option<String>,
}

impl Implementer {
    /// Given by code or title of a kind, or by code or name of an organisation of the register.
    pub fn find(name: &str, policy: &Policy) -> Result<Implementer, Problem> {
        let departments = policy.departments().ok_or_else(|| Problem::unavailable("no policy is in force yet"))?;
        let is_kind = |kind: &&DepartmentKind| kind.code == name || kind.title == name;
        if let Some(kind) = departments.kinds().iter().find(is_kind) {
            return Ok(Implementer { kinds: vec![kind.code.clone()], org: None });
        }
        let is_org = |department: &&Department| department.org == name || department.name == name;
        if let Some(department) = departments.register().find(is_org) {
            return Ok(Implementer { kinds: department.kinds.clone(), org: Some(department.org.clone()) });
        }
        // Codes of organisations have digits, kinds have none: a slip in a kind must not pass for an organisation that
        // is in no register. An authority can ask such a one all the same.
        if name.bytes().any(|b| b.is_ascii_digit()) {
            let all = departments.kinds().iter().map(|kind| kind.code.clone());
            let kinds = all.filter(|kind| departments.is_of(name, kind)).collect();
            return Ok(Implementer { kinds, org: Some(name.to_owned()) });
        }
        let known: Vec<&str> = departments.kinds().iter().map(|kind| kind.code.as_str()).collect();
        let detail =
            format!("{name:?} is no department; give an organisation of the register or one of {}", known.join(", "));
        Err(Problem::parameter("implementer", detail))
    }

    /// Whether it is whoever looks: the organisation, or a kind of department that it is.
    pub fn is(&self, onlooker: &Onlooker) -> bool {
        match &self.org {
            Some(org) => onlooker.is(org),
            None => onlooker.is_any_of(&self.kinds),
        }
    }

    /// Whether the catalogue leaves the measure to it.
    fn carries_out(&self, measure: &Measure) -> bool {
        measure.implementer.iter().any(|kind| kind == "*" || self.kinds.contains(kind))
    }
}

/// A page of a department's worklist (of everyone's if it is `None`): the measures in that state that the onlooker sees.
pub fn worklist(
    node: &Node,
    implementer: Option<&Implementer>,
    state: Option<State>,
    onlooker: &Onlooker,
    scope: &Scope,
    place: Option<Place>,
    limit: usize,
) -> Result<Page<WorkItem>, Problem> {
    let policy = scope.policy(0);
    let org = implementer.and_then(|implementer| implementer.org.as_deref());
    let terms = [list_term(ListName::Red), list_term(ListName::Black)];
    let (items, next) = walk::fill(node, Some(&terms), place, limit, |shard, held| {
        let (file, known) = (&held.file, scope.known(shard.number));
        let mut measures = measures_of(file, known, scope.as_of, &policy);
        measures.retain(|measure| state.is_none_or(|state| state == measure.state));
        if measures.is_empty() {
            return Ok(Vec::new());
        }
        let answered = Answered { carriers: carriers(file, known), known, org, as_of: scope.as_of };
        let items = measures.into_iter().map(|measure| answered.item(About::of(file, known), measure));
        let is_theirs = |item: &WorkItem| {
            implementer.is_none_or(|implementer| {
                implementer.carries_out(&item.measure) || implementer.org.is_some() && !item.asked.is_empty()
            })
        };
        let sight = onlooker.on(file);
        Ok(items.filter(is_theirs).filter_map(|item| item.seen_by(onlooker, &sight, scope.as_of)).collect())
    })?;
    let next = next.map(|place| Cursor::after(place, scope).render());
    Ok(Page::new(items, next, scope))
}

/// The entries that carry measures of a subject; of a person also those of organisations that name the person, about which
/// implementers answer on the person's own file.
fn carriers(file: &CreditFile, known: Known) -> Vec<&Record> {
    let records = file.records.iter().map(|record| &**record).filter(|record| known.has(record.stamp));
    let carries = |record: &&Record| {
        record.implication(known).is_some() || record.designation(known).is_some() && !record.acts.is_empty()
    };
    records.filter(carries).collect()
}

/// What implementers were asked and answered about a subject's measures.
struct Answered<'a> {
    carriers: Vec<&'a Record>,
    known: Known,
    /// Only of this organisation.
    org: Option<&'a str>,
    as_of: Date,
}

impl Answered<'_> {
    fn item(&self, subject: About, measure: Measure) -> WorkItem {
        let (mut asked, mut answers) = (Vec::new(), Vec::new());
        for record in &self.carriers {
            let requests = joint::requests(record, self.known).filter(|request| self.is_meant(request.implementer));
            let requests = requests.filter(|request| request.measure == measure.measure);
            let begun = requests.filter(|request| request.since <= self.as_of);
            asked.extend(begun.map(|request| self.asked(record, &request)));
            let acts =
                record.acts(self.known).filter(|act| self.is_meant(act.publisher()) && act.effective <= self.as_of);
            answers.extend(acts.filter_map(|act| answer(record, act, &measure.measure)));
        }
        WorkItem { subject, measure, asked, answers }
    }

    fn is_meant(&self, org: &str) -> bool {
        self.org.is_none_or(|wanted| wanted == org)
    }

    fn asked(&self, record: &Record, request: &Request) -> AskedView {
        let answered = joint::answered(record, request, self.known).map(|act| act.effective);
        AskedView {
            record: record.id.to_string(),
            org: request.implementer.to_owned(),
            event: request.event.to_owned(),
            since: request.since,
            respond_by: request.respond_by,
            answered: answered.filter(|day| *day <= self.as_of),
        }
    }
}

fn answer(record: &Record, act: &Act, measure: &str) -> Option<AnsweredView> {
    let (answer, about) = joint::answer(act)?;
    (about == measure).then(|| AnsweredView {
        record: record.id.to_string(),
        org: act.publisher().to_owned(),
        answer: answer.into(),
        date: act.effective,
        event: act.event.to_string(),
    })
}
