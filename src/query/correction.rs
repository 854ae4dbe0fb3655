//! What a record says once its corrections are laid over it. A correction holds on every date. (二十七)

use super::subject::Reading;
use chengxin_projections::{
    event::Data,
    facts::{Deed, Known, Record},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Whether a correction of the record was known.
pub fn is_corrected(record: &Record, known: Known) -> bool {
    record.acts(known).any(|act| matches!(act.what, Deed::Corrected(_)))
}

/// What the event of a record said, with the fields that were corrected since.
pub fn corrected<T: Serialize + DeserializeOwned>(said: T, record: &Record, reading: &Reading) -> T {
    if !is_corrected(record, reading.known) {
        return said;
    }
    let Ok(Value::Object(mut fields)) = serde_json::to_value(&said) else { return said };
    for act in record.acts(reading.known).filter(|act| matches!(act.what, Deed::Corrected(_))) {
        let Some(Data::RecordCorrected(correction)) = reading.bodies.data(act.stamp.offset) else { continue };
        let changes = correction.changes.0.as_object().cloned().unwrap_or_default();
        // A null clears a field that may be empty; of any other it was refused.
        fields.extend(changes);
    }
    serde_json::from_value(Value::Object(fields)).unwrap_or(said)
}
