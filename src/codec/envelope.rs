//! What every event begins with, read without the rest.
//!
//! The schemas of all event types begin with the same fields: id, publisher, office, effective, recorded, and the
//! subject, which begins with its id and kind. A long replay asks each event for its subject and its time before it reads any.

use super::{Codec, DecodeError};
use chengxin_projections::event::SubjectKind;

/// In the order of the schemas' symbols.
const KINDS: [SubjectKind; 3] = [SubjectKind::Organisation, SubjectKind::Person, SubjectKind::System];

/// The beginning of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'m> {
    /// The event type.
    pub kind: &'static str,
    /// Milliseconds since the epoch.
    pub recorded: i64,
    /// Id of the subject.
    pub subject: &'m str,
    pub subject_kind: SubjectKind,
}

impl Codec {
    /// The beginning of an event. The rest of the message may be unreadable all the same.
    pub fn envelope<'m>(&self, message: &'m [u8]) -> Result<Envelope<'m>, DecodeError> {
        let (_, schema, mut datum) = self.open(message)?;
        if !schema.is_event() {
            return Err(DecodeError::OtherMessage { kind: schema.kind });
        }
        let rest = &mut datum;
        bytes(rest).and_then(|_| bytes(rest)).ok_or(DecodeError::Truncated)?;
        take(rest, 1).and_then(|_| long(rest)).ok_or(DecodeError::Truncated)?;
        let recorded = long(rest).ok_or(DecodeError::Truncated)?;
        let subject = bytes(rest).ok_or(DecodeError::Truncated)?;
        let subject = std::str::from_utf8(subject).map_err(|error| DecodeError::BadDatum(error.to_string()))?;
        let place = long(rest).ok_or(DecodeError::Truncated)?;
        let known = usize::try_from(place).ok().and_then(|place| KINDS.get(place).copied());
        let subject_kind =
            known.ok_or_else(|| DecodeError::BadDatum(format!("no kind of subject has the number {place}")))?;
        Ok(Envelope { kind: schema.kind, recorded, subject, subject_kind })
    }
}

fn take<'m>(rest: &mut &'m [u8], count: usize) -> Option<&'m [u8]> {
    let (taken, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    Some(taken)
}

/// A whole number of Avro: seven bits a byte, the lowest first, the sign in the lowest bit.
fn long(rest: &mut &[u8]) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
        }
    }
    None
}

/// A length and as many bytes.
fn bytes<'m>(rest: &mut &'m [u8]) -> Option<&'m [u8]> {
    let length = usize::try_from(long(rest)?).ok()?;
    take(rest, length)
}
