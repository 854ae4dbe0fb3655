//! The contents of licenses, penalties and designations.

use super::{
    county,
    kinds::Kind,
    random::Random,
    texts::{LicenseText, PenaltyText},
};
use chengxin_projections::{
    date::Date,
    event::{Basis, DesignationMade, LicenseGranted, List, PenaltyImposed, Repairable, ResponsiblePerson},
    money::Money,
    policy::Department,
};
use std::fmt::Write;

/// A document number such as 晨市监罚〔2025〕123号.
fn document_no(department: usize, word: &str, day: Date, number: u32) -> String {
    let (county, office) = county::short(department);
    let mut text = String::with_capacity(48);
    let _ = write!(text, "{county}{office}{word}〔{}〕{number}号", day.year());
    text
}

pub(super) fn license(
    random: &mut Random,
    text: &LicenseText,
    (at, department): (usize, &Department),
    effective: Date,
    number: u32,
) -> LicenseGranted {
    let relayed = random.chance(400).then_some(department);
    let mut certificate_no = String::with_capacity(16);
    let _ = write!(certificate_no, "许{:08}", random.below(100_000_000));
    LicenseGranted {
        document_no: document_no(at, "许", effective, number),
        category: Some(text.category.to_owned()),
        content: Some(text.content.to_owned()),
        valid_from: Some(effective),
        valid_until: text.months.map(|months| effective.plus_months(months).previous()),
        document_name: Some(text.document_name.to_owned()),
        certificate_name: Some(text.certificate_name.to_owned()),
        certificate_no: Some(certificate_no),
        decided_by: Some(department.name.clone()),
        decided_by_code: Some(department.org.clone()),
        source: relayed.map(|from| from.name.clone()),
        source_code: relayed.map(|from| from.org.clone()),
        representative: None,
        remarks: None,
    }
}

pub(super) fn penalty(
    random: &mut Random,
    text: &PenaltyText,
    (at, department): (usize, &Department),
    effective: Date,
    number: u32,
) -> PenaltyImposed {
    let relayed = random.chance(400).then_some(department);
    // Small amounts are more frequent than large ones, and most are round.
    let (least, most) = text.fine;
    let yuan = random.between(least, most).min(random.between(least, most));
    let yuan = if yuan >= 1_000 { yuan - yuan % 500 } else { yuan - yuan % 50 };
    let fine = (most > 0).then(|| yuan.max(least));
    let mut content = String::with_capacity(96);
    content.push_str(text.content);
    if let Some(fine) = fine {
        let _ = write!(content, "罚款人民币{fine}元");
    }
    let confiscated = text.kinds.contains(&"没收违法所得").then(|| i64::from(random.between(5_000, 900_000)));
    PenaltyImposed {
        document_no: document_no(at, "罚", effective, number),
        conduct: Some(text.conduct.to_owned()),
        facts: Some(facts(random, text, effective)),
        basis: Some(text.basis.to_owned()),
        kinds: text.kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        content: Some(content),
        procedure: Some(text.procedure),
        fine: fine.and_then(|yuan| Money::from_fen(i64::from(yuan) * 100)),
        confiscated: confiscated.and_then(Money::from_fen),
        severity: None,
        certificates: None,
        valid_until: None,
        publicity_until: None,
        document_name: None,
        decided_by: Some(department.name.clone()),
        decided_by_code: Some(department.org.clone()),
        source: relayed.map(|from| from.name.clone()),
        source_code: relayed.map(|from| from.org.clone()),
        representative: None,
        remarks: None,
    }
}

fn facts(random: &mut Random, text: &PenaltyText, decided: Date) -> String {
    let found = decided.plus_days(-random.between(10, 80));
    let (month, day) = found.month_and_day();
    let [before, between, after] = text.facts;
    let measured = ["元", "平方米", "千克", "毫克"].iter().any(|unit| after.starts_with(unit));
    let number = if measured { random.between(60, 9_000) } else { random.between(2, 25) };
    let evidence = random.text(&[
        "。以上事实有现场检查笔录、询问笔录等证据证实",
        "。上述行为有现场照片、证人证言和相关票据为证，当事人予以认可",
        "",
    ]);
    let mut facts = String::with_capacity(240);
    let _ = write!(facts, "{before}{}年{month}月{day}日{between}{number}{after}{evidence}", found.year());
    facts
}

/// What a designation rests on and whom it names.
pub(super) struct Grounds {
    pub(super) subject: usize,
    /// The penalty under it, `ORG/ID`.
    pub(super) record: Option<String>,
    pub(super) persons: Vec<ResponsiblePerson>,
    pub(super) repairable: bool,
    pub(super) months: u32,
}

pub(super) fn designation(
    random: &mut Random,
    kind: &Kind,
    department: usize,
    (effective, number): (Date, u32),
    grounds: Grounds,
) -> DesignationMade {
    let black = kind.list == List::Black;
    let how =
        if grounds.repairable { kind.note } else { "情节特别严重，依照相关规定在期限内不予修复" };
    DesignationMade {
        list: kind.list,
        kind: kind.code.to_owned(),
        document_no: document_no(department, "认", effective, number),
        basis: vec![Basis { citation: Some(kind.citation.to_owned()), record: grounds.record }],
        months: Some(grounds.months),
        until: None,
        repairable: black.then(|| Repairable { allowed: grounds.repairable, how: Some(how.to_owned()) }),
        grade: (!black).then(|| kind.note.to_owned()),
        watch_months: black.then(|| *random.pick(&[6, 12, 12])),
        persons: grounds.persons,
        channel: Some(channel(grounds.subject).to_owned()),
        scope: None,
    }
}

/// A channel of the shipped policy: whatever is published of a subject goes out on its own, and the notices there, too.
pub(super) fn channel(subject: usize) -> &'static str {
    const CHANNELS: [&str; 6] =
        ["credit-portal", "credit-portal", "credit-portal", "government-portal", "department-portal", "media"];
    CHANNELS[subject % CHANNELS.len()]
}
