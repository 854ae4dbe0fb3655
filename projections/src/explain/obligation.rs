//! When a duty was due, and every day that was counted on the way. Default rules 2, 13 and 15.

use super::{
    EventRef, Explanation, PolicyRef, Step, days,
    rule::{self, Rule},
    teller::{self, Teller},
    words,
};
use crate::{
    date::Date,
    dispute,
    event::NoticeAbout,
    facts::{ConfirmedOn, Content, Deed, Known, Record},
    listing,
    obligation::{self, Obligation, State, duty},
    policy::{Count, Part},
};

/// Days past a due day that are told one by one; a duty can be overdue for years.
const LATE_DAYS: i32 = 60;

pub(super) fn explain(teller: &Teller, name: &str, record: &str) -> Option<Explanation> {
    let all = all(teller);
    let asked: Vec<&Obligation> = all.iter().filter(|one| one.duty == name && one.record == record).collect();
    let question = format!("记录 {record} 的义务“{}”何时到期，如何计算？", teller.duty(name));
    let answer = match asked[..] {
        [] => return None,
        [one] => {
            format!("{} 应于{}以前完成；{}。", teller.department(one.org), days::due(one.due), outcome(teller, one))
        }
        _ => {
            let open = asked.iter().filter(|one| matches!(one.state, State::Open | State::Overdue)).count();
            format!(
                "截至{}，该记录先后产生{}项此类义务，其中{open}项尚未完成。",
                words::date(teller.as_of()),
                asked.len()
            )
        }
    };
    let steps = asked.into_iter().flat_map(|one| {
        let late = late(teller, one);
        let moved = moved(teller, one);
        std::iter::once(raised(teller, one)).chain(moved).chain(std::iter::once(closed(teller, one))).chain(late)
    });
    Some(Explanation { question, answer, steps: steps.collect() })
}

/// The duties about a record that had arisen by the day, each in one step.
pub(super) fn about(teller: &Teller, record: &str) -> Vec<Step> {
    told(teller, |one| one.record == record)
}

/// The duties of one kind about a record, each in one step.
pub(super) fn of_duty(teller: &Teller, name: &str, record: &str) -> Vec<Step> {
    told(teller, |one| one.duty == name && one.record == record)
}

/// The duties that had arisen once an event was judged, and had not before.
pub(super) fn raised_by(teller: &Teller, before: Known, after: Known, day: Date) -> Vec<Step> {
    let all = |known| obligation::obligations(teller.asked.file, known, day, teller.policies());
    let key = |one: &Obligation| format!("{} {} {} {:?} {:?}", one.duty, one.org, one.record, one.cause, one.measure);
    let was: Vec<String> = all(before).iter().map(key).collect();
    all(after).iter().filter(|one| !was.contains(&key(one))).map(|one| raised(teller, one)).collect()
}

fn told(teller: &Teller, which: impl Fn(&Obligation) -> bool) -> Vec<Step> {
    let told = |one: &Obligation| {
        let mut step = raised(teller, one);
        step.sentence = format!("{}{}。", step.sentence, outcome(teller, one));
        step
    };
    all(teller).iter().filter(|one| which(one)).map(told).collect()
}

fn all<'a>(teller: &Teller<'a>) -> Vec<Obligation<'a>> {
    obligation::obligations(teller.asked.file, teller.known(), teller.as_of(), teller.policies())
}

/// What raised the duty, and by when it is to be done.
fn raised(teller: &Teller, one: &Obligation) -> Step {
    let (org, title) = (teller.department(one.org), teller.duty(one.duty));
    let (since, due) = (words::date(one.since), days::due(one.due));
    let about = one.measure.map_or(String::new(), |code| format!("，所涉措施{}", teller.measure(code)));
    let events = raising(teller, one).into_iter();
    if one.duty == duty::ANSWER_MEASURE {
        let sentence = format!("义务“{title}”：由 {org} 办理{about}，发起事件定明应于{due}以前响应。");
        return teller.step(one.since, sentence).events(events).rule(rule::INITIATE).end();
    }
    let count = counted(teller, one);
    let number = count.working_days;
    let sentence =
        format!("义务“{title}”：由 {org} 办理{about}，自{since}（当日不计）起{number}个工作日，应于{due}以前完成。");
    let known = count.known;
    let step = teller.step(one.since, sentence).events(events).rule(rule_of(one.duty));
    let days = days::counted(teller.policies(), one.since, one.due.date, known);
    step.policy(versions(teller, one, known)).days(days).end()
}

