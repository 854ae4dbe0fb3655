//! Whether an event has its effect: every code that speaks against it, none where it is accepted.
//!
//! The rules do not say which code is reported where several apply, so all of them are found.

use crate::{
    disputes::Objection,
    joint, publications,
    view::{Record, View, changed},
};
use chengxin_projections::{
    date::Date,
    event::{Data, DesignationMade, Event, ExitReason, Finding, LicenseGranted, List, NoticeAbout},
    policy::Policy,
};
use std::collections::BTreeSet;

/// The codes of a refusal; [`ANY`] where the rules name none.
pub type Codes = BTreeSet<&'static str>;

/// The rules refuse it, but do not say with which code.
pub const ANY: &str = "any";

/// An event at its place in the log.
pub struct Case<'a> {
    pub view: View<'a>,
    /// The policy in force there.
    pub policy: &'a Policy,
    pub event: &'a Event,
    /// The open day.
    pub today: Date,
}

/// Notes a code where something holds.
pub fn refuse(codes: &mut Codes, holds: bool, code: &'static str) {
    if holds {
        codes.insert(code);
    }
}

impl Case<'_> {
    pub fn codes(&self) -> Codes {
        let mut codes = Codes::new();
        let effective = self.event.effective;
        let ahead = self.policy.effective_ahead_days();
        refuse(&mut codes, effective > self.today.plus_days(ahead as i32), "too-far-ahead");
        refuse(&mut codes, effective < self.policy.first_day(), "before-first-day");
        match &self.event.data {
            Data::LicenseGranted(data) => license(data, &mut codes),
            Data::PenaltyImposed(data) => {
                refuse(&mut codes, self.policy.severity_of(data).is_none(), "severity-unknown");
            }
            Data::DesignationMade(data) => designation(self.policy, self.event, data, &mut codes),
            data => match data.record() {
                Some(name) => self.act(name, &mut codes),
                None => self.about_the_subject(&mut codes),
            },
        }
        codes
    }

    /// An event about a record.
    fn act(&self, name: &str, codes: &mut Codes) {
        let (view, event) = (self.view, self.event);
        let Some(record) = view.record(name) else {
            codes.insert("no-such-record");
            return;
        };
        let is_objection =
            matches!(event.data, Data::ObjectionFiled(_) | Data::ObjectionAnswered(_) | Data::ObjectionResolved(_));
        let is_answer = matches!(
            event.data,
            Data::MeasureAccepted(_) | Data::MeasureExecuted(_) | Data::MeasureDeclined(_) | Data::MeasureReported(_)
        );
        // A person has of the entry what it says of the person: it is disputed there and carried out, but nobody ends or
        // amends it there.
        let of_a_person = view.names(&record, &event.subject.id) && record.subject() != event.subject.id;
        let is_personal = of_a_person && (is_objection || is_answer);
        refuse(codes, record.subject() != event.subject.id && !is_personal, "subject-mismatch");
        refuse(codes, of_a_person && !is_personal, "wrong-record-kind");
        let anybody = is_answer || matches!(event.data, Data::ObjectionFiled(_) | Data::RepairApplied(_));
        refuse(codes, !anybody && event.publisher != record.authority(), "not-your-entry");
        // An error is an error before the day on which it would take effect.
        let earliest = match &event.data {
            Data::PenaltyWithdrawn(_) | Data::DesignationWithdrawn(_) | Data::RecordCorrected(_) => true,
            // What was withdrawn ahead of its day is told at once.
            Data::NoticeIssued(notice) => notice.about != NoticeAbout::Exit,
            _ => is_objection,
        };
        let earliest = if earliest { record.first().min(record.taken.day) } else { record.first() };
        refuse(codes, event.effective < earliest, "too-early");
        let takes_down = matches!(&event.data, Data::NoticeIssued(notice) if notice.about != NoticeAbout::Exit);
        let gone = view.is_withdrawn(&record) && !takes_down
            || is_personal && view.is_person_withdrawn(&record, &event.subject.id);
        refuse(codes, gone, "already-ended");
        if !is_objection && !self.fits(&record) {
            codes.insert("wrong-record-kind");
            // Nor has it what the event would act on.
            let decides = matches!(event.data, Data::RepairAccepted(_) | Data::RepairRefused(_));
            refuse(codes, decides, "no-application");
        } else {
            self.specific(&record, is_personal, codes);
        }
    }

    /// Whether this can be done to such a record at all.
    fn fits(&self, record: &Record) -> bool {
        let is_entry = record.designation().is_some();
        match &self.event.data {
            Data::LicenseRevoked(_) => record.is_license(),
            Data::PenaltyWithdrawn(_) => record.penalty().is_some(),
            Data::PublicationIssued(_) => true,
            Data::PublicationWithheld(_) => !is_entry,
            Data::RepairApplied(_) | Data::RepairAccepted(_) | Data::RepairRefused(_) | Data::RepairGranted(_) => {
                record.penalty().is_some() || record.is_on(List::Black)
            }
            Data::NoticeIssued(notice) => is_entry || notice.about != NoticeAbout::Exit,
            Data::RecordCorrected(_) => true,
            _ => is_entry,
        }
    }

    fn specific(&self, record: &Record, is_personal: bool, codes: &mut Codes) {
        let (view, day) = (self.view, self.event.effective);
        match &self.event.data {
            Data::LicenseRevoked(_) => {
                let acts = view.acts_on(record);
                let revoked = acts.iter().any(|act| matches!(act.event.data, Data::LicenseRevoked(_)));
                refuse(codes, revoked, "already-ended");
            }
            Data::PublicationIssued(_) => publications::issued(self, record, codes),
            Data::PublicationWithheld(data) => {
                let ground = self.policy.withholding_ground(&data.exception);
                let wrong = ground.is_none_or(|ground| ground.needs_citation && data.citation.is_none());
                refuse(codes, wrong, "exception-unknown");
            }
            Data::DesignationConfirmed(data) => {
                let nothing = match data.on.as_str() {
                    "basis-lost" => !view.is_active(record, day) || !view.is_basis_lost(record, day),
                    // The flag of a lost basis is answered by a confirmation on that.
                    "flag" => !view
                        .flags(record.subject())
                        .iter()
                        .any(|flag| flag.record == record.name && flag.flag != "basis-lost" && flag.stands(day)),
                    _ => return refuse(codes, true, ANY),
                };
                refuse(codes, nothing, "nothing-to-confirm");
            }
            Data::ExitDeclared(exit) => {
                if exit.reason != ExitReason::Repaired || !view.would_confirm(record, day) {
                    refuse(codes, self.ends_too_late(record), "already-ended");
                }
                if exit.reason == ExitReason::Repaired {
                    self.repairable(record, codes);
                }
            }
            Data::NoticeIssued(notice) => {
                let mut channels = view.channels(record);
                if notice.about == NoticeAbout::Exit {
                    channels.truncate(1);
                }
                refuse(codes, !channels.is_empty() && !channels.contains(&notice.channel), "wrong-channel");
                // Nothing tells of what has not come to pass.
                let happened = match notice.about {
                    NoticeAbout::Exit => Some(view.span(record).last().next()),
                    _ => view.withdrawal(record).map(|withdrawal| withdrawal.event.effective.min(withdrawal.day)),
                };
                refuse(codes, happened.is_none_or(|happened| day < happened), "too-early");
            }
            Data::RepairApplied(_) => {
                self.repairable(record, codes);
                refuse(codes, view.repairable_span(record).is_over(day), "already-ended");
                refuse(codes, view.open_application(record, day).is_some(), "already-open");
            }
            Data::RepairAccepted(_) | Data::RepairRefused(_) => match view.open_application(record, day) {
                None => {
                    refuse(codes, true, "no-application");
                    refuse(codes, view.repairable_span(record).is_over(day), "already-ended");
                    let undecided = view.applications(record).pop().filter(|last| last.closed.is_none());
                    let before = undecided.is_some_and(|last| day < last.applied.event.effective);
                    refuse(codes, before, "too-early");
                }
                Some(open) => {
                    let accepts = matches!(self.event.data, Data::RepairAccepted(_));
                    refuse(codes, accepts && open.accepted.is_some(), "already-ended");
                    refuse(codes, day < open.applied.event.effective, "too-early");
                }
            },
            Data::RepairGranted(_) => {
                self.repairable(record, codes);
                let late = match record.penalty() {
                    Some(_) => !view.publicity(record).through || view.publicity(record).is_over(day),
                    None => self.ends_too_late(record),
                };
                refuse(codes, late, "already-ended");
                let open = view.open_application(record, day);
                refuse(codes, open.is_some_and(|open| day < open.applied.event.effective), "too-early");
            }
            Data::ObjectionAnswered(data) => {
                if let Some(objection) = self.open_objection(record, &data.objection, codes) {
                    refuse(codes, objection.answered.is_some(), "already-ended");
                }
            }
            Data::ObjectionResolved(data) => {
                let objection = self.open_objection(record, &data.objection, codes);
                if data.finding == Finding::Corrected {
                    let acts = view.acts_on(record);
                    let filed = objection.map_or(0, |objection| objection.filed.offset);
                    let is_it = |name: &String| {
                        acts.iter().any(|act| {
                            matches!(act.event.data, Data::RecordCorrected(_))
                                && act.name == *name
                                && act.offset > filed
                        })
                    };
                    refuse(codes, !data.correction.as_ref().is_some_and(is_it), "no-such-correction");
                    refuse(codes, is_personal, ANY);
                }
            }
            Data::RecordCorrected(data) => correction(self.policy, record, &data.changes.0, codes),
            Data::MeasureInitiated(data) => joint::initiated(self, record, data, codes),
            Data::MeasureAccepted(data) => joint::answered(self, record, &data.measure, codes),
            Data::MeasureExecuted(data) => joint::answered(self, record, &data.measure, codes),
            Data::MeasureDeclined(data) => joint::answered(self, record, &data.measure, codes),
            Data::MeasureReported(data) => joint::answered(self, record, &data.measure, codes),
            _ => {}
        }
    }

    /// An exit or a repair of an entry: after the term nothing is left to end; after another exit or repair only what
    /// lies ahead can be ended earlier.
    fn ends_too_late(&self, record: &Record) -> bool {
        let day = self.event.effective;
        let already = self.view.ending(record).map(|end| end.event.effective);
        day > self.view.term_end(record) || already.is_some_and(|ended| ended <= self.today || day >= ended)
    }

    fn repairable(&self, record: &Record, codes: &mut Codes) {
        if let Some(data) = record.designation() {
            refuse(codes, data.repairable.as_ref().is_some_and(|repairable| !repairable.allowed), "not-repairable");
        } else {
            // A month of publicity is over after its last day; where there is no least publicity, there is nothing to wait for.
            let months = self.view.severity(record).min_months;
            let early = months > 0 && self.event.effective <= record.first().plus_months(months);
            refuse(codes, early || self.event.effective < record.first(), "too-early");
        }
    }

    fn open_objection(&self, record: &Record, name: &str, codes: &mut Codes) -> Option<Objection<'_>> {
        let objections = self.view.objections(&self.event.subject.id, &record.name);
        let found = objections.into_iter().find(|objection| objection.filed.name == name);
        match &found {
            None => refuse(codes, true, "no-such-objection"),
            Some(objection) => {
                refuse(codes, objection.resolved.is_some(), "already-ended");
                refuse(codes, self.event.effective < objection.filed.event.effective, "too-early");
            }
        }
        found
    }

    /// Subjects, identifiers and access: nothing of it is about a record.
    fn about_the_subject(&self, codes: &mut Codes) {
        let own =
            self.view.taken.iter().map(|taken| &taken.event).filter(|event| event.subject.id == self.event.subject.id);
        match &self.event.data {
            Data::SubjectDeregistered(data) => {
                let entitled = self.policy.departments().is_some_and(|all| all.is_registrar(&self.event.publisher));
                refuse(codes, !entitled, "not-entitled");
                refuse(codes, data.citation.trim().is_empty(), "basis-missing");
                let gone = own.clone().any(|event| matches!(event.data, Data::SubjectDeregistered(_)));
                refuse(codes, gone, "already-ended");
            }
            Data::IdentifierLinked(data) => match self.view.holder(&data.scheme, &data.value) {
                Some(holder) if holder == self.event.subject.id => refuse(codes, true, "already-ended"),
                holder => {
                    refuse(codes, holder.is_some(), "linked-elsewhere");
                    // Of a code that another organisation has in itself: the two become one.
                    let code = match data.scheme.as_str() {
                        "uscc" => data.value.get(8..17),
                        "organisation-code" => Some(data.value.as_str()),
                        _ => None,
                    };
                    let joins = code.is_some_and(|code| code != self.event.subject.id);
                    let entitled = self.policy.departments().is_some_and(|all| all.is_registrar(&self.event.publisher));
                    refuse(codes, joins && !entitled && !self.event.office, "not-entitled");
                }
            },
            Data::IdentifierUnlinked(data) => {
                let link = self.view.link(&data.scheme, &data.value);
                match link.filter(|link| link.subject.id == self.event.subject.id) {
                    None => refuse(codes, true, "no-such-identifier"),
                    Some(link) => {
                        let theirs = link.publisher == self.event.publisher || self.event.office;
                        refuse(codes, !theirs, "not-allowed");
                    }
                }
            }
            Data::AccessRequested(data) => refuse(codes, !(1..=5).contains(&data.level), "level-unknown"),
            Data::AccessDecided(data) => {
                refuse(codes, !self.event.office, "not-allowed");
                let is_it =
                    |event: &&Event| matches!(event.data, Data::AccessRequested(_)) && event.name() == data.request;
                refuse(codes, own.clone().find(is_it).is_none(), "no-such-request");
                let early = own.clone().find(is_it).is_some_and(|request| self.event.effective < request.effective);
                refuse(codes, early, "too-early");
                refuse(codes, data.until.is_some_and(|until| until < self.event.effective), "term-invalid");
                let mut decisions = own.filter_map(|event| match &event.data {
                    Data::AccessDecided(decided) => Some(&decided.request),
                    _ => None,
                });
                refuse(codes, decisions.any(|request| *request == data.request), "already-ended");
            }
            _ => {}
        }
    }
}

