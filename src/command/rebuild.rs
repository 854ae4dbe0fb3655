//! `chengxin rebuild`: new views beside the old, their differences, then the switch.

use super::open;
use crate::{
    clock::Clock,
    codec::Codec,
    config::{Place, Rebuild},
    projector::{Shard, Surroundings, rebuild},
    views::{Held, PartitionViews, ViewError, Views},
};
use std::{collections::BTreeSet, sync::Arc, time::Instant};

type Error = Box<dyn std::error::Error>;

/// Subjects compared at a time.
const PAGE: usize = 1_000;

pub(super) fn run(arguments: &Rebuild) -> Result<u8, Error> {
    let place = &arguments.place;
    // Opened for writing, so that no server works on these views meanwhile.
    let open::OpenLog { log, .. } = open::log(place)?;
    let old = Views::open(&open::views_home(place))?;
    let new = Views::beside(&open::views_home(place))?;
    let (codec, clock) = (Arc::new(Codec::new()), Arc::new(Clock::System));
    let surroundings = Arc::new(Surroundings { log, codec, clock, first_policy: Vec::new() });
    let begun = Instant::now();
    eprintln!("folding the log into new views …");
    let shards = rebuild(&surroundings, &new)?;
    let events: u64 = shards.iter().map(|shard| shard.at()).sum();
    eprintln!("folded up to {events} offsets over all partitions in {:.1} s", begun.elapsed().as_secs_f64());
    let differences = compare(&shards, &old, arguments.diff)?;
    drop(shards);
    switch(place, old, new)?;
    println!("{differences} subjects differed between the old views and the new; the new ones are in use");
    Ok(0)
}

fn switch(place: &Place, old: Views, new: Views) -> Result<(), Error> {
    old.close()?;
    new.close()?;
    Ok(Views::switch(&open::views_home(place))?)
}

/// Counts the subjects that differ, and names them.
fn compare(shards: &[Arc<Shard>], old: &Views, print: bool) -> Result<u64, ViewError> {
    let mut differences = 0;
    for shard in shards {
        let rows = old.partition(shard.number)?;
        let stands = rows.checkpoint()?.map_or(0, |checkpoint| checkpoint.offset);
        if stands != shard.at() {
            eprintln!(
                "partition {}: the old views stand at {stands}, the new at {}; subjects of the events between differ",
                shard.number,
                shard.at()
            );
        }
        let mut after: Option<Box<str>> = None;
        loop {
            let subjects = page(shard, &rows, after.as_deref())?;
            let Some(last) = subjects.last() else { break };
            after = Some(last.clone());
            for subject in &subjects {
                let (was, is) = (rows.file(subject)?, shard.file(subject)?);
                if was.as_ref() == is.as_deref() {
                    continue;
                }
                differences += 1;
                if print {
                    println!("{subject}: {}", difference(was.as_ref(), is.as_deref()));
                }
            }
        }
    }
    Ok(differences)
}

/// The next subjects of either views.
fn page(shard: &Shard, old: &PartitionViews, after: Option<&str>) -> Result<BTreeSet<Box<str>>, ViewError> {
    let mut subjects: BTreeSet<Box<str>> = shard.subjects(after, PAGE)?.into_iter().collect();
    for subject in old.subjects(after).take(PAGE) {
        subjects.insert(subject?);
    }
    Ok(subjects.into_iter().take(PAGE).collect())
}

fn difference(old: Option<&Held>, new: Option<&Held>) -> String {
    match (old, new) {
        (None, _) => "only in the new views".to_owned(),
        (_, None) => "only in the old views".to_owned(),
        (Some(old), Some(new)) => {
            let parts = [
                ("names", old.file.names != new.file.names),
                ("identifiers", old.file.identifiers != new.file.identifiers),
                ("records", old.file.records != new.file.records),
                ("judged events", old.file.seen != new.file.seen),
                ("announced changes", old.file.list_sequence != new.file.list_sequence),
                ("next date", old.next != new.next),
            ];
            let different: Vec<&str> = parts.iter().filter(|(_, differs)| *differs).map(|(name, _)| *name).collect();
            format!("differs in {}", if different.is_empty() { "bookkeeping".to_owned() } else { different.join(", ") })
        }
    }
}
