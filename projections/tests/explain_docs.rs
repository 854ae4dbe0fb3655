//! `docs/explain.md`: the explanations of the twelve worked scenarios. This test writes the file where
//! `CHENGXIN_WRITE_DOCS=1` asks for it, and fails where the file is not what would be written.

use chengxin_projections::{
    date::Date,
    event::{
        AccessRequested, Basis, DesignationConfirmed, Event, ExitReason, Finding, List, NoticeAbout, ObjectionAnswered,
        ObjectionFiled, ObjectionResolved, RepairAccepted, RepairApplied, ResponsiblePerson,
    },
    explain::{Asked, Question, explain},
    facts::Known,
    flag::FlagKind,
    testing::*,
};
use std::collections::BTreeMap;

const DOCUMENT: &str = include_str!("../../docs/explain.md");
/// A person's subject id, as the vault would give it.
const PERSON: &str = "P0f3a1c5e7b9d2f4a6c8e0b1d3f5a7c9e";

/// A scenario that remembers its events, as the log does.
struct Story {
    scenario: Scenario,
    events: BTreeMap<u64, Event>,
    text: String,
}

impl Story {
    fn new(title: &str, facts: &str, outcome: &str) -> Story {
        let text = format!("\n## {title}\n\n事实：{facts}\n\n结果：{outcome}\n");
        Story { scenario: Scenario::with_policy(), events: BTreeMap::new(), text }
    }

    /// Lets something happen; what is stated about persons happens with it, as the shell has it.
    fn then(mut self, step: Step) -> Story {
        let told = step.clone();
        let then = self.scenario.when(step);
        self.scenario = then.scenario;
        if let Step::Event(event) = told {
            self.events.insert(then.offset, *event);
        }
        for implied in then.outcome.changes.implications {
            let stated = Step::Event(Box::new(implied.event()));
            self = self.then(stated);
        }
        self
    }

    fn on(self, date: &str) -> Story {
        self.then(day(date))
    }

    fn ask(self, as_of: &str, question: Question) -> Story {
        self.ask_about(SUBJECT, as_of, Known::Now, "", question)
    }

    fn ask_person(self, as_of: &str, question: Question) -> Story {
        self.ask_about(PERSON, as_of, Known::Now, "（责任人员）", question)
    }

    /// As it was known before the last event.
    fn ask_as_known_before(self, as_of: &str, question: Question) -> Story {
        let last = *self.events.keys().next_back().expect("something happened");
        self.ask_about(SUBJECT, as_of, Known::Offset(last - 1), "（按最后一个事件以前所知）", question)
    }

    fn ask_about(mut self, subject: &str, as_of: &str, known: Known, note: &str, question: Question) -> Story {
        let file = &self.scenario.memory.files[subject];
        let history = self.scenario.partition.known_history(known).unwrap_or(self.scenario.partition.history.clone());
        let events = |offset: u64| self.events.get(&offset).cloned();
        let as_of: Date = as_of.parse().expect("scenarios write dates that exist");
        let asked = Asked { file, known, as_of, policies: &history, events: &events };
        let explanation = explain(&asked, &question).expect("scenarios ask about what there is");
        self.text += &format!("\n### 截至 {as_of}{note}\n\n{explanation}");
        self
    }
}

fn id(record: &str) -> String {
    format!("{LABOUR}/{record}")
}

fn about(record: &str) -> Question {
    Question::Record(id(record))
}

fn duty(duty: &str, record: &str) -> Question {
    Question::Duty { duty: duty.to_owned(), record: id(record) }
}

fn what_of(event: &str) -> Question {
    Question::Event(id(event))
}

fn objection(record: &str, effective: &str) -> Step {
    let (grounds, by) = ("不是我单位".to_owned(), "subject".to_owned());
    event("O-1", effective, ObjectionFiled { record: id(record), grounds, by })
}

fn resolved(record: &str, effective: &str, finding: Finding) -> Step {
    let (record, objection) = (id(record), id("O-1"));
    event("O-1-R", effective, ObjectionResolved { record, objection, finding, correction: None })
}

fn apply(event_id: &str, record: &str, effective: &str) -> Step {
    event(event_id, effective, RepairApplied { record: id(record), evidence: Vec::new() })
}

