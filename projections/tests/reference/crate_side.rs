//! The rules of the crate as a side: its fold with files in memory, and the questions that its views ask of them.

use crate::{judge::Codes, model::Side};
use chengxin_projections::{
    change::ListName,
    date::Date,
    event::{Data, Event, SubjectKind},
    facts::{Content, CreditFile, Known},
    flag::{self, FlagKind},
    fold::fold,
    green::{self, Because},
    judge::Effect,
    listing, measure,
    memory::Memory,
    obligation::{self, State},
    partition::Partition,
    policy::{Policy, PolicyHistory},
    publication,
    testing::catch_up,
};
use serde::Serialize;
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// One partition that has every subject.
#[derive(Clone)]
pub struct Crate {
    partition: Partition,
    memory: Memory,
    next_offset: u64,
    /// The own log.
    log: Vec<(u64, Event)>,
    /// For each offset of the history how far the own log had come: what the system states about persons is in it, too.
    known: Vec<(u64, u64)>,
    /// The own offsets of what changed the policy, and the policy as it was known there, which takes long to put together.
    policies: Vec<u64>,
    histories: RefCell<HashMap<Option<u64>, Rc<PolicyHistory>>>,
}

impl Default for Crate {
    fn default() -> Crate {
        let (partition, memory) = (Partition::new(0), Memory::default());
        let (known, policies, histories) = (Vec::new(), Vec::new(), RefCell::default());
        Crate { partition, memory, next_offset: 0, log: Vec::new(), known, policies, histories }
    }
}

impl Crate {
    /// Whether a replay, one subject after the other, comes to the same files.
    pub fn replays_alike(&self, lengths: &[usize]) -> bool {
        catch_up(Partition::new(0), &self.log, lengths).1 == self.memory.files
    }
}

impl Side for Crate {
    fn take(&mut self, offset: u64, event: &Event) -> Result<(), Codes> {
        let mut waiting = vec![event.clone()];
        let mut first = None;
        while !waiting.is_empty() {
            let event = waiting.remove(0);
            let Ok(outcome) = fold(&mut self.partition, &mut self.memory, self.next_offset, &event);
            self.log.push((self.next_offset, event.clone()));
            self.known.push((offset, self.next_offset));
            if matches!(event.data, Data::PolicyPublished(_)) {
                self.policies.push(self.next_offset);
            }
            self.next_offset += 1;
            let outcome = outcome.expect("no file is ahead of its partition here");
            if let Some(file) = self.memory.files.get(&*event.subject.id) {
                // What is kept for those who ask about now is what everyone else finds.
                assert_eq!(file.name(Known::Now), file.name(Known::Offset(self.next_offset - 1)), "{}", file.id);
            }
            waiting.extend(outcome.changes.implications.iter().map(|implied| implied.event()));
            first.get_or_insert(outcome.effect);
        }
        match first {
            Some(Effect::Applied) => Ok(()),
            Some(Effect::Refused(refusal)) => Err(Codes::from([refusal.code.as_str()])),
            other => panic!("no history says anything twice: {other:?}"),
        }
    }

    fn picture(&self, subject: &str, as_of: Date, known_at: u64) -> Vec<String> {
        let nothing = CreditFile::new(subject, SubjectKind::Organisation);
        let file = self.memory.files.get(subject).unwrap_or(&nothing);
        let own = self.known.iter().rev().find(|(offset, _)| *offset <= known_at).map(|(_, own)| *own);
        let Some(own) = own else { return Vec::new() };
        let (known, policies) = (Known::Offset(own), &*self.known_history(own));
        let mut lines = entries(file, as_of, known);
        lines.extend(measures(file, as_of, known));
        lines.extend(records(file, as_of, known, policies));
        lines.extend(flags(file, as_of, known));
        lines.extend(about_itself(file, known));
        lines.extend(duties(file, as_of, known, policies));
        lines.push(green(file, as_of, known, &self.policy_at(as_of, own, policies)));
        lines.sort();
        lines
    }
}

/// As it is written in views.
fn word(state: impl Serialize) -> String {
    serde_json::to_value(state).unwrap().as_str().unwrap().to_owned()
}

fn entries(file: &CreditFile, as_of: Date, known: Known) -> Vec<String> {
    let entries = listing::entries(file, known).filter(|entry| entry.list != ListName::Watch || !entry.is_withdrawn);
    let line = |entry: listing::Entry<'_>| {
        let span = entry.span;
        let (through, state) = (if span.through { "=" } else { "" }, word(entry.state(as_of)));
        let disputed = if entry.is_disputed(as_of) { " disputed" } else { "" };
        let lost = if entry.is_basis_lost(as_of) { " basis-lost" } else { "" };
        let (list, id) = (entry.list.as_str(), &entry.record.id);
        format!("entry {list} {id} {}..{through}{} {state}{disputed}{lost}", span.from, span.to)
    };
    entries.map(line).collect()
}

