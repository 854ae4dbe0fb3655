//! Identifiers and their check characters, and the subject that an identifier names (default rule 12: names never link).

use crate::date::Date;

const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Why a text is not the identifier that it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    #[error("wrong length or a character that such an identifier never has")]
    Shape,
    /// Issued codes that fail the check exist, so this is a warning that a person may overrule.
    #[error("the check character does not fit")]
    Check,
    #[error("the date of birth in it does not exist")]
    BirthDate,
}

/// A unified social credit code (GB 32100-2015), 18 characters.
pub fn check_uscc(text: &str) -> Result<(), IdentifierError> {
    let bytes = text.as_bytes();
    if bytes.len() != 18 {
        return Err(IdentifierError::Shape);
    }
    let mut values = [0_u32; 18];
    for (value, byte) in values.iter_mut().zip(bytes) {
        *value = USCC_ALPHABET.iter().position(|c| c == byte).ok_or(IdentifierError::Shape)? as u32;
    }
    let sum: u32 = values.iter().zip(USCC_WEIGHTS).map(|(value, weight)| value * weight).sum();
    if (31 - sum % 31) % 31 == values[17] { Ok(()) } else { Err(IdentifierError::Check) }
}

/// An organisation code (GB 11714), 9 characters without the hyphen.
pub fn check_organisation_code(text: &str) -> Result<(), IdentifierError> {
    let bytes = text.as_bytes();
    if bytes.len() != 9 {
        return Err(IdentifierError::Shape);
    }
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(ORGANISATION_WEIGHTS) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            _ => return Err(IdentifierError::Shape),
        };
        sum += u32::from(value) * weight;
    }
    let expected = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    };
    match bytes[8] {
        b'0'..=b'9' | b'X' if bytes[8] == expected => Ok(()),
        b'0'..=b'9' | b'A'..=b'Z' => Err(IdentifierError::Check),
        _ => Err(IdentifierError::Shape),
    }
}

/// A citizen identity number (GB 11643), 18 characters.
pub fn check_citizen_number(text: &str) -> Result<(), IdentifierError> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 18
        && bytes[..17].iter().all(u8::is_ascii_digit)
        && (bytes[17].is_ascii_digit() || bytes[17] == b'X');
    if !shaped {
        return Err(IdentifierError::Shape);
    }
    let sum: u32 = bytes.iter().zip(CITIZEN_WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    if b"10X98765432"[(sum % 11) as usize] != bytes[17] {
        return Err(IdentifierError::Check);
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or(0);
    let exists = chrono::NaiveDate::from_ymd_opt(number(6..10) as i32, number(10..12), number(12..14)).is_some();
    if exists { Ok(()) } else { Err(IdentifierError::BirthDate) }
}

/// The date of birth in a citizen's number, whatever its check character; none before the first day that is reckoned with.
pub fn birth_date(number: &str) -> Option<Date> {
    let part = |range: std::ops::Range<usize>| number.get(range)?.parse::<u32>().ok();
    Date::from_ymd(part(6..10)? as i32, part(10..12)?, part(12..14)?)
}

/// The kinds of documents of natural persons; the number of the first has a check character.
pub const DOCUMENT_KINDS: [&str; 5] =
    ["身份证", "护照", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "外国人永久居留身份证"];

/// The schemes under which an organisation names another one that is the same subject.
pub const CODE_SCHEMES: [&str; 2] = ["uscc", "organisation-code"];

/// Other numbers of an organisation, which name it only where they were linked to it.
pub const ALIAS_SCHEMES: [&str; 4] = ["registration", "tax", "institution", "social-organisation"];

/// To whom the numbers of an organisation were linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// To nobody, as far as the views know.
    Nobody,
    /// To this subject, by its organisation code.
    One(String),
    /// To different subjects.
    Several,
}

/// The organisation that a number names by itself; none of a number that was given by other registers.
pub fn organisation_of<'a>(scheme: &str, value: &'a str) -> Option<&'a str> {
    match scheme {
        "uscc" => organisation_code_of(value),
        "organisation-code" => Some(value),
        _ => None,
    }
}

/// The half-width form of a full-width sign, digit or letter.
pub fn half_width(c: char) -> char {
    match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// A number in the one way in which it is written, so that it is found however it came: half-width, in capitals, without
/// blanks.
pub fn number_form(number: &str) -> String {
    let mut form = String::with_capacity(number.len());
    form.extend(number.chars().map(half_width).filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()));
    form
}

/// The organisation code inside a USCC (characters 9 to 17), which is the key of an organisation.
pub fn organisation_code_of(uscc: &str) -> Option<&str> {
    (uscc.len() == 18).then(|| uscc.get(8..17)).flatten()
}

/// The check character that completes the first 17 characters of a USCC.
pub fn uscc_check_character(first: &str) -> Option<char> {
    if first.len() != 17 {
        return None;
    }
    USCC_ALPHABET.iter().map(|c| char::from(*c)).find(|c| check_uscc(&format!("{first}{c}")).is_ok())
}

/// The check character that completes the first 8 characters of an organisation code.
pub fn organisation_check_character(first: &str) -> Option<char> {
    "0123456789X".chars().find(|c| check_organisation_code(&format!("{first}{c}")).is_ok())
}

/// The check character that completes the first 17 digits of a citizen identity number.
pub fn citizen_check_character(first: &str) -> Option<char> {
    "0123456789X".chars().find(|c| {
        !matches!(check_citizen_number(&format!("{first}{c}")), Err(IdentifierError::Check | IdentifierError::Shape))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issued_codes_pass_and_codes_known_to_fail_the_check_are_told_from_misshapen_ones() {
        for code in [
            "914403001922038216",
            "91110000802100433B",
            "9144030071526726XG",
            "91100000100003962T",
            "91350100M000100Y43",
        ] {
            assert_eq!(check_uscc(code), Ok(()), "{code}");
        }
        for code in ["91654002MA00TEAT4G", "11654000010399991A", "92654023MA7TE00108", "93654003MA7TE00293"] {
            assert_eq!(check_uscc(code), Ok(()), "{code}");
        }
        for code in ["91350211M0000XUF46", "91350100M0001TGQXM"] {
            assert_eq!(check_uscc(code), Err(IdentifierError::Check), "{code}");
        }
        for code in ["", "91I440300192203821", "9144030019220382161", "91440300192203821６"] {
            assert_eq!(check_uscc(code), Err(IdentifierError::Shape), "{code}");
        }
    }

    #[test]
    fn organisation_codes_carry_a_check_character() {
        assert_eq!(check_organisation_code("100003962"), Ok(()));
        assert_eq!(check_organisation_code("71526726X"), Ok(()));
        assert_eq!(check_organisation_code("100003963"), Err(IdentifierError::Check));
        assert_eq!(check_organisation_code("10000396-"), Err(IdentifierError::Shape));
        assert_eq!(organisation_code_of("91100000100003962T"), Some("100003962"));
    }

    #[test]
    fn citizen_numbers_need_a_check_digit_and_a_date_of_birth_that_exists() {
        assert_eq!(check_citizen_number("11010519491231002X"), Ok(()));
        assert_eq!(check_citizen_number("440524188001010014"), Ok(()));
        assert_eq!(check_citizen_number("654021199002290011"), Err(IdentifierError::BirthDate));
        assert_eq!(check_citizen_number("110105194912310021"), Err(IdentifierError::Check));
    }
}