/// The count that led to the due day.
fn counted(teller: &Teller, one: &Obligation) -> Count {
    let count = teller.policies().count(one.duty, one.since, one.done.unwrap_or(teller.as_of()));
    // A calendar that came after the duty was cancelled moved nothing.
    if count.due == one.due { count } else { teller.policies().count(one.duty, one.since, one.since) }
}

/// The terms, and the arrangement of each year on the way.
fn versions(teller: &Teller, one: &Obligation, known: Date) -> Vec<PolicyRef> {
    let terms = teller.policies().terms_version(one.since).map(|version| teller::policy(Part::Terms, version));
    let years = one.since.year()..=one.due.date.year();
    let arranged = years.filter_map(|year| {
        let (version, _) = teller.policies().arrangement(year, known)?;
        Some(teller::policy(Part::Calendar(year), version))
    });
    terms.into_iter().chain(arranged).collect()
}

/// A calendar that was published on the way moved the due day, or made it final.
fn moved(teller: &Teller, one: &Obligation) -> Option<Step> {
    let count = counted(teller, one);
    if one.duty == duty::ANSWER_MEASURE || count.first == count.due {
        return None;
    }
    let (first, known) = (days::due(count.first), words::date(count.known));
    let sentence = if count.first.date == count.due.date {
        format!("义务产生时暂定到期日为{first}；{known}放假安排公布后确定，日期不变。")
    } else {
        format!("义务产生时的到期日为{first}；{known}放假安排公布时义务尚未办结，到期日改为{}。", days::due(count.due))
    };
    Some(teller.step(count.known, sentence).rule(rule::CALENDAR).policy(versions(teller, one, count.known)).end())
}

fn closed(teller: &Teller, one: &Obligation) -> Step {
    let day = one.done.unwrap_or(teller.as_of());
    let sentence = format!("{}。", outcome(teller, one));
    let record = teller.asked.file.record(one.record);
    let done = record.into_iter().flat_map(|record| {
        let acts = record.acts(teller.known()).filter(|act| match one.duty {
            // Each channel has its own.
            duty::NOTIFY_TAKEDOWN => act.effective <= day,
            _ => Some(act.effective) == one.done,
        });
        acts.filter(|act| does(one, &act.what, act.publisher())).map(|act| teller.acted(record, act))
    });
    teller.step(day, sentence).events(done).rule(rule_of(one.duty)).end()
}

/// How the duty stands, as a part of a sentence.
fn outcome(teller: &Teller, one: &Obligation) -> String {
    let as_of = words::date(teller.as_of());
    match (one.state, one.done, one.late_by) {
        (State::Done, Some(done), 0) => format!("已于{}完成，未逾期", words::date(done)),
        (State::Done, Some(done), late) => format!("已于{}完成，逾期{late}个工作日", words::date(done)),
        (State::Overdue, _, 0) => format!("截至{as_of}尚未完成，到期日已过，其后尚无工作日"),
        (State::Overdue, _, late) => format!("截至{as_of}尚未完成，已逾期{late}个工作日"),
        (State::Cancelled, ..) => cancelled(one.duty).to_owned(),
        _ => format!("截至{as_of}尚未完成，尚在期限内"),
    }
}

fn cancelled(name: &str) -> &'static str {
    match name {
        duty::PUBLISH => "该记录已撤回、终止或者依法不予公示，无须再公示",
        duty::DECIDE_FLAG => "条目或者提示的起因已经终止，无须再作处理",
        duty::DECIDE_BASIS_LOST => "条目期限已经届满，无须再作处理",
        duty::ACCEPT_REPAIR | duty::DECIDE_REPAIR => "该记录已先行终止，申请随之失效，无须再办理",
        duty::ANSWER_MEASURE | duty::REPORT_MEASURE => "条目已经终止或者措施已被拒绝，无须再办理",
        _ => "情况已经变化，无须再办理",
    }
}

/// The days past the due day, by all that is known of the working days.
fn late(teller: &Teller, one: &Obligation) -> Option<Step> {
    if !matches!(one.state, State::Done | State::Overdue) || one.late_by == 0 {
        return None;
    }
    let closed = one.done.unwrap_or(teller.as_of());
    let (due, last) = (one.due.date, closed.min(one.due.date.plus_days(LATE_DAYS)));
    let days = days::after(teller.policies(), due, last, Date::MAX);
    let (from, to) = (words::date(due.next()), words::date(closed));
    let sentence = format!("逾期按到期日次日（{from}）起至{to}止的工作日计，共{}个。", one.late_by);
    Some(teller.step(closed, sentence).rule(rule::CALENDAR).days(days).end())
}

