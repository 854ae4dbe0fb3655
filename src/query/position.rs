//! Positions: how far into the log an answer reaches.
//!
//! `3-90` is the place of one event, partition and offset. `0-12.1-44.2-7.3-90` says for every partition which event was
//! the last; it is what answers carry.

use crate::log::Offset;
use std::fmt::Write;

/// What a caller may give as `known_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// Once the event at this place had been judged.
    Event(u16, Offset),
    /// The last event known of each partition.
    Positions(Vec<(u16, Offset)>),
    /// Milliseconds since the epoch.
    Instant(i64),
}

/// The position of a log of which everything below these offsets is shown. A partition of which nothing is shown yet
/// stands at its first offset: whatever comes there first is judged without a policy, and so says nothing of anyone.
pub fn render(below: impl IntoIterator<Item = Offset>) -> String {
    let mut text = String::new();
    for (partition, offset) in below.into_iter().enumerate() {
        let (point, last) = (if partition == 0 { "" } else { "." }, offset.saturating_sub(1));
        let _ = write!(text, "{point}{partition}-{last}"); // writing to a String never fails
    }
    text
}

/// `None` if it is none of the ways in which a moment is written.
pub fn parse(text: &str, partitions: u16) -> Option<Moment> {
    if let Some(instant) = super::instant::parse(text) {
        return Some(Moment::Instant(instant));
    }
    let mut places = Vec::new();
    for place in text.split('.') {
        let (partition, offset) = place.split_once('-')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(partition) || !digits(offset) {
            return None;
        }
        let (partition, offset): (u16, Offset) = (partition.parse().ok()?, offset.parse().ok()?);
        if partition >= partitions || places.iter().any(|(known, _)| *known == partition) {
            return None;
        }
        places.push((partition, offset));
    }
    match places[..] {
        [(partition, offset)] => Some(Moment::Event(partition, offset)),
        _ => Some(Moment::Positions(places)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rendered_position_reads_back() {
        let text = render([13, 45, 8]);
        assert_eq!(text, "0-12.1-44.2-7");
        assert_eq!(parse(&text, 3), Some(Moment::Positions(vec![(0, 12), (1, 44), (2, 7)])));
        assert_eq!(parse("2-7", 3), Some(Moment::Event(2, 7)));
        assert_eq!(parse("0-0", 1), Some(Moment::Event(0, 0)));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "3-1", "0-1.0-2", "0", "0-", "-1", "0--1", "0-1.", "+0-1", "0-99999999999999999999", "0-1-2"] {
            assert_eq!(parse(text, 3), None, "{text}");
        }
    }
}
