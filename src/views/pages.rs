//! A sorted map of entries, many of them in a row.
//!
//! sled copies the index of a node with every insert, so a hundred thousand rows cost it more than everything else that a
//! rebuild does. Here a row holds neighbours, some KiB of them or some hundred; what comes in a batch, sorted, touches each
//! row once.

use super::{
    ViewError,
    rows::{self, Encoder, Raw},
};
use std::{cmp::Ordering, ops::Bound};

/// Entries and bytes of a row above which it is split, and into rows of how many: so few that finding one entry among them
/// takes microseconds.
const ENTRIES_MAX: usize = 384;
const ENTRIES: usize = 192;
const BYTES_MAX: usize = 24 << 10;
const BYTES: usize = 12 << 10;
/// Begins the first row: no key is less.
const FIRST: &[u8] = &[0];

pub(super) type Entry = (Box<[u8]>, Box<[u8]>);
type Entries<'a> = Vec<(Raw<'a>, Raw<'a>)>;

/// A map in a tree of its own. A row's key is at most that of its first entry and greater than all of the row before.
#[derive(Debug, Clone)]
pub(super) struct Pages(sled::Tree);

impl Pages {
    pub(super) fn new(tree: sled::Tree) -> Pages {
        Pages(tree)
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Box<[u8]>>, ViewError> {
        let Some(row) = self.0.range(..=key).next_back() else { return Ok(None) };
        let row = rows::unpack(&row?.1)?;
        let entries: Entries = rows::parse(&row)?;
        let found = entries.binary_search_by(|(known, _)| known.0.cmp(key));
        Ok(found.ok().map(|index| entries[index].1.0.into()))
    }

    /// The last entry with a key of at most `key`.
    pub(super) fn at_or_before(&self, key: &[u8]) -> Result<Option<Entry>, ViewError> {
        for row in self.0.range(..=key).rev() {
            let row = rows::unpack(&row?.1)?;
            let entries: Entries = rows::parse(&row)?;
            let count = entries.partition_point(|(known, _)| known.0 <= key);
            if let Some((key, value)) = entries[..count].last() {
                return Ok(Some((key.0.into(), value.0.into())));
            }
        }
        Ok(None)
    }

    /// Entries in order, from a key on.
    pub(super) fn scan(&self, from: Bound<Vec<u8>>) -> impl Iterator<Item = Result<Entry, ViewError>> + use<> {
        let first = match &from {
            Bound::Included(key) | Bound::Excluded(key) => self.0.range(..=key.as_slice()).next_back(),
            Bound::Unbounded => None,
        };
        let start = match first {
            Some(Ok((start, _))) => Bound::Included(start),
            // An error comes again from the scan.
            Some(Err(_)) | None => Bound::Unbounded,
        };
        let mut behind = from;
        self.0.range((start, Bound::Unbounded)).flat_map(move |row| {
            // While a row is split its upper entries are in two rows.
            let found = row.map_err(ViewError::from).and_then(|(_, row)| entries_behind(&row, &behind));
            if let Some((last, _)) = found.as_ref().ok().and_then(|found| found.last()) {
                behind = Bound::Excluded(last.to_vec());
            }
            let (found, error) = found.map_or_else(|error| (Vec::new(), Some(error)), |found| (found, None));
            found.into_iter().map(Ok).chain(error.map(Err))
        })
    }

    /// The values of the keys that begin with a prefix, in order.
    pub(super) fn with_prefix(
        &self,
        prefix: &[u8],
        mut tell: impl FnMut(&[u8]) -> Result<(), ViewError>,
    ) -> Result<(), ViewError> {
        let first = self.0.range(..=prefix).next_back().transpose()?;
        let start = first.map_or(Bound::Unbounded, |(start, _)| Bound::Included(start));
        let mut last: Option<Box<[u8]>> = None;
        for row in self.0.range((start, Bound::Unbounded)) {
            let row = rows::unpack(&row?.1)?;
            let entries: Entries = rows::parse(&row)?;
            let begin = entries.partition_point(|(key, _)| key.0 < prefix);
            let found = entries[begin..].iter().take_while(|(key, _)| key.0.starts_with(prefix));
            for (key, value) in found {
                // While a row is split its upper entries are in two rows.
                if last.as_deref().is_none_or(|last| last < key.0) {
                    tell(value.0)?;
                    last = Some(key.0.into());
                }
            }
            if entries.last().is_some_and(|(key, _)| key.0 > prefix && !key.0.starts_with(prefix)) {
                break;
            }
        }
        Ok(())
    }

    /// Keys in order, behind one of them.
    pub(super) fn keys(&self, after: Option<&[u8]>) -> impl Iterator<Item = Result<Box<[u8]>, ViewError>> + use<> {
        let first = after.and_then(|after| self.0.range(..=after).next_back());
        let start = match first {
            Some(Ok((start, _))) => Bound::Included(start),
            // An error comes again from the scan.
            Some(Err(_)) | None => Bound::Unbounded,
        };
        let mut behind: Option<Box<[u8]>> = after.map(Into::into);
        self.0.range((start, Bound::Unbounded)).flat_map(move |row| {
            let found = row.map_err(ViewError::from).and_then(|(_, row)| keys_behind(&row, behind.as_deref()));
            if let Some(last) = found.as_ref().ok().and_then(|found| found.last()) {
                behind = Some(last.clone());
            }
            let (found, error) = found.map_or_else(|error| (Vec::new(), Some(error)), |found| (found, None));
            found.into_iter().map(Ok).chain(error.map(Err))
        })
    }

    /// Takes away what there is of some keys, sorted. Calls `step` before each row.
    pub(super) fn remove<K: AsRef<[u8]>>(&self, mut keys: &[K], step: &mut dyn FnMut()) -> Result<(), ViewError> {
        while let Some(first) = keys.first() {
            step();
            let Some((start, row)) = self.0.range(..=first.as_ref()).next_back().transpose()? else {
                keys = &keys[1..];
                continue;
            };
            let end = self.0.range::<&[u8], _>((Bound::Excluded(&*start), Bound::Unbounded)).next().transpose()?;
            let is_here = |key: &K| end.as_ref().is_none_or(|(end, _)| key.as_ref() < &**end);
            let (here, rest) = keys.split_at(keys.partition_point(is_here));
            let row = rows::unpack(&row)?;
            let entries: Entries = rows::parse(&row)?;
            let is_gone = |key: &Raw| here.binary_search_by(|gone| gone.as_ref().cmp(key.0)).is_ok();
            let left: Vec<(&[u8], &[u8])> =
                entries.iter().filter(|(key, _)| !is_gone(key)).map(|(key, value)| (key.0, value.0)).collect();
            if left.is_empty() {
                self.0.remove(&start)?;
            } else if left.len() < entries.len() {
                self.write(&start, &left)?;
            }
            keys = rest;
        }
        Ok(())
    }

    /// Adds entries, sorted by key. An entry of a known key takes its place. Calls `step` before each row.
    pub(super) fn add<K: AsRef<[u8]>, V: AsRef<[u8]>>(
        &self,
        mut entries: &[(K, V)],
        step: &mut dyn FnMut(),
    ) -> Result<(), ViewError> {
        while let Some((first, _)) = entries.first() {
            step();
            let row = self.0.range(..=first.as_ref()).next_back().transpose()?;
            let start = row.as_ref().map_or(FIRST, |(start, _)| start);
            let row = row.as_ref().map(|(_, row)| rows::unpack(row)).transpose()?;
            let known: Entries = row.as_ref().map(|row| rows::parse(row)).transpose()?.unwrap_or_default();
            let end = self.0.range::<&[u8], _>((Bound::Excluded(start), Bound::Unbounded)).next().transpose()?;
            let is_here = |key: &[u8]| end.as_ref().is_none_or(|(end, _)| key < &**end);
            let (here, rest) = entries.split_at(entries.partition_point(|(key, _)| is_here(key.as_ref())));
            // A row that a crash left half-way through its split has entries that the next row has, too.
            let known: Vec<(&[u8], &[u8])> =
                known.iter().map(|(key, value)| (key.0, value.0)).filter(|(key, _)| is_here(key)).collect();
            self.write(start, &merged(&known, here))?;
            entries = rest;
        }
        Ok(())
    }

    /// Writes a row, split if it has become too long: the last part first, so that no reader ever misses an entry.
    fn write(&self, start: &[u8], entries: &[(&[u8], &[u8])]) -> Result<(), ViewError> {
        let mut encoder = Encoder::default();
        for (index, part) in parts(entries).into_iter().enumerate().rev() {
            let start = if index == 0 { start } else { part[0].0 };
            let part: Entries = part.iter().map(|(key, value)| (Raw(key), Raw(value))).collect();
            self.0.insert(start, encoder.encode(&part)?)?;
        }
        Ok(())
    }
}

/// Cuts the entries of a row that has become too long.
fn parts<'e, 'a>(mut entries: &'e [(&'a [u8], &'a [u8])]) -> Vec<&'e [(&'a [u8], &'a [u8])]> {
    let size = |entries: &[(&[u8], &[u8])]| entries.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
    if entries.len() <= ENTRIES_MAX && size(entries) <= BYTES_MAX {
        return vec![entries];
    }
    let mut parts = Vec::new();
    while !entries.is_empty() {
        let (mut count, mut bytes) = (0, 0);
        while count < entries.len() && count < ENTRIES && (count == 0 || bytes + size(&entries[count..=count]) <= BYTES)
        {
            bytes += size(&entries[count..=count]);
            count += 1;
        }
        let (part, rest) = entries.split_at(count);
        parts.push(part);
        entries = rest;
    }
    parts
}

fn keys_behind(row: &[u8], after: Option<&[u8]>) -> Result<Vec<Box<[u8]>>, ViewError> {
    let row = rows::unpack(row)?;
    let entries: Entries = rows::parse(&row)?;
    Ok(entries.iter().filter(|(key, _)| after.is_none_or(|after| key.0 > after)).map(|(key, _)| key.0.into()).collect())
}

fn entries_behind(row: &[u8], bound: &Bound<Vec<u8>>) -> Result<Vec<Entry>, ViewError> {
    let row = rows::unpack(row)?;
    let entries: Entries = rows::parse(&row)?;
    let behind = entries.iter().filter(|(key, _)| is_behind(key.0, bound));
    Ok(behind.map(|(key, value)| (key.0.into(), value.0.into())).collect())
}

fn is_behind(key: &[u8], bound: &Bound<Vec<u8>>) -> bool {
    match bound {
        Bound::Included(bound) => key >= &**bound,
        Bound::Excluded(bound) => key > &**bound,
        Bound::Unbounded => true,
    }
}

fn merged<'a, K: AsRef<[u8]>, V: AsRef<[u8]>>(
    known: &[(&'a [u8], &'a [u8])],
    new: &'a [(K, V)],
) -> Vec<(&'a [u8], &'a [u8])> {
    let mut merged: Vec<(&[u8], &[u8])> = Vec::with_capacity(known.len() + new.len());
    let mut known = known.iter().peekable();
    for (key, value) in new {
        let (key, value) = (key.as_ref(), value.as_ref());
        while let Some(earlier) = known.next_if(|(earlier, _)| *earlier < key) {
            merged.push(*earlier);
        }
        known.next_if(|(same, _)| *same == key);
        match merged.last().map(|(last, _)| (*last).cmp(key)) {
            // The same key twice in what is new: the later one counts.
            Some(Ordering::Equal) => *merged.last_mut().expect("there is a last entry") = (key, value),
            _ => merged.push((key, value)),
        }
    }
    merged.extend(known.copied());
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn pages() -> Pages {
        let db = sled::Config::new().temporary(true).open().unwrap();
        Pages::new(db.open_tree("pages").unwrap())
    }

    /// Keys in an order that is none.
    fn key(number: u64) -> Vec<u8> {
        format!("k{}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40).into_bytes()
    }

    fn all(pages: &Pages) -> Vec<Entry> {
        pages.scan(Bound::Unbounded).map(Result::unwrap).collect()
    }

    #[test]
    fn what_was_added_in_batches_of_any_size_is_found_and_scanned_in_order() {
        let pages = pages();
        let mut expected: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        let mut number = 0;
        for batch in [1, 3_000, 1, 1, 700, 5_000, 40] {
            let mut new: Vec<(Vec<u8>, Vec<u8>)> = (0..batch)
                .map(|_| {
                    number += 1;
                    (key(number % 6_000), number.to_be_bytes().to_vec())
                })
                .collect();
            new.sort_by(|a, b| a.0.cmp(&b.0));
            expected.extend(new.iter().cloned());
            let entries: Vec<(Vec<u8>, &[u8])> = new.iter().map(|(key, value)| (key.clone(), &value[..])).collect();
            pages.add(&entries, &mut || {}).unwrap();
        }
        let expected: Vec<Entry> = expected.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        assert!(all(&pages) == expected);
        for (key, value) in &expected {
            assert_eq!(pages.get(key).unwrap().as_ref(), Some(value));
        }
        for (index, (key, _)) in expected.iter().enumerate() {
            let behind = [key, &[0][..]].concat();
            assert_eq!(pages.at_or_before(key).unwrap().as_ref(), expected.get(index));
            assert_eq!(pages.at_or_before(&behind).unwrap().as_ref(), expected.get(index));
        }
        assert_eq!(pages.at_or_before(b"k").unwrap(), None);
        assert_eq!(pages.get(b"k").unwrap(), None);
        assert_eq!(pages.get(b"z").unwrap(), None);
        let (middle, _) = expected[expected.len() / 2].clone();
        let behind = pages.scan(Bound::Excluded(middle.to_vec())).map(Result::unwrap);
        assert!(behind.eq(expected[expected.len() / 2 + 1..].iter().cloned()));
        assert!(pages.0.len() < expected.len() / 100);
    }

    #[test]
    fn a_row_left_half_way_through_its_split_shows_no_entry_twice() {
        let pages = pages();
        let entries: Vec<(Vec<u8>, &[u8])> = (100..130_u8).map(|byte| (vec![byte], &[1_u8][..])).collect();
        pages.add(&entries, &mut || {}).unwrap();
        let upper: Entries = entries[15..].iter().map(|(key, value)| (Raw(key), Raw(value))).collect();
        pages.0.insert(&entries[15].0, Encoder::default().encode(&upper).unwrap()).unwrap();
        assert_eq!(all(&pages).len(), 30);
        pages.add(&[(vec![100, 1], &[2])], &mut || {}).unwrap();
        assert_eq!(all(&pages).len(), 31);
    }
}
