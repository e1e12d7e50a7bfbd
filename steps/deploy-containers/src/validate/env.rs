//! Environment variables.

use super::volume::Own;
use super::{Problems, syntax};
use crate::inputs::Inputs;
use crate::inputs::container::Container;
use crate::inputs::env::{EnvFromSource, EnvVar, EnvVarSource, KeySelector};

pub(super) fn check(inputs: &Inputs, container: &Container, path: &str, found: &mut Problems) {
    for (index, it) in container.env.iter().enumerate() {
        variable(inputs, it, &format!("{path}.env[{index}]"), found);
    }
    let all = container.env.iter().enumerate();
    found.once(
        "variable",
        all.map(|(index, it)| (format!("{path}.env[{index}].name"), &it.name)),
    );
    for (index, it) in container.env_from.iter().enumerate() {
        source(inputs, it, &format!("{path}.envFrom[{index}]"), found);
    }
}

fn variable(inputs: &Inputs, it: &EnvVar, path: &str, found: &mut Problems) {
    found.expect(format!("{path}.name"), syntax::env_name(&it.name));
    if it.value.is_some() && it.value_from.is_some() {
        found.add(path, "only one of `value` and `valueFrom` is possible");
    }
    if let Some(from) = &it.value_from {
        value_from(inputs, from, &format!("{path}.valueFrom"), found);
    }
}

fn value_from(inputs: &Inputs, from: &EnvVarSource, path: &str, found: &mut Problems) {
    found.exactly_one(
        path,
        &[
            ("configMapKeyRef", from.config_map_key_ref.is_some()),
            ("secretKeyRef", from.secret_key_ref.is_some()),
            ("fieldRef", from.field_ref.is_some()),
        ],
    );
    if let Some(it) = &from.config_map_key_ref {
        key(
            Own::config_map(inputs),
            it,
            &format!("{path}.configMapKeyRef"),
            found,
        );
    }
    if let Some(it) = &from.secret_key_ref {
        key(Own::secret(inputs), it, &format!("{path}.secretKeyRef"), found);
    }
}

fn key(own: Own, it: &KeySelector, path: &str, found: &mut Problems) {
    found.expect(format!("{path}.key"), syntax::data_key(&it.key));
    if let Some(own) = own.reference(path, "name", it.name.as_ref(), it.from_step, found) {
        found.expect(format!("{path}.key"), own.has(&it.key));
    }
}

fn source(inputs: &Inputs, it: &EnvFromSource, path: &str, found: &mut Problems) {
    let given = [
        ("configMapRef", it.config_map_ref.is_some()),
        ("secretRef", it.secret_ref.is_some()),
    ];
    found.exactly_one(path, &given);
    if let Some(whole) = &it.config_map_ref {
        let path = format!("{path}.configMapRef");
        Own::config_map(inputs).reference(&path, "name", whole.name.as_ref(), whole.from_step, found);
    }
    if let Some(whole) = &it.secret_ref {
        let path = format!("{path}.secretRef");
        Own::secret(inputs).reference(&path, "name", whole.name.as_ref(), whole.from_step, found);
    }
}
