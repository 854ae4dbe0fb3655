//! The only place that asks what time it is.

use chengxin_projections::date::Date;
use std::{
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// Where the business date and the time of recording come from.
#[derive(Debug)]
pub enum Clock {
    /// The machine's clock, in Asia/Shanghai.
    System,
    /// The business date stands still until it is moved on; for trials and tests.
    Manual(Mutex<Date>),
}

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

impl Clock {
    /// The business date.
    pub fn today(&self) -> Date {
        match self {
            Clock::System => Date::of_instant(wall()),
            Clock::Manual(date) => *date.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The time of recording, in milliseconds since the epoch. With a manual clock it is the time of day on the business date.
    pub fn now(&self) -> i64 {
        match self {
            Clock::System => wall(),
            Clock::Manual(_) => {
                let now = wall();
                let time_of_day = (now - Date::of_instant(now).start()).rem_euclid(DAY);
                self.today().start() + time_of_day
            }
        }
    }

    /// Moves a manual clock on to `date`, never back. Returns whether this clock can be moved.
    pub fn open(&self, date: Date) -> bool {
        match self {
            Clock::System => false,
            Clock::Manual(today) => {
                let mut today = today.lock().unwrap_or_else(PoisonError::into_inner);
                *today = date.max(*today);
                true
            }
        }
    }

    pub fn is_manual(&self) -> bool {
        matches!(self, Clock::Manual(_))
    }
}

fn wall() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// An instant (milliseconds since the epoch) as RFC 3339 in Asia/Shanghai.
pub fn rfc3339(milliseconds: i64) -> String {
    let date = Date::of_instant(milliseconds);
    let time = milliseconds.saturating_sub(date.start()).clamp(0, DAY - 1);
    let (hours, minutes) = (time / 3_600_000, time / 60_000 % 60);
    format!("{date}T{hours:02}:{minutes:02}:{:02}.{:03}+08:00", time / 1_000 % 60, time % 1_000)
}

/// `system`, or `manual:YYYY-MM-DD`.
impl FromStr for Clock {
    type Err = String;

    fn from_str(text: &str) -> Result<Clock, String> {
        match text.split_once(':') {
            None if text == "system" => Ok(Clock::System),
            Some(("manual", date)) => {
                date.parse().map(|date| Clock::Manual(Mutex::new(date))).map_err(|error| format!("{date}: {error}"))
            }
            _ => Err("expected `system` or `manual:YYYY-MM-DD`".to_owned()),
        }
    }
}
