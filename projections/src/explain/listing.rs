//! Why an entry is on its list, or why it is not: from the designation to its end, with what suspended it on the way.

use super::{Explanation, Step, deed, obligation, rule, teller::Teller, words};
use crate::{
    change::ListName,
    date::Date,
    dispute,
    event::{Data, DesignationMade, List},
    facts::{Content, Deed, Designation, Known, Record},
    interval::Days,
    listing::{self, Entry, State},
    policy::Part,
};

pub(super) fn explain(teller: &Teller, record: &Record) -> Explanation {
    let question = match record.first {
        Content::Implication(_) => format!("该自然人因单位的名单条目 {} 所受影响如何，为什么？", record.id),
        _ => format!("{}的名单条目 {} 现状如何，为什么？", teller.subject(), record.id),
    };
    let Some(entry) = listing::entry(teller.asked.file, record, teller.known()) else {
        return Explanation { question, answer: format!("{} 不是名单条目。", record.id), steps: Vec::new() };
    };
    let mut steps = vec![designated(teller, record)];
    steps.extend(carried(teller, record));
    steps.extend(deed::told(teller, record).map(|act| deed::step(teller, record, act)));
    if !entry.is_withdrawn {
        steps.extend(by_basis(teller, &entry));
        steps.extend(expired(teller, &entry));
        steps.extend(watched(teller, &entry));
    }
    steps.extend(obligation::about(teller, &record.id));
    // Stable: what happened on one day stays in the order of its causes.
    steps.sort_by_key(|step| step.date);
    Explanation { question, answer: answer(teller, &entry), steps }
}

/// The designation as it was made.
pub(super) fn designated(teller: &Teller, record: &Record) -> Step {
    let (designation, entity) = match &record.first {
        Content::Designation(designation) => (&**designation, None),
        Content::Implication(stated) => (&stated.entry, Some(&**stated)),
        _ => return teller.step(record.effective, "").end(),
    };
    let (date, by) = (words::date(record.effective), teller.department(record.authority()));
    let (list, kind) = (words::list(designation.list), teller.kind(designation));
    let late = if entity.is_none() { teller.late(record.effective, record.judged) } else { String::new() };
    let rule = if designation.list == List::Red { rule::RED } else { rule::BLACK };
    if let Some(stated) = entity {
        let until = words::date(designation.until);
        let sentence = format!(
            "{date}，{by} 将单位 {} 列入{list}（{kind}），止于{until}（含当日），并将该自然人载明为其{}。",
            stated.entity, stated.role
        );
        return teller.step(record.effective, sentence).event(teller.made(record)).rule(rule::PERSONS).end();
    }
    let made = match teller.data_at(record.stamp) {
        Some(Data::DesignationMade(made)) => Some(made),
        _ => None,
    };
    let document = made.as_ref().map_or(String::new(), |made| format!("，认定文书{}", made.document_no));
    let (it, term) = (teller.it(), term(designation, made.as_ref()));
    let basis = made.as_ref().map_or(String::new(), basis);
    let sentence = format!("{date}{late}，{by} 将{it}列入{list}（{kind}）{document}，{term}。{basis}");
    let step = teller.step(record.effective, sentence).event(teller.made(record)).rule(rule);
    step.part(Part::ListKinds, record.judged).end()
}

/// 期限36个月，止于2029年4月20日（含当日）
fn term(designation: &Designation, made: Option<&DesignationMade>) -> String {
    let until = format!("止于{}（含当日）", words::date(designation.until));
    match made {
        Some(DesignationMade { until: None, months: Some(months), .. }) => format!("期限{months}个月，{until}"),
        Some(DesignationMade { until: None, months: None, .. }) => format!("期限按该名单种类的默认期限，{until}"),
        _ => format!("期限{until}"),
    }
}

fn basis(made: &DesignationMade) -> String {
    let item = |basis: &crate::event::Basis| match (&basis.citation, &basis.record) {
        (Some(citation), Some(record)) => format!("{citation}（记录 {record}）"),
        (Some(citation), None) => citation.clone(),
        (None, record) => format!("记录 {}", record.as_deref().unwrap_or_default()),
    };
    format!("认定依据：{}。", made.basis.iter().map(item).collect::<Vec<String>>().join("；"))
}

