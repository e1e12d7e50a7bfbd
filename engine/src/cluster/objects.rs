//! Small readings of objects.

use serde_json::Value;

use super::{Error, ObjectReference};

/// Which object a manifest is, as it says itself.
pub fn reference(object: &Value) -> Result<ObjectReference, Error> {
    let _ = object;
    unimplemented!()
}
