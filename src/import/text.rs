//! Cleaning of what clerks and spreadsheets leave in cells. Nothing here guesses: a text that has one meaning gets its
//! one spelling, every other text comes back as it was, to be refused by whoever needs more.

use chengxin_projections::{date::Date, identifier, money::Money};
use std::borrow::Cow;

/// Blanks at the ends of a cell mean nothing; nor do marks that no one can see.
fn is_padding(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

pub(super) fn trim(text: &str) -> &str {
    // Nearly all cells are clean at both ends: look at two bytes before walking over characters.
    match (text.as_bytes().first(), text.as_bytes().last()) {
        (Some(a), Some(b)) if a.is_ascii_graphic() && b.is_ascii_graphic() => text,
        _ => text.trim_matches(is_padding),
    }
}

/// What people write when they have nothing to write.
pub(super) fn is_placeholder(text: &str) -> bool {
    text.len() <= 6
        && matches!(text, "" | "/" | "\\" | "-" | "--" | "—" | "——" | "无" | "空" | "暂无" | "NULL" | "null" | "N/A")
}

/// The half-width form of a full-width character, the blank included.
pub(super) fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        _ => identifier::half_width(c),
    }
}

/// The half-width form of letters and digits; full-width punctuation is good Chinese and stays.
fn half_width_alphanumeric(c: char) -> char {
    let half = half_width(c);
    if half.is_ascii_alphanumeric() { half } else { c }
}

/// A text of one line, such as a name: half-width letters and digits, no line breaks.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    let text = trim(text);
    if text.is_ascii() && !text.bytes().any(|b| matches!(b, b'\n' | b'\r' | b'\t')) {
        return Cow::Borrowed(text);
    }
    let change = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{3000}' | '\u{A0}' => ' ',
        c => half_width_alphanumeric(c),
    };
    if text.chars().all(|c| change(c) == c) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars().map(change) {
        if !(c == ' ' && out.ends_with(' ')) {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A text of any length: only its padding goes, and line breaks are `\n`.
pub(super) fn prose(text: &str) -> Cow<'_, str> {
    let text = trim(text);
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// A code or number: half-width, upper case, without blanks, and without the wrapping by which spreadsheets are kept
/// from counting with it (`="123"`, `'123`).
pub(super) fn identifier(text: &str) -> Cow<'_, str> {
    let text = trim(text);
    let plain = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    if text.as_bytes().iter().all(plain) {
        return Cow::Borrowed(text);
    }
    let text = text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    let text = text.strip_prefix(['\'', '‘', '’', '`']).unwrap_or(text);
    Cow::Owned(text.chars().filter(|c| !is_padding(*c)).map(|c| half_width(c).to_ascii_uppercase()).collect::<String>())
}

/// The number of a document: half-width letters and digits, no blanks; brackets as they are.
pub(super) fn document_number(text: &str) -> Cow<'_, str> {
    let text = trim(text);
    if text.chars().all(|c| !is_padding(c) && half_width_alphanumeric(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !is_padding(*c)).map(half_width_alphanumeric).collect())
}

/// A document number by which copies are recognised: 〔2019〕, [2019], （2019） and 【2019】 are one.
pub(super) fn folded_document_number(text: &str) -> String {
    text.chars()
        .map(|c| match half_width(c) {
            '〔' | '[' | '(' | '【' | '﹝' | '〖' => '[',
            '〕' | ']' | ')' | '】' | '﹞' | '〗' => ']',
            c => c.to_ascii_uppercase(),
        })
        .collect()
}

/// The name of a person: one spelling of the dot in names, no blanks between Chinese characters.
pub(super) fn person_name(text: &str) -> String {
    let text = line(text);
    let latin = text.chars().any(|c| c.is_ascii_alphabetic());
    let mut name = String::with_capacity(text.len());
    for part in text.split(is_padding).filter(|part| !part.is_empty()) {
        if latin && !name.is_empty() {
            name.push(' ');
        }
        name.extend(part.chars().map(|c| if matches!(c, '•' | '．' | '・' | '‧' | '∙' | '⋅') { '·' } else { c }));
    }
    name
}

/// `6.54021E+17`: a spreadsheet has rounded what was a number of many digits.
pub(super) fn lost_its_digits(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once("E+") else { return false };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && digits(exponent)
}

/// A character that belongs in no cell: controls, and marks that turn the direction of writing.
pub(super) fn is_forbidden(c: char) -> bool {
    match c {
        '\n' | '\r' | '\t' => false,
        ' '..='~' => false,
        c => c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'),
    }
}

