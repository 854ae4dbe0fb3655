//! What is scattered over memory, fetched before it is needed.

use bytes::Bytes;

/// Bytes that a processor fetches together.
const CACHE_LINE: usize = 64;
/// Of a subject with very many events the first are enough: the rest would only drive out what is in use.
const LINES: usize = 1_024;

/// Touches the events of the subject that comes next. They lie anywhere among those of all others: so the processor fetches
/// them all at once while it is busy with another one, and not one after the other when they are read.
pub(crate) fn bring_near<'b>(bodies: impl Iterator<Item = &'b Bytes>) {
    let bytes = bodies.flat_map(|body| body.iter().step_by(CACHE_LINE)).take(LINES);
    std::hint::black_box(bytes.fold(0, |all, byte| all ^ byte));
}