fn raising(teller: &Teller, one: &Obligation) -> Option<EventRef> {
    let file = teller.asked.file;
    let record: &Record = file.record(one.record)?;
    if let Some(cause) = one.cause {
        if let Some(act) = record.acts(teller.known()).find(|act| &*act.event == cause) {
            return Some(teller.acted(record, act));
        }
        // What was initiated reached a responsible person with a statement.
        let tells = |deed: &Deed| match deed {
            Deed::Corrected(content) => {
                matches!(&**content, Content::Implication(stated) if stated.initiated.iter().any(|one| &*one.event == cause))
            }
            _ => false,
        };
        if let Some(act) = record.acts(teller.known()).find(|act| tells(&act.what)) {
            return Some(teller.acted(record, act));
        }
        return file.record(cause).map(|cause| teller.made(cause));
    }
    let by = |act| teller.acted(record, act);
    match one.duty {
        duty::NOTIFY_EXIT => listing::entry(file, record, teller.known())?.ended_by.map(by),
        duty::NOTIFY_TAKEDOWN => dispute::withdrawal(record, teller.known()).map(by),
        duty::DECIDE_BASIS_LOST => {
            let basis = &record.designation(teller.known())?.basis;
            let gone = basis.iter().filter_map(|id| {
                let basis = file.record(id)?;
                Some((basis, dispute::withdrawal(basis, teller.known())?))
            });
            gone.max_by_key(|(_, act)| act.stamp).map(|(basis, act)| teller.acted(basis, act))
        }
        _ => Some(teller.made(record)),
    }
}

/// Whether a deed is what the duty asked for.
fn does(one: &Obligation, deed: &Deed, publisher: &str) -> bool {
    let measure = |named: &str| one.measure == Some(named) && publisher == one.org;
    match (one.duty, deed) {
        (duty::PUBLISH, Deed::Published { .. }) => true,
        (duty::ANSWER_OBJECTION, Deed::ObjectionAnswered { objection } | Deed::ObjectionResolved { objection, .. }) => {
            Some(&**objection) == one.cause
        }
        (duty::ANSWER_OBJECTION | duty::DECIDE_BASIS_LOST, deed) if dispute::withdraws(deed) => true,
        (duty::DECIDE_FLAG, Deed::Confirmed { on: ConfirmedOn::Flag } | Deed::Exited { .. }) => true,
        (duty::DECIDE_BASIS_LOST, Deed::Confirmed { on: ConfirmedOn::BasisLost } | Deed::Exited { .. }) => true,
        (duty::NOTIFY_EXIT, Deed::Noticed { about: NoticeAbout::Exit, .. } | Deed::Exited { notice: true, .. }) => true,
        (duty::NOTIFY_TAKEDOWN, Deed::Noticed { about, .. }) => *about != NoticeAbout::Exit,
        (duty::ACCEPT_REPAIR, Deed::RepairAccepted) => true,
        (duty::ACCEPT_REPAIR | duty::DECIDE_REPAIR, Deed::RepairRefused | Deed::RepairGranted) => true,
        (duty::REPORT_MEASURE, Deed::MeasureReported { measure: named }) => measure(named),
        (
            duty::ANSWER_MEASURE,
            Deed::MeasureAccepted { measure: named }
            | Deed::MeasureExecuted { measure: named }
            | Deed::MeasureDeclined { measure: named },
        ) => measure(named),
        _ => false,
    }
}

fn rule_of(name: &str) -> Rule {
    match name {
        duty::PUBLISH => rule::PUBLISH,
        duty::ANSWER_OBJECTION => rule::OBJECTION,
        duty::DECIDE_FLAG => rule::FLAG,
        duty::DECIDE_BASIS_LOST => rule::BASIS_LOST,
        duty::NOTIFY_EXIT => rule::EXIT,
        duty::NOTIFY_TAKEDOWN => rule::WITHDRAWN,
        duty::ACCEPT_REPAIR | duty::DECIDE_REPAIR => rule::REPAIR,
        _ => rule::ANSWER_MEASURE,
    }
}
