//! The publication of licenses and penalties (双公示): due within 7 working days, how late, withheld, and when publicity
//! ends. (一)(二十五)(二十六), default rule 10.

use crate::{
    date::Date,
    dispute,
    facts::{Act, Content, Deed, Known, Record},
    obligation::duty,
    policy::{Due, PolicyHistory},
};

/// How a license or a penalty stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Current,
    Corrected,
    Withdrawn,
    Revoked,
}

/// The publication of one record, as of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication<'a> {
    pub due: Due,
    pub issued: Option<Date>,
    /// Working days after the due day until it was issued, or until the day asked about.
    pub late_by: u32,
    /// The legal exception under which it is withheld.
    pub withheld: Option<&'a str>,
    pub channel: Option<&'a str>,
    /// Last day of publicity as known; none if it has no end, or was never published.
    pub until: Option<Date>,
    /// What ended it, or takes it off: a withdrawal, a revocation, a repair, or a withholding while it stands.
    pub ended_by: Option<&'a Act>,
}

impl Publication<'_> {
    /// Whether the record, unless it was withdrawn, is on show on the day: published, not withheld, and neither taken off nor
    /// at the end of its publicity.
    pub fn is_public(&self, as_of: Date) -> bool {
        let has_ended = self.ended_by.is_some() || self.until.is_some_and(|until| until < as_of);
        self.issued.is_some() && self.withheld.is_none() && !has_ended
    }
}

/// The state of a license or a penalty as of a day. A withdrawn record counts as never having been (default rule 4), and a
/// correction holds on every date.
pub fn state(record: &Record, known: Known, as_of: Date) -> State {
    let mut state = State::Current;
    for act in record.acts(known) {
        match &act.what {
            deed if dispute::withdraws(deed) => return State::Withdrawn,
            Deed::Revoked if act.effective <= as_of => state = State::Revoked,
            Deed::Corrected(_) if state == State::Current => state = State::Corrected,
            _ => {}
        }
    }
    state
}

/// Whether something ends the publicity of a record for good.
fn ends(deed: &Deed) -> bool {
    dispute::withdraws(deed) || matches!(deed, Deed::Revoked | Deed::RepairGranted)
}

/// The last day of publicity by the content: of a license its validity, of a penalty what was stated, or the maximum of its class.
fn planned_end(content: &Content) -> Option<Date> {
    match content {
        Content::License(license) => license.valid_until,
        Content::Penalty(penalty) => Some(penalty.publicity_until()),
        Content::Designation(_) | Content::Implication(_) => None,
    }
}

/// The first day on which a license or a penalty is not to be public any more, whether or not it ever was.
pub fn end(record: &Record, known: Known) -> Option<Date> {
    let ended = record.acts(known).filter(|act| ends(&act.what)).map(dispute::counts_from);
    ended.chain(planned_end(record.content(known)).map(Date::next)).min()
}

/// The first day on which it need not be published any more: it is at its end, or was withheld, be it for a time.
pub(crate) fn release(record: &Record, known: Known) -> Option<Date> {
    let withheld = record.acts(known).filter(|act| matches!(act.what, Deed::Withheld { .. }));
    withheld.map(|act| act.effective).chain(end(record, known)).min()
}

/// The withholdings that keep it off show on a day (二十五). A publication that came later lifts one: it is only accepted
/// once the record was corrected.
fn withholdings(record: &Record, known: Known, as_of: Date) -> impl Iterator<Item = &Act> {
    record.acts(known).filter(move |withheld| {
        let lifts = |act: &Act| {
            let since = withheld.effective <= act.effective && act.effective <= as_of;
            matches!(act.what, Deed::Published { .. }) && act.stamp > withheld.stamp && since
        };
        let is_it = matches!(withheld.what, Deed::Withheld { .. }) && withheld.effective <= as_of;
        is_it && !record.acts(known).any(lifts)
    })
}

/// The publication of a record as of a day; `None` for an entry, which has its own notices.
pub fn publication<'a>(
    record: &'a Record,
    known: Known,
    as_of: Date,
    policies: &PolicyHistory,
) -> Option<Publication<'a>> {
    if !matches!(record.first, Content::License(_) | Content::Penalty(_)) {
        return None;
    }
    let acts = || record.acts(known).filter(|act| act.effective <= as_of);
    let issues = acts().filter_map(|act| match &act.what {
        Deed::Published { channel } => Some((act.effective, &**channel)),
        _ => None,
    });
    let issue = issues.min_by_key(|(date, _)| *date);
    let withheld = withholdings(record, known, as_of).find_map(|act| match &act.what {
        Deed::Withheld { ground } => Some(&**ground),
        _ => None,
    });
    let ending = record.acts(known).filter(|act| ends(&act.what) && dispute::counts_from(act) <= as_of);
    let ended_by = ending.chain(withholdings(record, known, as_of)).min_by_key(|act| dispute::counts_from(act));
    let issued = issue.map(|(date, _)| date);
    let released = release(record, known).filter(|day| *day <= as_of);
    // What had to be published was, or had not to be any more: whatever came first.
    let done = issued.filter(|issued| released.is_none_or(|released| *issued <= released));
    let due = policies.due(duty::PUBLISH, record.effective, done.or(released).unwrap_or(as_of));
    let late_by = match done {
        None if released.is_some() => 0,
        _ => policies.days_late(due.date, done.unwrap_or(as_of)),
    };
    let until = ended_by.map(dispute::counts_from).into_iter().chain(planned_end(record.content(known))).min();
    let channel = issue.map(|(_, channel)| channel);
    Some(Publication { due, issued, late_by, withheld, channel, until: issued.and(until), ended_by })
}

