//! What running text is searched for: runs of letters and digits, and which of them can only be a citizen's number.

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

fn is_alphanumeric(c: char) -> bool {
    half_width(c).is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::map_runs;

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
