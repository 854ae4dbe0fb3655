//! What licenses and penalties say: templates in the words that departments use.

use super::county::Office;
use chengxin_projections::event::Procedure;

/// Severity by the classes of the shipped policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Minor,
    Ordinary,
    Serious,
}

impl Class {
    pub(super) fn code(self) -> &'static str {
        match self {
            Class::Minor => "minor",
            Class::Ordinary => "ordinary",
            Class::Serious => "serious",
        }
    }
}

pub(super) struct PenaltyText {
    pub(super) office: Office,
    pub(super) class: Class,
    pub(super) procedure: Procedure,
    pub(super) conduct: &'static str,
    /// A day goes between the first two pieces, a number between the last two.
    pub(super) facts: [&'static str; 3],
    pub(super) basis: &'static str,
    pub(super) kinds: &'static [&'static str],
    /// What the decision says besides the fine.
    pub(super) content: &'static str,
    /// The fine from and to, in yuan.
    pub(super) fine: (i32, i32),
}

const fn penalty(
    (office, class, procedure): (Office, Class, Procedure),
    conduct: &'static str,
    facts: [&'static str; 3],
    basis: &'static str,
    (kinds, content, fine): (&'static [&'static str], &'static str, (i32, i32)),
) -> PenaltyText {
    PenaltyText { office, class, procedure, conduct, facts, basis, kinds, content, fine }
}

use Class::{Minor, Ordinary, Serious};
use Office as O;
const PLAIN: Procedure = Procedure::Ordinary;
const SHORT: Procedure = Procedure::Simple;
const FINE: &[&str] = &["罚款"];
const WARNING: &[&str] = &["警告"];
const FORFEIT: &[&str] = &["罚款", "没收违法所得"];

/// For organisations and sole traders.
pub(super) const PENALTIES: &[PenaltyText] = &[
    penalty(
        (O::MarketSupervision, Ordinary, PLAIN),
        "经营超过保质期的食品",
        ["经查，当事人于", "在经营场所待售超过保质期的食品，货值金额", "元"],
        "《中华人民共和国食品安全法》第一百二十四条",
        (FORFEIT, "没收违法所得；", (5_000, 50_000)),
    ),
    penalty(
        (O::MarketSupervision, Minor, SHORT),
        "未履行进货查验义务",
        ["检查日期", "，当事人不能提供", "种食品的进货票据"],
        "《中华人民共和国食品安全法》第一百二十六条",
        (WARNING, "警告，责令改正", (0, 0)),
    ),
    penalty(
        (O::MarketSupervision, Ordinary, PLAIN),
        "发布虚假广告",
        ["当事人自", "起发布与实际不符的宣传内容，广告费用", "元"],
        "《中华人民共和国广告法》第五十五条",
        (FINE, "责令停止发布广告；", (3_000, 200_000)),
    ),
    penalty(
        (O::MarketSupervision, Serious, PLAIN),
        "生产经营掺假掺杂的产品",
        ["经抽样检验，当事人", "生产的产品掺杂掺假，货值金额", "元"],
        "《中华人民共和国产品质量法》第五十条",
        (&["罚款", "责令停产停业"], "责令停产停业整顿；", (30_000, 500_000)),
    ),
    penalty(
        (O::MarketSupervision, Minor, SHORT),
        "使用未经检定的计量器具",
        ["检查日期", "，当事人使用未经检定的电子秤", "台"],
        "《中华人民共和国计量法》第二十五条",
        (FINE, "责令停止使用；", (100, 1_000)),
    ),
    penalty(
        (O::HumanResources, Ordinary, PLAIN),
        "拖欠劳动者工资",
        ["截至", "，当事人拖欠劳动者", "人工资，经责令限期支付逾期未支付"],
        "《保障农民工工资支付条例》第五十四条",
        (FINE, "责令支付所欠工资；", (20_000, 100_000)),
    ),
    penalty(
        (O::HumanResources, Minor, PLAIN),
        "违法延长工作时间",
        ["当事人于", "前后安排劳动者", "人超时加班"],
        "《劳动保障监察条例》第二十五条",
        (WARNING, "警告，责令限期改正", (0, 0)),
    ),
    penalty(
        (O::Tax, Ordinary, PLAIN),
        "偷税",
        ["当事人在", "前的纳税申报中少列收入，少缴税款", "元"],
        "《中华人民共和国税收征收管理法》第六十三条",
        (FINE, "追缴税款和滞纳金；", (10_000, 800_000)),
    ),
    penalty(
        (O::Tax, Minor, SHORT),
        "未按期办理纳税申报",
        ["当事人未在", "前办理纳税申报，逾期", "天"],
        "《中华人民共和国税收征收管理法》第六十二条",
        (FINE, "责令限期改正；", (50, 2_000)),
    ),
    penalty(
        (O::Environment, Ordinary, PLAIN),
        "超标排放水污染物",
        ["监测日期", "，总排口化学需氧量浓度为", "毫克每升，超过排放标准"],
        "《中华人民共和国水污染防治法》第八十三条",
        (FINE, "责令改正；", (100_000, 600_000)),
    ),
    penalty(
        (O::Environment, Serious, PLAIN),
        "未按规定贮存危险废物",
        ["检查日期", "，当事人露天堆放危险废物约", "吨"],
        "《中华人民共和国固体废物污染环境防治法》第一百一十二条",
        (&["罚款", "责令停产停业"], "责令停产整治；", (100_000, 900_000)),
    ),
    penalty(
        (O::Emergency, Ordinary, PLAIN),
        "未对从业人员进行安全生产教育培训",
        ["检查日期", "，当事人的从业人员中有", "人未经培训上岗"],
        "《中华人民共和国安全生产法》第九十七条",
        (FINE, "责令限期改正；", (5_000, 90_000)),
    ),
    penalty(
        (O::Emergency, Serious, PLAIN),
        "未采取措施消除事故隐患",
        ["检查日期", "，当事人未消除已查出的事故隐患", "处"],
        "《中华人民共和国安全生产法》第一百零二条",
        (&["责令停产停业", "罚款"], "责令停产停业整顿；", (20_000, 200_000)),
    ),
    penalty(
        (O::Housing, Ordinary, PLAIN),
        "未取得施工许可证擅自施工",
        ["当事人自", "起擅自施工，建筑面积", "平方米"],
        "《中华人民共和国建筑法》第六十四条",
        (FINE, "责令改正；", (10_000, 300_000)),
    ),
    penalty(
        (O::Transport, Ordinary, PLAIN),
        "未取得许可从事道路货物运输经营",
        ["执法日期", "，当事人的货车无道路运输证，运输货物", "吨"],
        "《中华人民共和国道路运输条例》第六十三条",
        (FORFEIT, "责令停止经营，没收违法所得；", (3_000, 20_000)),
    ),
    penalty(
        (O::Agriculture, Ordinary, PLAIN),
        "经营劣质种子",
        ["经检验，当事人", "销售的玉米种子发芽率不合格，共", "千克"],
        "《中华人民共和国种子法》第七十五条",
        (FORFEIT, "没收违法所得和种子；", (5_000, 60_000)),
    ),
    penalty(
        (O::Health, Minor, SHORT),
        "公共场所从业人员无健康合格证明",
        ["检查日期", "，当事人的从业人员中有", "人无有效健康合格证明"],
        "《公共场所卫生管理条例》第十四条",
        (WARNING, "警告，责令限期改正", (0, 0)),
    ),
    penalty(
        (O::NaturalResources, Ordinary, PLAIN),
        "非法占用土地",
        ["当事人自", "起未经批准占用土地", "平方米"],
        "《中华人民共和国土地管理法》第七十七条",
        (FINE, "责令退还土地，恢复原状；", (5_000, 150_000)),
    ),
];

/// For natural persons.
pub(super) const PERSONAL_PENALTIES: &[PenaltyText] = &[
    penalty(
        (O::Transport, Ordinary, PLAIN),
        "未取得许可从事道路客运经营",
        ["执法日期", "，当事人驾驶私家车收费载客", "人"],
        "《中华人民共和国道路运输条例》第六十三条",
        (FINE, "责令停止经营；", (3_000, 10_000)),
    ),
    penalty(
        (O::Agriculture, Minor, SHORT),
        "在禁渔期捕捞",
        ["执法日期", "，当事人在禁渔水域捕捞渔获物", "千克"],
        "《中华人民共和国渔业法》第三十八条",
        (FINE, "没收渔获物；", (200, 3_000)),
    ),
    penalty(
        (O::Police, Serious, PLAIN),
        "扰乱公共场所秩序",
        ["当事人于", "在公共场所起哄闹事，参与者", "人"],
        "《中华人民共和国治安管理处罚法》",
        (&["行政拘留"], "行政拘留五日", (0, 0)),
    ),
];

pub(super) struct LicenseText {
    pub(super) office: Office,
    /// XK_XKLB 许可类别
    pub(super) category: &'static str,
    pub(super) document_name: &'static str,
    pub(super) certificate_name: &'static str,
    pub(super) content: &'static str,
    /// How long it is valid; none: no end.
    pub(super) months: Option<u32>,
}

const fn license(
    (office, category): (Office, &'static str),
    document_name: &'static str,
    certificate_name: &'static str,
    content: &'static str,
    months: Option<u32>,
) -> LicenseText {
    LicenseText { office, category, document_name, certificate_name, content, months }
}

/// For organisations and sole traders.
pub(super) const LICENSES: &[LicenseText] = &[
    license((O::MarketSupervision, "登记"), "准予登记通知书", "营业执照", "准予变更经营范围、住所登记", None),
    license(
        (O::MarketSupervision, "普通"),
        "准予行政许可决定书",
        "食品经营许可证",
        "预包装食品销售，热食类食品制售",
        Some(60),
    ),
    license((O::MarketSupervision, "普通"), "准予行政许可决定书", "食品生产许可证", "准予生产乳制品、糕点", Some(60)),
    license(
        (O::MarketSupervision, "核准"),
        "特种设备使用登记表",
        "特种设备使用登记证",
        "准予使用登记，叉车、电梯",
        None,
    ),
    license((O::HumanResources, "普通"), "准予行政许可决定书", "人力资源服务许可证", "职业中介活动", Some(60)),
    license((O::Environment, "普通"), "排污许可审批决定", "排污许可证", "准予排放化学需氧量、氨氮、颗粒物", Some(60)),
    license((O::Emergency, "普通"), "危险化学品经营许可决定书", "危险化学品经营许可证", "汽油、柴油零售", Some(36)),
    license((O::Housing, "核准"), "准予行政许可决定书", "建筑工程施工许可证", "准予标准厂房建设项目开工", Some(24)),
    license((O::Housing, "认可"), "资质核准决定书", "建筑业企业资质证书", "建筑工程施工总承包贰级", Some(60)),
    license((O::Transport, "普通"), "道路运输经营许可决定书", "道路运输经营许可证", "道路普通货物运输", Some(48)),
    license((O::Agriculture, "普通"), "准予行政许可决定书", "农药经营许可证", "农药（限制使用农药除外）经营", Some(60)),
    license((O::NaturalResources, "特许"), "建设用地批准决定", "建设用地规划许可证", "批准工业用地规划条件", Some(24)),
    license((O::Health, "普通"), "卫生行政许可决定书", "公共场所卫生许可证", "住宿、美容美发场所卫生许可", Some(48)),
    license((O::CultureTourism, "普通"), "准予行政许可决定书", "旅行社业务经营许可证", "国内旅游和入境旅游业务", None),
    license((O::Education, "普通"), "办学许可决定书", "民办学校办学许可证", "准予举办职业培训", Some(36)),
    license((O::CivilAffairs, "核准"), "地名核准决定书", "标准地名使用证", "核准建筑物名称", None),
    license((O::DevelopmentReform, "核准"), "项目核准批复", "企业投资项目核准文件", "核准分布式光伏发电项目", Some(24)),
];

/// For natural persons.
pub(super) const PERSONAL_LICENSES: &[LicenseText] = &[
    license((O::Emergency, "认可"), "特种作业人员考核决定书", "特种作业操作证", "低压电工作业", Some(72)),
    license(
        (O::Transport, "认可"),
        "从业资格考试合格决定",
        "道路运输从业人员从业资格证",
        "道路货物运输驾驶员",
        Some(72),
    ),
    license((O::Health, "登记"), "护士执业注册决定书", "护士执业证书", "准予护士执业注册", Some(60)),
];
