//! What running text is searched for: runs of letters and digits, and which of them can only be a citizen's number.

use chengxin_projections::identifier::check_citizen_number;

/// No run that is looked at is shorter: a mobile telephone's number.
const MIN_RUN: usize = 11;

/// Replaces the runs of letters and digits for which `replace` has something, which is given each in half-width capitals.
/// `None` if it had nothing for any.
pub fn map_runs(text: &str, replace: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut out: Option<String> = None;
    // How far the text is in `out`.
    let mut copied = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !is_alphanumeric(first) {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut length = 1;
        while let Some((at, next)) = rest.next_if(|(_, next)| is_alphanumeric(*next)) {
            end = at + next.len_utf8();
            length += 1;
        }
        if length < MIN_RUN {
            continue;
        }
        let plain: String = text[start..end].chars().map(|c| half_width(c).to_ascii_uppercase()).collect();
        if let Some(replacement) = replace(&plain) {
            let out = out.get_or_insert_default();
            out.push_str(&text[copied..start]);
            out.push_str(&replacement);
            copied = end;
        }
    }
    out.map(|out| out + &text[copied..])
}

/// Whether a run can only be the number of a citizen.
pub fn is_citizen_number(run: &str) -> bool {
    check_citizen_number(run).is_ok()
}

fn is_alphanumeric(c: char) -> bool {
    half_width(c).is_ascii_alphanumeric()
}

fn half_width(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::map_runs;

    #[test]
    fn only_what_there_is_a_replacement_for_changes() {
        let marked = |text| map_runs(text, |run| (run == "13912345678").then(|| "**".to_owned()));
        assert_eq!(marked("电话１３９１２３４５６７８，13912345678。2026年"), Some("电话**，**。2026年".to_owned()));
        assert_eq!(marked("13912345679，A13912345678"), None);
        assert_eq!(marked(""), None);
    }
}
