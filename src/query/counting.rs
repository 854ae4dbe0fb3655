//! What statistics count of a subject: each thing that happened with its day, by whom and about what. (二十八)(三十)

use super::{
    list::region,
    record,
    statistics::{Counts, Period},
};
use chengxin_projections::{
    change::ListName,
    date::Date,
    dispute,
    event::List,
    facts::{Content, CreditFile, Deed, Known, Record},
    joint::{self, Answer},
    listing, measure, obligation,
    policy::PolicyHistory,
    publication,
};
use std::collections::BTreeMap;

/// The count that something adds to.
type What = fn(&mut Counts) -> &mut u64;

/// Something that happened.
struct Happened<'a> {
    what: What,
    date: Date,
    department: &'a str,
    kind: &'a str,
    measure: Option<&'a str>,
}

/// Counts under way.
pub(super) struct Counting<'a> {
    period: Period,
    as_of: Date,
    policies: &'a PolicyHistory,
    pub(super) subjects: u64,
    pub(super) total: Counts,
    pub(super) departments: BTreeMap<String, Counts>,
    pub(super) kinds: BTreeMap<String, Counts>,
    pub(super) regions: BTreeMap<String, Counts>,
    pub(super) measures: BTreeMap<String, Counts>,
    pub(super) months: BTreeMap<String, Counts>,
}

impl<'p> Counting<'p> {
    pub(super) fn new(period: Period, as_of: Date, policies: &'p PolicyHistory) -> Counting<'p> {
        Counting {
            period,
            as_of,
            policies,
            subjects: 0,
            total: Counts::default(),
            departments: BTreeMap::new(),
            kinds: BTreeMap::new(),
            regions: BTreeMap::new(),
            measures: BTreeMap::new(),
            months: BTreeMap::new(),
        }
    }

    pub(super) fn subject(&mut self, file: &CreditFile, known: Known) {
        if !file.is_known(known) {
            return;
        }
        self.subjects += 1;
        let mut all = Vec::new();
        let looking = Looking { file, known, as_of: self.as_of, policies: self.policies };
        for record in file.records.iter().filter(|record| known.has(record.stamp)) {
            looking.record(record, &mut all);
            looking.joint_action(record, &mut all);
        }
        looking.imposed(&mut all);
        let policies = self.policies;
        let duties = obligation::obligations(file, known, self.as_of, policies);
        all.extend(duties.iter().filter_map(|duty| looking.duty(duty)));
        let region = region(file, known).unwrap_or("unknown");
        let (period, as_of) = (self.period, self.as_of);
        for one in all.iter().filter(|one| period.has(one.date) && one.date <= as_of) {
            self.count(one, region);
        }
    }

    fn count(&mut self, one: &Happened, region: &str) {
        let month = one.date.to_string();
        *(one.what)(&mut self.total) += 1;
        *(one.what)(entry(&mut self.departments, one.department)) += 1;
        *(one.what)(entry(&mut self.kinds, one.kind)) += 1;
        *(one.what)(entry(&mut self.regions, region)) += 1;
        *(one.what)(entry(&mut self.months, &month[..7])) += 1;
        if let Some(measure) = one.measure {
            *(one.what)(entry(&mut self.measures, measure)) += 1;
        }
    }
}

fn entry<'m>(counts: &'m mut BTreeMap<String, Counts>, key: &str) -> &'m mut Counts {
    if !counts.contains_key(key) {
        counts.insert(key.to_owned(), Counts::default());
    }
    counts.get_mut(key).expect("it was inserted above")
}

/// One subject as it is looked at.
#[derive(Clone, Copy)]
struct Looking<'a> {
    file: &'a CreditFile,
    known: Known,
    as_of: Date,
    policies: &'a PolicyHistory,
}