fn measures(file: &CreditFile, as_of: Date, known: Known) -> Vec<String> {
    let mut lines = Vec::new();
    for (code, stretches) in measure::timelines(file, known) {
        for stretch in stretches.iter().filter(|stretch| stretch.span.contains(as_of)) {
            lines.push(format!("measure {code} {} on {}", word(stretch.state), stretch.basis.join("+")));
        }
    }
    lines
}

/// Its name, its numbers and its end, which hold on every day.
fn about_itself(file: &CreditFile, known: Known) -> Vec<String> {
    let linked = file.identifiers.iter().filter(|number| number.is_linked(known));
    let name = file.name(known).map(|name| format!("called {name}"));
    let mut lines: Vec<String> = name.into_iter().collect();
    lines.extend(linked.map(|one| format!("number {} {} by {}", one.scheme, one.value, one.by)));
    let gone = file.deregistered.as_ref().filter(|gone| known.has(gone.stamp));
    lines.extend(gone.map(|gone| format!("deregistered {} by {}", gone.date, gone.event)));
    lines
}

fn flags(file: &CreditFile, as_of: Date, known: Known) -> Vec<String> {
    let flags = flag::flags(file, &flag::all(file), known).into_iter().filter(|flag| flag.span.contains(as_of));
    let line = |flag: flag::Flag<'_>| {
        let (kind, entry, since) = (flag.kind.as_str(), &flag.entry.id, flag.span.from);
        match flag.kind {
            FlagKind::BasisLost => format!("flag {kind} {entry} since {since}"),
            _ => format!("flag {kind} {entry} since {since} cause {}", flag.cause.id),
        }
    };
    flags.map(line).collect()
}

impl Crate {
    /// Asked of the partition itself where that is quick: of the whole log.
    fn policy_at(&self, as_of: Date, own: u64, policies: &PolicyHistory) -> Policy {
        match own + 1 == self.next_offset {
            true => self.partition.policy_at(as_of, Known::Offset(own)),
            false => policies.at(as_of),
        }
    }

    /// What was known of the policy at an own offset.
    fn known_history(&self, own: u64) -> Rc<PolicyHistory> {
        let read = || self.partition.known_history(Known::Offset(own)).unwrap_or(self.partition.history.clone());
        let last = self.policies.iter().rev().find(|offset| **offset <= own).copied();
        self.histories.borrow_mut().entry(last).or_insert_with(|| Rc::new(read())).clone()
    }
}

fn green(file: &CreditFile, as_of: Date, known: Known, policy: &Policy) -> String {
    let years = policy.clean_years();
    let mut found = green::green_channel(file, known, as_of, years);
    found.records.sort_by_key(|record| record.stamp);
    let names = found.records.iter().map(|record| &*record.id).collect::<Vec<_>>().join("+");
    match found.because {
        Because::RedList => format!("green yes red-listed {names}"),
        Because::CleanYears => "green yes clean".to_owned(),
        Because::BadRecord => format!("green no {names}"),
        Because::NoTerms => "green unknown".to_owned(),
    }
}

fn records(file: &CreditFile, as_of: Date, known: Known, policies: &PolicyHistory) -> Vec<String> {
    let mut lines = Vec::new();
    for record in file.records.iter().filter(|record| known.has(record.stamp)) {
        if !matches!(record.first, Content::License(_) | Content::Penalty(_)) {
            continue;
        }
        let publication = publication::publication(record, known, as_of, policies).unwrap();
        let day = |day: Option<Date>| day.map_or("-".to_owned(), |day| day.to_string());
        let state = publication::state(record, known, as_of);
        let is_shown = publication.is_public(as_of) && state != publication::State::Withdrawn;
        lines.push(format!(
            "record {} {} issued {} late {} withheld {} until {} {}",
            record.id,
            word(state),
            day(publication.issued),
            publication.late_by,
            publication.withheld.unwrap_or("-"),
            day(publication.until),
            if is_shown { "on show" } else { "off show" },
        ));
    }
    lines
}

fn duties(file: &CreditFile, as_of: Date, known: Known, policies: &PolicyHistory) -> Vec<String> {
    let duties = obligation::obligations(file, known, as_of, policies);
    let line = |duty: obligation::Obligation<'_>| {
        let provisional = if duty.due.provisional { "~" } else { "" };
        let state = match duty.state {
            State::Open => "open".to_owned(),
            State::Overdue => format!("overdue {}", duty.late_by),
            State::Done => format!("done {} late {}", duty.done.unwrap(), duty.late_by),
            State::Cancelled => "cancelled".to_owned(),
        };
        let measure = duty.measure.map(|measure| format!(" {measure}")).unwrap_or_default();
        let (name, org, record, since, due) = (duty.duty, duty.org, duty.record, duty.since, duty.due.date);
        format!("duty {name} {org} {record} since {since} due {due}{provisional} {state}{measure}")
    };
    duties.into_iter().map(line).collect()
}