/// What the entry carries, whom it lands on, and whether it can be repaired.
fn carried(teller: &Teller, record: &Record) -> Vec<Step> {
    let (designation, is_own) = match &record.first {
        Content::Designation(designation) => (&**designation, true),
        Content::Implication(stated) => (&stated.entry, false),
        _ => return Vec::new(),
    };
    let mut steps = Vec::new();
    let day = record.effective;
    if !designation.measures.is_empty() {
        let titles = teller.measures(designation.measures.iter().map(|code| &**code));
        let (measures, count) = (words::measures_of(designation.list), designation.measures.len());
        let date = words::date(day);
        let sentence = match is_own {
            true => format!("该条目自{date}起附带{count}项{measures}：{titles}。"),
            false => format!("其中{count}项{measures}按其职务落实到该自然人，自{date}起实施：{titles}。"),
        };
        let step = teller.step(day, sentence).event(teller.made(record)).rule(rule::MEASURE);
        steps.push(step.part(Part::ListKinds, record.judged).part(Part::Catalogue, record.judged).end());
    }
    if !designation.persons.is_empty() {
        let roles: Vec<String> = designation.persons.iter().map(|person| person.role.to_string()).collect();
        let (count, roles) = (designation.persons.len(), words::and(&roles));
        let sentence = format!(
            "认定时载明责任人员{count}人（{roles}）：落实到该职务的措施与该条目同起止、同暂停；此后变更任职不影响。"
        );
        let step = teller.step(day, sentence).event(teller.made(record)).rule(rule::PERSONS);
        steps.push(step.part(Part::Catalogue, record.judged).end());
    }
    if is_own && designation.list == List::Black {
        let how = designation.repair_note.as_deref().map_or(String::new(), |how| format!("：{how}"));
        let can = if designation.repairable { "可以信用修复" } else { "不可信用修复" };
        let step = teller.step(day, format!("认定时载明该条目{can}{how}。"));
        steps.push(step.event(teller.made(record)).rule(rule::REPAIRABILITY).end());
    }
    steps
}

/// What disputes and withdrawals of the records under the entry did to it. Default rules 3 and 5.
fn by_basis(teller: &Teller, entry: &Entry) -> Vec<Step> {
    if !entry.designation.rests_on_records {
        return Vec::new();
    }
    let measures = words::measures_of(entry.designation.list);
    let mut steps = Vec::new();
    let runs = |day: Date| entry.span.contains(day) && day <= teller.as_of();
    let known = teller.known();
    let records = entry.designation.basis.iter().filter_map(|id| teller.asked.file.record(id));
    for basis in records.filter(|basis| known.has(basis.stamp)) {
        for objection in dispute::objections(basis, known) {
            let day = objection.filed.effective;
            if runs(day) && entry.suspension.disputed.contains(day) {
                let sentence = format!(
                    "该条目所依据的记录 {} 自{}起有异议待核实，且条目别无其他有效依据：{measures}同日暂停，期限不顺延。",
                    basis.id,
                    words::date(day)
                );
                let step = teller.step(day, sentence).event(teller.acted(basis, objection.filed));
                steps.push(step.rule(rule::OBJECTION).end());
            }
        }
        if let Some(gone) = dispute::withdrawal(basis, known) {
            let is_lost = runs(gone.effective) && entry.suspension.basis_lost.contains(gone.effective);
            let then = match is_lost {
                true => format!("条目别无其他依据：{measures}即行暂停；条目不自动移出名单，由认定部门决定保留或者退出"),
                false => "条目尚有其他依据，不受影响".to_owned(),
            };
            let day = words::date(gone.effective);
            let sentence = format!("该条目所依据的记录 {} 于{day}撤回，{then}。", basis.id);
            let step = teller.step(gone.effective, sentence).event(teller.acted(basis, gone));
            steps.push(step.rule(rule::BASIS_LOST).end());
        }
    }
    steps
}

/// The end of the term, where nothing ended the entry before.
fn expired(teller: &Teller, entry: &Entry) -> Option<Step> {
    if entry.is_cut || teller.as_of() < entry.span.after() {
        return None;
    }
    let (last, list) = (words::date(entry.span.to), words::list_name(entry.list));
    let sentence = format!("期限于{last}24时届满（节假日照计），次日起不在{list}，所附措施一并停止，无须另行决定。");
    Some(teller.step(entry.span.after(), sentence).rule(rule::TERM).end())
}

/// The watch that follows the black list, once it has begun or is to begin.
fn watched(teller: &Teller, entry: &Entry) -> Option<Step> {
    let watch = listing::watch(entry).filter(|_| teller.as_of() >= entry.span.after())?;
    let (from, until) = (words::date(watch.span.from), words::date(watch.span.to));
    let months = watch.designation.watch_months;
    let who = if entry.is_own() { "" } else { "，该自然人与单位一同" };
    let sentence = format!(
        "自{from}（退出次日）起{who}转入重点监测，期限{months}个月，止于{until}（含当日）；监测期间不附带措施。"
    );
    Some(teller.step(watch.span.from, sentence).rule(rule::WATCH).end())
}

