//! A stream of bytes cut into lines.

use crate::intake::{FieldError, MAX_EVENT_BYTES};

/// A line, or why it is none.
pub(super) type Line = Result<Vec<u8>, FieldError>;

/// Cuts a stream of bytes into lines of bounded length. Blank lines are counted and answered as malformed, so that the
/// n-th answer always belongs to the n-th line.
#[derive(Default)]
pub(super) struct Splitter {
    pub(super) lines: Vec<Line>,
    /// Bytes of the lines that are ready.
    pub(super) bytes: usize,
    partial: Vec<u8>,
    /// The line under way is too long: its rest is skipped.
    skipping: bool,
}

impl Splitter {
    pub(super) fn push(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.extend(&rest[..end]);
            self.end_line();
            rest = &rest[end + 1..];
        }
        self.extend(rest);
    }

    fn extend(&mut self, part: &[u8]) {
        if self.partial.len() + part.len() > MAX_EVENT_BYTES {
            self.skipping = true;
            self.partial = Vec::new();
        }
        if !self.skipping {
            self.partial.extend_from_slice(part);
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.partial);
        self.bytes += line.len();
        self.lines.push(if std::mem::take(&mut self.skipping) {
            Err(FieldError::new("", "too-long", format!("a line has at most {MAX_EVENT_BYTES} bytes")))
        } else {
            Ok(line)
        });
    }

    /// The stream has ended; a last line needs no line feed.
    pub(super) fn finish(&mut self) {
        if !self.partial.is_empty() || self.skipping {
            self.end_line();
        }
    }

    /// The stream was cut off: half a line is no event.
    pub(super) fn fail(&mut self) {
        if !self.partial.is_empty() || self.skipping {
            (self.partial, self.skipping) = (Vec::new(), false);
            self.lines.push(Err(FieldError::new("", "cut-off", "the stream was cut off within this line")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&[u8]]) -> Vec<Line> {
        let mut splitter = Splitter::default();
        chunks.iter().for_each(|chunk| splitter.push(chunk));
        splitter.finish();
        splitter.lines
    }

    #[test]
    fn lines_are_the_same_wherever_the_stream_is_cut_into_chunks() {
        let whole = b"{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}";
        let expected = split(&[whole]);
        assert_eq!(expected.len(), 4);
        for cut in 0..whole.len() {
            assert_eq!(split(&[&whole[..cut], &whole[cut..]]), expected);
        }
    }

    #[test]
    fn a_line_without_end_takes_no_more_memory_than_the_longest_event_and_the_next_line_is_read() {
        let mut splitter = Splitter::default();
        for _ in 0..1_000 {
            splitter.push(&[b'x'; 4_096]);
            assert!(splitter.partial.capacity() <= 2 * MAX_EVENT_BYTES);
        }
        splitter.push(b"\n{}\n");
        assert_eq!(splitter.lines[0].as_ref().unwrap_err().code, "too-long");
        assert_eq!(splitter.lines[1], Ok(b"{}".to_vec()));
    }
}