/// Whether a text may hold a forbidden character or U+FFFD: false is certain, and is all that most rows need.
pub(super) fn may_hold_forbidden(text: &str) -> bool {
    // C1 controls begin with C2, marks of direction with E2, U+FFFD with EF BF.
    let mut before = 0;
    text.bytes().any(|byte| {
        let odd = byte < b' ' || matches!(byte, 0x7F | 0xC2 | 0xE2) || (before == 0xEF && byte == 0xBF);
        before = byte;
        odd
    })
}

/// What a date cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateCell {
    Empty,
    /// 2099-12-31 and the like.
    NoEnd,
    Day(Date),
    Invalid,
}

pub(super) fn date(text: &str) -> DateCell {
    let text = trim(text);
    if is_placeholder(text) {
        return DateCell::Empty;
    }
    let folded: Cow<'_, str> =
        if text.is_ascii() { Cow::Borrowed(text) } else { text.chars().map(half_width).collect::<String>().into() };
    if matches!(folded.as_ref(), "长期" | "长期有效" | "永久" | "永久有效" | "无固定期限" | "无期限")
    {
        return DateCell::NoEnd;
    }
    match day(&folded) {
        Some(day) if matches!((day.year(), day.month_and_day()), (2099 | 2999 | 9999, (12, 31))) => DateCell::NoEnd,
        Some(day) => DateCell::Day(day),
        None => DateCell::Invalid,
    }
}

fn day(text: &str) -> Option<Date> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let (day, time) = match text.find(['T', ' ']) {
        // "2019年4月22日" never has a blank before its end except by mistake; a time of day must look like one.
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    if !time.is_empty() && !time.bytes().all(|b| matches!(b, b'0'..=b'9' | b':' | b'.')) {
        return None;
    }
    let numeric = !day.is_empty() && day.bytes().all(|b| b.is_ascii_digit());
    if numeric && day.len() == 8 {
        return Date::from_ymd(number(&day[..4])? as i32, number(&day[4..6])?, number(&day[6..])?);
    }
    if time.is_empty() && day.len() >= 5 && day.as_bytes()[..5].iter().all(u8::is_ascii_digit) {
        let fraction = &day[5..];
        let whole_or_time = fraction.is_empty()
            || fraction.strip_prefix('.').is_some_and(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()));
        return if whole_or_time { excel_day(number(&day[..5])? as i32) } else { None };
    }
    let mut parts = [0_u32; 3];
    let mut rest = day;
    for (i, (part, marks)) in parts.iter_mut().zip(["-/.年", "-/.月", "日"]).enumerate() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let wanted = if i == 0 { 4..=4 } else { 1..=2 };
        if !wanted.contains(&end) {
            return None;
        }
        *part = number(&rest[..end])?;
        rest = &rest[end..];
        match rest.chars().next() {
            Some(mark) if marks.contains(mark) => rest = &rest[mark.len_utf8()..],
            None if i == 2 => {}
            _ => return None,
        }
    }
    if rest.is_empty() { Date::from_ymd(parts[0] as i32, parts[1], parts[2]) } else { None }
}

fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// The day of an Excel serial number: 25569 is 1970-01-01.
pub(super) fn excel_day(serial: i32) -> Option<Date> {
    super::limits::EXCEL_SERIALS.contains(&serial).then(|| Date::from_days(serial - 25_569)).flatten()
}

/// The unit that a column counts in unless the cell says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Yuan,
    TenThousandYuan,
}

/// An amount, and the whole number it was written as if it was one in 10,000 yuan without saying so.
pub(super) fn money(text: &str, unit: Unit) -> Result<(Money, Option<u64>), ()> {
    let folded: String = text.chars().map(half_width).filter(|c| !is_padding(*c)).collect();
    let bare = folded.strip_prefix(['¥', '￥']).unwrap_or(&folded);
    let (bare, said) = if let Some(bare) = bare.strip_suffix("万元").or_else(|| bare.strip_suffix('万')) {
        (bare, Some(Unit::TenThousandYuan))
    } else if let Some(bare) = bare.strip_suffix('元') {
        (bare, Some(Unit::Yuan))
    } else {
        (bare, None)
    };
    let bare = without_thousands_marks(bare).ok_or(())?;
    // Zeros after the last decimal say nothing, however many a spreadsheet appends.
    let bare = if bare.contains('.') { bare.trim_end_matches('0').trim_end_matches('.') } else { bare.as_ref() };
    let amount = match said.unwrap_or(unit) {
        Unit::Yuan => bare.parse::<Money>(),
        Unit::TenThousandYuan => Money::from_ten_thousands(bare),
    };
    let whole = (said.is_none() && unit == Unit::TenThousandYuan).then(|| bare.parse().ok()).flatten();
    amount.map(|amount| (amount, whole)).map_err(|_| ())
}