fn publications() -> [Story; 2] {
    [
        Story::new(
            "1. 公示期限遇调休上班",
            "2019年4月22日（星期一）作出行政处罚。",
            "应于2019年4月30日以前公示，4月28日（星期日）调休上班，计入。",
        )
        .on("2019-04-22")
        .then(penalty("P-1", "2019-04-22"))
        .ask("2019-04-22", duty("publish", "P-1")),
        Story::new(
            "2. 逾期公示",
            "2026年9月24日作出行政处罚，10月13日公示。",
            "应于10月12日以前公示（10月10日星期六调休上班），逾期1个工作日，统计照计。",
        )
        .on("2026-09-24")
        .then(penalty("P-1", "2026-09-24"))
        .on("2026-10-13")
        .then(publish("P-1", "2026-10-13"))
        .ask("2026-10-13", duty("publish", "P-1"))
        .ask("2026-10-13", about("P-1")),
    ]
}

fn disputed() -> Story {
    Story::new(
        "3. 异议不成立",
        "2026年4月20日列入黑名单36个月；6月15日提出异议；6月24日办结，异议不成立。",
        "措施自6月15日起暂停，6月24日起恢复；仍止于2029年4月20日；其间标注异议；应于6月25日以前答复。",
    )
    .on("2026-04-20")
    .then(black("L-1", "2026-04-20").months(36))
    .on("2026-06-15")
    .then(objection("L-1", "2026-06-15"))
}

fn disputes() -> [Story; 2] {
    let answer = |story: Story| {
        let (record, objection) = (id("L-1"), id("O-1"));
        let answer = ObjectionAnswered { record, objection, answer: "经核实无误".to_owned() };
        story.on("2026-06-23").then(event("O-1-A", "2026-06-23", answer)).on("2026-06-24")
    };
    let mut withdrawn = disputed();
    withdrawn.text.clear();
    let title = Story::new(
        "4. 错误认定，予以撤回",
        "同上，但系另一家同名企业：2026年7月10日撤回。",
        "今日所知，不论问哪一天均视为从未列入；按7月1日所知问7月1日，在黑名单；应于7月15日以前撤下并说明；每一接收方都收到撤回。",
    );
    withdrawn.text = title.text;
    [
        answer(disputed().ask("2026-06-16", about("L-1")))
            .then(resolved("L-1", "2026-06-24", Finding::Unfounded))
            .ask("2026-06-24", about("L-1"))
            .ask("2026-06-24", Question::Measure("R-KEY-SUPERVISION".to_owned())),
        answer(withdrawn)
            .then(resolved("L-1", "2026-06-24", Finding::Unfounded))
            .on("2026-07-10")
            .then(withdraw_designation("L-1", "2026-07-10"))
            .ask("2026-07-10", about("L-1"))
            .ask_as_known_before("2026-07-01", about("L-1"))
            .ask("2026-07-10", duty("notify-takedown", "L-1")),
    ]
}

fn persons() -> Story {
    let person = ResponsiblePerson { person: PERSON.to_owned(), role: "法定代表人".to_owned() };
    let listing = black("L-1", "2026-02-02").until("2029-02-02").designation(|made| made.persons = vec![person]);
    Story::new(
        "5. 责任人员随单位条目退出",
        "2026年2月2日因拖欠工资列入黑名单至2029年2月2日，载明法定代表人；9月28日认定部门因信用修复让其退出。",
        "责任人员的措施同日停止；单位和责任人员均自9月29日起转入重点监测。",
    )
    .on("2026-02-02")
    .then(listing)
    .on("2026-09-28")
    .then(exit_because(ExitReason::Repaired, "L-1", "2026-09-28"))
    .on("2026-09-29")
    .ask("2026-09-29", about("L-1"))
    .ask_person("2026-09-29", about("L-1"))
    .ask_person("2026-09-29", Question::Measure("R-NO-AWARDS".to_owned()))
}

