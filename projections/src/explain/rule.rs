//! Every rule that explanations cite, each named once: the plan's item, the number of our default rule, a title.

use super::RuleRef;

/// The plan, as citations name it.
const PLAN: &str = "伊州政发〔2019〕1号";

/// A rule of the plan, or of our own where the plan is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub code: &'static str,
    /// The plan's item; empty where the plan is silent.
    pub item: &'static str,
    pub default_rule: Option<u8>,
    pub title: &'static str,
}

macro_rules! rules {
    ($($name:ident = $code:literal $item:literal $number:expr, $title:literal;)*) => {
        $(pub const $name: Rule = Rule { code: $code, item: $item, default_rule: $number, title: $title };)*

        pub const ALL: &[Rule] = &[$($name),*];
    };
}

rules! {
    PUBLISH = "publish" "（一）（二十五）" None, "行政许可、行政处罚自决定之日起限期公示";
    WITHHOLD = "withhold" "（二十五）" None, "不公示须有法定理由并载明依据";
    RED = "red-list" "（四）" None, "红名单由责任部门认定，载明荣誉、依据和期限";
    BLACK = "black-list" "（五）" None, "黑名单由认定部门按标准认定，须有可引用的依据";
    AUTHORITY = "authority" "（六）" Some(11), "谁认定、谁负责：只有认定部门可以变更或者终止其条目";
    TERM = "term" "（二十一）" Some(2), "期限包含最后一日，当日24时届满；以月计的，按对应日计算";
    EXIT = "exit" "（二十一）" Some(9), "退出自当日生效，在原公布渠道公告";
    WATCH = "watch" "（二十一）" Some(9), "退出黑名单次日起转入重点监测";
    MEASURE = "measure" "（二十）" Some(8), "措施随名单条目附带：至少有一条有效条目附带即实施，随最后一条停止";
    INITIATE = "initiate" "（二十二）" None, "认定部门发起联合奖惩，实施部门响应";
    ANSWER_MEASURE = "answer-measure" "（二十三）" None, "实施部门响应、执行并反馈联合奖惩";
    PERSONS = "persons" "（十六）" Some(6), "落实到人：责任人员的措施随该单位的条目起止、暂停";
    REPAIRABILITY = "repairability" "（二十六）" None, "认定时即载明能否修复及如何修复";
    REPAIR = "repair" "（二十六）" Some(10), "信用修复须公示期满最短期限，限期受理、限期决定";
    OBJECTION = "objection" "（二十七）" Some(3), "异议核实期间暂停措施，条目保留并标注，期限不顺延";
    WITHDRAWN = "withdrawn" "（二十七）" Some(4), "错误认定一经撤回，视为从未有过；此前所知仍可查询";
    CORRECTION = "correction" "（二十七）" Some(4), "错误信息由发布部门更正，更正后的内容适用于任何日期";
    BASIS_LOST = "basis-lost" "（二十一）（二十七）" Some(5), "认定依据灭失的，措施即行暂停，由认定部门决定，不自动除名";
    FLAG = "flag" "（二十一）" Some(7), "红名单主体失信的，即时提示认定部门；决定以前激励照常";
    RELAPSE = "relapse" "（二十一）" Some(14), "重点监测期内再次失信的，提示认定部门；系统不自动列入名单";
    CALENDAR = "calendar" "" Some(15), "工作日按国务院办公厅年度放假安排计算；未公布年度暂按周末推算";
    WHO_MAY = "who-may" "（六）" Some(11), "无权或者与既往事实不符的事件留档备查，不生效力，并告知理由";
    POLICY = "policy" "" Some(13), "按事件记录时有效的政策版本判断，政策变更不溯及既往";
    IDENTIFIER = "identifier" "（八）" Some(12), "仅凭代码认定同一主体，不凭名称";
    ACCESS = "access" "（二十三）" None, "分级查询须申请并经联席会议办公室决定";
}

impl Rule {
    pub(super) fn cite(&self, revision: u32) -> RuleRef {
        let plan = (!self.item.is_empty()).then(|| format!("{PLAN}第{}条", self.item));
        let own = self.default_rule.map(|number| format!("州级默认规则第{number}条"));
        RuleRef {
            rule: self.code.to_owned(),
            title: self.title.to_owned(),
            item: Some(self.item).filter(|item| !item.is_empty()).map(str::to_owned),
            default_rule: self.default_rule,
            source: [plan, own].into_iter().flatten().collect::<Vec<String>>().join("；"),
            revision,
        }
    }
}
