//! Business dates. A date is a calendar day in Asia/Shanghai; the core never asks what day it is.

use chrono::{Datelike, Months, NaiveDate, TimeDelta, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, str::FromStr};

/// A calendar day, `YYYY-MM-DD` in JSON and days since 1970-01-01 in Avro and view rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(value_type = String, format = Date))]
pub struct Date(i32);

impl Date {
    /// The earliest and the latest day that the system accepts: 1900-01-01 and 9999-12-31.
    pub const MIN: Date = Date(-25_567);
    pub const MAX: Date = Date(2_932_896);

    /// The day of that year, month and day of the month, if there is one.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Date> {
        NaiveDate::from_ymd_opt(year, month, day).and_then(Date::from_naive)
    }

    /// The day that lies so many days after 1970-01-01, if it is in range.
    pub fn from_days(days: i32) -> Option<Date> {
        (Date::MIN.0..=Date::MAX.0).contains(&days).then_some(Date(days))
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    /// The day that an instant (milliseconds since the epoch) falls on in Asia/Shanghai, which is UTC+8 all year.
    pub fn of_instant(milliseconds: i64) -> Date {
        let days = milliseconds.saturating_add(8 * 3_600_000).div_euclid(86_400_000);
        Date(days.clamp(i64::from(Date::MIN.0), i64::from(Date::MAX.0)) as i32)
    }

    /// The instant (milliseconds since the epoch) at which this day begins in Asia/Shanghai.
    pub fn start(self) -> i64 {
        i64::from(self.0) * 86_400_000 - 8 * 3_600_000
    }

    fn from_naive(date: NaiveDate) -> Option<Date> {
        let epoch = NaiveDate::default();
        Date::from_days(i32::try_from(date.signed_duration_since(epoch).num_days()).ok()?)
    }

    fn naive(self) -> NaiveDate {
        NaiveDate::default() + TimeDelta::days(i64::from(self.0))
    }

    pub fn year(self) -> i32 {
        self.naive().year()
    }

    /// 1 to 12, and 1 to 31.
    pub fn month_and_day(self) -> (u32, u32) {
        let date = self.naive();
        (date.month(), date.day())
    }

    pub fn is_weekend(self) -> bool {
        matches!(self.naive().weekday(), Weekday::Sat | Weekday::Sun)
    }

    /// `YYYY-MM-DD`. Views write dates by the dozen; the general formatter takes many times as long.
    fn text(self, buffer: &mut [u8; 10]) -> &str {
        let date = self.naive();
        let (year, month, day) = (date.year() as u32, date.month(), date.day());
        let digit = |number: u32| b'0' + (number % 10) as u8;
        *buffer = [
            digit(year / 1000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ];
        std::str::from_utf8(buffer).expect("digits and hyphens are ASCII")
    }

    /// So many days later (or earlier); stops at the ends of the range.
    pub fn plus_days(self, days: i32) -> Date {
        Date(self.0.saturating_add(days).clamp(Date::MIN.0, Date::MAX.0))
    }

    pub fn next(self) -> Date {
        self.plus_days(1)
    }

    pub fn previous(self) -> Date {
        self.plus_days(-1)
    }

    /// The corresponding day so many calendar months later, or that month's last day where there is none (default rule 2).
    pub fn plus_months(self, months: u32) -> Date {
        self.naive().checked_add_months(Months::new(months)).and_then(Date::from_naive).unwrap_or(Date::MAX)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(&mut [0; 10]))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not `YYYY-MM-DD`, or there is no such day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date between 1900-01-01 and 9999-12-31 written YYYY-MM-DD")]
pub struct NotADate;

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Date, NotADate> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(NotADate);
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0_u32, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
        };
        match (number(0..4), number(5..7), number(8..10)) {
            (Some(year), Some(month), Some(day)) => Date::from_ymd(year as i32, month, day).ok_or(NotADate),
            _ => Err(NotADate),
        }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.text(&mut [0; 10]))
        } else {
            serializer.serialize_i32(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        if deserializer.is_human_readable() {
            let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        } else {
            Date::from_days(i32::deserialize(deserializer)?).ok_or_else(|| D::Error::custom(NotADate))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_that_does_not_exist_is_no_date() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "20260101", "2026-1-01", "1899-12-31", "２０26-01-01"]
        {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert_eq!(date("1900-01-01"), Date::MIN);
        assert_eq!(date("9999-12-31"), Date::MAX);
    }

    #[test]
    fn months_end_on_the_corresponding_day_or_the_months_last() {
        assert_eq!(date("2026-04-20").plus_months(36), date("2029-04-20"));
        assert_eq!(date("2026-08-31").plus_months(6), date("2027-02-28"));
        assert_eq!(date("2027-08-31").plus_months(6), date("2028-02-29"));
    }

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        let day = date("2026-06-15");
        assert_eq!(Date::of_instant(day.start()), day);
        assert_eq!(Date::of_instant(day.start() - 1), date("2026-06-14"));
    }
}
