//! The document that says who a person is.

use super::{FieldError, check::VERIFIED, input::DocumentInput};
use chengxin_projections::{
    date::Date,
    identifier::{DOCUMENT_KINDS, IdentifierError, birth_date, check_citizen_number, half_width},
};

const CITIZEN_CARD: &str = DOCUMENT_KINDS[0];
const RESIDENCE_CARD: &str = DOCUMENT_KINDS[4];

/// The number of a document in the one way in which it is written, so that a person gets one id however the number came:
/// half-width, in capitals, without blanks and without the signs that only group it.
pub fn document_number(number: &str) -> String {
    let counts = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '/');
    number.chars().map(half_width).filter(counts).map(|c| c.to_ascii_uppercase()).collect()
}

/// The document of a person: its kind, and its number as [`document_number`] writes it. Nobody is born after `on`.
pub(crate) fn document(
    document: &DocumentInput,
    verified: bool,
    on: Date,
    at: &str,
    errors: &mut Vec<FieldError>,
) -> (String, String) {
    let number = document_number(&document.number);
    if !DOCUMENT_KINDS.contains(&document.kind.as_str()) {
        let detail = format!("one of {}", DOCUMENT_KINDS.join(", "));
        errors.push(FieldError::new(format!("{at}/document/kind"), "document-kind", detail));
    }
    let pointer = format!("{at}/document/number");
    let shaped = (4..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
    let checked = if document.kind == CITIZEN_CARD { check_citizen_number(&number) } else { Ok(()) };
    // Foreigners with a permanent residence have a number of the same form.
    let is_citizens = check_citizen_number(&number).is_ok() && document.kind != RESIDENCE_CARD;
    match checked {
        _ if !shaped => errors.push(FieldError::new(pointer, "identifier-shape", "4 to 32 letters and digits")),
        Ok(()) if is_citizens && document.kind != CITIZEN_CARD => {
            let detail = format!(
                "this is the number of a {CITIZEN_CARD}: check the kind; another one would make another person"
            );
            errors.push(FieldError::new(format!("{at}/document/kind"), "document-kind", detail));
        }
        Ok(()) if is_citizens && birth_date(&number).is_some_and(|born| born > on) => {
            let detail = format!("the date of birth in it lies after {on}");
            errors.push(FieldError::new(pointer, "identifier-check", detail));
        }
        Ok(()) => {}
        Err(IdentifierError::Check) if verified => {}
        Err(error) => {
            errors.push(FieldError::new(pointer, "identifier-check", format!("{error}: {VERIFIED}")));
        }
    }
    (document.kind.clone(), number)
}

#[cfg(test)]
mod tests {
    use super::document_number;

    #[test]
    fn a_number_is_written_in_one_way_however_it_came() {
        for number in ["h1234567(8)", " H12345678 ", "Ｈ1234567（8）", "H-1234567/8", "H12345 678"] {
            assert_eq!(document_number(number), "H12345678");
        }
    }
}
