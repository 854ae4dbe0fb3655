//! Why a measure is in force, suspended or ended: which entries carried it when. (二十), default rule 8.

use super::{
    EventRef, Explanation, Step,
    listing::{designated, resuming, suspending},
    rule,
    teller::Teller,
    words,
};
use crate::{
    date::Date,
    facts::{Deed, Record},
    interval::Span,
    listing::{self, Entry},
    measure::{self, State, Stretch},
    policy::Part,
};

pub(super) fn explain(teller: &Teller, code: &str) -> Option<Explanation> {
    let file = teller.asked.file;
    let timelines = measure::timelines(file, teller.known());
    let stretches = timelines.get(code).map_or(&[][..], Vec::as_slice);
    let carriers: Vec<Entry> = carriers(teller, code).collect();
    if carriers.is_empty() {
        return None;
    }
    let question = format!("{}的措施{}现状如何，为什么？", teller.subject(), teller.measure(code));
    let mut steps: Vec<Step> = carriers.iter().map(|entry| designated(teller, entry.record)).collect();
    steps.extend(carriers.iter().flat_map(|entry| initiated(teller, entry.record, code)));
    steps.extend(carriers.iter().filter_map(|entry| withdrawn(teller, entry)));
    let began: Vec<&Stretch> = stretches.iter().filter(|one| one.span.from <= teller.as_of()).collect();
    let before = std::iter::once(None).chain(began.iter().copied().map(Some));
    steps.extend(began.iter().copied().zip(before).map(|(one, before)| part(teller, one, before, &carriers)));
    let ended = began.iter().enumerate().filter_map(|(index, one)| {
        let next = began.get(index + 1).map(|next| next.span.from);
        end(teller, one, next, &carriers)
    });
    steps.extend(ended);
    steps.sort_by_key(|step| step.date);
    Some(Explanation { question, answer: answer(teller, code, &began, stretches), steps })
}

/// The entries that carry the measure, or carried it until they were withdrawn, and had begun.
fn carriers<'a>(teller: &Teller<'a>, code: &str) -> impl Iterator<Item = Entry<'a>> {
    let (file, known, as_of) = (teller.asked.file, teller.known(), teller.as_of());
    let records = file.records.iter().filter(move |record| known.has(record.stamp) && record.effective <= as_of);
    let entries = records.filter_map(move |record| listing::entry(file, record, known));
    let code = code.to_owned();
    entries.filter(move |entry| {
        let own = entry.designation.measures.iter().any(|one| **one == *code);
        own || measure::initiated(entry.record, known).any(|(one, _)| one == code)
    })
}

fn initiated(teller: &Teller, record: &Record, code: &str) -> Vec<Step> {
    let adds = |deed: &Deed| matches!(deed, Deed::MeasuresInitiated { measures, .. } if measures.iter().any(|one| &**one == code));
    let answers = |deed: &Deed| match deed {
        Deed::MeasureAccepted { measure }
        | Deed::MeasureExecuted { measure }
        | Deed::MeasureDeclined { measure }
        | Deed::MeasureReported { measure } => &**measure == code,
        _ => false,
    };
    let acts = super::deed::told(teller, record).filter(|act| adds(&act.what) || answers(&act.what));
    acts.map(|act| super::deed::step(teller, record, act)).collect()
}

fn withdrawn(teller: &Teller, entry: &Entry) -> Option<Step> {
    if !entry.is_withdrawn {
        return None;
    }
    match entry.withdrawn_by {
        Some(act) => Some(super::deed::step(teller, entry.record, act)),
        None => {
            let last = entry.record.acts(teller.known()).rfind(|act| matches!(act.what, Deed::Corrected(_)))?;
            Some(super::deed::step(teller, entry.record, last))
        }
    }
}

/// What began with a stretch, and why.
fn part(teller: &Teller, one: &Stretch, before: Option<&Stretch>, carriers: &[Entry]) -> Step {
    let from = one.span.from;
    let basis = names(&one.basis);
    let connected = before.filter(|before| before.span.after() == from);
    let was = connected.map(|before| before.state);
    let (sentence, events, rule) = match (one.state, was) {
        (State::Suspended, _) => {
            let (why, rule) = match one_of(one, carriers).any(|entry| entry.suspension.disputed.contains(from)) {
                true => ("有异议待核实", rule::OBJECTION),
                false => ("失去认定依据", rule::BASIS_LOST),
            };
            let other = if one.basis.len() > 1 { "，别无其他有效条目附带" } else { "" };
            let sentence = format!("条目 {basis} {why}{other}，措施暂停，期限不顺延。");
            (sentence, events(one, carriers, |entry| suspending(teller, entry, from)), rule)
        }
        (State::Active, Some(State::Suspended)) => {
            let lost = connected.is_some_and(|before| {
                let day = before.span.after().previous();
                one_of(before, carriers).all(|entry| entry.suspension.basis_lost.contains(day))
            });
            let rule = if lost { rule::BASIS_LOST } else { rule::OBJECTION };
            let sentence = format!("暂停事由消除，措施恢复，依据条目 {basis}。");
            (sentence, events(one, carriers, |entry| resuming(teller, entry, from)), rule)
        }
        (State::Active, Some(State::Active)) => {
            let before = connected.map_or(&[][..], |before| &before.basis[..]);
            (changed(before, one), news(teller, before, one, carriers, from), rule::MEASURE)
        }
        (State::Active, None) => {
            let sentence = format!("措施开始实施，依据条目 {basis}。");
            (sentence, news(teller, &[], one, carriers, from), rule::MEASURE)
        }
    };
    let step = teller.step(from, format!("{}起：{sentence}", words::date(from))).events(events).rule(rule);
    if was.is_none() { step.part(Part::Catalogue, from).end() } else { step.end() }
}

