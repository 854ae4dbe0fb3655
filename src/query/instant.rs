//! Instants as callers write them.

use chengxin_projections::date::Date;

const DAY: i64 = 86_400_000;

/// Milliseconds since the epoch of an RFC 3339 instant, or of the last millisecond of a day in Asia/Shanghai.
pub fn parse(text: &str) -> Option<i64> {
    if let Ok(day) = text.parse::<Date>() {
        return Some(day.start() + DAY - 1);
    }
    // A plus sign that was not escaped in a query arrives as a blank.
    let instant = text.replacen(' ', "+", 1);
    chrono::DateTime::parse_from_rfc3339(&instant).ok().map(|instant| instant.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::rfc3339;

    #[test]
    fn what_is_rendered_reads_back_with_or_without_an_escaped_plus() {
        let instant = "2026-06-15".parse::<Date>().unwrap().start() + 34_200_250;
        let text = rfc3339(instant);
        assert_eq!(text, "2026-06-15T09:30:00.250+08:00");
        assert_eq!(parse(&text), Some(instant));
        assert_eq!(parse(&text.replace('+', " ")), Some(instant));
        assert_eq!(parse("2026-06-15T01:30:00.25Z"), Some(instant));
    }

    #[test]
    fn a_plain_day_means_its_end() {
        assert_eq!(parse("2026-06-15").map(rfc3339).as_deref(), Some("2026-06-15T23:59:59.999+08:00"));
        for text in ["", "2026-02-30", "soon", "2026-06-15T25:00:00Z"] {
            assert_eq!(parse(text), None, "{text}");
        }
        for extreme in [i64::MIN, i64::MAX] {
            assert!(rfc3339(extreme).ends_with("+08:00"), "instants out of range are moved to its ends");
        }
    }
}
