//! The days and events of the made-up county, one after the other.

use super::{
    Demo, DemoItem,
    county::{self, Office},
    kinds::{self, KINDS},
    parties,
    random::Random,
    records::{self, Grounds},
    rows::Category,
    schedule::{FollowUp, Id, Schedule, Series, What},
    texts::{self, Class},
};
use chengxin_projections::{
    date::Date,
    event::{Data, Event, List, PersonReference, ResponsiblePerson, Subject, SubjectKind},
};
use std::collections::HashMap;

const DOCUMENT: &str = "身份证";
/// Departments work from nine to nine.
const OPENING: i64 = 9 * 3_600_000;
const HOURS: i64 = 12 * 3_600_000;

/// The iterator behind [`Demo::items`].
pub struct Items<F> {
    pub(super) demo: Demo,
    person_id: F,
    pub(super) random: Random,
    /// The day that is open, and how many events it still gets, of how many.
    pub(super) today: Date,
    pub(super) left: usize,
    of_day: usize,
    opened: bool,
    /// Events of all days up to today, and the days' weights up to today and altogether.
    planned: usize,
    weight: u64,
    weights: u64,
    pub(super) schedule: Schedule,
    /// A bit for each list kind on which a subject is: nobody is listed twice for one thing.
    pub(super) listed: Vec<u16>,
    /// The last numbers of each series in the year of today.
    numbers: [u32; Series::COUNT],
    /// The correction that an objection led to, by the objection.
    pub(super) corrections: HashMap<String, Id>,
    /// An event that its department will send once more.
    repeat: Option<Event>,
}

/// Departments rest at weekends, nearly.
fn weight(day: Date) -> u64 {
    if day.is_weekend() { 1 } else { 12 }
}

impl<F: FnMut(&str, &str) -> String> Items<F> {
    pub(super) fn new(demo: Demo, person_id: F) -> Items<F> {
        const ITEMS: u64 = 10;
        let config = demo.config();
        let (from, until) = (config.from, config.until);
        let weights = (0..=until.days() - from.days()).map(|days| weight(from.plus_days(days))).sum();
        Items {
            random: Random::of(config.seed, ITEMS, 0),
            today: from,
            left: 0,
            of_day: 0,
            opened: false,
            planned: 0,
            weight: 0,
            weights,
            schedule: Schedule::new(from, until),
            listed: vec![0; config.subjects],
            numbers: [0; Series::COUNT],
            corrections: HashMap::new(),
            repeat: None,
            demo,
            person_id,
        }
    }

    fn open_next_day(&mut self) -> Option<Date> {
        let day = if self.opened { self.today.next() } else { self.today };
        if day > self.demo.config.until || (self.opened && day == self.today) {
            return None;
        }
        if day.year() != self.today.year() {
            self.numbers = [0; Series::COUNT];
        }
        (self.today, self.opened) = (day, true);
        self.weight += weight(day);
        let planned = (self.demo.config.events as u128 * u128::from(self.weight) / u128::from(self.weights)) as usize;
        self.of_day = planned - self.planned;
        (self.left, self.planned) = (self.of_day, planned);
        self.schedule.open(day);
        Some(day)
    }

    /// The next event of today; there is always one, since something new can happen at any time.
    fn next_event(&mut self) -> Event {
        let nth = self.of_day - self.left;
        self.left -= 1;
        let recorded = self.today.start() + OPENING + HOURS * nth as i64 / self.of_day as i64;
        if self.random.chance(100)
            && let Some(event) = self.repeat.take()
        {
            return Event { recorded, ..event };
        }
        let event = self.follow_up().unwrap_or_else(|| self.record());
        let event = Event { recorded, ..event };
        if self.random.chance(3) {
            self.repeat = Some(event.clone());
        }
        event
    }

