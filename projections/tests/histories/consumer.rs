//! A downstream system that knows nothing but the changes.

use crate::naive::{Entries, Measures};
use chengxin_projections::change::{ListChange, ListWhat, MeasureChange, MeasureWhat};

#[derive(Default)]
pub struct Consumer {
    pub entries: Entries,
    pub measures: Measures,
    lists_read: usize,
    measures_read: usize,
}

impl Consumer {
    /// Reads on behind what it has read; gives the list changes that were new.
    pub fn take<'a>(&mut self, lists: &'a [ListChange], measures: &[MeasureChange]) -> Vec<&'a ListChange> {
        let new = &lists[self.lists_read..];
        new.iter().for_each(|change| self.list_change(change));
        measures[self.measures_read..].iter().for_each(|change| self.measure_change(change));
        (self.lists_read, self.measures_read) = (lists.len(), measures.len());
        new.iter().collect()
    }

    fn list_change(&mut self, change: &ListChange) {
        let key = (change.subject.id.clone(), change.list, change.record.clone());
        match change.what {
            ListWhat::Listed => {
                let earlier = self.entries.insert(key, (change.from, change.until));
                assert_eq!(earlier, None, "listed twice: {change:?}");
            }
            ListWhat::Amended => {
                // Of an entry that is over, its end has moved into the past.
                if let Some(span) = self.entries.get_mut(&key) {
                    *span = (change.from, change.until);
                }
            }
            ListWhat::Exited | ListWhat::Expired => {
                assert!(self.entries.remove(&key).is_some(), "ended, but not listed: {change:?}");
            }
            // What has left the list already can still turn out to have been wrong.
            ListWhat::Withdrawn => {
                self.entries.remove(&key);
            }
            ListWhat::Disputed | ListWhat::Undisputed => {}
        }
    }

    fn measure_change(&mut self, change: &MeasureChange) {
        let key = (change.subject.id.clone(), change.measure.clone());
        let basis = change.basis.iter().cloned().collect();
        match change.what {
            MeasureWhat::Imposed => assert_eq!(self.measures.insert(key, basis), None, "imposed twice: {change:?}"),
            MeasureWhat::Rebased => assert!(self.measures.insert(key, basis).is_some(), "rebased, but off: {change:?}"),
            MeasureWhat::Ended => {
                assert_eq!(self.measures.remove(&key), Some(basis), "ended on another basis: {change:?}");
            }
            // What has ended already can still turn out to have been wrong.
            MeasureWhat::Withdrawn => {
                if let Some(earlier) = self.measures.remove(&key) {
                    assert_eq!(earlier, basis, "withdrawn on another basis: {change:?}");
                }
            }
            MeasureWhat::Suspended | MeasureWhat::Resumed => {}
        }
    }
}
