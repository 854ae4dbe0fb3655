//! Why an event stayed without effect: told from the event and from what was known of the subject before it. Default rule 11.

use super::{
    Step,
    rule::{self, Rule},
    teller::{Teller, reference},
    words,
};
use crate::{
    date::Date,
    dispute,
    event::{Data, Event},
    facts::{Content, CreditFile, Deed, Known, Record, Stamp},
    listing, notice,
    policy::{Part, Policy},
    publication,
    refusal::Code,
    repair,
};

/// A refused event, and what was known when it was judged.
struct Refused<'a> {
    teller: &'a Teller<'a>,
    event: &'a Event,
    file: &'a CreditFile,
    record: Option<&'a Record>,
    before: Known,
    policy: Policy,
}

/// The reason in one sentence, and the steps to it.
pub(super) fn explain(teller: &Teller, event: &Event, stamp: Stamp, code: Code) -> (String, Vec<Step>) {
    let file = teller.asked.file;
    let before = Known::Offset(stamp.offset.saturating_sub(1));
    let record = event.data.record().and_then(|id| file.record(id)).filter(|record| before.has(record.stamp));
    let judged = Date::of_instant(stamp.recorded);
    let policy = teller.policies().at(judged);
    let refused = Refused { teller, event, file, record: record.map(|record| &**record), before, policy };
    let (rule, reason) = refused.reason(code);
    let (name, by) = (event.name(), teller.department(&event.publisher));
    let about = event.data.record().map_or(String::new(), |id| format!("（所涉记录 {id}）"));
    let (title, date) = (words::event(event.data.kind()), words::date(event.effective));
    let sentence = format!("{by} 报送“{title}”事件{about}，所载生效日期{date}。");
    let sent = teller.step(event.effective, sentence);
    let mut steps = vec![sent.event(reference(event.data.kind(), &name, event.effective, stamp)).end()];
    steps.extend(record.map(|record| about_record(teller, record)));
    let refused = format!("事件被拒绝（{}）：{reason}。", code.as_str());
    let step = teller.step(judged, refused).rule(rule).part(Part::Rules, judged);
    steps.push(judged_by(code).into_iter().fold(step, |step, part| step.part(part, judged)).end());
    let kept = "事件留在日志中备查，不改变任何记录、名单或者措施，理由已告知报送单位；更正后须换用新编号报送。";
    steps.push(teller.step(judged, kept).rule(rule::WHO_MAY).end());
    (reason, steps)
}

/// The part of the policy that had it so.
fn judged_by(code: Code) -> Option<Part> {
    Some(match code {
        Code::ListKindUnknown => Part::ListKinds,
        Code::NotEntitled | Code::NotYourMeasure => Part::Departments,
        Code::SeverityUnknown => Part::Severity,
        Code::ExceptionUnknown => Part::Publication,
        Code::MeasureUnknown | Code::MeasureMismatch => Part::Catalogue,
        Code::TooFarAhead | Code::BeforeFirstDay => Part::Terms,
        _ => return None,
    })
}

fn about_record(teller: &Teller, record: &Record) -> Step {
    match record.first {
        Content::License(_) | Content::Penalty(_) => super::publication::made(teller, record),
        Content::Designation(_) | Content::Implication(_) => super::listing::designated(teller, record),
    }
}