/// `1,234,567.8` without its commas; none if the commas stand elsewhere.
fn without_thousands_marks(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(',') {
        return Some(Cow::Borrowed(text));
    }
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let fits = (1..=3).contains(&first.len()) && groups.all(|g| g.len() == 3);
    let fraction_fits = fraction.is_none_or(|f| !f.contains(','));
    (fits && fraction_fits).then(|| Cow::Owned(text.replace(',', "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_day_is_that_day() {
        let expected = DateCell::Day("2019-04-22".parse().unwrap());
        for text in [
            "2019-04-22",
            "2019/4/22",
            "2019.4.22",
            "20190422",
            "2019年4月22日",
            "２０１９年０４月２２日",
            " 2019-4-22 ",
            "2019-04-22 00:00:00",
            "2019/4/22 9:30",
            "2019-04-22T08:00:00.000",
            "43577",
            "43577.5",
            "\u{3000}2019/04/22\u{A0}",
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_never_replaced_by_another() {
        for text in [
            "2019-02-29",
            "2019/13/1",
            "20190431",
            "2019年2月30日",
            "190422",
            "2019",
            "4/22/2019",
            "22-04-2019",
            "9999",
            "2019-4",
            "2019-04-22x",
            "2019-04-22 noon",
            "昨天",
            "0000-00-00",
            "2019--1",
            "100000",
            "20194",
            "2019年4月22日日",
        ] {
            assert_eq!(date(text), DateCell::Invalid, "{text}");
        }
    }

    #[test]
    fn the_last_day_of_2099_means_no_end() {
        for text in ["2099/12/31", "2099-12-31", "20991231", "9999-12-31", "长期"] {
            assert_eq!(date(text), DateCell::NoEnd, "{text}");
        }
        assert_eq!(date("/"), DateCell::Empty);
    }

    #[test]
    fn amounts_count_in_ten_thousands_unless_the_cell_names_its_unit() {
        let fen = |text: &str| money(text, Unit::TenThousandYuan).map(|(m, whole)| (m.fen(), whole));
        assert_eq!(fen("0.2"), Ok((200_000, None)));
        assert_eq!(fen("０．２"), Ok((200_000, None)));
        assert_eq!(fen("2000元"), Ok((200_000, None)));
        assert_eq!(fen("0.2万元"), Ok((200_000, None)));
        assert_eq!(fen("2000"), Ok((2_000_000_000, Some(2_000))));
        assert_eq!(fen("2,000.000000"), Ok((2_000_000_000, Some(2_000))));
        for text in ["", "两千", "-1", "1e3", "20,00", "0.0000001", "1..2", "99999999999999999"] {
            assert_eq!(fen(text), Err(()), "{text}");
        }
    }

    #[test]
    fn identifiers_lose_width_case_blanks_and_wrapping() {
        for text in [
            "91654002ma00teat4g",
            "９１６５４００２ＭＡ００ＴＥＡＴ４Ｇ",
            " 91654002 MA00TEAT4G\u{3000}",
            "=\"91654002MA00TEAT4G\"",
            "'91654002MA00TEAT4G",
        ] {
            assert_eq!(identifier(text), "91654002MA00TEAT4G", "{text}");
        }
        assert!(lost_its_digits("6.54021E+17") && lost_its_digits("9E+17"));
        assert!(!lost_its_digits("91654002MA00TEAT4G"));
    }

    #[test]
    fn names_keep_their_full_width_brackets_and_lose_full_width_letters() {
        assert_eq!(line("　伊犁Ａ１（集团）公司 "), "伊犁A1（集团）公司");
        assert_eq!(person_name("张 三"), "张三");
        assert_eq!(person_name("阿不都•热合曼"), "阿不都·热合曼");
        assert_eq!(person_name("John  Smith"), "John Smith");
    }

    #[test]
    fn no_forbidden_character_escapes_the_quick_look() {
        for c in (0..=0x10_FFFF).filter_map(char::from_u32).filter(|c| is_forbidden(*c) || *c == '\u{FFFD}') {
            assert!(may_hold_forbidden(&format!("字{c}")), "{c:?}");
        }
    }
}
