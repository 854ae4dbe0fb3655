//! Why bytes are no message.

use apache_avro::error::Details;
use std::io::ErrorKind;

/// The longest explanation kept of a bad datum: Avro's own may quote the whole schema and the datum.
const EXPLANATION_CHARS: usize = 200;

/// Why bytes are no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("not a message: it does not begin with a zero byte and a schema id of four bytes")]
    NotWireFormat,
    #[error("no schema has the id {id}")]
    UnknownSchema { id: u32 },
    /// A message of the system, but not what was asked for.
    #[error("a message of another kind: {kind}")]
    OtherMessage { kind: &'static str },
    #[error("the message ends before its datum does")]
    Truncated,
    #[error("{count} bytes follow the datum")]
    TrailingBytes { count: usize },
    /// A value that its schema or its type does not allow.
    #[error("the datum does not fit its schema: {0}")]
    BadDatum(String),
}

impl From<apache_avro::Error> for DecodeError {
    fn from(error: apache_avro::Error) -> DecodeError {
        match error.details() {
            Details::ReadBytes(e) | Details::ReadVariableIntegerBytes(e) if e.kind() == ErrorKind::UnexpectedEof => {
                DecodeError::Truncated
            }
            Details::DeserializeSchemaAware { value, .. } => DecodeError::BadDatum(shortened(value)),
            details => DecodeError::BadDatum(shortened(&details.to_string())),
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(EXPLANATION_CHARS).collect()
}
