//! Why a sound row had no effect, in Chinese for the clerk.

use crate::intake::FieldError;

/// What a code means. The detail, written for programs, stands behind it.
pub fn meaning(code: &str) -> &'static str {
    match code {
        "id-conflict" => {
            "同一机关、文号、相对人的编号已经用过：记录已经登记，而内容与本行不同，请走更正程序；或者报送后被拒绝，请换用新编号按事件报送"
        }
        "not-your-entry" => "该记录是其他单位登记的",
        "no-such-record" => "没有这条记录",
        "subject-mismatch" => "该记录属于另一主体",
        "already-ended" => "该记录已经终止",
        "not-repairable" => "该记录认定时已注明不予修复",
        "too-early" => "日期早于规定的最短公示期或记录起始日",
        "list-kind-unknown" => "现行规则没有这种名单",
        "basis-missing" => "缺少认定依据",
        "repairability-missing" => "未注明能否修复",
        "not-entitled" => "本单位无权认定这种名单",
        "wrong-record-kind" => "这种事项不适用于该类记录",
        "term-invalid" => "期限有误：止期早于起期，或超出范围",
        "too-far-ahead" => "日期超出规则允许的范围",
        "severity-unknown" => "现行规则没有这种违法程度",
        "exception-unknown" => "没有这种不予公示的法定情形，或未注明依据",
        "before-first-day" => "日期早于规则所知的第一天",
        "no-such-objection" => "该记录没有这件异议",
        "no-such-correction" => "没有写明作为处理结果的更正",
        "correction-invalid" => "更正的内容为空，或者含有不得更正的字段",
        "nothing-to-confirm" => "没有待处理的提示，也没有灭失的依据",
        "already-open" => "已有一件修复申请正在办理",
        "no-application" => "没有正在办理的修复申请",
        "wrong-channel" => "公告渠道与原公布渠道不同",
        "measure-unknown" => "措施清单没有这项措施，或者该名单记录不附带它",
        "measure-mismatch" => "激励措施只用于红名单，惩戒措施只用于黑名单",
        "too-many" => "数量超过上限，须减少后重新报送",
        "not-your-measure" => "本单位不是这项措施的实施部门",
        "not-accepted" => "尚未接受这项措施，不能反馈",
        "suspended" => "异议核实或者依据灭失期间不得实施措施",
        "linked-elsewhere" => "该号码已关联其他主体",
        "no-such-identifier" => "该主体没有这个号码",
        "level-unknown" => "没有这一查询级别",
        "no-such-request" => "没有这件查询申请",
        "policy-invalid" => "规则文件有误",
        "policy-missing" => "系统中还没有生效的规则",
        "not-allowed" | "forbidden" => "本单位无权登记此类事项",
        "rule-not-in-force" => "现行规则尚不处理此类事项",
        "uscc-differs" => {
            "该组织机构代码的主体已有另一个统一社会信用代码，请逐位核对；确已换码的，先登记 identifier.unlinked"
        }
        "identifier-check" => "证件或代码的校验码不符",
        "identifier-shape" => "证件或代码的格式有误",
        "identifier-unlinked" => "该登记号尚未关联任何主体，先登记 identifier.linked 再重新报送",
        "identifier-ambiguous" => "各登记号关联到不同的主体，请给出统一社会信用代码或组织机构代码",
        "json" => "不是一行一个完整的 JSON 对象：核对括号、引号和逗号",
        "invalid" => "字段名或者内容的写法不符合该类事项的格式",
        "not-here" => "该类事项或者该类主体没有这一字段",
        "text" => "文字为空，或者含有不该有的字符",
        "out-of-range" => "数值或者日期超出允许的范围",
        "too-long" => "内容过长",
        "cut-off" => "内容没有传完，须重新报送",
        "unknown-scheme" => "没有这种登记号",
        "unknown-type" => "没有这种事项",
        "unknown-kind" => "没有这种处罚种类",
        "unknown-field" => "没有这一字段",
        "unknown-person" => "没有这一自然人编号，请用证件指明",
        "person" => "自然人的写法有误",
        "document-kind" => "没有这种证件",
        "record-shape" => "记录的写法应为“机关/编号”",
        "personal-in-number" => "编号、文号或者名称中含有个人信息",
        "required" => "缺少必填的内容",
        "unavailable" => "系统暂不可用",
        _ => "内容有误",
    }
}

pub(super) fn of(code: &str, detail: &str) -> String {
    format!("{}（{code}：{detail}）", meaning(code))
}

pub(super) fn of_fields(errors: &[FieldError]) -> String {
    let parts = errors.iter().map(|error| of(error.code, &format!("{} {}", error.pointer, error.detail)));
    parts.collect::<Vec<_>>().join("；")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chengxin_projections::refusal::Code;

    #[test]
    fn every_refusal_that_a_publisher_can_cause_has_its_own_words() {
        let own = |code: &&Code| **code != Code::Unreadable;
        for code in Code::ALL.iter().filter(own) {
            assert_ne!(meaning(code.as_str()), meaning("?"), "{}", code.as_str());
        }
    }
}
