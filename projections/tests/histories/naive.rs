//! What the rules mean, written plainly and slowly: from the list of accepted events, for one day at a time.

use chengxin_projections::{
    change::{ListChange, ListName, ListWhat},
    date::Date,
    event::{Data, DesignationMade, Event, List},
    testing::shipped,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// (subject, list, record) and the first and the last day.
pub type Entries = BTreeMap<(String, ListName, String), (Date, Date)>;
/// (subject, measure) and the entries that carry it.
pub type Measures = BTreeMap<(String, String), BTreeSet<String>>;

/// The measures of each list kind, by list and kind.
static CARRIED: LazyLock<BTreeMap<(String, String), Vec<String>>> = LazyLock::new(|| {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let content = shipped("list-kinds");
    let kinds = content["kinds"].as_array().unwrap().iter();
    let measures = |kind: &serde_json::Value| kind["measures"].as_array().unwrap().iter().map(text).collect();
    kinds.map(|kind| ((text(&kind["list"]), text(&kind["code"])), measures(kind))).collect()
});

#[derive(Default)]
pub struct Accepted {
    events: Vec<(u64, Event)>,
}

/// An entry as of the events up to some offset.
struct Designated<'a> {
    event: &'a Event,
    data: &'a DesignationMade,
    /// The day of the exit or the repair, if it ended so.
    ended: Option<Date>,
    withdrawn: bool,
}

impl Accepted {
    pub fn push(&mut self, offset: u64, event: &Event) {
        self.events.push((offset, event.clone()));
    }

    fn designated(&self, up_to: Option<u64>) -> Vec<Designated<'_>> {
        let known: Vec<&Event> =
            self.events.iter().filter(|(at, _)| up_to.is_none_or(|last| *at <= last)).map(|(_, event)| event).collect();
        let mut all = Vec::new();
        for event in &known {
            let Data::DesignationMade(data) = &event.data else { continue };
            let name = event.name();
            let about =
                || known.iter().filter(|act| act.subject.id == event.subject.id && act.data.record() == Some(&name));
            let ends = |act: &&&Event| matches!(act.data, Data::ExitDeclared(_) | Data::RepairGranted(_));
            all.push(Designated {
                event,
                data,
                ended: about().filter(ends).map(|act| act.effective).min(),
                withdrawn: about().any(|act| matches!(act.data, Data::DesignationWithdrawn(_))),
            });
        }
        all
    }

    /// Who is on which list on a day, knowing the events up to an offset.
    pub fn entries(&self, up_to: Option<u64>, day: Date) -> Entries {
        let mut entries = Entries::new();
        for entry in self.designated(up_to).iter().filter(|entry| !entry.withdrawn) {
            let first = entry.event.effective;
            let last = entry.data.until.unwrap_or_else(|| months_later(first, entry.data.months.unwrap()));
            let list = match entry.data.list {
                List::Red => ListName::Red,
                List::Black => ListName::Black,
            };
            let key = |list| (entry.event.subject.id.clone(), list, entry.event.name());
            let to = entry.ended.unwrap_or(last);
            let is_on = first <= day && day <= last && entry.ended.is_none_or(|ended| day < ended);
            if is_on {
                entries.insert(key(list), (first, to));
            }
            let months = entry.data.watch_months.unwrap();
            if list == ListName::Black && months > 0 {
                let first = to.next();
                let last = months_later(first, months);
                if first <= day && day <= last {
                    entries.insert(key(ListName::Watch), (first, last));
                }
            }
        }
        entries
    }

    /// Which measures are in force on a day, and on which entries.
    pub fn measures(&self, day: Date) -> Measures {
        let on = self.entries(None, day);
        let mut measures = Measures::new();
        for entry in self.designated(None) {
            let list = if entry.data.list == List::Red { ListName::Red } else { ListName::Black };
            let subject = &entry.event.subject.id;
            if !on.contains_key(&(subject.clone(), list, entry.event.name())) {
                continue;
            }
            for code in &CARRIED[&(list.as_str().to_owned(), entry.data.kind.clone())] {
                measures.entry((subject.clone(), code.clone())).or_default().insert(entry.event.name());
            }
        }
        measures
    }
}

/// The corresponding day, or the last one of the month where there is none; day by day.
fn months_later(from: Date, months: u32) -> Date {
    let (month, day) = from.month_and_day();
    let index = month - 1 + months;
    let (year, month) = (from.year() + (index / 12) as i32, index % 12 + 1);
    (1..=day).rev().find_map(|day| Date::from_ymd(year, month, day)).unwrap()
}

/// Whether each change has the word that fits what became of its entry, and no other change went out.
pub fn check_words(before: &Entries, after: &Entries, changes: &[&ListChange], accepted: &Accepted, today: Date) {
    let all = accepted.designated(None);
    let mut expected = BTreeSet::new();
    for (key, span) in after {
        match before.get(key) {
            None => expected.insert((key.clone(), "Listed".to_owned())),
            Some(earlier) if earlier != span => expected.insert((key.clone(), "Amended".to_owned())),
            Some(_) => false,
        };
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        let is_it = |entry: &&Designated| entry.event.subject.id == key.0 && entry.event.name() == key.2;
        let entry = all.iter().find(is_it).unwrap();
        let word = match (key.1, entry.withdrawn, entry.ended) {
            (_, true, _) => "Withdrawn",
            (ListName::Watch, ..) | (_, _, None) => "Expired",
            (_, _, Some(_)) => "Exited",
        };
        expected.insert((key.clone(), word.to_owned()));
    }
    let key = |change: &ListChange| (change.subject.id.clone(), change.list, change.record.clone());
    // Of entries that are over, their readers are told when the end moves into the past, or was wrong.
    let of_others = |change: &&&ListChange| match change.what {
        ListWhat::Withdrawn => before.contains_key(&key(change)),
        ListWhat::Amended => after.contains_key(&key(change)),
        _ => true,
    };
    let told = changes.iter().filter(of_others).map(|change| (key(change), format!("{:?}", change.what)));
    assert_eq!(told.collect::<BTreeSet<_>>(), expected, "on {today}");
}