fn answer(teller: &Teller, entry: &Entry) -> String {
    let (as_of, it, list) = (teller.as_of(), teller.it(), words::list_name(entry.list));
    let on = match entry.is_own() {
        true => it.to_owned(),
        false => "载明该自然人为责任人员的单位".to_owned(),
    };
    let until = words::date(entry.span.to);
    let day = words::date(as_of);
    match entry.state(as_of) {
        State::Withdrawn => withdrawn(teller, entry),
        State::Pending => format!("截至{day}，{on}尚未列入{list}：该条目自{}起生效。", words::date(entry.span.from)),
        State::Active => {
            let end = if entry.is_cut {
                format!("已决定于{until}退出")
            } else {
                format!("止于{until}（含当日）")
            };
            format!("截至{day}，{on}在{list}，{end}{}。", suspended(entry, as_of))
        }
        State::Exited => format!("截至{day}，{on}已不在{list}：该条目已于{until}退出{}。", watch_of(entry, as_of)),
        State::Expired => {
            format!("截至{day}，{on}已不在{list}：该条目期限已于{until}24时届满{}。", watch_of(entry, as_of))
        }
    }
}

fn suspended(entry: &Entry, as_of: Date) -> String {
    let measures = words::measures_of(entry.designation.list);
    let since =
        |days: &Days| days.stretches().iter().find(|(from, to)| *from <= as_of && as_of < *to).map(|(from, _)| *from);
    if let Some(from) = since(&entry.suspension.basis_lost) {
        return format!("；认定依据已于{}灭失，{measures}暂停，待认定部门决定", words::date(from.max(entry.span.from)));
    }
    match since(&entry.suspension.disputed) {
        Some(from) => format!("；自{}起异议处理中，{measures}暂停，期限不顺延", words::date(from.max(entry.span.from))),
        None => format!("，所附{measures}照常"),
    }
}

fn watch_of(entry: &Entry, as_of: Date) -> String {
    match listing::watch(entry) {
        Some(watch) if entry.list == ListName::Black => {
            let (from, until) = (words::date(watch.span.from), words::date(watch.span.to));
            match watch.state(as_of) {
                State::Pending => format!("，{from}起转入重点监测"),
                State::Active => format!("，现处于重点监测，止于{until}（含当日）"),
                _ => format!("，重点监测亦已于{until}届满"),
            }
        }
        _ => String::new(),
    }
}

/// Default rule 4: never was, and what the system said before its withdrawal was recorded.
fn withdrawn(teller: &Teller, entry: &Entry) -> String {
    let (it, list) = (teller.it(), words::list_name(entry.list));
    let Some(act) = entry.withdrawn_by else {
        return format!("单位的条目已作为错误认定撤回：{it}视为从未因此承受措施。");
    };
    let day = words::date(act.effective);
    let before = Known::Offset(act.stamp.offset.saturating_sub(1));
    let earlier = listing::entry(teller.asked.file, entry.record, before);
    let was = earlier.filter(|earlier| earlier.state(teller.as_of()) == State::Active);
    let said = was.map_or(String::new(), |was| {
        let (from, until) = (words::date(was.span.from), words::date(was.span.to));
        format!("；在撤回记录以前，系统所知为自{from}起在{list}、止于{until}，按当时所知查询仍如此回答")
    });
    format!("该条目已于{day}作为错误认定撤回：不论问哪一天，{it}均视为从未因该条目列入{list}{said}。")
}

/// The acts that suspended an entry on a day: open objections, and withdrawn records under it.
pub(super) fn suspending(teller: &Teller, entry: &Entry, day: Date) -> Vec<super::EventRef> {
    let known = teller.known();
    let file = teller.asked.file;
    let basis = entry.designation.basis.iter().filter_map(|id| file.record(id)).map(|record| &**record);
    let basis: Vec<&Record> = basis.filter(|record| known.has(record.stamp)).collect();
    let mut events = Vec::new();
    for record in std::iter::once(entry.record).chain(basis.iter().copied()) {
        let open = dispute::objections(record, known).filter(|objection| objection.is_open(day));
        events.extend(open.map(|objection| teller.acted(record, objection.filed)));
    }
    let gone = basis.into_iter().filter_map(|record| Some((record, dispute::withdrawal(record, known)?)));
    events.extend(gone.filter(|(_, act)| act.effective <= day).map(|(record, act)| teller.acted(record, act)));
    events
}

/// What ended the suspension of an entry on a day, if an act did.
pub(super) fn resuming(teller: &Teller, entry: &Entry, day: Date) -> Vec<super::EventRef> {
    let acts = entry.record.acts(teller.known()).filter(|act| act.effective == day);
    let resumes = |deed: &Deed| matches!(deed, Deed::ObjectionResolved { .. } | Deed::Confirmed { .. });
    acts.filter(|act| resumes(&act.what)).map(|act| teller.acted(entry.record, act)).collect()
}
