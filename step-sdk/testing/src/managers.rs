//! Who applies which fields.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::FieldConflict;

/// What each manager applied last to one object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Managers(BTreeMap<String, Value>);

impl Managers {
    pub(crate) fn last_of(&self, manager: &str) -> Option<&Value> {
        self.0.get(manager)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// From now on the manager applies this, and the others nothing of it that they saw otherwise.
    pub(crate) fn applies(&mut self, manager: &str, manifest: &Value) {
        for path in leaves(manifest) {
            for (_, others) in self.0.iter_mut().filter(|(it, _)| *it != manager) {
                if others.pointer(&path) != manifest.pointer(&path) {
                    forget(others, &path);
                }
            }
        }
        self.0.insert(manager.to_owned(), manifest.clone());
    }

    /// Fields of the manifest that others apply with another value.
    pub(crate) fn conflicts(&self, manager: &str, manifest: &Value) -> Vec<FieldConflict> {
        let mut found = Vec::new();
        for path in leaves(manifest) {
            for (other, applied) in self.0.iter().filter(|(it, _)| *it != manager) {
                if applied
                    .pointer(&path)
                    .is_some_and(|it| Some(it) != manifest.pointer(&path))
                {
                    found.push(FieldConflict {
                        path: path[1..].replace('/', "."),
                        manager: other.clone(),
                    });
                }
            }
        }
        found
    }
}

/// Pointers to all fields that hold no further fields, but for those that say which object it is. Lists are whole.
fn leaves(manifest: &Value) -> Vec<String> {
    let mut found = Vec::new();
    visit(manifest, String::new(), &mut found);
    found.retain(|it| {
        !matches!(
            it.as_str(),
            "" | "/apiVersion" | "/kind" | "/metadata/name" | "/metadata/namespace"
        )
    });
    found
}

fn visit(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (field, it) in fields {
                let field = field.replace('~', "~0").replace('/', "~1");
                visit(it, format!("{path}/{field}"), found);
            }
        }
        _ => found.push(path),
    }
}

fn forget(applied: &mut Value, path: &str) {
    let Some((parent, field)) = path.rsplit_once('/') else {
        return;
    };
    let field = field.replace("~1", "/").replace("~0", "~");
    if let Some(Value::Object(fields)) = applied.pointer_mut(parent) {
        fields.remove(&field);
    }
}
