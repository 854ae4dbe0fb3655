//! Who may see more of a subject than the role allows (二十二)(二十三): requests that were allowed.

use crate::{
    date::Date,
    facts::{Access, CreditFile, org},
};

/// The request that gives an organisation its highest level on the subject on a day, by all that is known: a decision that
/// was just made counts, whatever moment the question is about.
pub fn granted<'a>(file: &'a CreditFile, organisation: &str, day: Date) -> Option<&'a Access> {
    let is_granted = |access: &&Access| {
        let in_force = access.decision.as_ref().is_some_and(|decision| {
            decision.allowed && decision.effective <= day && decision.until.is_none_or(|until| day <= until)
        });
        in_force && org(&access.request) == organisation
    };
    file.access.iter().filter(is_granted).max_by_key(|access| access.level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::SubjectKind,
        facts::{AccessDecision, Stamp},
    };

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn access(request: &str, level: u32, decision: Option<(bool, &str, Option<&str>)>) -> Access {
        let stamp = Stamp { offset: 0, recorded: 0 };
        let decision = decision.map(|(allowed, effective, until)| AccessDecision {
            stamp,
            event: "office/D".into(),
            effective: day(effective),
            allowed,
            until: until.map(day),
        });
        Access { stamp, request: request.into(), level, effective: day("2026-06-01"), decision }
    }

    #[test]
    fn a_level_holds_for_the_one_who_asked_from_the_decision_to_its_last_day() {
        let mut file = CreditFile::new("MA00TEAT4", SubjectKind::Organisation);
        file.access = vec![
            access("court/1", 5, Some((true, "2026-06-03", Some("2026-06-30")))),
            access("court/2", 4, Some((true, "2026-06-01", None))),
            access("bank/1", 5, Some((false, "2026-06-03", None))),
            access("bank/2", 5, None),
        ];
        let level = |organisation, on| granted(&file, organisation, day(on)).map(|access| access.level);
        assert_eq!(level("court", "2026-06-02"), Some(4));
        assert_eq!((level("court", "2026-06-03"), level("court", "2026-06-30")), (Some(5), Some(5)));
        assert_eq!(level("court", "2026-07-01"), Some(4));
        assert_eq!((level("bank", "2026-06-10"), level("tax", "2026-06-10")), (None, None));
    }
}
