//! What a version of the policy would do if it were published now. Nothing is changed. (二十), default rules 13 and 15

use super::{
    obligations::{self, Obligation},
    scope::Scope,
    subject::About,
    walk::Walk,
};
use crate::{node::Node, problem::Problem};
use chengxin_projections::{
    date::Date,
    event::{Event, PolicyPublished, SYSTEM, Subject, SubjectKind},
    facts::{CreditFile, Known},
    judge::Effect,
    obligation::{self, State},
    policy::{Due, Policy, PolicyError, PolicyHistory},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Deadlines that are shown; all are counted.
const DEADLINES_SHOWN: usize = 500;
/// No event has this id: intake takes none with a NUL.
const DRY_RUN: &str = "\0dry-run";

/// Something that is wrong with the version.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WrongPart {
    /// JSON pointer: of the content, or of the whole for `/part`, `/version` and `/content`.
    pub pointer: String,
    pub code: String,
    pub detail: String,
}

/// The last day of a duty in time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct DueView {
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    pub provisional: bool,
}

/// A duty under way whose last day would move, or become final.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MovedDeadline {
    pub obligation: Obligation,
    pub before: DueView,
    pub after: DueView,
}

/// What publishing would do.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Consequences {
    /// Duties under way that were looked at.
    pub deadlines: u64,
    /// Those whose last day would be another one.
    pub deadlines_moved: u64,
    /// Those whose last day would no longer be provisional.
    pub deadlines_final: u64,
    /// The first of both.
    pub changed: Vec<MovedDeadline>,
    /// Always 0: an entry keeps the term, the watch and the measures that the policy gave it when it was accepted.
    pub entries_moved: u64,
}

/// What would come of publishing a version of the policy now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DryRun {
    /// Whether it would be taken.
    pub valid: bool,
    /// Why not, in one sentence.
    pub reason: Option<String>,
    /// Everything that is wrong with it.
    pub errors: Vec<WrongPart>,
    pub part: String,
    pub version: u32,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    pub consequences: Consequences,
    /// The consequences in words.
    pub summary: String,
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    pub known_at: String,
    pub position: String,
}

/// Tries a version on a copy of the policy, as the judge would.
pub fn dry_run(node: &Node, publisher: &str, said: &PolicyPublished, scope: &Scope) -> Result<DryRun, Problem> {
    let shared = scope.partition(0).ok_or_else(|| Problem::unavailable("no policy is in force yet"))?;
    let mut tried = (**shared).clone();
    let mut on_copy = tried.history.clone();
    let published = on_copy.publish(&said.part, said.version, said.effective, &said.content.0, tried.day);
    let stamp = tried.stamp(u64::MAX, tried.recorded());
    let dated_back = tried.day.filter(|open| tried.is_dated_back(said, *open));
    let effect = tried.publish_policy(&event(publisher, said, stamp.recorded), said, stamp);
    // The intake refuses it before a partition sees it.
    let over = || dated_back.map(|open| format!("{open} is open: a version of the policy never rewrites the past"));
    let reason = match effect {
        Effect::Refused(refusal) => Some(refusal.to_string()),
        Effect::Applied | Effect::Duplicate(_) => over(),
    };
    let consequences = match reason {
        None => consequences(node, &shared.history, &tried.history, scope)?,
        Some(_) => Consequences::default(),
    };
    Ok(DryRun {
        valid: reason.is_none(),
        summary: summary(said, reason.is_none(), &consequences),
        reason,
        errors: published.err().unwrap_or_default().into_iter().map(WrongPart::from).collect(),
        part: said.part.clone(),
        version: said.version,
        effective: said.effective,
        consequences,
        as_of: scope.as_of,
        known_at: scope.known_at.clone(),
        position: scope.position.clone(),
    })
}

fn event(publisher: &str, said: &PolicyPublished, recorded: i64) -> Event {
    let subject =
        Subject { id: SYSTEM.to_owned(), kind: SubjectKind::System, name: None, uscc: None, aliases: Vec::new() };
    Event {
        id: DRY_RUN.to_owned(),
        publisher: publisher.to_owned(),
        office: true,
        effective: said.effective,
        recorded,
        subject,
        record_subject: None,
        data: said.clone().into(),
    }
}

/// Every duty under way by the policy as it is, beside the same by the policy as it would be.
fn consequences(
    node: &Node,
    before: &PolicyHistory,
    after: &PolicyHistory,
    scope: &Scope,
) -> Result<Consequences, Problem> {
    let policy = scope.policy(0);
    let mut all = Consequences::default();
    let mut walk = Walk::new(node, None, None)?;
    while let Some((shard, subject)) = walk.step()? {
        let Some(held) = shard.file(&subject)? else { continue };
        // Nothing is under way about records of which nothing will change by itself.
        if !held.file.live.is_empty() {
            all.look(&held.file, scope.known(shard.number), scope.as_of, [before, after], &policy);
        }
    }
    Ok(all)
}

impl Consequences {
    fn look(&mut self, file: &CreditFile, known: Known, day: Date, by: [&PolicyHistory; 2], policy: &Policy) {
        let [before, after] = by.map(|policies| obligation::obligations(file, known, day, policies));
        for (before, after) in before.iter().zip(&after) {
            if !matches!(before.state, State::Open | State::Overdue) {
                continue;
            }
            self.deadlines += 1;
            if before.due == after.due {
                continue;
            }
            self.deadlines_moved += u64::from(before.due.date != after.due.date);
            self.deadlines_final += u64::from(before.due.provisional && !after.due.provisional);
            if self.changed.len() < DEADLINES_SHOWN {
                self.changed.push(MovedDeadline {
                    obligation: obligations::show(before, About::of(file, known), policy),
                    before: before.due.into(),
                    after: after.due.into(),
                });
            }
        }
    }
}

fn summary(said: &PolicyPublished, valid: bool, consequences: &Consequences) -> String {
    if !valid {
        return format!("{}第{}版不能发布，未作任何改动", said.part, said.version);
    }
    let Consequences { deadlines, deadlines_moved, deadlines_final, .. } = consequences;
    format!(
        "{}第{}版可以发布，自{}起生效。办理中的{deadlines}项期限中，{deadlines_moved}项日期变动，{deadlines_final}项由暂定转为确定；\
         已列入名单的记录0条变动（规则变更不溯及既往）。本次为试算，未作任何改动",
        said.part, said.version, said.effective
    )
}

impl From<Due> for DueView {
    fn from(due: Due) -> DueView {
        DueView { due: due.date, provisional: due.provisional }
    }
}

impl From<PolicyError> for WrongPart {
    fn from(PolicyError { pointer, code, detail }: PolicyError) -> WrongPart {
        WrongPart { pointer: pointer.to_string(), code: code.to_string(), detail }
    }
}