    /// Something new: a license, a penalty or a designation.
    fn record(&mut self) -> Event {
        // A few subjects have many records.
        let part = self.random.below(1 << 16) * self.random.below(1 << 16);
        let subject = ((self.demo.config.subjects as u128 * part as u128) >> 32) as usize;
        let category = parties::category(self.demo.config.seed, subject);
        match self.random.below(1_000) {
            0..43 => match self.kind_for(subject, category) {
                Some(kind) => self.designation(subject, category, kind, None),
                None => self.license(subject, category),
            },
            43..385 => self.penalty(subject, category),
            _ => self.license(subject, category),
        }
    }

    /// A kind that suits the subject, and that it is not listed under.
    fn kind_for(&mut self, subject: usize, category: Category) -> Option<usize> {
        let list = if self.random.chance(550) { List::Black } else { List::Red };
        let fits = |kind: &kinds::Kind| match kind.code {
            "model-worker" | "refused-defence-duty" => category == Category::Person,
            "judgment-debtor" | "media-found" => true,
            _ => category != Category::Person,
        };
        let fits = |at: usize| KINDS[at].list == list && fits(&KINDS[at]) && self.listed[subject] & 1 << at == 0;
        let total = (0..KINDS.len()).filter(|at| fits(*at)).map(|at| KINDS[at].weight).sum();
        let mut chosen = self.random.below(total);
        (0..KINDS.len()).filter(|at| fits(*at)).find(|at| match chosen.checked_sub(KINDS[*at].weight) {
            Some(rest) => {
                chosen = rest;
                false
            }
            None => true,
        })
    }

    /// When it was decided: mostly in the last days.
    fn decided(&mut self) -> Date {
        let days = if self.random.chance(30) { self.random.between(5, 25) } else { self.random.between(0, 4) };
        self.today.plus_days(-days)
    }

    fn department(&mut self, office: Office, subject: usize) -> usize {
        let county = parties::county_of(self.demo.config.seed, subject);
        county::index(office, Some(county).filter(|_| self.random.chance(800)))
    }

    fn license(&mut self, subject: usize, category: Category) -> Event {
        let person = category == Category::Person;
        let text = self.random.pick(if person { texts::PERSONAL_LICENSES } else { texts::LICENSES });
        let department = self.department(text.office, subject);
        let id = self.id(department, Series::License);
        let from = self.decided();
        let data =
            records::license(&mut self.random, text, (department, &self.demo.departments[department]), from, id.number);
        let follow_up = FollowUp::new(What::Publish, id, subject, 0, from);
        self.plan_publication(follow_up, person);
        self.plan_of_subject(follow_up, person);
        if self.random.chance(14) {
            self.later(What::RevokeLicense, (50, 500), follow_up);
        }
        self.event(id, from, subject, data)
    }

    fn penalty(&mut self, subject: usize, category: Category) -> Event {
        let person = category == Category::Person;
        let text = self.random.pick(if person { texts::PERSONAL_PENALTIES } else { texts::PENALTIES });
        let department = self.department(text.office, subject);
        let id = self.id(department, Series::Penalty);
        let from = self.decided();
        let mut data =
            records::penalty(&mut self.random, text, (department, &self.demo.departments[department]), from, id.number);
        let follow_up = FollowUp::new(What::Publish, id, subject, 0, from);
        self.plan_publication(follow_up, person);
        self.plan_dispute(follow_up, 20);
        match self.random.below(1_000) {
            0..60 => {
                // Stated, so that the day of the repair suits it whatever the policy's map says.
                data.severity = Some(text.class.code().to_owned());
                let days = match text.class {
                    Class::Minor => (50, 80),
                    Class::Ordinary => (110, 320),
                    Class::Serious => (380, 900),
                };
                let applied = self.random.chance(700);
                self.later(if applied { What::ApplyRepair } else { What::RepairPenalty }, days, follow_up);
            }
            60..78 => self.later(What::WithdrawPenalty, (50, 250), follow_up),
            _ => {}
        }
        if !person && self.random.chance(20) {
            data.representative = Some(self.representative(subject));
        }
        if !person
            && text.class != Class::Minor
            && self.random.chance(35)
            && let Some(kind) = kinds::black_kind_of(text.office)
        {
            self.later(What::Designate, (20, 45), FollowUp { kind: kind as u8, ..follow_up });
        }
        if self.random.chance(3) {
            self.later(What::PublishUnknown, (1, 9), follow_up);
        }
        self.event(id, from, subject, data)
    }

