//! What one event did, or why it was refused.

use super::{
    Explanation, Step, deed, flag, listing as entries, obligation, publication, refusal, rule, teller::Teller, words,
};
use crate::{
    change::ListName,
    date::Date,
    event::Event,
    facts::{Content, Known, Record, Stamp},
    listing::{self, State},
    measure,
    seen::Seen,
};
use std::collections::BTreeMap;

pub(super) fn explain(teller: &Teller, name: &str) -> Option<Explanation> {
    let seen = *teller.asked.file.seen(name).filter(|seen| teller.known().has(seen.stamp))?;
    let event = teller.event_at(seen.stamp);
    let question = format!("事件 {name} 产生了什么结果，为什么？");
    if let Some(code) = seen.refused {
        let Some(event) = event else {
            let answer = format!("事件被拒绝，没有生效（{}）。", code.as_str());
            return Some(Explanation { question, answer, steps: Vec::new() });
        };
        let (reason, steps) = refusal::explain(teller, &event, seen.stamp, code);
        let answer = format!("事件被拒绝，没有生效：{reason}。");
        return Some(Explanation { question, answer, steps });
    }
    let Some((step, day)) = applied(teller, name, &seen, event.as_ref()) else {
        let answer = "事件已经生效，对该主体的名单、措施和记录没有影响。".to_owned();
        return Some(Explanation { question, answer, steps: Vec::new() });
    };
    let followed = consequences(teller, seen.stamp, day);
    let duties = duties(teller, seen.stamp, day);
    let mut told: Vec<String> = followed.iter().map(|step| step.sentence.trim_end_matches('。').to_owned()).collect();
    if !duties.is_empty() {
        told.push(format!("产生{}项义务", duties.len()));
    }
    let answer = match told.is_empty() {
        true => "事件已经生效，名单、措施、提示和义务没有因此变动。".to_owned(),
        false => format!("事件已经生效：{}。", told.join("；")),
    };
    let steps = std::iter::once(step).chain(identified(teller, seen.stamp)).chain(followed).chain(duties);
    Some(Explanation { question, answer, steps: steps.collect() })
}

/// Default rule 12: the number by which the event came to this subject, where it was new.
fn identified(teller: &Teller, stamp: Stamp) -> Option<Step> {
    let file = teller.asked.file;
    let number = file.identifiers.iter().find(|number| number.stamp == stamp && &*number.scheme == "uscc")?;
    let event = teller.event_at(stamp)?;
    let sentence = format!(
        "事件载明统一社会信用代码 {}，其第9至17位即组织机构代码 {}，据此归入同一主体的同一份信用档案。",
        number.value, file.id
    );
    Some(teller.step(event.effective, sentence).rule(rule::IDENTIFIER).end())
}

/// What the event says, and the day on which it shows.
fn applied(teller: &Teller, name: &str, seen: &Seen, event: Option<&Event>) -> Option<(Step, Date)> {
    let file = teller.asked.file;
    if let Some(record) = seen.record.and_then(|place| file.records.get(place as usize)) {
        return Some((made(teller, record), record.effective.max(record.judged)));
    }
    let acts = file.records.iter().flat_map(|record| record.acts.iter().map(move |act| (record, act)));
    if let Some((record, act)) = acts.into_iter().find(|(_, act)| act.stamp == seen.stamp && *act.event == *name) {
        return Some((deed::step(teller, record, act), act.effective.max(act.judged)));
    }
    let event = event?;
    let (by, title) = (teller.department(&event.publisher), words::event(event.data.kind()));
    let reference = super::teller::reference(event.data.kind(), name, event.effective, seen.stamp);
    let sentence = format!("{}，{by} 报送“{title}”，已记入{}的信用档案。", words::date(event.effective), teller.it());
    let rule = match event.data.kind() {
        "identifier.linked" | "identifier.unlinked" => rule::IDENTIFIER,
        "access.requested" | "access.decided" => rule::ACCESS,
        _ => rule::WHO_MAY,
    };
    Some((teller.step(event.effective, sentence).event(reference).rule(rule).end(), event.effective))
}

fn made(teller: &Teller, record: &Record) -> Step {
    match record.first {
        Content::License(_) | Content::Penalty(_) => publication::made(teller, record),
        Content::Designation(_) | Content::Implication(_) => entries::designated(teller, record),
    }
}

