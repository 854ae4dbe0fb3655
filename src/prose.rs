//! What running text is searched for: numbers, which of them can only be a citizen's, and names however they are written.

use chengxin_projections::identifier::{check_citizen_number, half_width};

/// Characters of a citizen's number, and of a mobile telephone's.
pub const CITIZENS: usize = 18;
pub const MOBILE: usize = 11;
/// Signs of a name at least: a shorter one would be found in words that are none.
pub const MIN_NAME: usize = 2;
/// Signs between two parts of one number at most.
const MAX_APART: usize = 3;

/// Digits of a text that may be one number.
pub struct Number<'a> {
    /// Half-width; the last of 18 may be an X.
    pub digits: &'a str,
    /// It stands by itself, and single blanks and hyphens are all that groups it.
    pub is_plain: bool,
}

impl Number<'_> {
    /// Whether it can only be the number of a citizen.
    pub fn is_citizens(&self) -> bool {
        check_citizen_number(self.digits).is_ok()
    }
}

/// A digit or an X of a text.
struct Place {
    at: usize,
    end: usize,
    sign: char,
    /// What stands between it and the one before.
    gap: Gap,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    Nothing,
    /// A single blank or hyphen.
    Plain,
    /// Some other signs that only set parts apart.
    Apart,
    /// Anything else.
    Broken,
}

/// Replaces the numbers of some lengths, the longest first, for which `replace` has something, however they are grouped and
/// whatever letters stand beside them. `None` if it had nothing for any.
pub fn map_numbers(text: &str, lengths: &[usize], replace: impl Fn(&Number) -> Option<String>) -> Option<String> {
    let digits = text.chars().filter(|c| half_width(*c).is_ascii_digit()).count();
    // The last of a citizen's may be an X. Most texts have far fewer.
    if lengths.iter().all(|length| digits + 1 < *length) {
        return None;
    }
    let places = places(text);
    let mut out: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while at < places.len() {
        let found = lengths.iter().find_map(|length| {
            let digits = number(&places, at, *length)?;
            let is_plain = is_plain(text, &places[at..at + length]);
            Some((*length, replace(&Number { digits: &digits, is_plain })?))
        });
        let Some((length, replacement)) = found else {
            at += 1;
            continue;
        };
        let out = out.get_or_insert_default();
        out.push_str(&text[copied..places[at].at]);
        out.push_str(&replacement);
        at += length;
        copied = places[at - 1].end;
    }
    out.map(|out| out + &text[copied..])
}

fn places(text: &str) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let mut between = 0;
    let mut gap = Gap::Nothing;
    for (at, c) in text.char_indices() {
        let sign = half_width(c).to_ascii_uppercase();
        if sign.is_ascii_digit() || sign == 'X' {
            places.push(Place { at, end: at + c.len_utf8(), sign, gap });
            (between, gap) = (0, Gap::Nothing);
            continue;
        }
        between += 1;
        gap = match gap {
            Gap::Nothing if matches!(c, ' ' | '-' | '\u{3000}' | '－') => Gap::Plain,
            Gap::Nothing | Gap::Plain | Gap::Apart if sets_digits_apart(c) && between <= MAX_APART => Gap::Apart,
            _ => Gap::Broken,
        };
    }
    places
}

/// The digits of a number of that length that begins there, unless it is a part of a longer one.
fn number(places: &[Place], from: usize, length: usize) -> Option<String> {
    let run = places.get(from..from + length)?;
    let is_digit = |place: &Place| place.sign != 'X';
    let continues = |index: usize| {
        let place = places.get(index).filter(|place| place.gap == Gap::Nothing && is_digit(place));
        place.is_some() && index > 0 && is_digit(&places[index - 1])
    };
    let (last, digits) = run.split_last()?;
    let is_one = digits.iter().all(is_digit)
        && (is_digit(last) || length == CITIZENS)
        && run[1..].iter().all(|place| place.gap != Gap::Broken)
        && !continues(from)
        && !continues(from + length);
    is_one.then(|| run.iter().map(|place| place.sign).collect())
}

