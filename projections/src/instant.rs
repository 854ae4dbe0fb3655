//! Instants: when something was recorded. They are told in the time of Asia/Shanghai, which is UTC+8 all year.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, str::FromStr};

/// Seconds that Asia/Shanghai is ahead of UTC.
const SHANGHAI: i32 = 8 * 3_600;

/// Milliseconds since the epoch; RFC 3339 with `+08:00` in JSON, the bare number in Avro and view rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(value_type = String, format = DateTime))]
pub struct Instant(pub i64);

impl Instant {
    /// Milliseconds since the epoch.
    pub fn milliseconds(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shanghai = FixedOffset::east_opt(SHANGHAI).expect("eight hours are less than a day");
        // A number that no calendar has is told as the end of time that it is nearer to.
        let nearest = if self.0 < 0 { DateTime::<chrono::Utc>::MIN_UTC } else { DateTime::<chrono::Utc>::MAX_UTC };
        let utc = DateTime::from_timestamp_millis(self.0).unwrap_or(nearest);
        match utc.naive_utc().checked_add_offset(shanghai) {
            Some(_) => f.write_str(&utc.with_timezone(&shanghai).to_rfc3339_opts(SecondsFormat::Millis, false)),
            None => f.write_str(&utc.to_rfc3339_opts(SecondsFormat::Millis, false)),
        }
    }
}

/// The text is not an instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an instant with an offset as RFC 3339 has it, such as 2026-06-15T09:30:00+08:00")]
pub struct NotAnInstant;

impl FromStr for Instant {
    type Err = NotAnInstant;

    fn from_str(text: &str) -> Result<Instant, NotAnInstant> {
        let instant = DateTime::parse_from_rfc3339(text).map_err(|_| NotAnInstant)?;
        Ok(Instant(instant.timestamp_millis()))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_i64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        if deserializer.is_human_readable() {
            let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Instant)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_the_time_of_shanghai_and_read_in_any() {
        let instant = Instant(1_776_643_200_123);
        assert_eq!(instant.to_string(), "2026-04-20T08:00:00.123+08:00");
        assert_eq!("2026-04-20T00:00:00.123Z".parse(), Ok(instant));
        assert_eq!(serde_json::to_string(&instant).unwrap(), "\"2026-04-20T08:00:00.123+08:00\"");
        assert_eq!(serde_json::from_str::<Instant>("\"2026-04-20T08:00:00.123+08:00\"").unwrap(), instant);
    }

    #[test]
    fn what_has_no_offset_is_no_instant() {
        for text in ["2026-04-20", "2026-04-20T08:00:00", "", "now"] {
            assert_eq!(text.parse::<Instant>(), Err(NotAnInstant), "{text}");
        }
    }

    #[test]
    fn every_number_can_be_told() {
        for number in [i64::MIN, -1, 0, i64::MAX] {
            assert!(!Instant(number).to_string().is_empty());
        }
    }
}
