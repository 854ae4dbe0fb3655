//! What is due from whom, and when. (一)(二十一)(二十七)

use super::{
    Page,
    levels::Onlooker,
    scope::Scope,
    subject::About,
    walk::{self, Cursor, Place},
    words::DutyState,
};
use crate::{node::Node, problem::Problem, views::duty_term};
use chengxin_projections::{
    date::Date,
    obligation::{self, State},
    policy::Policy,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A duty of a department.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Obligation {
    /// `publish`, `answer-objection`, `decide-flag`, …
    pub duty: String,
    /// The duty in words.
    pub title: Option<String>,
    /// Who owes it.
    pub org: String,
    /// The record that it is about, by `ORG/ID`.
    pub record: String,
    /// What raised it, by `ORG/ID`, where the record alone does not say: the objection, the application, the penalty or
    /// black entry under a flag, the initiation of a measure, the answer or report before.
    pub cause: Option<String>,
    /// The measure that it is about, of joint action.
    pub measure: Option<String>,
    pub subject: About,
    /// The day from which the working days count; it is not counted itself.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// The due day will move if the calendar of a year to come says so.
    pub provisional: bool,
    #[schema(value_type = DutyState)]
    pub state: State,
    #[schema(value_type = Option<String>, format = Date)]
    pub done: Option<Date>,
    /// Working days past the due day.
    pub late_by: u32,
}

/// What obligations are narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub org: Option<String>,
    pub overdue: Option<bool>,
    pub duty: Option<String>,
}

impl Filter {
    fn wants(&self, obligation: &obligation::Obligation) -> bool {
        self.org.as_deref().is_none_or(|org| org == obligation.org)
            && self.duty.as_deref().is_none_or(|duty| duty == obligation.duty)
            && self.overdue.is_none_or(|overdue| overdue == (obligation.state == State::Overdue))
    }
}

/// A page of the duties that had arisen by the day and that the onlooker sees.
pub fn page(
    node: &Node,
    filter: &Filter,
    onlooker: &Onlooker,
    scope: &Scope,
    place: Option<Place>,
    limit: usize,
) -> Result<Page<Obligation>, Problem> {
    let (policy, policies) = (scope.policy(0), scope.policies(0));
    let terms = filter.org.as_deref().map(|org| [duty_term(org)]);
    let terms = terms.as_ref().map(|terms| &terms[..]);
    let (items, next) = walk::fill(node, terms, place, limit, |shard, held| {
        let (file, known) = (&held.file, scope.known(shard.number));
        let all = obligation::obligations(file, known, scope.as_of, &policies);
        let sight = onlooker.on(file);
        let seen = all.iter().filter(|o| filter.wants(o) && onlooker.sees(o, &sight));
        Ok(seen.map(|o| show(o, About::of(file, known), &policy)).collect())
    })?;
    let next = next.map(|place| Cursor::after(place, scope).render());
    Ok(Page::new(items, next, scope))
}

pub(super) fn show(obligation: &obligation::Obligation, subject: About, policy: &Policy) -> Obligation {
    let deadlines = policy.terms().map_or(&[][..], |terms| terms.deadlines());
    let deadline = deadlines.iter().find(|deadline| deadline.duty == obligation.duty);
    Obligation {
        duty: obligation.duty.to_owned(),
        title: deadline.map(|deadline| deadline.title.clone()),
        org: obligation.org.to_owned(),
        record: obligation.record.to_owned(),
        cause: obligation.cause.map(str::to_owned),
        measure: obligation.measure.map(str::to_owned),
        subject,
        since: obligation.since,
        due: obligation.due.date,
        provisional: obligation.due.provisional,
        state: obligation.state,
        done: obligation.done,
        late_by: obligation.late_by,
    }
}