fn is_plain(text: &str, run: &[Place]) -> bool {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return false };
    let is_free = |beside: Option<char>| beside.is_none_or(|c| !half_width(c).is_ascii_alphanumeric());
    is_free(text[..first.at].chars().next_back())
        && is_free(text[last.end..].chars().next())
        && run[1..].iter().all(|place| matches!(place.gap, Gap::Nothing | Gap::Plain))
}

fn sets_digits_apart(c: char) -> bool {
    sign(c).is_none() || matches!(half_width(c), '/' | ',' | ':' | '、')
}

/// Whether a text holds the number of a citizen.
pub fn holds_citizen_number(text: &str) -> bool {
    map_numbers(text, &[CITIZENS], |number| number.is_citizens().then(String::new)).is_some()
}

/// A name, or a number, as texts are searched for it: whatever sets its parts apart, in any width and case. A name such as
/// 古丽·买买提 is written with half a dozen different dots, and without any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelling(Vec<char>);

impl Spelling {
    /// `None` if it has fewer signs than `least`: it would be found in words that are none.
    pub fn new(text: &str, least: usize) -> Option<Spelling> {
        let signs: Vec<char> = text.chars().filter_map(sign).collect();
        (signs.len() >= least.max(1)).then_some(Spelling(signs))
    }

    /// How many signs it has.
    pub fn length(&self) -> usize {
        self.0.len()
    }
}

/// Replaces what is spelled so; where several fit the first one does, so the longest come first. In one pass, which looks
/// into no replacement. `None` if there is nothing of it in the text.
pub fn replace_spellings<R: AsRef<str>>(text: &str, known: &[(Spelling, R)]) -> Option<String> {
    if !may_hold(text, known.iter().map(|(spelling, _)| spelling)) {
        return None;
    }
    let places: Vec<(usize, char)> = text.char_indices().filter_map(|(at, c)| Some((at, sign(c)?))).collect();
    let fits = |at: usize, Spelling(signs): &Spelling| {
        let here = places.get(at..at + signs.len());
        here.is_some_and(|here| here.iter().map(|(_, sign)| sign).eq(signs))
    };
    let mut out: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while at < places.len() {
        let Some((spelling, replacement)) = known.iter().find(|(spelling, _)| fits(at, spelling)) else {
            at += 1;
            continue;
        };
        let out = out.get_or_insert_default();
        out.push_str(&text[copied..places[at].0]);
        out.push_str(replacement.as_ref());
        at += spelling.length();
        let last = places[at - 1].0;
        copied = last + text[last..].chars().next().map_or(0, char::len_utf8);
    }
    out.map(|out| out + &text[copied..])
}

/// Whether any of them is in a text.
pub fn holds_spelling<'a>(text: &str, known: impl Iterator<Item = &'a Spelling> + Clone) -> bool {
    if !may_hold(text, known.clone()) {
        return false;
    }
    let signs: Vec<char> = text.chars().filter_map(sign).collect();
    known.into_iter().any(|Spelling(spelling)| signs.windows(spelling.len()).any(|window| window == spelling))
}

/// Whether any of them begins in a text; most texts hold nothing of what is looked for.
fn may_hold<'a>(text: &str, known: impl Iterator<Item = &'a Spelling> + Clone) -> bool {
    let begins = |sign: char| known.clone().any(|Spelling(signs)| signs.first() == Some(&sign));
    text.chars().filter_map(sign).any(begins)
}

/// What a sign counts as in a spelling; nothing if it only sets others apart.
fn sign(c: char) -> Option<char> {
    // Of these there is one width and one case.
    if matches!(c, '\u{3400}'..='\u{9fff}') {
        return Some(c);
    }
    let c = half_width(c);
    let is_apart = c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '.' | '-' | '\'' | '·' | '•' | '‧' | '・' | '･' | '∙' | '⋅' | '●' | '﹒' | '_' | '’' | '‐'..='—'
        )
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    if is_apart { None } else { c.to_lowercase().next() }
}

#[cfg(test)]
mod tests {
    use super::{CITIZENS, MOBILE, Spelling, map_numbers, replace_spellings};
    use proptest::prelude::*;

