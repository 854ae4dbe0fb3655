//! Objections and suspensions (二十七), default rules 3 and 5; applications for repair (二十六).

use crate::view::{Record, Taken, View};
use chengxin_projections::{date::Date, event::Data};
use std::rc::Rc;

pub struct Objection<'a> {
    pub filed: &'a Taken,
    pub answered: Option<&'a Taken>,
    pub resolved: Option<&'a Taken>,
}

pub struct Application<'a> {
    pub applied: &'a Taken,
    pub accepted: Option<&'a Taken>,
    /// Refused or granted.
    pub closed: Option<&'a Taken>,
}

/// The loss of the basis of an entry.
pub struct Loss {
    pub day: Date,
    /// The day on which all of it had been recorded.
    pub recorded: Date,
}

impl<'a> View<'a> {
    /// The objections of a subject to a record: its own, or that of an entry that names the person.
    pub fn objections(self, subject: &str, record: &str) -> Vec<Objection<'a>> {
        let acts = self.acts(subject, record);
        let filed = acts.iter().filter(|act| matches!(act.event.data, Data::ObjectionFiled(_)));
        let of = |name: &str| {
            let answered = acts
                .iter()
                .find(|act| matches!(&act.event.data, Data::ObjectionAnswered(answer) if answer.objection == name));
            let resolved = acts.iter().find(
                |act| matches!(&act.event.data, Data::ObjectionResolved(resolution) if resolution.objection == name),
            );
            (answered.copied(), resolved.copied())
        };
        filed
            .map(|filed| {
                let (answered, resolved) = of(&filed.name);
                Objection { filed, answered, resolved }
            })
            .collect()
    }

    /// Whether a subject has an objection to the record that is open on that day.
    pub fn has_open_objection(self, subject: &str, record: &Record, day: Date) -> bool {
        let withdrawn = self.withdrawn_for(subject, record).is_some_and(|withdrawn| withdrawn <= day);
        !withdrawn
            && self.objections(subject, &record.name).iter().any(|objection| {
                objection.filed.event.effective <= day
                    && objection.resolved.is_none_or(|resolved| resolved.event.effective > day)
            })
    }

    /// The records that an entry rests on, where it rests on nothing but records that the subject's file has.
    fn basis_records(self, record: &Record) -> Option<Vec<Rc<Record>>> {
        let data = record.designation().expect("only an entry has a basis");
        let named = data.basis.iter().map(|item| {
            let named = self.record(item.record.as_deref()?)?;
            (named.subject() == record.subject()).then_some(named)
        });
        named.collect()
    }

    /// The day of the authority's decision to keep the entry although its basis is lost. A corrected basis is looked at
    /// anew: what was confirmed before the correction was another basis.
    pub fn confirmed_without_basis(self, record: &Record) -> Option<Date> {
        let acts = self.acts_on(record).into_iter().filter(|act| act.offset > record.basis_corrected);
        acts.filter(|act| matches!(&act.event.data, Data::DesignationConfirmed(data) if data.on == "basis-lost"))
            .map(|act| act.event.effective)
            .min()
    }

    fn is_confirmed_without_basis(self, record: &Record, day: Date) -> bool {
        self.confirmed_without_basis(record).is_some_and(|confirmed| confirmed <= day)
    }

    /// When every record was withdrawn that the entry rests on, whatever the authority decided then.
    pub fn loss(self, record: &Record) -> Option<Loss> {
        let basis = self.basis_records(record)?;
        let mut loss =
            Loss { day: Date::MIN, recorded: record.taken.day.max(record.basis_corrected_on.unwrap_or(Date::MIN)) };
        for item in &basis {
            let withdrawal = self.withdrawal(item)?;
            loss.day = loss.day.max(withdrawal.event.effective.min(withdrawal.day));
            loss.recorded = loss.recorded.max(withdrawal.day);
        }
        Some(loss)
    }

    pub fn is_basis_lost(self, record: &Record, day: Date) -> bool {
        self.loss(record).is_some_and(|loss| loss.day <= day) && !self.is_confirmed_without_basis(record, day)
    }

    pub fn is_disputed(self, record: &Record, day: Date) -> bool {
        self.has_open_objection(record.subject(), record, day)
            || self.is_basis_disputed(record, day) && !self.is_confirmed_without_basis(record, day)
    }

    fn is_basis_disputed(self, record: &Record, day: Date) -> bool {
        let Some(basis) = self.basis_records(record) else { return false };
        // A withdrawal that is dated ahead takes the basis at once.
        let lost = |item: &Rc<Record>| self.withdrawal(item).is_some_and(|act| act.event.effective.min(act.day) <= day);
        let disputed = |item: &Rc<Record>| !lost(item) && self.has_open_objection(item.subject(), item, day);
        basis.iter().all(|item| lost(item) || disputed(item)) && basis.iter().any(disputed)
    }

    pub fn is_suspended(self, record: &Record, day: Date) -> bool {
        self.is_disputed(record, day) || self.is_basis_lost(record, day)
    }

    /// The applications for the repair of a record, in the order of the log.
    pub fn applications(self, record: &Record) -> Vec<Application<'a>> {
        let mut applications: Vec<Application<'a>> = Vec::new();
        for act in self.acts_on(record) {
            let open = applications.last_mut().filter(|application| application.closed.is_none());
            match (&act.event.data, open) {
                (Data::RepairApplied(_), _) => {
                    applications.push(Application { applied: act, accepted: None, closed: None });
                }
                (Data::RepairAccepted(_), Some(open)) => open.accepted = Some(act),
                (Data::RepairRefused(_) | Data::RepairGranted(_), Some(open)) => open.closed = Some(act),
                _ => {}
            }
        }
        applications
    }

    /// The application that nobody has decided by that day; void where the record has ended otherwise.
    pub fn open_application(self, record: &Record, day: Date) -> Option<Application<'a>> {
        let open = self.applications(record).pop().filter(|application| application.closed.is_none());
        open.filter(|_| !self.repairable_span(record).is_over(day))
    }
}
