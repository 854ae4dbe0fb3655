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

/// Encodes one row after the other without memory of its own for each.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    plain: Vec<u8>,
    packed: Vec<u8>,
}

/// Length of what is packed, in four bytes before it, as `decompress_size_prepended` expects it.
const LENGTH_BYTES: usize = 4;

impl Encoder {
    pub(super) fn encode(&mut self, value: &(impl Serialize + ?Sized)) -> Result<&[u8], ViewError> {
        self.plain.clear();
        write(value, &mut self.plain)?;
        pack(&self.plain, &mut self.packed)
    }
}

fn pack<'a>(plain: &[u8], packed: &'a mut Vec<u8>) -> Result<&'a [u8], ViewError> {
    let longest = LENGTH_BYTES + lz4_flex::block::get_maximum_output_size(plain.len());
    if packed.len() < longest {
        packed.resize(longest, 0);
    }
    let too_long = |_| ViewError("a row is longer than 4 GiB".to_owned());
    let length = u32::try_from(plain.len()).map_err(too_long)?;
    packed[..LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
    let taken = lz4_flex::block::compress_into(plain, &mut packed[LENGTH_BYTES..]);
    let taken = taken.map_err(|error| ViewError(error.to_string()))?;
    Ok(&packed[..LENGTH_BYTES + taken])
}

/// What stands within a row that is packed as a whole; `size` is how many bytes it has, roughly.
pub(super) fn plain(value: &(impl Serialize + ?Sized), size: usize) -> Result<Vec<u8>, ViewError> {
    let mut plain = Vec::with_capacity(size);
    write(value, &mut plain)?;
    Ok(plain)
}

/// Encodes behind what is there.
pub(super) fn write(value: &(impl Serialize + ?Sized), plain: &mut Vec<u8>) -> Result<(), ViewError> {
    postcard::serialize_with_flavor(value, Into(plain)).map_err(|error| ViewError(error.to_string()))
}

/// Writes to the end of a buffer that is there already.
struct Into<'a>(&'a mut Vec<u8>);

impl postcard::ser_flavors::Flavor for Into<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use chengxin_projections::{facts::CreditFile, testing::*};

    #[test]
    fn a_file_with_a_long_history_comes_back_from_its_row() {
        let steps = (0..300).map(|number| penalty(&format!("P-{number}"), "2026-05-11"));
        let mut scenario = given(std::iter::once(day("2026-05-11")).chain(steps));
        let file = scenario.file().clone();
        let mut encoder = Encoder::default();
        let row = encoder.encode(&file).unwrap();
        assert_eq!(decode::<CreditFile>(row).unwrap(), file);
    }
}
