//! Volumes, and references to what the step makes.

use std::collections::BTreeMap;

use super::{Problems, syntax};
use crate::inputs::Inputs;
use crate::inputs::volume::{KeyToPath, Volume};

pub(super) fn check(inputs: &Inputs, volume: &Volume, path: &str, found: &mut Problems) {
    found.expect(format!("{path}.name"), syntax::dns_label(&volume.name));
    found.exactly_one(
        path,
        &[
            ("configMap", volume.config_map.is_some()),
            ("secret", volume.secret.is_some()),
            ("emptyDir", volume.empty_dir.is_some()),
            ("persistentVolumeClaim", volume.persistent_volume_claim.is_some()),
        ],
    );
    if let Some(it) = &volume.config_map {
        let path = format!("{path}.configMap");
        let source = Own::config_map(inputs).reference(&path, "name", it.name.as_ref(), it.from_step, found);
        items(&it.items, source, &path, found);
    }
    if let Some(it) = &volume.secret {
        let path = format!("{path}.secret");
        let source =
            Own::secret(inputs).reference(&path, "secretName", it.secret_name.as_ref(), it.from_step, found);
        items(&it.items, source, &path, found);
    }
    if let Some(size) = volume.empty_dir.as_ref().and_then(|it| it.size_limit.as_ref()) {
        found.expect(
            format!("{path}.emptyDir.sizeLimit"),
            syntax::quantity(&size.to_string()),
        );
    }
    if let Some(it) = &volume.persistent_volume_claim {
        found.expect(
            format!("{path}.persistentVolumeClaim.claimName"),
            syntax::object_name(&it.claim_name),
        );
    }
}

fn items(items: &[KeyToPath], source: Option<Own>, path: &str, found: &mut Problems) {
    for (index, it) in items.iter().enumerate() {
        found.expect(
            format!("{path}.items[{index}].path"),
            syntax::relative_path(&it.path),
        );
        if let Some(own) = source {
            found.expect(format!("{path}.items[{index}].key"), own.has(&it.key));
        }
    }
}

/// The ConfigMap or Secret that the step makes.
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    field: &'static str,
    made: Option<(&'a str, &'a BTreeMap<String, String>)>,
}

impl<'a> Own<'a> {
    pub(super) fn config_map(inputs: &'a Inputs) -> Self {
        let made = inputs.config_map.as_ref().map(|it| (it.name.as_str(), &it.data));
        Self {
            field: "configMap",
            made,
        }
    }

    pub(super) fn secret(inputs: &'a Inputs) -> Self {
        let made = inputs
            .secret
            .as_ref()
            .map(|it| (it.name.as_str(), &it.string_data));
        Self {
            field: "secret",
            made,
        }
    }

    /// Checks a reference; answers with itself where that is what is meant.
    pub(super) fn reference(
        self,
        path: &str,
        field: &str,
        name: Option<&String>,
        from_step: bool,
        found: &mut Problems,
    ) -> Option<Self> {
        match (name, from_step) {
            (None, false) => found.add(path, format!("`{field}` or `fromStep: true` is needed")),
            (Some(_), true) => found.add(path, format!("only one of `{field}` and `fromStep` is possible")),
            (None, true) if self.made.is_none() => found.add(
                format!("{path}.fromStep"),
                format!(
                    "the step makes none; add `{}` to its inputs or give `{field}`",
                    self.field
                ),
            ),
            (None, true) => return Some(self),
            (Some(name), false) => {
                found.expect(format!("{path}.{field}"), syntax::object_name(name));
                return self.made.is_some_and(|(own, _)| own == name).then_some(self);
            }
        }
        None
    }

    pub(super) fn has(self, key: &str) -> Result<(), String> {
        let keys = || self.made.into_iter().flat_map(|(_, data)| data.keys());
        if keys().any(|it| it == key) {
            return Ok(());
        }
        let known: Vec<String> = keys().map(|it| format!("`{it}`")).collect();
        Err(format!(
            "the step's {} has no key `{key}`, only {}",
            self.field,
            listed(&known)
        ))
    }
}

/// For sentences.
pub(crate) fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