impl<'a> Looking<'a> {
    fn record(&self, record: &'a Record, all: &mut Vec<Happened<'a>>) {
        let of_record = |what: What, date| {
            let (department, kind) = (record.authority(), record::kind(record));
            Happened { what, date, department, kind, measure: None }
        };
        let is_own = !matches!(record.first, Content::Implication(_));
        for act in record.acts(self.known) {
            match act.what {
                Deed::ObjectionFiled => all.push(of_record(|counts| &mut counts.disputed, act.effective)),
                Deed::Corrected(_) if is_own => all.push(of_record(|counts| &mut counts.corrected, act.effective)),
                _ => {}
            }
        }
        if !is_own {
            return; // the entry is counted where it stands
        }
        if let Some(withdrawal) = dispute::withdrawal(record, self.known) {
            all.push(of_record(|counts| &mut counts.withdrawn, dispute::taken_down(withdrawal)));
            return;
        }
        let begun: What = match record.content(self.known) {
            Content::License(_) => |counts| &mut counts.licenses,
            Content::Penalty(_) => |counts| &mut counts.penalties,
            Content::Designation(designation) if designation.list == List::Red => |counts| &mut counts.red_listed,
            Content::Designation(_) | Content::Implication(_) => |counts| &mut counts.black_listed,
        };
        all.push(of_record(begun, record.effective));
        for act in record.acts(self.known) {
            match act.what {
                Deed::RepairGranted => all.push(of_record(|counts| &mut counts.repairs, act.effective)),
                Deed::Withheld { .. } => all.push(of_record(|counts| &mut counts.withheld, act.effective)),
                _ => {}
            }
        }
        all.extend(self.published(record).map(|(what, date)| of_record(what, date)));
        all.extend(self.ended(record).map(|(what, date)| of_record(what, date)));
    }

    fn published(&self, record: &Record) -> Option<(What, Date)> {
        let found = publication::publication(record, self.known, self.as_of, self.policies)?;
        let what: What = if found.late_by == 0 {
            |counts| &mut counts.published_in_time
        } else {
            |counts| &mut counts.published_late
        };
        Some((what, found.issued?))
    }

    fn ended(&self, record: &Record) -> Option<(What, Date)> {
        let entry = listing::entry(self.file, record, self.known).filter(|entry| entry.list != ListName::Watch)?;
        let what: What = if entry.is_cut { |counts| &mut counts.exited } else { |counts| &mut counts.expired };
        // A term includes its last day.
        Some((what, entry.span.after()))
    }

    /// Each time that a measure came into force, on whatever entries it went on then.
    fn imposed(&self, all: &mut Vec<Happened<'a>>) {
        for (code, stretches) in measure::timelines(self.file, self.known) {
            let mut last: Option<Date> = None;
            for stretch in stretches {
                let goes_on = last == Some(stretch.span.from);
                last = Some(stretch.span.after());
                let carrier = stretch.basis.first().and_then(|record| self.file.record(record));
                let Some(record) = carrier.filter(|_| !goes_on) else { continue };
                all.push(Happened {
                    what: |counts| &mut counts.imposed,
                    date: stretch.span.from,
                    department: record.authority(),
                    kind: record::kind(record),
                    measure: Some(code),
                });
            }
        }
    }

    /// What implementers were asked and what they did, also where the entry was withdrawn since: they were asked all the
    /// same.
    fn joint_action(&self, record: &'a Record, all: &mut Vec<Happened<'a>>) {
        if record.acts.is_empty() {
            return;
        }
        let kind = record::kind(record);
        for request in joint::requests(record, self.known) {
            let of_request = |what: What, date| {
                let (department, measure) = (request.implementer, Some(request.measure));
                Happened { what, date, department, kind, measure }
            };
            let since = request.since;
            all.push(of_request(|counts| &mut counts.asked, since));
            let answer = joint::answered(record, &request, self.known).map(|act| act.effective);
            let Some(first) = answer.filter(|day| *day <= self.as_of) else { continue };
            // Counted with what was asked, so that the two can be divided.
            all.push(of_request(|counts| &mut counts.answered, since));
            if first > request.respond_by {
                all.push(of_request(|counts| &mut counts.answered_late, first));
            }
        }
        for act in record.acts(self.known) {
            let Some((answer, measure)) = joint::answer(act) else { continue };
            let what: What = match answer {
                Answer::Accepted => |counts| &mut counts.accepted,
                Answer::Executed => |counts| &mut counts.executed,
                Answer::Declined => |counts| &mut counts.declined,
                Answer::Reported => continue,
            };
            let (date, department) = (act.effective, act.publisher());
            all.push(Happened { what, date, department, kind, measure: Some(measure) });
        }
    }

    fn duty(&self, duty: &obligation::Obligation<'a>) -> Option<Happened<'a>> {
        let (what, date): (What, Date) = match (duty.state, duty.done) {
            (_, Some(done)) if duty.late_by == 0 => (|counts| &mut counts.duties_done, done),
            (_, Some(done)) => (|counts| &mut counts.duties_late, done),
            // From the day after the last one in time on, so that months together count each once.
            (obligation::State::Overdue, None) => (|counts| &mut counts.duties_overdue, duty.due.date.next()),
            _ => return None,
        };
        let kind = record::kind(self.file.record(duty.record)?);
        Some(Happened { what, date, department: duty.org, kind, measure: duty.measure })
    }
}
