//! Obligations: who owes what, since when, until when, and what became of it.

use crate::{
    disputes::Objection,
    view::{Record, Taken, View},
};
use chengxin_projections::{
    date::Date,
    event::{Data, List, NoticeAbout},
    policy::Due,
};

/// What ends a duty.
struct Closing {
    day: Date,
    /// Done, or else cancelled.
    done: bool,
}

impl Closing {
    fn by(act: &Taken, done: bool) -> Closing {
        Closing { day: act.event.effective, done }
    }
}

pub struct Duty {
    duty: &'static str,
    org: String,
    record: String,
    measure: Option<String>,
    since: Date,
    /// The first day on which it is there: of a term that ends at midnight the next one.
    arises: Date,
    respond_by: Option<Date>,
    closings: Vec<Closing>,
}

impl Duty {
    fn new(duty: &'static str, record: &Record, since: Date) -> Duty {
        let (org, record) = (record.authority().to_owned(), record.name.clone());
        Duty { duty, org, record, measure: None, since, arises: since, respond_by: None, closings: Vec::new() }
    }

    fn done<'t>(mut self, acts: impl IntoIterator<Item = &'t Taken>) -> Duty {
        self.closings.extend(acts.into_iter().map(|act| Closing::by(act, true)));
        self
    }

    fn cancelled<'t>(mut self, acts: impl IntoIterator<Item = &'t Taken>) -> Duty {
        self.closings.extend(acts.into_iter().map(|act| Closing::by(act, false)));
        self
    }

    /// Done by a withdrawal, which decides, too; at once as well.
    fn told_wrong(mut self, withdrawal: Option<&Taken>) -> Duty {
        let day = |act: &Taken| act.event.effective.min(act.day);
        self.closings.extend(withdrawal.map(|act| Closing { day: day(act), done: true }));
        self
    }

    /// Cancelled by a withdrawal: at once, also if it is dated ahead.
    fn gone<'t>(mut self, withdrawals: impl IntoIterator<Item = &'t Taken>) -> Duty {
        let day = |act: &Taken| act.event.effective.min(act.day);
        self.closings.extend(withdrawals.into_iter().map(|act| Closing { day: day(act), done: false }));
        self
    }

    /// Cancelled on the day after a last day.
    fn cancelled_after(mut self, last: Date) -> Duty {
        self.closings.push(Closing { day: last.next(), done: false });
        self
    }

    /// What ended it first; what was done on the day on which it would have been cancelled was done.
    fn closing(&self) -> Option<&Closing> {
        self.closings.iter().min_by_key(|closing| (closing.day, !closing.done))
    }
}

/// The acts whose data fit a pattern.
macro_rules! acts {
    ($acts:expr, $pattern:pat $(if $guard:expr)?) => {
        $acts.iter().copied().filter(|act| matches!(&act.event.data, $pattern $(if $guard)?))
    };
}

impl<'a> View<'a> {
    /// The lines of the duties that had arisen by a day in the file of a subject.
    pub fn duty_lines(self, subject: &str, day: Date) -> Vec<String> {
        let arisen = self.duties(subject).into_iter().filter(|duty| duty.arises <= day);
        arisen.map(|duty| self.duty_line(&duty, day)).collect()
    }

    fn duty_line(self, duty: &Duty, day: Date) -> String {
        let closing = duty.closing().filter(|closing| closing.day <= day);
        let due = match duty.respond_by {
            Some(date) => Due { date, provisional: false },
            None => self.due(duty.duty, duty.since, closing.map_or(day, |closing| closing.day)),
        };
        let late = |until: Date| self.late(due.date, until);
        let state = match closing {
            Some(closing) if closing.done => format!("done {} late {}", closing.day, late(closing.day)),
            Some(_) => "cancelled".to_owned(),
            None if day > due.date => format!("overdue {}", late(day)),
            None => "open".to_owned(),
        };
        let Duty { duty, org, record, measure, since, .. } = duty;
        let provisional = if due.provisional { "~" } else { "" };
        let measure = measure.as_ref().map(|measure| format!(" {measure}")).unwrap_or_default();
        format!("duty {duty} {org} {record} since {since} due {}{provisional} {state}{measure}", due.date)
    }

