//! Writes Avro data by the order of a struct's fields, without looking at a schema.
//!
//! apache-avro looks every field up in the schema as it writes it, which takes most of the time that a day on which a
//! hundred thousand terms end takes. The structs of our messages have the fields of their schemas in the same order, so
//! that there is nothing to look up; the golden tests compare what is written here with what apache-avro writes.
//!
//! | serde | Avro |
//! |---|---|
//! | `bool`, `i32`, `i64`, text, bytes | boolean, int, long, string, bytes |
//! | `Option` | union of null and the type, in this order |
//! | variant without data | enum, by its place |
//! | sequence of known length | array, in one block |
//! | struct | record |

use serde::ser::{Error as _, Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer};

/// What has no place in a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a datum of a message: {0}")]
pub(super) struct NoDatum(String);

impl serde::ser::Error for NoDatum {
    fn custom<T: std::fmt::Display>(what: T) -> NoDatum {
        NoDatum(what.to_string())
    }
}

/// Appends the datum to `out`.
pub(super) fn write<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<(), NoDatum> {
    value.serialize(Datum(out))
}

struct Datum<'o>(&'o mut Vec<u8>);

impl Datum<'_> {
    /// Seven bits a byte, the lowest first, the sign in the lowest bit.
    fn long(&mut self, value: i64) {
        let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
        while rest >= 0x80 {
            self.0.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        self.0.push(rest as u8);
    }

    fn length(&mut self, length: usize) -> Result<(), NoDatum> {
        self.long(i64::try_from(length).map_err(NoDatum::custom)?);
        Ok(())
    }
}

fn none<T>(what: &str) -> Result<T, NoDatum> {
    Err(NoDatum(what.to_owned()))
}

impl<'o> Serializer for Datum<'o> {
    type Ok = ();
    type Error = NoDatum;
    type SerializeSeq = Items<'o>;
    type SerializeStruct = Fields<'o>;
    type SerializeTuple = Impossible<(), NoDatum>;
    type SerializeTupleStruct = Impossible<(), NoDatum>;
    type SerializeTupleVariant = Impossible<(), NoDatum>;
    type SerializeMap = Impossible<(), NoDatum>;
    type SerializeStructVariant = Impossible<(), NoDatum>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result<(), NoDatum> {
        self.0.push(u8::from(value));
        Ok(())
    }

    fn serialize_i32(mut self, value: i32) -> Result<(), NoDatum> {
        self.long(i64::from(value));
        Ok(())
    }

    fn serialize_i64(mut self, value: i64) -> Result<(), NoDatum> {
        self.long(value);
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), NoDatum> {
        self.serialize_bytes(value.as_bytes())
    }

    fn serialize_bytes(mut self, value: &[u8]) -> Result<(), NoDatum> {
        self.length(value.len())?;
        self.0.extend_from_slice(value);
        Ok(())
    }

    fn serialize_none(mut self) -> Result<(), NoDatum> {
        self.long(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Result<(), NoDatum> {
        self.long(1);
        value.serialize(self)
    }

    fn serialize_unit_variant(mut self, _: &'static str, place: u32, _: &'static str) -> Result<(), NoDatum> {
        self.long(i64::from(place));
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), NoDatum> {
        value.serialize(self)
    }

    fn serialize_seq(mut self, length: Option<usize>) -> Result<Items<'o>, NoDatum> {
        let length = length.ok_or_else(|| NoDatum("a sequence of unknown length".to_owned()))?;
        if length > 0 {
            self.length(length)?;
        }
        Ok(Items(self.0))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'o>, NoDatum> {
        Ok(Fields(self.0))
    }

    // Our schemas have none of these.

    fn serialize_i8(self, _: i8) -> Result<(), NoDatum> {
        none("i8")
    }

    fn serialize_i16(self, _: i16) -> Result<(), NoDatum> {
        none("i16")
    }

    fn serialize_u8(self, _: u8) -> Result<(), NoDatum> {
        none("u8")
    }

    fn serialize_u16(self, _: u16) -> Result<(), NoDatum> {
        none("u16")
    }

    /// A count that an int holds.
    fn serialize_u32(self, value: u32) -> Result<(), NoDatum> {
        self.serialize_i32(i32::try_from(value).map_err(NoDatum::custom)?)
    }

    fn serialize_u64(self, _: u64) -> Result<(), NoDatum> {
        none("u64")
    }

    fn serialize_f32(self, _: f32) -> Result<(), NoDatum> {
        none("f32")
    }

    fn serialize_f64(self, _: f64) -> Result<(), NoDatum> {
        none("f64")
    }

    fn serialize_char(self, _: char) -> Result<(), NoDatum> {
        none("char")
    }

    fn serialize_unit(self) -> Result<(), NoDatum> {
        none("unit")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NoDatum> {
        none("unit struct")
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NoDatum> {
        none("variant with data")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NoDatum> {
        none("tuple")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, NoDatum> {
        none("tuple struct")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NoDatum> {
        none("variant with data")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NoDatum> {
        none("map")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NoDatum> {
        none("variant with data")
    }
}

/// An array in one block, and the empty block that ends it.
struct Items<'o>(&'o mut Vec<u8>);

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = NoDatum;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoDatum> {
        value.serialize(Datum(self.0))
    }

    fn end(self) -> Result<(), NoDatum> {
        self.0.push(0);
        Ok(())
    }
}

struct Fields<'o>(&'o mut Vec<u8>);

impl SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = NoDatum;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), NoDatum> {
        value.serialize(Datum(self.0))
    }

    fn end(self) -> Result<(), NoDatum> {
        Ok(())
    }
}
