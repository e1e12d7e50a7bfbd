//! Names, labels and annotations.

use std::collections::BTreeMap;

use shipslog_step::owner::marks::PREFIX;

use super::{Problems, syntax};
use crate::inputs::Inputs;

pub(super) fn check(inputs: &Inputs, found: &mut Problems) {
    found.expect("name", syntax::base_name(&inputs.name));
    for (key, value) in &inputs.labels {
        let path = format!("labels[{key}]");
        found.expect(&path, own_key(key));
        found.expect(&path, syntax::label_value(value));
    }
    annotations(&inputs.annotations, "annotations", found);
}

pub(crate) fn annotations(own: &BTreeMap<String, String>, path: &str, found: &mut Problems) {
    for key in own.keys() {
        found.expect(format!("{path}[{key}]"), own_key(key));
    }
}

fn own_key(key: &str) -> Result<(), String> {
    if key.starts_with(PREFIX) {
        return Err(format!(
            "keys with `{PREFIX}` are set by Shipslog; choose another prefix"
        ));
    }
    syntax::qualified_key(key)
}
