//! How a license or a penalty came about, was published, and ended. (一)(二十五)(二十六), default rule 10.

use super::{Explanation, Step, deed, obligation, rule, teller::Teller, words};
use crate::{
    dispute,
    event::Data,
    facts::{Content, Deed, Known, Penalty, Record},
    policy::Part,
    publication::{self, State},
};

pub(super) fn explain(teller: &Teller, record: &Record) -> Explanation {
    let thing = thing(record);
    let question = format!("{}的{thing}记录 {} 现状如何，为什么？", teller.subject(), record.id);
    let mut steps = vec![made(teller, record)];
    if let Content::Penalty(penalty) = record.content(teller.known()) {
        steps.push(severity(teller, record, penalty));
    }
    steps.extend(deed::told(teller, record).map(|act| deed::step(teller, record, act)));
    steps.extend(obligation::about(teller, &record.id));
    steps.extend(expired(teller, record));
    steps.sort_by_key(|step| step.date);
    Explanation { question, answer: answer(teller, record), steps }
}

fn thing(record: &Record) -> &'static str {
    if matches!(record.first, Content::License(_)) { "行政许可" } else { "行政处罚" }
}

/// The decision.
pub(super) fn made(teller: &Teller, record: &Record) -> Step {
    let (date, by) = (words::date(record.effective), teller.department(record.authority()));
    let (late, it, thing) = (teller.late(record.effective, record.judged), teller.it(), thing(record));
    let (document, content, decided) = match teller.data_at(record.stamp) {
        Some(Data::PenaltyImposed(data)) => {
            (data.document_no, data.kinds.join("、"), data.decided_by_code.map(|code| (code, data.decided_by)))
        }
        Some(Data::LicenseGranted(data)) => {
            let decided = data.decided_by_code.map(|code| (code, data.decided_by));
            (data.document_no, data.category.unwrap_or_default(), decided)
        }
        _ => Default::default(),
    };
    let document = if document.is_empty() { document } else { format!("，文书{document}") };
    let content = if content.is_empty() { content } else { format!("（{content}）") };
    // Who decided may be another than who reports it and answers for it.
    let sentence = match decided.filter(|(code, _)| code != record.authority()) {
        Some((code, name)) => {
            let who = name.map_or_else(|| code.clone(), |name| format!("{name}（{code}）"));
            format!("{date}{late}，{who} 对{it}作出{thing}{content}{document}，由{by} 报送。")
        }
        None => format!("{date}{late}，{by} 对{it}作出{thing}{content}{document}。"),
    };
    teller.step(record.effective, sentence).event(teller.made(record)).rule(rule::PUBLISH).end()
}

/// What the severity class says of publicity and repair.
fn severity(teller: &Teller, record: &Record, penalty: &Penalty) -> Step {
    let class = teller.severity(&penalty.severity);
    let from = words::date(penalty.repairable_from(record.effective));
    let until = words::date(penalty.publicity_until());
    // Whoever reads a date that differs from the stated one is told why.
    let why = match penalty.stated_until {
        None => String::new(),
        Some(stated) if stated == penalty.publicity_until() => "报送的公示截止期，".to_owned(),
        Some(stated) => format!("报送的公示截止期{}不在该等级的最短和最长公示期之内，", words::date(stated)),
    };
    let sentence =
        format!("该处罚严重程度为“{class}”：{from}起可以申请信用修复，公示至{until}（{why}含当日）自行终止。");
    let step = teller.step(record.effective, sentence).event(teller.made(record)).rule(rule::REPAIR);
    step.part(Part::Severity, record.judged).end()
}

/// Publicity that ended by itself.
fn expired(teller: &Teller, record: &Record) -> Option<Step> {
    let shown = publication::publication(record, teller.known(), teller.as_of(), teller.policies())?;
    let last = shown.until.filter(|last| shown.ended_by.is_none() && *last < teller.as_of())?;
    let rule = if matches!(record.first, Content::Penalty(_)) { rule::REPAIR } else { rule::TERM };
    let sentence = format!("公示于{}24时届满，自行终止，无须申请。", words::date(last));
    Some(teller.step(last.next(), sentence).rule(rule).end())
}

fn answer(teller: &Teller, record: &Record) -> String {
    let (day, as_of, thing) = (words::date(teller.as_of()), teller.as_of(), thing(record));
    if publication::state(record, teller.known(), as_of) == State::Withdrawn {
        let gone = dispute::withdrawal(record, teller.known()).map_or(as_of, dispute::taken_down);
        let published = record.acts(Known::Now).any(|act| matches!(act.what, Deed::Published { .. }));
        let also = if published { "，已公示的须撤下并说明" } else { "" };
        return format!("该{thing}已于{}撤回：不论问哪一天，均视为从未有过{also}。", words::date(gone));
    }
    if record.effective > as_of {
        return format!("截至{day}，该{thing}尚未生效：自{}起生效。", words::date(record.effective));
    }
    let Some(shown) = publication::publication(record, teller.known(), as_of, teller.policies()) else {
        return String::new();
    };
    let due = words::date(shown.due.date);
    match (shown.issued, shown.withheld, shown.ended_by) {
        (Some(_), _, Some(act)) => {
            let how = match &act.what {
                Deed::Revoked => "因许可撤销".to_owned(),
                Deed::Withheld { ground } => format!("以“{ground}”为由撤下，"),
                _ => "因信用修复".to_owned(),
            };
            format!("截至{day}，该{thing}的公示已于{}{how}终止。", words::date(act.effective))
        }
        (Some(issued), ..) => {
            let late = match shown.late_by {
                0 => "未逾期".to_owned(),
                late => format!("逾期{late}个工作日"),
            };
            let until = shown
                .until
                .map_or("无届满日".to_owned(), |until| format!("公示至{}（含当日）", words::date(until)));
            let over = shown.until.is_some_and(|until| until < as_of);
            let now = if over { "公示已届满" } else { "正在公示" };
            let issued = words::date(issued);
            format!("截至{day}，该{thing}{now}：应于{due}以前（含当日）公示，已于{issued}公示，{late}；{until}。")
        }
        (None, Some(ground), _) => format!("截至{day}，该{thing}以“{ground}”为由不予公示。"),
        (None, None, Some(act)) => {
            format!("截至{day}，该{thing}未公示，已于{}终止，无须再公示。", words::date(act.effective))
        }
        (None, None, None) if publication::end(record, teller.known()).is_some_and(|end| end <= as_of) => {
            format!("截至{day}，该{thing}未公示，公示期已届满，无须再公示。")
        }
        (None, None, None) if shown.late_by > 0 => {
            format!("截至{day}，该{thing}尚未公示：应于{due}以前（含当日）公示，已逾期{}个工作日。", shown.late_by)
        }
        _ => format!("截至{day}，该{thing}尚未公示：应于{due}以前（含当日）公示。"),
    }
}