    fn duties(self, subject: &str) -> Vec<Duty> {
        let mut duties = Vec::new();
        for record in self.records_of(subject) {
            duties.extend(self.objection_duties(subject, &record));
            duties.extend(self.takedown_duty(&record));
            if record.designation().is_some() {
                duties.extend(self.flag_duties(&record));
                duties.extend(self.exit_duty(&record));
                duties.extend(self.answer_duties(subject, &record));
                duties.extend(self.report_duties(subject, &record));
            } else {
                duties.push(self.publish_duty(&record));
            }
            duties.extend(self.repair_duties(&record));
        }
        for record in self.records() {
            if record.subject() != subject {
                duties.extend(self.objection_duties(subject, &record));
            }
            if record.subject() != subject && self.names(&record, subject) {
                duties.extend(self.answer_duties(subject, &record));
                duties.extend(self.report_duties(subject, &record));
            }
        }
        duties
    }

    fn publish_duty(self, record: &Record) -> Duty {
        let acts = self.acts_on(record);
        let mut duty = Duty::new("publish", record, record.first())
            .done(acts!(acts, Data::PublicationIssued(_)))
            .cancelled(acts!(acts, Data::PublicationWithheld(_)));
        duty.closings.extend(self.off(record).map(|day| Closing { day, done: false }));
        duty
    }

    /// The working days by which a record was published too late, or is not published yet; none where it need not be.
    pub fn publication_late(self, record: &Record, day: Date) -> u32 {
        let duty = self.publish_duty(record);
        let closing = duty.closing().filter(|closing| closing.day <= day);
        if closing.is_some_and(|closing| !closing.done) {
            return 0;
        }
        let until = closing.map_or(day, |closing| closing.day);
        self.late(self.due(duty.duty, duty.since, until).date, until)
    }

