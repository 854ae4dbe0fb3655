//! The bytes of a row: postcard, compressed.

use super::ViewError;
use serde::{Deserialize, Serialize, Serializer, de::DeserializeOwned};

/// Bytes within a row, borrowed. Without this, serde takes a slice of bytes apart, number by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Raw<'a>(#[serde(borrow)] pub(super) &'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

pub(super) fn encode(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, ViewError> {
    let plain = postcard::to_stdvec(value).map_err(|error| ViewError(error.to_string()))?;
    Ok(lz4_flex::compress_prepend_size(&plain))
}

pub(super) fn decode<T: DeserializeOwned>(row: &[u8]) -> Result<T, ViewError> {
    parse(&unpack(row)?)
}

/// For rows that are read without copying what is in them.
pub(super) fn unpack(row: &[u8]) -> Result<Vec<u8>, ViewError> {
    lz4_flex::decompress_size_prepended(row).map_err(|error| ViewError(error.to_string()))
}

pub(super) fn parse<'a, T: Deserialize<'a>>(plain: &'a [u8]) -> Result<T, ViewError> {
    postcard::from_bytes(plain).map_err(|error| ViewError(error.to_string()))
}
