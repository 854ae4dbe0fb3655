//! Made-up codes with right check characters that nobody holds.
//!
//! An organisation code here begins with DEM (DEP for a department) and a citizen number with region 654099: neither was
//! ever issued. So nothing made up here can be the code of a company or a person that exists.

use chengxin_projections::date::Date;

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// How many serial numbers five characters of the alphabet hold.
const SERIALS: u64 = 31_u64.pow(5);
/// Days of birth, from 1950 to 2000: everybody is of age.
const BIRTHDAYS: u64 = 18_628;
/// From 1900-01-01, the first date there is, to 1950-01-01.
const TO_1950: i32 = 18_262;

/// The alphabet's values by ASCII code; a lookup, because codes are made for every event.
const VALUES: [u8; 128] = {
    let mut values = [0; 128];
    let mut at = 0;
    while at < ALPHABET.len() {
        values[ALPHABET[at] as usize] = at as u8;
        at += 1;
    }
    values
};

/// Numbers below `modulus`, each once, in an order that shows no pattern and depends on the seed. `modulus` has no factor
/// in common with the prime.
fn scatter(seed: u64, index: u64, modulus: u64) -> u64 {
    const PRIME: u128 = 1_000_003;
    ((u128::from(index % modulus) * PRIME + u128::from(seed % modulus)) % u128::from(modulus)) as u64
}

/// The unified social credit code of a subject.
pub(super) fn subject_code(seed: u64, category: &str, region: &str, index: u64) -> String {
    uscc(category, region, b"DEM", scatter(seed, index, SERIALS))
}

/// The code of a department: the same with every seed, so that a list of principals can name it.
pub(super) fn department_code(region: &str, index: u64) -> String {
    uscc("11", region, b"DEP", index)
}

fn uscc(category: &str, region: &str, prefix: &[u8; 3], mut serial: u64) -> String {
    let mut code = [b'0'; 18];
    code[..2].copy_from_slice(category.as_bytes());
    code[2..8].copy_from_slice(region.as_bytes());
    code[8..11].copy_from_slice(prefix);
    for place in (11..16).rev() {
        code[place] = ALPHABET[(serial % 31) as usize];
        serial /= 31;
    }
    let sum: u32 =
        code[8..16].iter().zip(ORGANISATION_WEIGHTS).map(|(c, weight)| organisation_value(*c) * weight).sum();
    code[16] = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    };
    let sum: u32 = code.iter().zip(USCC_WEIGHTS).map(|(c, weight)| u32::from(VALUES[usize::from(*c)]) * weight).sum();
    code[17] = ALPHABET[((31 - sum % 31) % 31) as usize];
    text(&code)
}

/// An organisation code counts all 26 letters, a credit code only those of its alphabet.
fn organisation_value(character: u8) -> u32 {
    u32::from(if character.is_ascii_digit() { character - b'0' } else { character - b'A' + 10 })
}

/// The number of a made-up citizen.
pub(super) fn citizen_number(seed: u64, index: u64) -> String {
    let serial = scatter(seed, index, BIRTHDAYS * 1_000);
    let born = Date::MIN.plus_days(TO_1950 + (serial / 1_000) as i32);
    let (month, day) = born.month_and_day();
    let mut number = [b'0'; 18];
    number[..6].copy_from_slice(b"654099");
    digits(&mut number[6..10], born.year() as u64);
    digits(&mut number[10..12], u64::from(month));
    digits(&mut number[12..14], u64::from(day));
    digits(&mut number[14..17], serial % 1_000);
    let sum: u32 = number.iter().zip(CITIZEN_WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    number[17] = b"10X98765432"[(sum % 11) as usize];
    text(&number)
}

fn digits(places: &mut [u8], mut number: u64) {
    for place in places.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn text(ascii: &[u8]) -> String {
    String::from_utf8_lossy(ascii).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chengxin_projections::identifier::{
        check_citizen_number, check_organisation_code, check_uscc, organisation_code_of,
    };
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_valid_and_none_comes_twice() {
        let (mut codes, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for index in 0..20_000 {
            let code = subject_code(7, "91", "654002", index);
            assert_eq!(check_uscc(&code), Ok(()), "{code}");
            let inside = organisation_code_of(&code).unwrap().to_owned();
            assert_eq!(check_organisation_code(&inside), Ok(()), "{code}");
            let number = citizen_number(7, index);
            assert_eq!(check_citizen_number(&number), Ok(()), "{number}");
            assert!(codes.insert(inside) && numbers.insert(number));
        }
    }

    #[test]
    fn everybody_is_born_between_1950_and_2000() {
        let years: BTreeSet<String> = (0..20_000).map(|index| citizen_number(7, index)[6..10].to_owned()).collect();
        assert_eq!((years.first().unwrap().as_str(), years.last().unwrap().as_str()), ("1950", "2000"));
    }
}