fn flagged() -> Story {
    let flag = || Question::Flag { kind: FlagKind::DishonestWhileRed, record: id("R-1") };
    Story::new(
        "6. 红名单主体失信",
        "2026年3月2日列入红名单；6月8日被另一部门罚款。",
        "当日提示并建议停止激励，激励照常；认定部门应于6月15日以前决定；6月12日让其退出，激励停止，在原公布渠道公告。",
    )
    .on("2026-03-02")
    .then(red("R-1", "2026-03-02").designation(|made| made.channel = Some("credit-portal".to_owned())))
    .on("2026-06-08")
    .then(penalty("P-1", "2026-06-08").by(MARKET))
    .ask("2026-06-08", flag())
    .on("2026-06-12")
    .then(exit("R-1", "2026-06-12"))
    .then(notice("R-1", "2026-06-12", NoticeAbout::Exit))
    .ask("2026-06-12", flag())
    .ask("2026-06-12", about("R-1"))
}

fn expired() -> Story {
    Story::new(
        "7. 期限届满遇放假",
        "2023年10月2日列入黑名单36个月。",
        "最后一日为2026年10月2日，当日24时届满；应于10月10日（星期六，调休上班）以前公告退出；自10月3日起重点监测。",
    )
    .on("2023-10-02")
    .then(black("L-1", "2023-10-02").months(36))
    .on("2026-10-03")
    .ask("2026-10-02", about("L-1"))
    .ask("2026-10-03", about("L-1"))
}

fn repairs() -> [Story; 2] {
    [
        Story::new(
            "8. 不可修复的条目申请修复",
            "2026年5月11日认定时载明不可修复；6月1日申请信用修复。",
            "引用依据拒绝，一切照旧。",
        )
        .on("2026-05-11")
        .then(black("L-1", "2026-05-11").unrepairable("《食品安全法》第一百三十五条"))
        .on("2026-06-01")
        .then(apply("A-1", "L-1", "2026-06-01"))
        .ask("2026-06-01", what_of("A-1"))
        .ask("2026-06-01", about("L-1")),
        Story::new(
            "9. 行政处罚的信用修复",
            "2026年5月6日作出一般行政处罚；8月5日、8月7日先后申请信用修复。",
            "8月5日的申请过早，被拒绝；8月7日的申请应于8月12日以前决定是否受理、8月21日以前决定；不修复的，公示至2027年5月6日自行终止。",
        )
        .on("2026-05-06")
        .then(penalty("P-1", "2026-05-06"))
        .then(publish("P-1", "2026-05-06"))
        .on("2026-08-05")
        .then(apply("A-1", "P-1", "2026-08-05"))
        .ask("2026-08-05", what_of("A-1"))
        .on("2026-08-07")
        .then(apply("A-2", "P-1", "2026-08-07"))
        .on("2026-08-11")
        .then(event("A-2-A", "2026-08-11", RepairAccepted { record: id("P-1") }))
        .ask("2026-08-11", duty("accept-repair", "P-1"))
        .ask("2026-08-11", duty("decide-repair", "P-1"))
        .on("2027-05-07")
        .ask("2027-05-07", about("P-1")),
    ]
}

fn several_bases() -> Story {
    Story::new(
        "10. 一项措施有两条依据",
        "税务条目至2028年1月10日、市场条目至2029年3月2日附带同一措施；市场条目于2026年9月15日退出。",
        "措施依税务条目继续实施，至2028年1月10日。",
    )
    .on("2026-01-10")
    .then(designation(List::Black, "tax-violation", "T-1", "2026-01-10").by(TAX).until("2028-01-10"))
    .on("2026-03-02")
    .then(designation(List::Black, "market-violation", "M-1", "2026-03-02").by(MARKET).until("2029-03-02"))
    .on("2026-09-15")
    .then(exit(&format!("{MARKET}/M-1"), "2026-09-15").by(MARKET).id("M-1-X"))
    .ask("2026-09-15", Question::Measure("R-KEY-SUPERVISION".to_owned()))
    .ask("2026-09-15", Question::Event(format!("{MARKET}/M-1-X")))
}