fn changed(before: &[&str], one: &Stretch) -> String {
    let gone: Vec<&str> = before.iter().copied().filter(|record| !one.basis.contains(record)).collect();
    let new: Vec<&str> = one.basis.iter().copied().filter(|record| !before.contains(record)).collect();
    let basis = names(&one.basis);
    match (gone.is_empty(), new.is_empty()) {
        (true, _) => format!("条目 {} 也附带该措施，措施照常，依据增至 {basis}。", names(&new)),
        (_, true) => format!("条目 {} 不再附带，但 {basis} 仍附带同一措施，措施继续实施。", names(&gone)),
        _ => format!("依据由条目 {} 换为 {basis}，措施继续实施。", names(before)),
    }
}

/// What brought entries to a stretch or took them from it.
fn news(teller: &Teller, before: &[&str], one: &Stretch, carriers: &[Entry], day: Date) -> Vec<EventRef> {
    let changed = |id: &str| before.contains(&id) != one.basis.contains(&id);
    let changed = carriers.iter().filter(|entry| changed(&entry.record.id));
    changed.flat_map(|entry| cause(teller, entry, one, day)).collect()
}

fn cause(teller: &Teller, entry: &Entry, one: &Stretch, day: Date) -> Vec<EventRef> {
    if one.basis.contains(&&*entry.record.id) {
        let acts = entry.record.acts(teller.known()).filter(|act| act.effective == day);
        let added = acts.filter(|act| matches!(act.what, Deed::MeasuresInitiated { .. }));
        let added: Vec<EventRef> = added.map(|act| teller.acted(entry.record, act)).collect();
        return if entry.span.from == day || added.is_empty() { vec![teller.made(entry.record)] } else { added };
    }
    match entry.ended_by.filter(|act| act.effective == day) {
        Some(act) => vec![teller.acted(entry.record, act)],
        None => suspending(teller, entry, day),
    }
}

/// The end of a stretch that none follows at once.
fn end(teller: &Teller, one: &Stretch, next: Option<Date>, carriers: &[Entry]) -> Option<Step> {
    let after = one.span.after();
    if next == Some(after) || after > teller.as_of() {
        return None;
    }
    let basis = names(&one.basis);
    let ends: Vec<EventRef> = one_of(one, carriers).filter_map(|entry| ended(teller, entry)).collect();
    let sentence = if one.span.through {
        format!("{}24时，条目 {basis} 期限届满，再无条目附带该措施，措施停止。", words::date(one.span.to))
    } else {
        format!("{}起：条目 {basis} 终止，再无条目附带该措施，措施停止。", words::date(after))
    };
    Some(teller.step(after, sentence).events(ends).rule(rule::MEASURE).end())
}

/// The act that ended an entry; on a person's file, the statement of it.
fn ended(teller: &Teller, entry: &Entry) -> Option<EventRef> {
    let stated = || {
        let mut acts = entry.record.acts(teller.known());
        acts.rfind(|act| matches!(act.what, Deed::Corrected(_))).filter(|_| entry.is_cut && !entry.is_own())
    };
    entry.ended_by.or_else(stated).map(|act| teller.acted(entry.record, act))
}

fn events<'a>(one: &Stretch, carriers: &[Entry<'a>], of: impl Fn(&Entry<'a>) -> Vec<EventRef>) -> Vec<EventRef> {
    one_of(one, carriers).flat_map(of).collect()
}

/// The entries that a stretch rests on.
fn one_of<'b, 'a>(one: &'b Stretch, carriers: &'b [Entry<'a>]) -> impl Iterator<Item = &'b Entry<'a>> {
    carriers.iter().filter(|entry| one.basis.contains(&&*entry.record.id))
}

fn names(records: &[&str]) -> String {
    words::and(&records.iter().map(|record| (*record).to_owned()).collect::<Vec<String>>())
}

fn answer(teller: &Teller, code: &str, began: &[&Stretch], stretches: &[Stretch]) -> String {
    let (day, it, measure) = (words::date(teller.as_of()), teller.it(), teller.measure(code));
    let Some(last) = began.last() else {
        return format!("{it}视为从未承受措施{measure}：附带该措施的条目已作为错误认定撤回。");
    };
    let basis = names(&last.basis);
    let until = |span: Span| {
        let last = words::date(span.after().previous());
        if span.through {
            format!("按已知情形实施至{last}（含当日）")
        } else {
            format!("按已知情形实施至{last}，次日停止")
        }
    };
    if !last.span.contains(teller.as_of()) {
        return format!("截至{day}，措施{measure}已经停止，最后依据的条目是 {basis}。");
    }
    match last.state {
        State::Active => {
            let whole = stretches.last().map_or(String::new(), |last| format!("，{}", until(last.span)));
            format!("截至{day}，措施{measure}正在实施，依据条目 {basis}{whole}。")
        }
        State::Suspended => {
            format!("截至{day}，措施{measure}自{}起暂停，待异议核实或者认定部门决定。", words::date(last.span.from))
        }
    }
}
