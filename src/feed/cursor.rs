//! Cursors: how far a consumer has read each partition of a feed, as one text.

use crate::log::Offset;
use std::fmt;

/// For each partition of the log the offset of the first record not yet read, written `0-12.1-44.2-7`.
///
/// To consumers it is opaque: a text to be given back as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(Vec<Offset>);

/// A text that is no cursor of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    #[error(
        "not a cursor: give back the text that came as `next` or as an event's id, or nothing to begin at the start"
    )]
    Malformed,
    #[error("a cursor of another log: it names partition {named}, and this log has {partitions}; begin at the start")]
    UnknownPartition { named: u16, partitions: u16 },
    #[error(
        "a cursor of another log, or of this one before it was put back: it stands at {at} of partition {partition}, which \
         ends at {end}; take the list anew and follow from its `feed`"
    )]
    Ahead { partition: u16, at: Offset, end: Offset },
}

/// Partitions of one cursor; a longer text is not read on.
const MAX_PARTITIONS: usize = 65_536;

impl Cursor {
    /// Before the first record of every partition.
    pub fn beginning(partitions: u16) -> Cursor {
        Cursor(vec![0; usize::from(partitions)])
    }

    pub(crate) fn from_offsets(offsets: Vec<Offset>) -> Cursor {
        Cursor(offsets)
    }

    /// Reads a cursor of a log with so many partitions. An empty text is the beginning, and so is a partition that the text
    /// does not name.
    pub fn parse(text: &str, partitions: u16) -> Result<Cursor, CursorError> {
        let mut cursor = Cursor::beginning(partitions);
        if text.is_empty() {
            return Ok(cursor);
        }
        let mut behind: Option<u16> = None;
        for part in text.split('.').take(MAX_PARTITIONS) {
            let (partition, offset) = part.split_once('-').ok_or(CursorError::Malformed)?;
            let partition = number(partition).and_then(|n| u16::try_from(n).ok()).ok_or(CursorError::Malformed)?;
            let offset = number(offset).ok_or(CursorError::Malformed)?;
            if behind.is_some_and(|behind| partition <= behind) {
                return Err(CursorError::Malformed);
            }
            behind = Some(partition);
            let unknown = CursorError::UnknownPartition { named: partition, partitions };
            *cursor.0.get_mut(usize::from(partition)).ok_or(unknown)? = offset;
        }
        Ok(cursor)
    }

    /// The first offset of the partition that was not yet read.
    pub fn at(&self, partition: u16) -> Offset {
        self.0.get(usize::from(partition)).copied().unwrap_or(0)
    }

    /// A cursor ahead of the log would pass over what comes next.
    pub fn check_not_ahead(&self, end: &Cursor) -> Result<(), CursorError> {
        let ahead = self.offsets().find(|(partition, at)| *at > end.at(*partition));
        ahead.map_or(Ok(()), |(partition, at)| Err(CursorError::Ahead { partition, at, end: end.at(partition) }))
    }

    /// Moves on, never back.
    pub(crate) fn advance(&mut self, partition: u16, next: Offset) {
        if let Some(at) = self.0.get_mut(usize::from(partition)) {
            *at = next.max(*at);
        }
    }

    /// Each partition with its offset, in order.
    pub fn offsets(&self) -> impl Iterator<Item = (u16, Offset)> {
        (0..).zip(self.0.iter().copied())
    }
}

/// Digits without a leading zero, up to the largest offset that both logs know.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let number = plain.then(|| text.parse::<u64>().ok()).flatten()?;
    i64::try_from(number).is_ok().then_some(number)
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (partition, offset) in self.offsets() {
            if partition > 0 {
                f.write_str(".")?;
            }
            write!(f, "{partition}-{offset}")?;
        }
        Ok(())
    }
}

impl serde::Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_partition_that_is_not_named_begins_at_the_start() {
        let cursor = Cursor::parse("1-44", 3).unwrap();
        assert_eq!(cursor.to_string(), "0-0.1-44.2-0");
        assert_eq!(Cursor::parse("", 2).unwrap(), Cursor::beginning(2));
    }

    #[test]
    fn what_no_log_would_write_is_refused() {
        for text in [
            "0",
            "0-",
            "-1",
            "0-1.",
            ".0-1",
            "0-01",
            "00-1",
            "0-1.0-2",
            "1-1.0-2",
            "0-+1",
            "0-1-2",
            " 0-1",
            "65536-0",
            "0-9223372036854775808",
        ] {
            assert_eq!(Cursor::parse(text, 3), Err(CursorError::Malformed), "{text}");
        }
        let unknown = CursorError::UnknownPartition { named: 3, partitions: 3 };
        assert_eq!(Cursor::parse("0-1.3-0", 3), Err(unknown));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reading_of_a_cursor_panic(text in "\\PC*", partitions in 0_u16..20) {
            let _ = Cursor::parse(&text, partitions);
        }

        #[test]
        fn nearly_a_cursor_does_not_either(text in "[0-9.\\-]{0,60}", partitions in 0_u16..20) {
            if let Ok(cursor) = Cursor::parse(&text, partitions) {
                prop_assert_eq!(Cursor::parse(&cursor.to_string(), partitions), Ok(cursor));
            }
        }

        #[test]
        fn a_cursor_that_was_written_is_read_back(offsets in proptest::collection::vec(0..=i64::MAX as u64, 1..20)) {
            let cursor = Cursor::from_offsets(offsets.clone());
            prop_assert_eq!(Cursor::parse(&cursor.to_string(), offsets.len() as u16), Ok(cursor));
        }
    }
}
