//! An explanation as text, for people.

use super::{CountedDay, Explanation, Step, Why, words};
use std::fmt::{self, Display, Formatter};

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "问：{}", self.question)?;
        writeln!(f, "\n答：{}", self.answer)?;
        for (number, step) in (1..).zip(&self.steps) {
            writeln!(f, "\n{number}. {}", step.sentence)?;
            details(f, step)?;
        }
        Ok(())
    }
}

fn details(f: &mut Formatter<'_>, step: &Step) -> fmt::Result {
    for event in &step.events {
        let (effective, recorded) = (words::date(event.effective), event.recorded);
        writeln!(
            f,
            "   - 事件：{} {}（{}），{effective}生效，记录于 {recorded}",
            event.title, event.event, event.kind
        )?;
    }
    if let Some(rule) = &step.rule {
        writeln!(f, "   - 规则：{}——{}（规则修订号 {}）", rule.source, rule.title, rule.revision)?;
    }
    if !step.policy.is_empty() {
        let versions =
            step.policy.iter().map(|policy| format!("{}（{}）第{}版", policy.title, policy.part, policy.version));
        writeln!(f, "   - 政策：{}", versions.collect::<Vec<String>>().join("，"))?;
    }
    if !step.days.is_empty() {
        writeln!(f, "   - 计日：{}", days(&step.days))?;
    }
    Ok(())
}

/// Days that are alike for the same reason are told together.
pub(super) fn days(days: &[CountedDay]) -> String {
    let alike = |one: &CountedDay, next: &CountedDay| one.why == next.why && one.provisional == next.provisional;
    days.chunk_by(alike).map(run).collect::<Vec<String>>().join("；")
}

fn run(days: &[CountedDay]) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return String::new() };
    let short = |day: &CountedDay| {
        let (month, number) = day.date.month_and_day();
        format!("{month}月{number}日")
    };
    let mut why: Vec<String> = vec![first.why.word().to_owned()];
    let when = if days.len() == 1 {
        why.insert(0, first.weekday.to_owned());
        short(first)
    } else {
        format!("{}至{}", short(first), short(last))
    };
    match (first.number, last.number) {
        (Some(one), Some(other)) if one == other => why.push(format!("第{one}日")),
        (Some(one), Some(other)) => why.push(format!("第{one}至{other}日")),
        _ if first.why == Why::Since => {}
        _ => why.push("不计".to_owned()),
    }
    if first.provisional {
        why.push("暂定".to_owned());
    }
    format!("{when}（{}）", why.join("，"))
}
