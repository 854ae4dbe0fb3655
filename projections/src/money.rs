//! Amounts of money: yuan as a decimal string in JSON, fen (0.01 yuan) as a whole number in Avro and view rows.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, str::FromStr};

/// An amount that is not negative, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(value_type = String, examples("2000.00")))]
pub struct Money(i64);

impl Money {
    /// The largest amount accepted: 10^14 yuan.
    pub const MAX_FEN: i64 = 10_000_000_000_000_000;

    pub fn from_fen(fen: i64) -> Option<Money> {
        (0..=Money::MAX_FEN).contains(&fen).then_some(Money(fen))
    }

    pub fn fen(self) -> i64 {
        self.0
    }

    /// An amount in units of 10,000 yuan with up to 6 decimals, as the double-publicity files have it (0.2 is 2000 yuan).
    pub fn from_ten_thousands(text: &str) -> Result<Money, NotMoney> {
        parse(text, 6)
    }
}

/// The text is no amount: digits, and after a point no more decimals than the unit allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an amount: digits with at most {0} decimals, not negative, at most 10^14 yuan")]
pub struct NotMoney(u32);

fn parse(text: &str, decimals: u32) -> Result<Money, NotMoney> {
    let error = NotMoney(decimals);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let shaped = !whole.is_empty() && whole.len() <= 15 && digits(whole) && digits(fraction);
    if !shaped || fraction.len() > decimals as usize || text.ends_with('.') {
        return Err(error);
    }
    let number = |s: &str| s.bytes().fold(0_i128, |sum, b| sum * 10 + i128::from(b - b'0'));
    let scale = 10_i128.pow(decimals);
    let fen = number(whole) * scale + number(fraction) * 10_i128.pow(decimals - fraction.len() as u32);
    i64::try_from(fen).ok().and_then(Money::from_fen).ok_or(error)
}

impl FromStr for Money {
    type Err = NotMoney;

    fn from_str(text: &str) -> Result<Money, NotMoney> {
        parse(text, 2)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_i64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        if deserializer.is_human_readable() {
            let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        } else {
            Money::from_fen(i64::deserialize(deserializer)?).ok_or_else(|| D::Error::custom(NotMoney(2)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_and_ten_thousands_of_yuan_mean_the_same_amount() {
        assert_eq!("2000".parse::<Money>(), Money::from_ten_thousands("0.2"));
        assert_eq!(Money::from_ten_thousands("0.000001").unwrap().to_string(), "0.01");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-1", "1.234", "1.", ".5", "1e3", "１２", "99999999999999999999"] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }
}