    fn marked(names: &[&str], text: &str) -> Option<String> {
        let known: Vec<(Spelling, &str)> =
            names.iter().filter_map(|name| Some((Spelling::new(name, 2)?, "**"))).collect();
        replace_spellings(text, &known)
    }

    #[test]
    fn a_name_is_found_however_its_parts_are_set_apart_and_in_any_width_and_case() {
        for name in ["古丽·买买提", "古丽•买买提", "古丽买买提"] {
            for dot in ["·", "•", "．", "‧", "・", ".", "", " · ", "∙", "\u{200b}", "\n", "　", "－"] {
                let text = format!("对古丽{dot}买买提罚款");
                assert_eq!(marked(&[name], &text).as_deref(), Some("对**罚款"), "{name} as {text}");
            }
        }
        for text in ["JOHN SMITH", "Ｊohn Smith", "JohnSmith", "John  Smith", "john-smith"] {
            assert_eq!(marked(&["John Smith"], &format!("（{text}）")).as_deref(), Some("（**）"), "{text}");
        }
        assert_eq!(marked(&["王小明", "王小"], "王 小、王小明。王大明"), Some("**、**。王大明".to_owned()));
        assert_eq!(marked(&["王小明"], "王小"), None);
        assert_eq!(marked(&["王"], "王"), None, "too short to be told from a word");
    }

    proptest! {
        #[test]
        fn no_spelling_that_is_known_stays_in_a_text(text in "[ab·. ]{0,24}", name in "[ab·]{2,4}") {
            let rest = marked(&[&name], &text).unwrap_or(text);
            let plain: Vec<String> = rest.split("**").map(|part| part.replace(['·', '.', ' '], "")).collect();
            let name = name.replace('·', "");
            prop_assert!(name.len() < 2 || plain.iter().all(|part| !part.contains(&name)));
        }
    }

    const CITIZEN: &str = "11010519491231002X";

    #[test]
    fn only_what_there_is_a_replacement_for_changes() {
        let marked = |text| {
            map_numbers(text, &[CITIZENS, MOBILE], |number| {
                (number.is_plain && number.digits == "13912345678").then(|| "**".to_owned())
            })
        };
        assert_eq!(marked("电话１３９１２３４５６７８，13912345678。2026年"), Some("电话**，**。2026年".to_owned()));
        assert_eq!(marked("拨139-1234-5678或 139 1234 5678。"), Some("拨**或 **。".to_owned()));
        assert_eq!(marked("No 13912345678 A"), Some("No ** A".to_owned()));
        assert_eq!(marked("2026 13912345678"), Some("2026 **".to_owned()));
        assert_eq!(marked("13912345679，A13912345678，139123456780，139.1234.5678"), None);
        assert_eq!(marked(""), None);
    }

    #[test]
    fn a_citizens_number_is_found_however_it_is_grouped_and_whatever_stands_beside_it() {
        let marked =
            |text: &str| map_numbers(text, &[CITIZENS], |number| number.is_citizens().then(|| "**".to_owned()));
        for apart in ["", " ", "-", "\u{a0}", "\u{2009}", "\n", "\r\n", "\u{200b}", ".", "/", "·", "，", " . ", "　"]
        {
            let text = format!("证110105{apart}19491231{apart}002x号");
            assert_eq!(marked(&text).as_deref(), Some("证**号"), "{text:?}");
        }
        assert_eq!(marked(&format!("a{CITIZEN}y")).as_deref(), Some("a**y"));
        assert_eq!(marked(&format!("2026 {CITIZEN} 7")).as_deref(), Some("2026 ** 7"));
        assert_eq!(marked(&format!("{CITIZEN}{CITIZEN}")).as_deref(), Some("****"));
        assert_eq!(marked("电话110105，出生19491231，第002X号"), None, "words stand between");
        assert_eq!(marked("110105194912310029"), None, "the check character does not fit");
        assert_eq!(marked(&format!("9{CITIZEN}")), None, "a part of a longer number");
    }
}
