//! `chengxin rebuild`: new views beside the old, their differences, then the switch.

use super::open;
use crate::{
    clock::Clock,
    codec::Codec,
    config::{LogKind, Place, Rebuild},
    log::embedded::Embedded,
    projector::{Shard, Surroundings, rebuild},
    views::{Held, Index, PartitionViews, ViewError, Views},
};
use std::{collections::BTreeSet, sync::Arc, time::Instant};

type Error = Box<dyn std::error::Error>;

/// Subjects compared at a time.
const PAGE: usize = 1_000;

pub(super) fn run(arguments: &Rebuild) -> Result<u8, Error> {
    let place = &arguments.place;
    if place.log == LogKind::Embedded && !Embedded::is_in(&place.data) {
        return Err(format!("there is no log in {}: name its directory with --data", place.data.display()).into());
    }
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
    // Damaged views are what they are rebuilt for.
    let compared = compare(&shards, &old, &new, arguments.diff);
    drop(shards);
    switch(place, old, new)?;
    match compared {
        Ok(differences) => {
            println!("{differences} differences between the old views and the new; the new ones are in use");
        }
        Err(error) => println!("the old views and the new could not be compared ({error}); the new ones are in use"),
    }
    Ok(0)
}

fn switch(place: &Place, old: Views, new: Views) -> Result<(), Error> {
    if let Err(error) = old.close() {
        eprintln!("the old views, which are thrown away, cannot be closed: {error}");
    }
    new.close()?;
    Ok(Views::switch(&open::views_home(place))?)
}

/// Counts the subjects that differ and the entries that an index lacks, and names them.
fn compare(shards: &[Arc<Shard>], old: &Views, new: &Views, print: bool) -> Result<u64, ViewError> {
    let mut differences = 0;
    for shard in shards {
        let rows = old.partition(shard.number)?;
        let rebuilt = new.partition(shard.number)?;
        for index in [Index::Agenda, Index::Terms, Index::Ids] {
            differences += missing(rows.keys(index), rebuilt.keys(index), |key| {
                if print {
                    println!("partition {}: {index:?} of the old views lacks {}", shard.number, key.escape_ascii());
                }
            })?;
        }
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
                // Events that the old views cannot read any more are what they are rebuilt for.
                let has_events = || Ok::<_, ViewError>(rows.bodies(subject).ok() == Some(shard.bodies(subject)?));
                if was.as_ref() == is.as_deref() && (!print || has_events()?) {
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

/// Counts and tells the keys that are in `new` and not in `old`, both sorted. One too many in `old` does no harm: after a
/// crash there are some.
fn missing(
    old: impl Iterator<Item = Result<Box<[u8]>, ViewError>>,
    new: impl Iterator<Item = Result<Box<[u8]>, ViewError>>,
    mut tell: impl FnMut(&[u8]),
) -> Result<u64, ViewError> {
    let (mut old, mut missing) = (old.peekable(), 0);
    for key in new {
        let key = key?;
        while old.next_if(|old| old.as_ref().is_ok_and(|old| *old < key)).is_some() {}
        match old.next_if(|old| old.as_ref().map_or(true, |old| *old == key)).transpose()? {
            Some(_) => {}
            None => {
                missing += 1;
                tell(&key);
            }
        }
    }
    Ok(missing)
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
            let (old, new) = (parts(old), parts(new));
            let differing: Vec<&str> =
                new.iter().filter(|(part, is)| old.get(*part) != Some(*is)).map(|(part, _)| &**part).collect();
            format!("differs in {}", if differing.is_empty() { "its events".to_owned() } else { differing.join(", ") })
        }
    }
}

/// Whatever a file has, by name.
fn parts(held: &Held) -> serde_json::Map<String, serde_json::Value> {
    let mut parts = match serde_json::to_value(&held.file) {
        Ok(serde_json::Value::Object(parts)) => parts,
        _ => serde_json::Map::new(),
    };
    parts.insert("next".to_owned(), serde_json::json!(held.next));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_an_index_lacks_is_told_and_one_too_many_is_not() {
        let keys = |keys: &'static [&str]| keys.iter().map(|key| Ok(key.as_bytes().into()));
        let mut told = Vec::new();
        let new = keys(&["a", "c", "e", "g"]);
        let count = missing(keys(&["a", "b", "e", "f"]), new, |key| told.push(key.to_vec())).unwrap();
        assert_eq!((count, told), (2, vec![b"c".to_vec(), b"g".to_vec()]));
        let broken = [Err(ViewError("broken".to_owned()))];
        assert!(missing(broken.into_iter(), keys(&["a"]), |_| {}).is_err());
    }
}
