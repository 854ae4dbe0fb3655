//! UTF-8 or GB18030, decided over the whole file and not by its first letters.

use super::{
    error::FileError,
    limits::{ENCODING_SAMPLE_BYTES, MAX_RECORD_BYTES},
};
use encoding_rs::GB18030;
use std::{borrow::Cow, io::BufRead};

/// The encodings that departments send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Gb18030,
}

pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What stands at the very beginning of a file tells formats apart that are no CSV.
pub(super) fn refuse_other_formats(head: &[u8]) -> Result<(), FileError> {
    let format = |found| Err(FileError::UnsupportedFormat { found });
    let encoding = |found| Err(FileError::UnsupportedEncoding { found });
    match head {
        [0xD0, 0xCF, 0x11, 0xE0, ..] => format("XLS或加密的Office文件"),
        [0x1F, 0x8B, ..] => format("gzip压缩文件"),
        [b'R', b'a', b'r', b'!', ..] => format("RAR压缩包"),
        [b'7', b'z', 0xBC, 0xAF, ..] => format("7z压缩包"),
        [b'%', b'P', b'D', b'F', ..] => format("PDF文件"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => encoding("UTF-16"),
        // No line of ours has one in it: everything would be one heading.
        _ if !head.contains(&b'\n')
            && !head.starts_with(b"PK")
            && head.iter().rev().skip(1).any(|byte| *byte == b'\r') =>
        {
            format("旧Macintosh换行（CR）的文本")
        }
        _ => Ok(()),
    }
}

/// The encoding that more of the letters speak for. No single line decides: 联 of 联通 in GB18030 is half of sound UTF-8, a
/// line of one letter is often sound in both, and two damaged bytes do not make a UTF-8 file GB18030.
pub(super) fn detect(mut reader: impl BufRead) -> std::io::Result<Encoding> {
    let (mut utf8, mut gb18030, mut seen) = (0_u64, 0_u64, 0_u64);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = std::io::Read::take(&mut reader, MAX_RECORD_BYTES as u64);
        if limited.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if seen == 0 && line.starts_with(BOM) {
            return Ok(Encoding::Utf8);
        }
        seen += line.len() as u64;
        let (sound, broken) = letters_as_utf8(&line);
        utf8 += sound;
        if broken > 0 && decode_gb18030(&line).is_some() {
            gb18030 += broken;
        }
        if seen >= ENCODING_SAMPLE_BYTES {
            break;
        }
    }
    Ok(if gb18030 > utf8 { Encoding::Gb18030 } else { Encoding::Utf8 })
}

/// The bytes beyond ASCII that are letters in UTF-8, and those that are not. Of a text in GB18030 about one in ten is.
fn letters_as_utf8(line: &[u8]) -> (u64, u64) {
    let (mut sound, mut broken) = (0, 0);
    for chunk in line.utf8_chunks() {
        sound += chunk.valid().bytes().filter(|byte| !byte.is_ascii()).count();
        broken += chunk.invalid().len();
    }
    (sound as u64, broken as u64)
}

fn decode_gb18030(bytes: &[u8]) -> Option<Cow<'_, str>> {
    GB18030.decode_without_bom_handling_and_without_replacement(bytes)
}

impl Encoding {
    /// The text, or none if a byte of it is damaged.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Encoding::Gb18030 => decode_gb18030(bytes),
        }
    }

    /// The text with U+FFFD where a byte is damaged.
    pub(super) fn decode_lossy(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Encoding::Utf8 => String::from_utf8_lossy(bytes),
            Encoding::Gb18030 => GB18030.decode_without_bom_handling(bytes).0,
        }
    }

    pub(super) fn encode(self, text: &str) -> Cow<'_, [u8]> {
        match self {
            Encoding::Utf8 => Cow::Borrowed(text.as_bytes()),
            Encoding::Gb18030 => GB18030.encode(text).0,
        }
    }
}

/// Every byte that is not ASCII as `\xNN`: what a damaged row was, exactly.
pub(super) fn escaped(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| std::ascii::escape_default(*byte)).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_damaged_or_misleading_line_does_not_decide_the_encoding() {
        let gb = |text: &str| Encoding::Gb18030.encode(text).into_owned();
        let mut file = gb("联通\n");
        file.extend(gb("行政处罚决定书文号\n伊宁市市场监督管理局\n"));
        assert_eq!(detect(&file[..]).unwrap(), Encoding::Gb18030);

        let mut file = "行政处罚\n许可\n".as_bytes().to_vec();
        file.extend(b"\xC4\xE3\xBA\xC3\n");
        assert_eq!(detect(&file[..]).unwrap(), Encoding::Utf8);
        assert_eq!(detect(&b"plain,ascii"[..]).unwrap(), Encoding::Utf8);
    }

    #[test]
    fn a_short_line_that_is_sound_in_both_encodings_has_no_more_say_than_its_letters() {
        let mut file = b"CF_WSH,BZ\n".to_vec();
        file.extend_from_slice(&Encoding::Gb18030.encode("伊市监罚〔2019〕12号,\"见附件\n露\"\n"));
        let last = file.split(|byte| *byte == b'\n').nth(2).unwrap();
        assert!(std::str::from_utf8(last).is_ok(), "as many lines for the one as for the other");
        assert_eq!(detect(&file[..]).unwrap(), Encoding::Gb18030);
    }

    #[test]
    fn what_is_no_csv_is_named() {
        assert_eq!(refuse_other_formats(b"\xD0\xCF\x11\xE0").unwrap_err().code(), "unsupported-format");
        assert_eq!(refuse_other_formats(b"\xFF\xFEa\0").unwrap_err().code(), "unsupported-encoding");
        assert_eq!(refuse_other_formats(b"a,b\r1,2\r").unwrap_err().code(), "unsupported-format");
        assert!(refuse_other_formats(b"CF_WSH").is_ok());
        assert!(refuse_other_formats(b"CF_WSH\r").is_ok(), "the line feed may come next");
    }
}
