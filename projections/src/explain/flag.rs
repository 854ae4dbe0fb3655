//! Why an entry is flagged, and what came of it. (二十一), default rules 5, 7 and 14.

use super::{Explanation, Step, deed, listing::designated, obligation, publication, rule, teller::Teller, words};
use crate::{
    dispute,
    facts::{ConfirmedOn, Content, Deed, Known, Record},
    flag::{self, Flag, FlagKind},
    listing,
    obligation::duty,
};

pub(super) fn explain(teller: &Teller, kind: FlagKind, record: &str) -> Option<Explanation> {
    let file = teller.asked.file;
    let all = flag::flags(file, &flag::all(file), teller.known());
    let asked = |flag: &&Flag| flag.kind == kind && *flag.entry.id == *record && flag.span.from <= teller.as_of();
    let flags: Vec<&Flag> = all.iter().filter(asked).collect();
    let first = flags.first()?;
    let mut steps = vec![designated(teller, first.entry)];
    for flag in &flags {
        steps.push(caused(teller, flag));
        steps.push(raised(teller, flag));
    }
    steps.extend(obligation::of_duty(teller, duty_of(kind), record));
    let decides =
        |deed: &Deed| *deed == Deed::Confirmed { on: confirmed_on(kind) } || matches!(deed, Deed::Exited { .. });
    let decisions = deed::told(teller, first.entry).filter(|act| decides(&act.what));
    steps.extend(decisions.map(|act| deed::step(teller, first.entry, act)));
    steps.sort_by_key(|step| step.date);
    let question = format!("条目 {record} 为什么有“{}”，后来如何？", words::flag(kind));
    Some(Explanation { question, answer: answer(teller, &flags), steps })
}

/// The flags that stood once an event was judged, and did not before.
pub(super) fn raised_by(teller: &Teller, before: Known, after: Known) -> Vec<Step> {
    let file = teller.asked.file;
    let all = |known| flag::flags(file, &flag::all(file), known);
    let was = all(before);
    let is_new = |flag: &Flag| {
        let same = |other: &Flag| {
            other.kind == flag.kind && other.entry.id == flag.entry.id && other.cause.id == flag.cause.id
        };
        !was.iter().any(same)
    };
    all(after).iter().filter(|flag| is_new(flag)).map(|flag| raised(teller, flag)).collect()
}

/// The record that raised the flag; of a lost basis, its withdrawal.
fn caused(teller: &Teller, flag: &Flag) -> Step {
    match (&flag.cause.first, flag.kind) {
        (_, FlagKind::BasisLost) => match dispute::withdrawal(flag.cause, teller.known()) {
            Some(act) => deed::step(teller, flag.cause, act),
            None => publication::made(teller, flag.cause),
        },
        (Content::Designation(_), _) => designated(teller, flag.cause),
        _ => publication::made(teller, flag.cause),
    }
}

fn raised(teller: &Teller, flag: &Flag) -> Step {
    let day = words::date(flag.span.from);
    let (title, authority) = (words::flag(flag.kind), teller.department(flag.entry.authority()));
    let cause = cause_words(flag.cause);
    let (why, rule) = match flag.kind {
        FlagKind::DishonestWhileRed => {
            let told = format!(
                "{}在红名单期间有{cause}：当日对条目 {} 作出{title}，告知 {authority} 和 {}，建议停止激励；\
                 认定部门决定以前，激励措施照常",
                teller.it(),
                flag.entry.id,
                teller.department(flag.cause.authority())
            );
            (told, rule::FLAG)
        }
        FlagKind::RedAndBlack => {
            let told = format!(
                "{}同时在红名单和黑名单（条目 {}）：对条目 {} 作出{title}",
                teller.it(),
                flag.cause.id,
                flag.entry.id
            );
            (told, rule::FLAG)
        }
        FlagKind::RelapseInWatch => {
            let told = format!("{}在重点监测期内有{cause}：作出{title}，由部门判断，系统不自动列入名单", teller.it());
            (told, rule::RELAPSE)
        }
        FlagKind::BasisLost => {
            let told = format!(
                "条目 {} 所依据的记录均已撤回：作出{title}，措施即行暂停，由 {authority} 决定；条目不自动除名",
                flag.entry.id
            );
            (told, rule::BASIS_LOST)
        }
    };
    let gone = dispute::withdrawal(flag.cause, teller.known()).filter(|_| flag.kind == FlagKind::BasisLost);
    let event = gone.map_or_else(|| teller.made(flag.cause), |act| teller.acted(flag.cause, act));
    teller.step(flag.span.from, format!("{day}，{why}。")).event(event).rule(rule).end()
}

fn cause_words(cause: &Record) -> String {
    match cause.first {
        Content::Designation(_) => format!("黑名单条目 {}", cause.id),
        _ => format!("行政处罚 {}", cause.id),
    }
}

fn duty_of(kind: FlagKind) -> &'static str {
    if kind == FlagKind::BasisLost { duty::DECIDE_BASIS_LOST } else { duty::DECIDE_FLAG }
}

fn confirmed_on(kind: FlagKind) -> ConfirmedOn {
    if kind == FlagKind::BasisLost { ConfirmedOn::BasisLost } else { ConfirmedOn::Flag }
}

fn answer(teller: &Teller, flags: &[&Flag]) -> String {
    let day = words::date(teller.as_of());
    let causes: Vec<String> = flags.iter().map(|flag| cause_words(flag.cause)).collect();
    let causes = words::and(&causes);
    if let Some(standing) = flags.iter().find(|flag| flag.span.contains(teller.as_of())) {
        let since = words::date(standing.span.from);
        return format!("截至{day}，该提示自{since}起成立，起因是{causes}；等待认定部门决定。");
    }
    let Some(last) = flags.iter().max_by_key(|flag| flag.span.after()) else { return String::new() };
    let over = words::date(last.span.after());
    let entry = listing::entry(teller.asked.file, last.entry, teller.known());
    let why = match (last.is_confirmed, entry.and_then(|entry| entry.ended_by)) {
        (true, _) => "认定部门决定保留条目",
        (_, Some(act)) if act.effective == last.span.after() => "认定部门让条目退出名单",
        _ => "条目或者起因已经终止",
    };
    format!("该提示起因是{causes}，已于{over}消除：{why}。")
}
