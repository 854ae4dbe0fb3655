//! What running text is searched for: runs of letters and digits, which of them can only be a citizen's number, and names
//! however they are written.

use chengxin_projections::identifier::{check_citizen_number, half_width};
use std::ops::Range;

/// No run that is looked at is shorter: a mobile telephone's number.
const MIN_RUN: usize = 11;
/// Digits that every number of a citizen has, before its check character.
const CITIZEN_DIGITS: usize = 17;

/// Replaces the runs of letters and digits for which `replace` has something, which is given each in half-width capitals;
/// first all of a run that blanks and hyphens only group, then its parts. `None` if it had nothing for any.
pub fn map_runs(text: &str, replace: impl Fn(&str) -> Option<String>) -> Option<String> {
    if text.chars().filter(|c| is_alphanumeric(*c)).count() < MIN_RUN {
        return None; // as of most texts
    }
    let mut out: Option<String> = None;
    // How far the text is in `out`.
    let mut copied = 0;
    let mut put = |range: &Range<usize>, replacement: &str| {
        let out = out.get_or_insert_default();
        out.push_str(&text[copied..range.start]);
        out.push_str(replacement);
        copied = range.end;
    };
    let mut from = 0;
    while let Some(parts) = next_group(text, from) {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { break };
        let whole = first.start..last.end;
        from = whole.end;
        match replaced(text, &whole, &replace) {
            Some(replacement) => put(&whole, &replacement),
            None if parts.len() > 1 => {
                for part in &parts {
                    if let Some(replacement) = replaced(text, part, &replace) {
                        put(part, &replacement);
                    }
                }
            }
            None => {}
        }
    }
    out.map(|out| out + &text[copied..])
}

/// The next runs behind a place that nothing but single blanks and hyphens stands between.
fn next_group(text: &str, from: usize) -> Option<Vec<Range<usize>>> {
    let begin = from + text[from..].find(is_alphanumeric)?;
    let mut parts = Vec::new();
    let mut start = begin;
    loop {
        let end = text[start..].find(|c| !is_alphanumeric(c)).map_or(text.len(), |length| start + length);
        parts.push(start..end);
        let mut behind = text[end..].char_indices();
        let joins = behind.next().is_some_and(|(_, c)| matches!(c, ' ' | '-' | '\u{3000}' | '－'));
        match behind.next().filter(|(_, c)| joins && is_alphanumeric(*c)) {
            Some((at, _)) => start = end + at,
            None => return Some(parts),
        }
    }
}

fn replaced(text: &str, range: &Range<usize>, replace: impl Fn(&str) -> Option<String>) -> Option<String> {
    if range.len() < MIN_RUN {
        return None;
    }
    let plain = text[range.clone()].chars().filter(|c| is_alphanumeric(*c));
    let plain: String = plain.map(|c| half_width(c).to_ascii_uppercase()).collect();
    (plain.len() >= MIN_RUN).then(|| replace(&plain)).flatten()
}

/// Whether a text holds the number of a citizen.
pub fn holds_citizen_number(text: &str) -> bool {
    let digits = text.chars().filter(|c| half_width(*c).is_ascii_digit()).count();
    digits >= CITIZEN_DIGITS && map_runs(text, |run| is_citizen_number(run).then(String::new)).is_some()
}

/// Whether a run can only be the number of a citizen.
pub fn is_citizen_number(run: &str) -> bool {
    check_citizen_number(run).is_ok()
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
    if known.is_empty() {
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

/// What a sign counts as in a spelling; nothing if it only sets others apart.
fn sign(c: char) -> Option<char> {
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

fn is_alphanumeric(c: char) -> bool {
    half_width(c).is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::{Spelling, map_runs, replace_spellings};
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

    #[test]
    fn only_what_there_is_a_replacement_for_changes() {
        let marked = |text| map_runs(text, |run| (run == "13912345678").then(|| "**".to_owned()));
        assert_eq!(marked("电话１３９１２３４５６７８，13912345678。2026年"), Some("电话**，**。2026年".to_owned()));
        assert_eq!(marked("拨139-1234-5678或 139 1234 5678。"), Some("拨**或 **。".to_owned()));
        assert_eq!(marked("No 13912345678 A"), Some("No ** A".to_owned()));
        assert_eq!(marked("13912345679，A13912345678"), None);
        assert_eq!(marked(""), None);
    }
}