/// The longest term that can be meant, where policy sets no limit.
const LONGEST: u32 = 1200;

fn license(data: &LicenseGranted, codes: &mut Codes) {
    let over = data.valid_from.zip(data.valid_until).is_some_and(|(from, until)| until < from);
    refuse(codes, over, "term-invalid");
}

fn designation(policy: &Policy, event: &Event, data: &DesignationMade, codes: &mut Codes) {
    let Some(kind) = policy.list_kind(data.list, &data.kind) else {
        codes.insert("list-kind-unknown");
        return;
    };
    refuse(codes, !policy.may_designate(&event.publisher, kind), "not-entitled");
    refuse(codes, data.list == List::Black && data.repairable.is_none(), "repairability-missing");
    basis(data, codes);
    term(policy, event.effective, data, codes);
    watch(data, codes);
}

fn basis(data: &DesignationMade, codes: &mut Codes) {
    let empty = data.basis.iter().any(|item| item.citation.is_none() && item.record.is_none());
    refuse(codes, data.basis.is_empty() || empty, "basis-missing");
}

fn term(policy: &Policy, first: Date, data: &DesignationMade, codes: &mut Codes) {
    let kind = policy.list_kind(data.list, &data.kind).expect("its kind is there");
    let last = data.until.unwrap_or_else(|| first.plus_months(data.months.unwrap_or(kind.months)));
    let longest = first.plus_months(kind.max_months.unwrap_or(LONGEST));
    let none = data.until.is_none() && data.months == Some(0);
    refuse(codes, last < first || last > longest || none, "term-invalid");
}

fn watch(data: &DesignationMade, codes: &mut Codes) {
    refuse(codes, data.watch_months.is_some_and(|months| months > LONGEST), "term-invalid");
}

/// What is corrected is judged like in a record of its day, by the policy of the correction.
fn correction(policy: &Policy, record: &Record, changes: &serde_json::Value, codes: &mut Codes) {
    let Some(corrected) = changed(&record.data, changes) else {
        codes.insert("correction-invalid");
        return;
    };
    let states = |fields: &[&str]| fields.iter().any(|field| changes.get(field).is_some());
    match &corrected {
        Data::DesignationMade(data) => {
            if states(&["basis"]) {
                basis(data, codes);
            }
            if states(&["months", "until"]) {
                term(policy, record.first(), data, codes);
            }
            if states(&["watch_months"]) {
                watch(data, codes);
            }
        }
        Data::PenaltyImposed(data) => {
            let weighs = states(&["kinds", "fine", "confiscated", "procedure"]);
            refuse(codes, weighs && !states(&["severity"]), "correction-invalid");
            refuse(codes, states(&["severity"]) && policy.severity_of(data).is_none(), "severity-unknown");
        }
        Data::LicenseGranted(data) => license(data, codes),
        _ => {}
    }
}