    /// (六) The authority designates; `basis` is the penalty that it rests on.
    pub(super) fn designation(
        &mut self,
        subject: usize,
        category: Category,
        kind_at: usize,
        basis: Option<Id>,
    ) -> Event {
        let kind = &KINDS[kind_at];
        let department = match basis {
            Some(penalty) => usize::from(penalty.department),
            None => self.department(kind.office, subject),
        };
        let id = self.id(department, Series::Designation);
        let ahead = if self.random.chance(100) { self.random.between(1, 20) } else { 0 };
        let from = self.today.plus_days(ahead);
        let named = kind.list == List::Black && category != Category::Person && self.random.chance(600);
        let role = if category == Category::SoleTrader { "经营者" } else { "法定代表人" };
        let person = named.then(|| {
            let number = parties::representative_document(self.demo.config.seed, subject);
            ResponsiblePerson { person: (self.person_id)(DOCUMENT, &number), role: role.to_owned() }
        });
        let grounds = Grounds {
            subject,
            record: basis.map(|penalty| self.name(penalty)),
            persons: person.into_iter().collect(),
            repairable: kind.list == List::Red || self.random.chance(900),
            months: *self.random.pick(kind.months),
        };
        self.listed[subject] |= 1 << kind_at;
        let follow_up = FollowUp::new(What::Expire, id, subject, kind_at as u8, from);
        self.plan_end(kind.list, &grounds, follow_up);
        self.plan_dispute(follow_up, 60);
        self.plan_joint_action(follow_up);
        let data = records::designation(&mut self.random, kind, department, (from, id.number), grounds);
        self.event(id, from, subject, data)
    }

    pub(super) fn id(&mut self, department: usize, series: Series) -> Id {
        let number = &mut self.numbers[series as usize];
        *number += 1;
        Id { department: department as u16, series, year: self.today.year() as i16, number: *number }
    }

    pub(super) fn name(&self, id: Id) -> String {
        id.name(&self.demo.departments[usize::from(id.department)].org)
    }

    fn representative(&mut self, subject: usize) -> PersonReference {
        let number = parties::representative_document(self.demo.config.seed, subject);
        PersonReference { person: Some((self.person_id)(DOCUMENT, &number)), sealed: None }
    }

    /// An event of a department about a subject; when it is recorded is filled in by the one who asked for it.
    pub(super) fn event(&mut self, id: Id, effective: Date, subject: usize, data: impl Into<Data>) -> Event {
        Event {
            id: id.text(),
            publisher: self.demo.departments[usize::from(id.department)].org.clone(),
            office: false,
            effective,
            recorded: 0,
            subject: self.subject(subject),
            record_subject: None,
            data: data.into(),
        }
    }

    fn subject(&mut self, subject: usize) -> Subject {
        let seed = self.demo.config.seed;
        let category = parties::category(seed, subject);
        match parties::uscc(seed, subject, category) {
            Some(uscc) => Subject {
                id: uscc[8..17].to_owned(),
                kind: SubjectKind::Organisation,
                name: Some(parties::organisation_name(seed, subject, category)),
                // Some departments still have nothing but the organisation code.
                uscc: Some(uscc).filter(|_| !self.random.chance(30)),
                aliases: Vec::new(),
            },
            None => Subject {
                id: (self.person_id)(DOCUMENT, &parties::document(seed, subject)),
                kind: SubjectKind::Person,
                name: None,
                uscc: None,
                aliases: Vec::new(),
            },
        }
    }
}

impl<F: FnMut(&str, &str) -> String> Iterator for Items<F> {
    type Item = DemoItem;

    fn next(&mut self) -> Option<DemoItem> {
        if self.left == 0 {
            return self.open_next_day().map(DemoItem::Day);
        }
        Some(DemoItem::Event(self.next_event()))
    }
}
