//! Chinese words for what the code has names for.

use crate::{
    change::ListName,
    date::Date,
    event::{ExitReason, Finding, List, NoticeAbout, SubjectKind},
    flag::FlagKind,
    obligation::duty,
    policy::Part,
};

/// 2026年4月20日
pub(super) fn date(date: Date) -> String {
    let (month, day) = date.month_and_day();
    format!("{}年{month}月{day}日", date.year())
}

pub(super) fn weekday(day: Date) -> &'static str {
    // 1970-01-01 was a Thursday, so three days later than a Monday.
    const NAMES: [&str; 7] = ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"];
    NAMES[(day.days() + 3).rem_euclid(7) as usize]
}

/// Sorted things as one text: 甲、乙和丙.
pub(super) fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}和{last}", first.join("、")),
    }
}

pub(super) fn list(list: List) -> &'static str {
    match list {
        List::Red => "红名单",
        List::Black => "黑名单",
    }
}

pub(super) fn list_name(name: ListName) -> &'static str {
    match name {
        ListName::Red => "红名单",
        ListName::Black => "黑名单",
        ListName::Watch => "重点监测名单",
    }
}

/// What a list's measures are called.
pub(super) fn measures_of(list: List) -> &'static str {
    match list {
        List::Red => "激励措施",
        List::Black => "惩戒措施",
    }
}

pub(super) fn subject(kind: SubjectKind) -> &'static str {
    if kind == SubjectKind::Person { "该自然人" } else { "该主体" }
}

/// A field of a record that can be corrected.
pub(super) fn field(name: &str) -> &str {
    match name {
        "basis" => "依据",
        "category" => "许可类别",
        "certificate_name" => "许可证书名称",
        "certificate_no" => "许可编号",
        "certificates" => "暂扣或吊销的证照",
        "channel" => "公布渠道",
        "conduct" => "违法行为类型",
        "confiscated" => "没收金额",
        "content" => "决定内容",
        "decided_by" => "决定机关",
        "decided_by_code" => "决定机关代码",
        "document_name" => "文书名称",
        "document_no" => "文书号",
        "facts" => "违法事实",
        "fine" => "罚款金额",
        "grade" => "等级",
        "kinds" => "处罚类别",
        "months" => "期限",
        "procedure" => "处罚程序",
        "publicity_until" => "公示截止期",
        "remarks" => "备注",
        "repairable" => "能否修复",
        "scope" => "范围",
        "severity" => "严重程度",
        "source" => "数据来源单位",
        "source_code" => "数据来源单位代码",
        "until" => "届满日",
        "valid_from" => "有效期起始日",
        "valid_until" => "有效期届满日",
        "watch_months" => "重点监测期限",
        other => other,
    }
}

pub(super) fn exit_reason(reason: ExitReason) -> &'static str {
    match reason {
        ExitReason::Repaired => "因信用修复",
        ExitReason::Early => "提前",
        ExitReason::Deregistered => "因主体注销",
    }
}

pub(super) fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::Unfounded => "异议不成立",
        Finding::Corrected => "异议成立，信息已经更正",
        Finding::Withdrawn => "异议成立，错误信息予以撤回",
    }
}

pub(super) fn notice(about: NoticeAbout) -> &'static str {
    match about {
        NoticeAbout::Exit => "公告退出名单",
        NoticeAbout::Takedown => "公告撤下错误信息并作说明",
        NoticeAbout::Restoration => "公告恢复名誉",
    }
}

/// Who disputes; never by name.
pub(super) fn objector(by: &str) -> &'static str {
    match by {
        "subject" => "信用主体",
        "source" => "信息提供单位",
        "implementer" => "实施部门",
        _ => "利害关系人",
    }
}

pub(super) fn flag(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::DishonestWhileRed => "红名单主体失信提示",
        FlagKind::RedAndBlack => "红黑名单并存提示",
        FlagKind::RelapseInWatch => "重点监测期内再次失信提示",
        FlagKind::BasisLost => "认定依据灭失提示",
    }
}

/// A duty, where the policy has no title for it.
pub(super) fn duty(name: &str) -> &'static str {
    match name {
        duty::PUBLISH => "信息公示",
        duty::ANSWER_OBJECTION => "答复异议",
        duty::DECIDE_FLAG => "就失信提示作出处理",
        duty::DECIDE_BASIS_LOST => "就认定依据灭失作出处理",
        duty::NOTIFY_EXIT => "公告退出名单",
        duty::NOTIFY_TAKEDOWN => "撤下错误信息并说明",
        duty::ACCEPT_REPAIR => "决定是否受理信用修复申请",
        duty::DECIDE_REPAIR => "作出信用修复决定",
        duty::ANSWER_MEASURE => "响应联合奖惩",
        duty::REPORT_MEASURE => "反馈执行情况",
        _ => "办理事项",
    }
}

pub(super) fn part(part: Part) -> String {
    let title = match part {
        Part::Rules => "程序规则",
        Part::Departments => "部门名录",
        Part::Catalogue => "联合奖惩措施清单",
        Part::ListKinds => "名单种类",
        Part::Severity => "处罚严重程度分级",
        Part::Terms => "办理期限",
        Part::Publication => "公示渠道与不公示理由",
        Part::Masking => "脱敏规则",
        Part::Access => "查询级别",
        Part::Calendar(year) => return format!("{year}年工作日安排"),
    };
    title.to_owned()
}

/// An event type.
pub(super) fn event(kind: &str) -> &'static str {
    match kind {
        "license.granted" => "作出行政许可",
        "license.revoked" => "撤销行政许可",
        "penalty.imposed" => "作出行政处罚",
        "penalty.withdrawn" => "撤回行政处罚",
        "publication.issued" => "公示",
        "publication.withheld" => "不予公示",
        "designation.made" => "认定列入名单",
        "designation.withdrawn" => "撤回认定",
        "designation.confirmed" => "决定保留条目",
        "exit.declared" => "宣布退出名单",
        "notice.issued" => "发布公告",
        "repair.applied" => "申请信用修复",
        "repair.accepted" => "受理信用修复申请",
        "repair.refused" => "不予信用修复",
        "repair.granted" => "准予信用修复",
        "objection.filed" => "提出异议",
        "objection.answered" => "答复异议",
        "objection.resolved" => "办结异议",
        "record.corrected" => "更正记录",
        "measure.initiated" => "发起联合奖惩",
        "measure.accepted" => "接受联合奖惩",
        "measure.executed" => "执行措施",
        "measure.declined" => "拒绝联合奖惩",
        "measure.reported" => "反馈执行情况",
        "identifier.linked" => "关联代码",
        "identifier.unlinked" => "解除代码关联",
        "subject.deregistered" => "主体注销",
        "access.requested" => "申请查询权限",
        "access.decided" => "决定查询权限",
        "implication.stated" => "载明责任人员",
        _ => "事件",
    }
}
