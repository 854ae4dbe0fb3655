//! Why a sound row had no effect, in Chinese for the clerk.

use crate::intake::FieldError;

/// What a code means. The detail, written for programs, stands behind it.
fn meaning(code: &str) -> &'static str {
    match code {
        "id-conflict" => "同一机关、文号、相对人的记录已经登记，而内容与本行不同",
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
        "policy-invalid" => "规则文件有误",
        "policy-missing" => "系统中还没有生效的规则",
        "not-allowed" | "forbidden" => "本单位无权登记此类事项",
        "rule-not-in-force" => "现行规则尚不处理此类事项",
        "identifier-check" => "证件或代码的校验码不符",
        "identifier-shape" => "证件或代码的格式有误",
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
