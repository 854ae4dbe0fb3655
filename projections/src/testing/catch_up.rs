//! A log folded one subject after the other, as a replay does.

use crate::{
    catch_up::Stretch,
    event::{Data, Event},
    facts::{CreditFile, Stamp},
    partition::Partition,
};
use std::collections::BTreeMap;

/// Folds the log subject by subject, in stretches of so many events.
pub fn catch_up(
    mut partition: Partition,
    log: &[(u64, Event)],
    lengths: &[usize],
) -> (Partition, BTreeMap<Box<str>, CreditFile>) {
    let mut files = BTreeMap::<Box<str>, CreditFile>::new();
    let (mut rest, mut lengths) = (log, lengths.iter().cycle());
    while !rest.is_empty() {
        let (events, behind) = rest.split_at(rest.len().min(*lengths.next().expect("there is a length")));
        let mut stretch = Stretch::new(partition);
        let mut own: BTreeMap<&str, Vec<(Stamp, Event)>> = BTreeMap::new();
        for (offset, event) in events {
            if matches!(event.data, Data::DayOpened(_) | Data::PolicyPublished(_)) {
                assert!(stretch.take(*offset, event));
                continue;
            }
            let stamp = stretch.stamp(*offset, event.recorded);
            files
                .entry(event.subject.id.as_str().into())
                .or_insert_with(|| CreditFile::new(&event.subject.id, event.subject.kind));
            own.entry(&event.subject.id).or_default().push((stamp, event.clone()));
        }
        for (subject, file) in &mut files {
            // Whoever has no event and no day to come is left alone, as by the shell.
            let is_due = stretch.due().is_some_and(|day| file.next().is_some_and(|next| next <= day));
            match own.remove(&**subject) {
                None if !is_due => {}
                events => stretch.catch_up(file, events.unwrap_or_default()),
            }
        }
        (partition, rest) = (stretch.partition().clone(), behind);
    }
    (partition, files)
}