#[cfg(test)]
mod tests {
    use crate::testing::*;

    fn date(text: &str) -> Option<crate::date::Date> {
        text.parse().ok()
    }

    #[test]
    fn a_publication_is_late_by_the_working_days_behind_its_due_day() {
        let decided = given([day("2026-09-24"), penalty("P-1", "2026-09-24")]).on("2026-10-13");
        decided
            .clone()
            .when(publish("P-1", "2026-10-13"))
            .then_publication("P-1", "2026-10-13", |publication| {
                assert_eq!(Some(publication.due.date), date("2026-10-12"));
                assert_eq!((publication.issued, publication.late_by), (date("2026-10-13"), 1));
            })
            .then_publication("P-1", "2026-10-12", |publication| {
                assert_eq!((publication.issued, publication.late_by), (None, 0), "as of the day before");
            });
        decided.when(publish("P-1", "2026-10-12")).then_publication("P-1", "2026-10-13", |publication| {
            assert_eq!(publication.late_by, 0);
        });
    }

    #[test]
    fn the_lateness_of_what_is_not_published_yet_grows_with_the_days_unless_it_is_withheld() {
        let scenario = given([day("2019-04-22"), penalty("P-1", "2019-04-22")]).on("2019-05-08");
        let then = scenario.when(exit("none", "2019-05-08"));
        then.clone().then_publication("P-1", "2019-05-08", |publication| assert_eq!(publication.late_by, 4));
        then.when(withhold("P-1", "2019-05-07", "国家秘密", None))
            .then_publication("P-1", "2019-05-08", |publication| {
                assert_eq!((publication.late_by, publication.withheld), (0, Some("国家秘密")));
            })
            .then_publication("P-1", "2019-05-06", |publication| assert_eq!(publication.late_by, 2));
    }

    #[test]
    fn publicity_ends_by_itself_or_on_the_day_of_the_repair() {
        let published = given([day("2026-05-06"), penalty("P-1", "2026-05-06"), publish("P-1", "2026-05-06")]);
        let then = published.on("2026-08-07").when(exit("none", "2026-08-07"));
        then.clone().then_publication("P-1", "2026-08-07", |publication| {
            assert_eq!(publication.until, date("2027-05-06"));
        });
        then.when(repair("P-1", "2026-08-07")).then_publication("P-1", "2026-08-07", |publication| {
            assert_eq!(publication.until, date("2026-08-07"));
        });
    }

    #[test]
    fn a_stated_end_of_publicity_counts_within_the_bounds_of_the_class() {
        for (stated, until) in
            [("2026-06-01", "2026-08-06"), ("2026-12-31", "2026-12-31"), ("2029-01-01", "2027-05-06")]
        {
            let fined = penalty("P-1", "2026-05-06").penalty(|data| data.publicity_until = date(stated));
            given([day("2026-05-06"), fined]).when(publish("P-1", "2026-05-06")).then_publication(
                "P-1",
                "2026-05-06",
                |publication| assert_eq!(publication.until, date(until)),
            );
        }
    }

    #[test]
    fn a_record_that_was_never_published_has_no_end_of_publicity() {
        given([day("2026-05-06")]).when(penalty("P-1", "2026-05-06")).then_publication(
            "P-1",
            "2026-05-06",
            |publication| assert_eq!((publication.until, publication.channel), (None, None)),
        );
    }

    #[test]
    fn a_revoked_license_is_revoked_from_its_day_on_and_a_withdrawn_penalty_on_every_day() {
        use crate::{
            facts::Known,
            publication::{State, state},
        };
        let steps = [day("2026-05-06"), penalty("P-1", "2026-05-06"), license("A-1", "2026-05-06")];
        let state_of = |file: &crate::facts::CreditFile, id: &str, day: &str| {
            state(file.record(&format!("{LABOUR}/{id}")).unwrap(), Known::Now, day.parse().unwrap())
        };
        given(steps)
            .on("2026-06-01")
            .when(revoke("A-1", "2026-05-20"))
            .when(withdraw_penalty("P-1", "2026-06-01"))
            .then(|file| {
                assert_eq!(state_of(file, "A-1", "2026-05-19"), State::Current);
                assert_eq!(state_of(file, "A-1", "2026-05-20"), State::Revoked);
                assert_eq!(state_of(file, "P-1", "2026-05-06"), State::Withdrawn);
            });
    }
}
