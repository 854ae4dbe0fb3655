//! The publication of licenses and penalties (一)(二十五): how long, whether on show, and what may be published.

use crate::{
    judge::{Case, Codes, refuse},
    view::{Record, Taken, View},
};
use chengxin_projections::{
    date::Date,
    event::{Data, Finding},
};

impl<'a> View<'a> {
    /// The last day of the publicity of a license or a penalty if nothing happens to it: of a license its validity.
    fn planned_end(self, record: &Record) -> Option<Date> {
        match &record.data {
            Data::LicenseGranted(license) => license.valid_until,
            _ => Some(self.publicity_by_itself(record)),
        }
    }

    /// What ended the publicity of a license or a penalty.
    fn publicity_ends(self, record: &Record) -> Vec<&'a Taken> {
        let ends = |data: &Data| matches!(data, Data::LicenseRevoked(_) | Data::RepairGranted(_));
        let acts = self.acts_on(record).into_iter().filter(|act| ends(&act.event.data));
        acts.chain(self.withdrawal(record)).collect()
    }

    /// The first day on which it is not to be published any more.
    pub fn off(self, record: &Record) -> Option<Date> {
        if record.designation().is_some() {
            return Some(self.span(record).last().next());
        }
        let ended = self.publicity_ends(record).into_iter().map(end_of);
        ended.chain(self.planned_end(record).map(Date::next)).min()
    }

    /// The withholdings that stand on a day: nothing was published since, on that day or before.
    fn withheld(self, record: &Record, day: Date) -> Vec<&'a Taken> {
        let acts = self.acts_on(record);
        let mut standing = Vec::new();
        for act in &acts {
            match &act.event.data {
                Data::PublicationWithheld(_) if act.event.effective <= day => standing.push(*act),
                Data::PublicationIssued(_) if act.event.effective <= day => {
                    standing.retain(|withheld: &&Taken| act.event.effective < withheld.event.effective);
                }
                _ => {}
            }
        }
        standing
    }

    /// The line of a license or a penalty.
    pub fn record_line(self, record: &Record, day: Date) -> String {
        let acts: Vec<_> = self.acts_on(record).into_iter().filter(|act| act.event.effective <= day).collect();
        let revoked = acts.iter().any(|act| matches!(act.event.data, Data::LicenseRevoked(_)));
        let state = match () {
            () if self.is_withdrawn(record) => "withdrawn",
            () if revoked => "revoked",
            () if record.corrected => "corrected",
            () => "current",
        };
        let issued = acts.iter().filter(|act| matches!(act.event.data, Data::PublicationIssued(_)));
        let issued = issued.map(|act| act.event.effective).min();
        let standing = self.withheld(record, day);
        let withheld = match standing.first().map(|act| &act.event.data) {
            Some(Data::PublicationWithheld(data)) => data.exception.as_str(),
            _ => "-",
        };
        let ended = self.publicity_ends(record).into_iter().chain(standing.iter().copied());
        let ended = ended.map(end_of).filter(|ended| *ended <= day).min();
        // What was never published has no publicity that could end.
        let until = ended.into_iter().chain(self.planned_end(record)).min().filter(|_| issued.is_some());
        let over = ended.is_some() || until.is_some_and(|until| until < day);
        let show = if issued.is_some() && !over && state != "withdrawn" { "on show" } else { "off show" };
        let text = |day: Option<Date>| day.map_or("-".to_owned(), |day| day.to_string());
        let (issued, until, late) = (text(issued), text(until), self.publication_late(record, day));
        format!("record {} {state} issued {issued} late {late} withheld {withheld} until {until} {show}", record.name)
    }
}

/// When an act ends publicity: a withdrawal at once, also if it is dated ahead.
fn end_of(act: &Taken) -> Date {
    let withdraws = match &act.event.data {
        Data::PenaltyWithdrawn(_) => true,
        Data::ObjectionResolved(data) => data.finding == Finding::Withdrawn,
        _ => false,
    };
    if withdraws { act.event.effective.min(act.day) } else { act.event.effective }
}

/// Whether a record may be published on the day of the event: it is not off by then, and not withheld unless it was
/// corrected since.
pub fn issued(case: &Case<'_>, record: &Record, codes: &mut Codes) {
    let (view, day) = (case.view, case.event.effective);
    refuse(codes, view.off(record).is_some_and(|off| off <= day), "already-ended");
    let mut withheld = false;
    for act in view.acts_on(record) {
        match &act.event.data {
            Data::PublicationWithheld(_) if act.event.effective <= day => withheld = true,
            Data::RecordCorrected(_) => withheld = false,
            _ => {}
        }
    }
    refuse(codes, withheld, "already-ended");
}