impl Refused<'_> {
    fn reason(&self, code: Code) -> (Rule, String) {
        let by = self.teller.department(&self.event.publisher);
        let title = words::event(self.event.data.kind());
        let own = self.record.map(|record| self.teller.department(record.authority())).unwrap_or_default();
        let named = self.event.data.record().unwrap_or_default();
        let text = |text: &str| text.to_owned();
        match code {
            Code::NotYourEntry => (
                rule::AUTHORITY,
                format!(
                    "记录 {named} 由 {own} 作出，只有 {own} 可以变更或者终止（谁认定、谁负责），{by} 无权“{title}”"
                ),
            ),
            Code::NoSuchRecord => (rule::WHO_MAY, format!("该主体没有已生效的记录 {named}")),
            Code::SubjectMismatch => (rule::WHO_MAY, format!("记录 {named} 属于另一主体，与事件所载主体不符")),
            Code::AlreadyEnded => (rule::WHO_MAY, self.already_ended()),
            Code::NotRepairable => (rule::REPAIRABILITY, self.not_repairable()),
            Code::TooEarly => self.too_early(),
            Code::ListKindUnknown => (rule::BLACK, self.list_kind("有效的名单种类中没有")),
            Code::BasisMissing if self.deregisters() => (rule::IDENTIFIER, text("报送主体注销须引用注销登记的文书")),
            Code::BasisMissing => (rule::BLACK, text("认定须有依据，每一项须载明引用条款或者所依据的记录")),
            Code::RepairabilityMissing => {
                (rule::REPAIRABILITY, text("认定时须载明能否修复以及如何修复，不可修复的须引用依据"))
            }
            Code::NotEntitled if self.deregisters() => (rule::WHO_MAY, format!("{by} 不属于可以报送主体注销的部门")),
            Code::NotEntitled => (rule::AUTHORITY, self.list_kind(&format!("{by} 不属于可以认定该名单种类的部门："))),
            Code::WrongRecordKind => (rule::WHO_MAY, format!("记录 {named} 的性质不适用“{title}”")),
            Code::TermInvalid => (rule::TERM, text("所载期限无效：最后一日早于第一日，或者超出允许的最长期限")),
            Code::TooFarAhead => {
                let days = self.policy.effective_ahead_days();
                (rule::POLICY, format!("生效日期最多可以晚于当日{days}日，所载日期超出"))
            }
            Code::BeforeFirstDay => {
                let first = words::date(self.policy.first_day());
                (rule::POLICY, format!("生效日期早于政策所及的第一日（{first}）"))
            }
            Code::SeverityUnknown => (rule::REPAIR, text("有效的处罚严重程度分级中没有所载等级")),
            Code::ExceptionUnknown => (rule::WITHHOLD, text("所载不公示理由不在法定理由之列，或者未按要求载明依据")),
            Code::IdConflict => (rule::WHO_MAY, text("该编号已用于内容不同的另一事件，请换用新编号")),
            Code::PolicyInvalid => (rule::POLICY, text("政策文本有误，或者版本号不衔接")),
            Code::PolicyMissing => (rule::POLICY, text("当时尚无有效政策或者尚未开启业务日，无法判断")),
            Code::NotAllowed if matches!(self.event.data, Data::IdentifierUnlinked(_)) => {
                (rule::IDENTIFIER, format!("该代码不是 {by} 关联的，只有关联它的部门或者联席会议办公室可以解除"))
            }
            Code::NotAllowed => (rule::WHO_MAY, format!("{by} 没有作出“{title}”的权限")),
            Code::RuleNotInForce => (rule::POLICY, format!("当时有效的程序规则修订号尚不处理“{title}”")),
            _ => self.later_rules(code, title, &by),
        }
    }

    /// What the rules of revision 2 refuse.
    fn later_rules(&self, code: Code, title: &str, by: &str) -> (Rule, String) {
        let named = self.event.data.record().unwrap_or_default();
        let text = |text: &str| text.to_owned();
        match code {
            Code::NoSuchObjection => (rule::OBJECTION, format!("记录 {named} 没有事件所指的异议")),
            Code::NoSuchCorrection => {
                (rule::OBJECTION, text("以更正办结异议的，须先更正该记录并在办结事件中指明该更正事件"))
            }
            Code::CorrectionInvalid => (rule::CORRECTION, text("更正内容为空、格式有误，或者涉及不得更正的事项")),
            Code::NothingToConfirm => {
                (rule::FLAG, format!("{}条目 {named} 没有待决定的提示或者依据灭失", words::date(self.event.effective)))
            }
            Code::AlreadyOpen => (rule::REPAIR, format!("对记录 {named} 的信用修复申请已在办理中")),
            Code::NoApplication => (rule::REPAIR, format!("记录 {named} 没有正在办理的信用修复申请")),
            Code::WrongChannel => (rule::EXIT, self.channel()),
            Code::MeasureUnknown => (rule::MEASURE, text("措施清单中没有所载措施，或者该条目当日不附带该措施")),
            Code::MeasureMismatch => {
                (rule::INITIATE, text("激励措施只能用于红名单，惩戒措施只能用于黑名单，且须适用于该类主体"))
            }
            Code::TooMany => (rule::INITIATE, text("对同一条目要求答复的措施与部门过多，须减少后重新发起")),
            Code::NotYourMeasure => (rule::ANSWER_MEASURE, format!("{by} 不是该措施的实施部门")),
            Code::NotAccepted => (rule::ANSWER_MEASURE, text("须先接受或者执行该措施，方可反馈执行情况")),
            Code::Suspended => (rule::OBJECTION, text("该条目当日有异议待核实或者失去依据，措施暂停，不得执行")),
            Code::LinkedElsewhere => (rule::IDENTIFIER, text("该代码属于另一主体，须先在该主体处解除关联")),
            Code::NoSuchIdentifier => (rule::IDENTIFIER, text("该主体没有关联这一代码")),
            Code::LevelUnknown => (rule::ACCESS, text("查询权限分一至五级，没有所载级别")),
            Code::NoSuchRequest => (rule::ACCESS, text("没有事件所指的查询权限申请")),
            _ => (rule::WHO_MAY, format!("事件内容不能作为“{title}”读取")),
        }
    }

    fn deregisters(&self) -> bool {
        matches!(self.event.data, Data::SubjectDeregistered(_))
    }

    fn list_kind(&self, why: &str) -> String {
        match &self.event.data {
            Data::DesignationMade(made) => format!("{why}“{}”（{}）", made.kind, words::list(made.list)),
            _ => format!("{why}所载名单种类"),
        }
    }

    fn already_ended(&self) -> String {
        let title = words::event(self.event.data.kind());
        let Some(record) = self.record else {
            return format!("此前已有同样的事件，不能再次“{title}”");
        };
        let id = &record.id;
        if let Some(gone) = dispute::withdrawal(record, self.before) {
            return format!("记录 {id} 已于{}撤回，视为从未有过，不能再“{title}”", words::date(gone.effective));
        }
        if let Some(reason) = self.not_to_be_published(record) {
            return reason;
        }
        if let Some(day) = repair::end(self.file, record, self.before) {
            let has_ended = day <= self.event.effective || self.ends();
            let ended = listing::end_before_term(record, self.before).map_or(day.previous(), |act| act.effective);
            if has_ended {
                let thing = if matches!(record.first, Content::Penalty(_)) { "公示" } else { "条目" };
                return format!("记录 {id} 的{thing}已于{}终止，不能再“{title}”", words::date(ended));
            }
        }
        format!("记录 {id} 所涉事项已经办结，不能再次“{title}”")
    }

    /// (二十五) Why a publication is refused, of a license or a penalty.
    fn not_to_be_published(&self, record: &Record) -> Option<String> {
        let day = self.event.effective;
        if !matches!(self.event.data, Data::PublicationIssued(_)) || record.designation(self.before).is_some() {
            return None;
        }
        if let Some(end) = publication::end(record, self.before).filter(|end| *end <= day) {
            return Some(format!("记录 {} 自{}起不再公示", record.id, words::date(end)));
        }
        let withheld = record.acts(self.before).rfind(|act| matches!(act.what, Deed::Withheld { .. }))?;
        let since = words::date(withheld.effective);
        Some(format!(
            "记录 {} 自{since}起依法不予公示；须先更正（record.corrected）去除例外所保护的内容，方可公示",
            record.id
        ))
    }

    /// Whether the event would end an entry that something ended before.
    fn ends(&self) -> bool {
        let ends = matches!(self.event.data, Data::ExitDeclared(_) | Data::RepairGranted(_) | Data::RepairApplied(_));
        ends && self.record.is_some_and(|record| listing::end_before_term(record, self.before).is_some())
    }

    fn not_repairable(&self) -> String {
        let designation = self.record.and_then(|record| record.designation(self.before));
        let citation = designation.and_then(|designation| designation.repair_note.as_deref());
        let citation = citation.map_or(String::new(), |citation| format!("：{citation}"));
        format!("认定时已载明该条目不可信用修复{citation}")
    }

    /// The first of the days that the event comes before, in the order in which the judge asks.
    fn too_early(&self) -> (Rule, String) {
        let day = self.event.effective;
        let Some(record) = self.record else { return (rule::WHO_MAY, "事件日期早于其所涉事项".to_owned()) };
        let concerns_what_is_said =
            matches!(self.event.data, Data::ObjectionAnswered(_) | Data::ObjectionResolved(_) | Data::NoticeIssued(_));
        if day < record.effective && !concerns_what_is_said {
            let began = words::date(record.effective);
            return (rule::WHO_MAY, format!("所载生效日期早于记录 {} 的生效日期（{began}）", record.id));
        }
        match (&self.event.data, record.content(self.before)) {
            (Data::RepairApplied(_) | Data::RepairGranted(_), Content::Penalty(penalty))
                if day < penalty.repairable_from(record.effective) =>
            {
                let (class, from) =
                    (self.teller.severity(&penalty.severity), words::date(penalty.repairable_from(record.effective)));
                (rule::REPAIR, format!("该处罚严重程度为“{class}”，公示期未满最短期限，{from}起方可申请信用修复"))
            }
            (Data::NoticeIssued(_), _) => (rule::EXIT, "公告所称事项当日尚未发生".to_owned()),
            (Data::ObjectionAnswered(_) | Data::ObjectionResolved(_), _) => {
                (rule::OBJECTION, "所载日期早于异议提出之日".to_owned())
            }
            (Data::RepairAccepted(_) | Data::RepairRefused(_) | Data::RepairGranted(_), _) => {
                (rule::REPAIR, "所载日期早于信用修复申请之日".to_owned())
            }
            _ => (rule::WHO_MAY, "所载日期早于其所涉事项发生之日".to_owned()),
        }
    }

    fn channel(&self) -> String {
        let channels = match (self.record, &self.event.data) {
            (Some(record), Data::NoticeIssued(data)) => notice::channels(record, self.before, data.about),
            _ => Vec::new(),
        };
        let channels: Vec<String> = channels.into_iter().map(|channel| self.teller.channel(channel)).collect();
        format!("公告须在原公布渠道（{}）发布", channels.join("、"))
    }
}