    fn objection_duties(self, subject: &str, record: &Record) -> Vec<Duty> {
        let duty = |objection: Objection<'_>| {
            let mut duty = Duty::new("answer-objection", record, objection.filed.event.effective)
                .done(objection.answered)
                .done(objection.resolved);
            let withdrawn = self.withdrawn_for(subject, record);
            duty.closings.extend(withdrawn.map(|day| Closing { day, done: true }));
            duty
        };
        self.objections(subject, &record.name).into_iter().map(duty).collect()
    }

    fn takedown_duty(self, record: &Record) -> Option<Duty> {
        let withdrawal = self.withdrawal(record)?;
        let acts = self.acts_on(record);
        let published = acts!(acts, Data::PublicationIssued(_)).next().is_some();
        // On every channel on which it was published it is told that it never was; where none is known, anywhere.
        let channels = self.channels(record);
        let first = |channel: Option<&String>| {
            let mut notices: Vec<Date> = Vec::new();
            for act in &acts {
                if let Data::NoticeIssued(notice) = &act.event.data
                    && notice.about != NoticeAbout::Exit
                    && channel.is_none_or(|channel| *channel == notice.channel)
                {
                    notices.push(act.event.effective);
                }
            }
            notices.into_iter().min()
        };
        let told: Vec<Option<Date>> = match channels.is_empty() {
            true => vec![first(None)],
            false => channels.iter().map(|channel| first(Some(channel))).collect(),
        };
        let told = if told.contains(&None) { None } else { told.into_iter().max().flatten() };
        // An entry that was withdrawn before its first day stood on no list.
        let listed = record.designation().is_some() && withdrawal.day >= record.first();
        let mut duty = Duty::new("notify-takedown", record, withdrawal.event.effective.min(withdrawal.day));
        duty.closings.extend(told.map(|day| Closing { day, done: true }));
        (listed || published && record.designation().is_none()).then_some(duty)
    }

    /// The channels on which a record was published, in the order of the log; else that which the entry states.
    pub fn channels(self, record: &Record) -> Vec<String> {
        let mut channels: Vec<String> = Vec::new();
        for act in self.acts_on(record) {
            if let Data::PublicationIssued(data) = &act.event.data
                && !channels.contains(&data.channel)
            {
                channels.push(data.channel.clone());
            }
        }
        if channels.is_empty() {
            channels.extend(record.designation().and_then(|data| data.channel.clone()));
        }
        channels
    }

    fn flag_duties(self, entry: &Record) -> Vec<Duty> {
        let mut duties = Vec::new();
        let acts = self.acts_on(entry);
        let causes = self.records_of(entry.subject()).into_iter().filter(|_| entry.is_on(List::Red));
        for cause in causes {
            let flags = self.raised(entry, &cause);
            let Some(first) = flags.iter().map(|flag| flag.since).min() else { continue };
            let last = flags.iter().map(|flag| flag.last).max().filter(|last| *last < self.span(entry).last());
            // By the time that both were known one of them never was: nobody was ever asked.
            let gone = |one: &Record, other: &Record| {
                self.withdrawal(one).is_some_and(|withdrawal| withdrawal.offset < other.taken.offset)
            };
            if gone(entry, &cause) || gone(&cause, entry) {
                continue;
            }
            let since = first.max(entry.taken.day).max(cause.taken.day);
            let decides = |act: &&Taken| {
                let known = self.raised_before(act, entry, &cause);
                act.event.effective >= first && known.iter().any(|flag| flag.since <= act.event.effective)
            };
            let duty = Duty::new("decide-flag", entry, since)
                .done(self.confirmations(entry).into_iter().filter(decides))
                .done(self.ended_by(entry))
                .gone(self.withdrawal(entry))
                .gone(self.withdrawal(&cause))
                .cancelled_after(self.term_end(entry));
            duties.push(last.into_iter().fold(duty, Duty::cancelled_after));
        }
        if let Some((flag, loss)) = self.basis_flag_before_confirmation(entry).zip(self.loss(entry)) {
            let confirmed = acts!(acts, Data::DesignationConfirmed(data) if data.on == "basis-lost");
            let duty = Duty::new("decide-basis-lost", entry, flag.max(loss.recorded))
                .done(confirmed.filter(|act| act.offset > entry.basis_corrected))
                .done(self.ended_by(entry))
                .told_wrong(self.withdrawal(entry));
            duties.push(duty.cancelled_after(self.term_end(entry)));
        }
        duties
    }

    /// The first day on which the entry runs without a basis, whatever was confirmed then.
    fn basis_flag_before_confirmation(self, entry: &Record) -> Option<Date> {
        let since = self.loss(entry)?.day.max(entry.first());
        self.span(entry).contains(since).then_some(since)
    }

    fn exit_duty(self, entry: &Record) -> Option<Duty> {
        if self.is_withdrawn(entry) {
            return None;
        }
        let acts = self.acts_on(entry);
        let span = self.span(entry);
        let off = span.last().next();
        // What told of an end that it did not come to told nothing: a notice before the end, or an exit that gave way to an
        // earlier end afterwards.
        let notices = acts!(acts, Data::NoticeIssued(notice) if notice.about == NoticeAbout::Exit);
        let ended_by = self.ended_by(entry).map(|end| end.offset);
        let own = acts!(acts, Data::ExitDeclared(exit) if exit.notice.is_some());
        let own = own.filter(|act| ended_by.is_some_and(|end| end <= act.offset));
        let duty = Duty { arises: off, ..Duty::new("notify-exit", entry, span.to) };
        Some(duty.done(notices.chain(own).filter(|act| act.event.effective >= off)))
    }

    fn repair_duties(self, record: &Record) -> Vec<Duty> {
        let mut duties = Vec::new();
        for application in self.applications(record) {
            for duty in ["accept-repair", "decide-repair"] {
                let duty = Duty::new(duty, record, application.applied.event.effective);
                let accepted = application.accepted.filter(|_| duty.duty == "accept-repair");
                let duty = duty.done(accepted).done(application.closed);
                let duty = self.cancelled_by_the_end(record.subject(), duty, record);
                duties.push(duty);
            }
        }
        duties
    }

    /// Cancelled when the record ends or is withdrawn; an ending that did the duty comes first.
    fn cancelled_by_the_end(self, subject: &str, mut duty: Duty, record: &Record) -> Duty {
        let span = self.repairable_span(record);
        duty.closings.extend(self.withdrawn_for(subject, record).map(|day| Closing { day, done: false }));
        match self.ended_by_event(record) {
            Some(end) => duty.cancelled([end]),
            None => duty.cancelled_after(span.last()),
        }
    }

    /// The exit or repair that ended an entry, or the repair that ended the publicity of a penalty.
    fn ended_by_event(self, record: &Record) -> Option<&'a Taken> {
        if record.designation().is_some() {
            return self.ended_by(record);
        }
        let span = self.publicity(record);
        let acts = self.acts_on(record);
        let mut repairs = acts!(acts, Data::RepairGranted(_));
        repairs.find(|act| !span.through && act.event.effective == span.to)
    }

    /// Who was asked about a measure of an entry answers, for the entry and for each person on whom it lands.
    fn answer_duties(self, subject: &str, entry: &Record) -> Vec<Duty> {
        let mut duties = Vec::new();
        for initiation in self.initiations(entry) {
            // A person who was found not to belong to the entry before is not asked about.
            if self.is_person_withdrawn_by_objection(entry, subject, initiation.offset) {
                continue;
            }
            let Data::MeasureInitiated(data) = &initiation.event.data else { continue };
            for measure in self.initiated_for(subject, entry, initiation) {
                for implementer in &data.implementers {
                    let mut duty = Duty::new("answer-measure", entry, initiation.event.effective);
                    duty.org.clone_from(implementer);
                    duty.measure = Some(measure.clone());
                    duty.respond_by = Some(data.respond_by);
                    let duty = duty.done(self.answers(subject, entry, initiation, implementer, &measure));
                    duties.push(self.cancelled_by_the_end(subject, duty, entry));
                }
            }
        }
        duties
    }

    fn report_duties(self, subject: &str, entry: &Record) -> Vec<Duty> {
        let acts = self.acts(subject, &entry.name);
        let mut parties: Vec<(String, String)> = Vec::new();
        for act in &acts {
            let measure = match &act.event.data {
                Data::MeasureAccepted(data) => &data.measure,
                Data::MeasureExecuted(data) => &data.measure,
                _ => continue,
            };
            parties.push((act.event.publisher.clone(), measure.clone()));
        }
        parties.sort();
        parties.dedup();
        let mut duties = Vec::new();
        for (implementer, measure) in parties {
            let acts: Vec<&Taken> = acts.iter().copied().filter(|act| act.event.publisher == implementer).collect();
            // In the order of the log: what was taken on is reported on again and again, until it is declined.
            let mut open: Option<Duty> = None;
            for act in acts {
                let mut begun = Duty::new("report-measure", entry, act.event.effective);
                begun.org.clone_from(&implementer);
                begun.measure = Some(measure.clone());
                match &act.event.data {
                    Data::MeasureAccepted(data) if data.measure == measure => open = open.or(Some(begun)),
                    Data::MeasureExecuted(data) if data.measure == measure => open = open.or(Some(begun)),
                    Data::MeasureReported(data) if data.measure == measure => {
                        duties.extend(open.take().map(|open| open.done([act])));
                        open = Some(begun);
                    }
                    Data::MeasureDeclined(data) if data.measure == measure => {
                        duties.extend(open.take().map(|open| open.cancelled([act])));
                    }
                    _ => {}
                }
            }
            duties.extend(open);
        }
        duties.into_iter().map(|duty| self.cancelled_by_the_end(subject, duty, entry)).collect()
    }
}