fn not_entitled() -> Story {
    Story::new(
        "11. 无权部门宣布退出",
        "县市机关宣布州税务部门的条目退出。",
        "不生效力，留档备查，并告知报送单位：不是其条目。",
    )
    .on("2026-05-11")
    .then(designation(List::Black, "tax-violation", "T-1", "2026-05-11").by(TAX))
    .on("2026-06-01")
    .then(exit(&format!("{TAX}/T-1"), "2026-06-01").by(COUNTY).id("X-1"))
    .ask("2026-06-01", Question::Event(format!("{COUNTY}/X-1")))
}

fn identified() -> Story {
    Story::new(
        "12. 组织机构代码与统一社会信用代码",
        "以组织机构代码列入黑名单，此后的记录载明统一社会信用代码。",
        "同一主体，同一份信用档案，只列入一次。",
    )
    .on("2026-05-11")
    .then(black("L-1", "2026-05-11").event(|event| event.subject.uscc = None))
    .on("2026-06-01")
    .then(penalty("P-1", "2026-06-01"))
    .ask("2026-06-01", what_of("P-1"))
    .ask("2026-06-01", about("L-1"))
}

/// Beyond the twelve: what else a clerk is asked about every day.
fn basis_lost() -> Story {
    let on_record = |made: &mut chengxin_projections::event::DesignationMade| {
        made.basis = vec![Basis { citation: Some("处罚决定".to_owned()), record: Some(id("P-1")) }];
    };
    let kept =
        DesignationConfirmed {
            record: id("L-1"), on: "basis-lost".to_owned(), reason: "另有生效判决".to_owned()
        };
    Story::new(
        "附：认定依据灭失",
        "2026年5月6日处罚，5月11日依该处罚列入黑名单；6月1日处罚撤回；6月5日认定部门决定保留条目。",
        "6月1日起措施暂停，条目不自动除名；6月5日起恢复。",
    )
    .on("2026-05-06")
    .then(penalty("P-1", "2026-05-06"))
    .on("2026-05-11")
    .then(black("L-1", "2026-05-11").designation(on_record))
    .on("2026-06-01")
    .then(withdraw_penalty("P-1", "2026-06-01"))
    .ask("2026-06-01", about("L-1"))
    .on("2026-06-05")
    .then(event("C-1", "2026-06-05", kept))
    .ask("2026-06-05", Question::Flag { kind: FlagKind::BasisLost, record: id("L-1") })
    .ask("2026-06-05", Question::Measure("R-KEY-SUPERVISION".to_owned()))
    .then(event("Q-1", "2026-06-05", AccessRequested { level: 9, purpose: "审计".to_owned(), case: "1".to_owned() }))
    .ask("2026-06-05", what_of("Q-1"))
}

fn document() -> String {
    let mut text = String::from(
        "# 解释：每一结果的来由\n\n\
         本页由测试生成（`CHENGXIN_WRITE_DOCS=1 cargo test -p chengxin-projections --test explain_docs`），与程序不符时测试失败。\n\
         所用主体、代码和文书均为虚构；部门未登记名称的，以机构代码称之。\n\
         查询方式：`GET /v1/subjects/{id}/explain` 和 `chengxin explain`，可按业务日期（`as_of`）和知悉时点（`known_at`、`--until`）提问。\n",
    );
    let [in_time, late] = publications();
    let [unfounded, withdrawn] = disputes();
    let [barred, penalty] = repairs();
    let stories = [in_time, late, unfounded, withdrawn, persons(), flagged(), expired(), barred, penalty];
    let rest = [several_bases(), not_entitled(), identified(), basis_lost()];
    for story in stories.into_iter().chain(rest) {
        text += &story.text;
    }
    text
}

#[test]
fn the_explanations_of_the_worked_scenarios_are_as_documented() {
    let written = document();
    if std::env::var_os("CHENGXIN_WRITE_DOCS").is_some_and(|value| value == "1") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/explain.md");
        std::fs::write(path, &written).expect("the documentation can be written");
        return;
    }
    let first = written.lines().zip(DOCUMENT.lines()).enumerate().find(|(_, (one, other))| one != other);
    assert!(
        written == DOCUMENT,
        "docs/explain.md is out of date, first at {first:?}; write it with CHENGXIN_WRITE_DOCS=1"
    );
}

#[test]
fn no_person_is_told_by_id_or_name() {
    assert!(!document().contains(PERSON));
}