/// What was otherwise once the event was judged: on the day on which it shows.
fn consequences(teller: &Teller, stamp: Stamp, day: Date) -> Vec<Step> {
    let (before, after) = (Known::Offset(stamp.offset.saturating_sub(1)), Known::Offset(stamp.offset));
    let mut steps = listed(teller, before, after, day);
    steps.extend(measured(teller, before, after, day));
    steps.extend(flag::raised_by(teller, before, after));
    steps
}

fn duties(teller: &Teller, stamp: Stamp, day: Date) -> Vec<Step> {
    let (before, after) = (Known::Offset(stamp.offset.saturating_sub(1)), Known::Offset(stamp.offset));
    obligation::raised_by(teller, before, after, day)
}

/// Entries by list and record: how each stands, and to which day.
fn standing<'a>(
    teller: &Teller<'a>,
    known: Known,
    day: Date,
) -> BTreeMap<(&'a str, &'static str), (State, bool, Date)> {
    let entries = listing::entries(teller.asked.file, known);
    let key = |entry: &listing::Entry<'a>| (&*entry.record.id, words::list_name(entry.list));
    let state = |entry: &listing::Entry| {
        let suspended = entry.is_disputed(day) || entry.is_basis_lost(day);
        (entry.state(day), suspended, entry.span.to)
    };
    entries.map(|entry| (key(&entry), state(&entry))).collect()
}

fn listed(teller: &Teller, before: Known, after: Known, day: Date) -> Vec<Step> {
    let was = standing(teller, before, day);
    let watch = words::list_name(ListName::Watch);
    let mut steps = Vec::new();
    for ((record, list), now) in standing(teller, after, day) {
        let earlier = was.get(&(record, list));
        if earlier == Some(&now)
            || (list == watch && now.0 != State::Active && earlier.is_none_or(|was| was.0 != State::Active))
        {
            continue;
        }
        let until = words::date(now.2);
        let date = words::date(day);
        let (rule, told) = match (earlier, now) {
            (None | Some((State::Pending, ..)), (State::Active, ..)) => {
                (rule::TERM, format!("自{date}起在{list}，止于{until}（含当日）"))
            }
            (_, (State::Withdrawn, ..)) => (rule::WITHDRAWN, format!("视为从未在{list}")),
            (_, (State::Exited, ..)) => (rule::EXIT, format!("自{until}起不在{list}")),
            (_, (State::Expired, ..)) => (rule::TERM, format!("期限已于{until}24时届满，不在{list}")),
            (_, (State::Pending, ..)) => (rule::TERM, format!("将列入{list}，止于{until}（含当日）")),
            (Some((_, false, _)), (_, true, _)) => (rule::OBJECTION, format!("仍在{list}，所附措施暂停")),
            (Some((_, true, _)), (_, false, _)) => (rule::OBJECTION, format!("仍在{list}，暂停结束")),
            _ => (rule::TERM, format!("仍在{list}，止于{until}（含当日）")),
        };
        steps.push(teller.step(day, format!("条目 {record} {told}。")).rule(rule).end());
    }
    steps
}

fn measured(teller: &Teller, before: Known, after: Known, day: Date) -> Vec<Step> {
    let file = teller.asked.file;
    let on = |known: Known| {
        let all = measure::timelines(file, known).into_iter();
        let states = all.filter_map(|(code, stretches)| {
            let one = stretches.into_iter().find(|one| one.span.contains(day))?;
            Some((code, one.state))
        });
        states.collect::<BTreeMap<&str, measure::State>>()
    };
    let (was, now) = (on(before), on(after));
    let with = |from: Option<measure::State>, to: Option<measure::State>| {
        let codes: std::collections::BTreeSet<&str> = was.keys().chain(now.keys()).copied().collect();
        let changed = codes.into_iter().filter(|code| was.get(code).copied() == from && now.get(code).copied() == to);
        changed.collect::<Vec<&str>>()
    };
    let (active, suspended) = (Some(measure::State::Active), Some(measure::State::Suspended));
    let changes = [
        ("开始实施", with(None, active)),
        ("开始即暂停", with(None, suspended)),
        ("暂停", with(active, suspended)),
        ("恢复", with(suspended, active)),
        ("停止", [with(active, None), with(suspended, None)].concat()),
    ];
    let told = changes.into_iter().filter(|(_, codes)| !codes.is_empty());
    let step = |(what, codes): (&str, Vec<&str>)| {
        let sentence = format!("{}起{what}{}项措施：{}。", words::date(day), codes.len(), teller.measures(codes));
        teller.step(day, sentence).rule(rule::MEASURE).end()
    };
    told.map(step).collect()
}
