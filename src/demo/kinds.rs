//! The list kinds of the shipped policy, with who designates and why.

use super::county::Office;
use chengxin_projections::event::List;

pub(super) struct Kind {
    pub(super) list: List,
    pub(super) code: &'static str,
    pub(super) office: Office,
    /// Months of a term; one is chosen.
    pub(super) months: &'static [u32],
    pub(super) citation: &'static str,
    /// How an entry is repaired; on the red list, the honour or grade.
    pub(super) note: &'static str,
    /// How often it comes, beside the others of its list.
    pub(super) weight: usize,
}

const fn black(
    (code, office): (&'static str, Office),
    months: &'static [u32],
    citation: &'static str,
    note: &'static str,
    weight: usize,
) -> Kind {
    Kind { list: List::Black, code, office, months, citation, note, weight }
}

const fn red(
    (code, office): (&'static str, Office),
    months: &'static [u32],
    note: &'static str,
    weight: usize,
) -> Kind {
    Kind { list: List::Red, code, office, months, citation: "联合奖惩实施方案第（四）条", note, weight }
}

use Office as O;
const USUAL: &[u32] = &[6, 12, 24, 36, 36];
const YEARLY: &[u32] = &[12, 12, 24];

/// Not more than 16: see `Items::listed`.
pub(super) const KINDS: &[Kind] = &[
    black(
        ("unpaid-wages", O::HumanResources),
        USUAL,
        "《保障农民工工资支付条例》第四十八条",
        "足额支付所欠工资后申请",
        22,
    ),
    black(
        ("tax-violation", O::Tax),
        USUAL,
        "《重大税收违法失信主体信息公布管理办法》",
        "缴清税款、滞纳金和罚款后申请",
        15,
    ),
    black(
        ("market-violation", O::MarketSupervision),
        USUAL,
        "《市场监督管理严重违法失信名单管理办法》",
        "纠正违法行为、消除影响后申请",
        22,
    ),
    black(
        ("judgment-debtor", O::Court),
        &[6, 24, 24],
        "《中华人民共和国民事诉讼法》",
        "履行生效法律文书确定的义务后申请",
        22,
    ),
    black(("environment", O::Environment), USUAL, "联合奖惩实施方案第（五）条", "完成整改并经核实后申请", 8),
    black(
        ("safety-production", O::Emergency),
        USUAL,
        "《安全生产严重失信主体名单管理办法》",
        "消除隐患并经核查后申请",
        7,
    ),
    black(("bank-loan-default", O::Finance), USUAL, "联合奖惩实施方案第（五）条", "清偿债务后申请", 3),
    black(("refused-defence-duty", O::MilitaryService), &[24], "《中华人民共和国兵役法》", "改正并履行义务后申请", 1),
    red(("contract-honouring", O::MarketSupervision), YEARLY, "重合同守信用企业", 25),
    red(("tax-a", O::Tax), &[12], "纳税信用A级", 40),
    red(("food-safety-honest", O::MarketSupervision), YEARLY, "食品安全诚信单位", 15),
    red(("quality-award", O::MarketSupervision), &[36], "质量奖", 6),
    red(("excellent-grade", O::Housing), YEARLY, "信用评价优良等级", 10),
    red(("model-worker", O::HumanResources), &[60], "劳动模范", 3),
    red(("media-found", O::Civilisation), &[12], "媒体发现的诚信典型", 1),
];

/// The kind that a penalty of this department can lead to.
pub(super) fn black_kind_of(office: Office) -> Option<usize> {
    KINDS.iter().position(|kind| kind.list == List::Black && kind.office == office)
}
