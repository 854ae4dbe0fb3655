//! One act on a record in one sentence: who did what, when, and what followed from it at once.

use super::{
    Step,
    rule::{self, Rule},
    teller::{Teller, Telling},
    words,
};
use crate::{
    dispute,
    event::{Data, Finding},
    facts::{Act, ConfirmedOn, Content, Deed, Designation, Known, Record},
    listing::{self, Entry},
    policy::Part,
};

/// The sentence of an act, with its event and its rule.
pub(super) fn step(teller: &Teller, record: &Record, act: &Act) -> Step {
    // As it was known with the act: what followed at once is not changed by what came later.
    let entry = listing::entry(teller.asked.file, record, Known::Offset(act.stamp.offset));
    let deed = Told { teller, record, act, entry };
    let (rule, sentence) = deed.sentence();
    let late = teller.late(act.effective, act.judged);
    let date = words::date(act.effective);
    let telling = teller.step(act.effective, format!("{date}{late}，{sentence}"));
    deed.parts(telling.event(teller.acted(record, act)).rule(rule)).end()
}

struct Told<'a> {
    teller: &'a Teller<'a>,
    record: &'a Record,
    act: &'a Act,
    entry: Option<Entry<'a>>,
}

impl Told<'_> {
    fn sentence(&self) -> (Rule, String) {
        let by = self.teller.department(self.act.publisher());
        match &self.act.what {
            Deed::Revoked => (rule::AUTHORITY, format!("{by} 撤销该行政许可，公示自当日起终止。")),
            Deed::Withdrawn { .. } => (rule::WITHDRAWN, format!("{by} 撤回该{}。{}", self.thing(), self.never_was())),
            Deed::Published { channel } => (rule::PUBLISH, format!("{by} 在{}公示。", self.teller.channel(channel))),
            Deed::Withheld { ground } => (rule::WITHHOLD, self.withheld(&by, ground)),
            Deed::Exited { .. } | Deed::RepairGranted => self.ended(&by),
            Deed::Noticed { about, channel } => {
                let channel = self.teller.channel(channel);
                (rule::EXIT, format!("{by} 在{channel}{}。", words::notice(*about)))
            }
            Deed::Confirmed { on: ConfirmedOn::Flag } => {
                (rule::FLAG, format!("{by} 就失信提示作出决定：保留该条目，提示自当日起消除。"))
            }
            Deed::Confirmed { on: ConfirmedOn::BasisLost } => {
                let then = self.resumed("决定当日");
                (rule::BASIS_LOST, format!("{by} 就认定依据灭失作出决定：保留该条目。{then}"))
            }
            Deed::RepairApplied | Deed::RepairAccepted | Deed::RepairRefused => (rule::REPAIR, self.repair(&by)),
            Deed::ObjectionFiled => (rule::OBJECTION, self.filed(&by)),
            Deed::ObjectionAnswered { objection } => {
                (rule::OBJECTION, format!("信息提供单位 {by} 对异议 {objection} 作出答复；异议办结以前，暂停照旧。"))
            }
            Deed::ObjectionResolved { objection, finding } => self.resolved(&by, objection, *finding),
            Deed::Corrected(content) => self.corrected(&by, content),
            Deed::MeasuresInitiated { .. }
            | Deed::MeasureAccepted { .. }
            | Deed::MeasureExecuted { .. }
            | Deed::MeasureDeclined { .. }
            | Deed::MeasureReported { .. } => self.joint(&by),
        }
    }

    /// (二十五) What was on show is taken off.
    fn withheld(&self, by: &str, ground: &str) -> String {
        let mut earlier = self.record.acts(Known::Offset(self.act.stamp.offset));
        let shown =
            earlier.any(|act| matches!(act.what, Deed::Published { .. }) && act.effective <= self.act.effective);
        let then = if shown {
            "已公示的自当日起撤下，公示终止；更正以前不得再公示。"
        } else {
            "更正以前不得公示。"
        };
        format!("{by} 以“{ground}”为由不予公示，{then}")
    }

    fn parts<'a>(&self, telling: Telling<'a>) -> Telling<'a> {
        match &self.act.what {
            Deed::MeasuresInitiated { .. } => telling.part(Part::Catalogue, self.act.judged),
            Deed::Withheld { .. } => telling.part(Part::Publication, self.act.judged),
            _ => telling,
        }
    }

    fn thing(&self) -> &'static str {
        match self.record.first {
            Content::License(_) => "行政许可",
            Content::Penalty(_) => "行政处罚",
            Content::Designation(_) => "名单条目",
            Content::Implication(_) => "关于该自然人的载明",
        }
    }

    /// 惩戒措施, or 激励措施 on the red list.
    fn measures(&self) -> &'static str {
        self.entry.as_ref().map_or("措施", |entry| words::measures_of(entry.designation.list))
    }

    /// Default rule 4.
    fn never_was(&self) -> String {
        let (it, thing) = (self.teller.it(), self.thing());
        match self.record.first {
            Content::Designation(_) => {
                let list = self.entry.as_ref().map_or("名单", |entry| words::list_name(entry.list));
                format!(
                    "属于错误认定，视为{it}从未列入{list}，措施和重点监测一并视为从未有过；此前已知的情形仍可按当时查询。"
                )
            }
            _ => format!("该{thing}视为从未有过；此前已知的情形仍可按当时查询。"),
        }
    }

    fn ended(&self, by: &str) -> (Rule, String) {
        let granted = self.act.what == Deed::RepairGranted;
        if matches!(self.record.first, Content::Penalty(_)) {
            return (rule::REPAIR, format!("{by} 准予信用修复，该行政处罚的公示自当日起终止。"));
        }
        let list = self.entry.as_ref().map_or("名单", |entry| words::list_name(entry.list));
        let is_first =
            self.entry.as_ref().is_some_and(|entry| entry.ended_by.is_some_and(|act| act.event == self.act.event));
        let what = match &self.act.what {
            Deed::Exited { reason, .. } => format!("宣布该条目{}退出{list}", words::exit_reason(*reason)),
            _ => format!("准予信用修复，该条目退出{list}"),
        };
        let persons = self.entry.as_ref().is_some_and(|entry| !entry.designation.persons.is_empty());
        let also = if persons { "，责任人员的措施同日停止" } else { "" };
        let then = if is_first {
            format!("自当日起不在{list}，该条目不再附带{}{also}。", self.measures())
        } else {
            "条目已因其他事由终止，以在先者为准。".to_owned()
        };
        let notice = match &self.act.what {
            Deed::Exited { notice: true, .. } => "退出公告同时发布。",
            _ => "",
        };
        (if granted { rule::REPAIR } else { rule::EXIT }, format!("{by} {what}。{then}{notice}"))
    }

    fn repair(&self, by: &str) -> String {
        match self.act.what {
            Deed::RepairApplied => format!("{by} 转来对该{}的信用修复申请；申请不停止现有状态。", self.thing()),
            Deed::RepairAccepted => format!("{by} 受理信用修复申请。"),
            _ => match self.teller.data_at(self.act.stamp) {
                Some(Data::RepairRefused(data)) => format!("{by} 不予信用修复，依据：{}。", data.citation),
                _ => format!("{by} 不予信用修复。"),
            },
        }
    }

    fn filed(&self, by: &str) -> String {
        let who = match self.teller.data_at(self.act.stamp) {
            Some(Data::ObjectionFiled(data)) => words::objector(&data.by),
            _ => "利害关系人",
        };
        let filed = format!("{by} 提交{who}对该{}的异议。", self.thing());
        let Some(entry) = &self.entry else {
            return format!("{filed}名单条目仅以该记录为依据的，其措施自当日起暂停。");
        };
        if !entry.is_disputed(self.act.effective) {
            return format!("{filed}条目当日不在有效期内，没有措施可以暂停。");
        }
        let (list, measures) = (words::list_name(entry.list), self.measures());
        match self.record.first {
            Content::Implication(_) => {
                format!("{filed}自当日起，仅该自然人因该条目承受的{measures}暂停，单位的条目不受影响。")
            }
            _ => format!("{filed}自当日起，条目仍在{list}并标注“异议处理中”，所附{measures}暂停，期限不因此顺延。"),
        }
    }

    /// What resumes with the end of a suspension.
    fn resumed(&self, from: &str) -> String {
        let Some(entry) = &self.entry else { return String::new() };
        let day = self.act.effective;
        if entry.is_withdrawn || !entry.span.contains(day) {
            return "条目当日已不在有效期内，没有措施可以恢复。".to_owned();
        }
        if entry.suspension.days().contains(day) {
            return format!("条目另有暂停事由，所附{}继续暂停。", self.measures());
        }
        let until = words::date(entry.designation.until);
        format!("所附{}自{from}起恢复；期限未顺延，仍止于{until}（含当日）。", self.measures())
    }

    fn resolved(&self, by: &str, objection: &str, finding: Finding) -> (Rule, String) {
        let found = words::finding(finding);
        let told = format!("{by} 办结异议 {objection}：{found}。");
        match finding {
            Finding::Withdrawn => (rule::WITHDRAWN, format!("{told}{}", self.never_was())),
            _ if self.entry.is_none() => (rule::OBJECTION, told),
            _ => (rule::OBJECTION, format!("{told}标注撤销，{}", self.resumed("当日"))),
        }
    }

    fn corrected(&self, by: &str, content: &Content) -> (Rule, String) {
        let before = before(self.record, self.act, self.teller.known());
        let mut changes =
            match (before, content) {
                (Content::Designation(before), Content::Designation(after)) => self.changes(before, after),
                (Content::Penalty(before), Content::Penalty(after)) if before.severity != after.severity => {
                    vec![format!("严重程度改为{}", self.teller.severity(&after.severity))]
                }
                (Content::License(before), Content::License(after)) if before != after => {
                    vec![after.valid_until.map_or("不再有有效期届满日".to_owned(), |day| {
                        format!("有效期改至{}", words::date(day))
                    })]
                }
                (_, Content::Implication(stated)) => {
                    return (rule::PERSONS, self.restated(stated.withdrawn, stated.ended.is_some()));
                }
                _ => Vec::new(),
            };
        if let Some(Data::RecordCorrected(corrected)) = self.teller.data_at(self.act.stamp) {
            // What only the event has; of the rest the new value was told.
            let is_told = |field: &str| !changes.is_empty() && WITH_ITS_VALUE.contains(&field);
            let fields = corrected.changes.0.as_object().into_iter().flat_map(|changes| changes.keys());
            let fields: Vec<String> =
                fields.filter(|field| !is_told(field)).map(|field| words::field(field).to_owned()).collect();
            if !fields.is_empty() {
                changes.push(format!("涉及{}", words::and(&fields)));
            }
        }
        let what = if changes.is_empty() { "载明事项".to_owned() } else { changes.join("，") };
        (rule::CORRECTION, format!("{by} 更正该{}：{what}。更正后的内容适用于任何日期。", self.thing()))
    }

    fn restated(&self, withdrawn: bool, ended: bool) -> String {
        let what = match (withdrawn, ended) {
            (true, _) => "单位的条目已经撤回，视为从未有过，该自然人的措施一并视为从未有过",
            (_, true) => "单位的条目已经退出，该自然人的措施同日停止",
            _ => "单位的条目有变动，该自然人的措施随之变动",
        };
        let cause = match self.teller.data_at(self.act.stamp) {
            Some(Data::ImplicationStated(stated)) => {
                format!("（起因：{} {}）", words::event(&stated.cause_type), stated.cause_event)
            }
            _ => String::new(),
        };
        format!("系统载明：{what}{cause}。")
    }

    fn changes(&self, before: &Designation, after: &Designation) -> Vec<String> {
        let mut changes = Vec::new();
        if before.until != after.until {
            changes.push(format!("期限止于{}（含当日）", words::date(after.until)));
        }
        if before.watch_months != after.watch_months {
            changes.push(format!("重点监测改为{}个月", after.watch_months));
        }
        if before.repairable != after.repairable || before.repair_note != after.repair_note {
            changes.push(if after.repairable { "可以修复" } else { "不可修复" }.to_owned());
        }
        changes
    }

    fn joint(&self, by: &str) -> (Rule, String) {
        let teller = self.teller;
        match &self.act.what {
            Deed::MeasuresInitiated { measures, implementers, respond_by, .. } => {
                let measures = teller.measures(measures.iter().map(|code| &**code));
                let asked: Vec<String> = implementers.iter().map(|org| teller.department(org)).collect();
                let (asked, by_when) = (words::and(&asked), words::date(*respond_by));
                let sentence = format!("{by} 发起联合奖惩，请 {asked} 实施{measures}，{by_when}以前（含当日）响应。");
                (rule::INITIATE, sentence)
            }
            Deed::MeasureAccepted { measure } => self.answered(by, "接受", measure),
            Deed::MeasureExecuted { measure } => self.answered(by, "执行", measure),
            Deed::MeasureDeclined { measure } => self.answered(by, "说明理由并拒绝", measure),
            Deed::MeasureReported { measure } => self.answered(by, "反馈执行情况：", measure),
            _ => (rule::INITIATE, String::new()),
        }
    }

    fn answered(&self, by: &str, how: &str, measure: &str) -> (Rule, String) {
        (rule::ANSWER_MEASURE, format!("{by} {how}措施{}。", self.teller.measure(measure)))
    }
}

/// Fields of which a correction tells the new value.
const WITH_ITS_VALUE: [&str; 6] = ["until", "months", "watch_months", "repairable", "severity", "valid_until"];

/// What a record said before a correction of it.
fn before<'a>(record: &'a Record, correction: &Act, known: Known) -> &'a Content {
    let earlier = record.acts(known).take_while(|act| act.stamp < correction.stamp);
    let said = earlier.filter_map(|act| match &act.what {
        Deed::Corrected(content) => Some(&**content),
        _ => None,
    });
    said.last().unwrap_or(&record.first)
}

/// The acts to be told as of a day: those in effect by then, and those that hold on every day or end what runs.
pub(super) fn told<'a>(teller: &Teller<'a>, record: &'a Record) -> impl Iterator<Item = &'a Act> {
    let as_of = teller.as_of();
    record.acts(teller.known()).filter(move |act| {
        let holds_always = dispute::withdraws(&act.what) || matches!(act.what, Deed::Corrected(_));
        holds_always || act.effective <= as_of || matches!(act.what, Deed::Exited { .. } | Deed::RepairGranted)
    })
}
