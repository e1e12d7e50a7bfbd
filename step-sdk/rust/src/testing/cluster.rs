//! Objects in memory, with as much of server-side apply as steps rely on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::bindings::shipslog::step::kubernetes as wit;
use crate::kubernetes::ObjectReference;

/// Kinds that live outside namespaces.
const CLUSTER_SCOPED: [&str; 8] = [
    "Namespace",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "PersistentVolume",
    "StorageClass",
    "IngressClass",
    "PriorityClass",
];

pub(super) fn is_cluster_scoped(kind: &str) -> bool {
    CLUSTER_SCOPED.contains(&kind)
}

type Key = (String, String, String);

#[derive(Debug, Default)]
pub(super) struct Cluster {
    objects: BTreeMap<Key, Value>,
    /// What the step applied last: fields that are no longer in it go.
    applied: BTreeMap<Key, Value>,
    writes: u64,
}

pub(super) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("the SDK sends JSON")
}

impl Cluster {
    pub(super) fn put(&mut self, object: &Value, own: Option<&str>) {
        let reference = ObjectReference::of(object).expect("an object of a test has a name");
        let key = key(&(&reference).into(), own);
        self.write(&key, object.clone());
    }

    pub(super) fn named(&self, kind: &str, name: &str) -> Option<Value> {
        let found = self
            .objects
            .iter()
            .find(|((it, _, called), _)| it == kind && called == name);
        found.map(|(_, object)| object.clone())
    }

    pub(super) fn get(
        &self,
        reference: &wit::ObjectReference,
        own: Option<&str>,
    ) -> Result<String, wit::Error> {
        self.objects
            .get(&key(reference, own))
            .map(Value::to_string)
            .ok_or(wit::Error::NotFound)
    }

    pub(super) fn list(&self, selection: &wit::Selection, own: Option<&str>) -> wit::Page {
        let namespace = selection.namespace.as_deref().or(own).unwrap_or_default();
        let wanted = |(kind, at, _): &Key| *kind == selection.kind && (at == namespace || at.is_empty());
        let labelled = |object: &Value| {
            let parts = selection
                .label_selector
                .split(',')
                .filter_map(|it| it.split_once('='));
            parts
                .into_iter()
                .all(|(label, value)| object["metadata"]["labels"][label] == value)
        };
        let found = self
            .objects
            .iter()
            .filter(|(key, object)| wanted(key) && labelled(object));
        wit::Page {
            objects: found.map(|(_, object)| object.to_string()).collect(),
            continue_from: None,
        }
    }

    pub(super) fn apply(
        &mut self,
        manifest: &Value,
        options: &wit::ApplyOptions,
        own: Option<&str>,
    ) -> Result<wit::Applied, wit::Error> {
        let reference = ObjectReference::of(manifest).map_err(|_| wit::Error::Invalid(Vec::new()))?;
        let key = key(&(&reference).into(), own);
        let before = self.objects.get(&key).cloned();
        self.guard(&key, options.uid.as_deref(), options.resource_version.as_deref())?;
        let mut after = before.clone().unwrap_or_else(|| json!({}));
        merge(&mut after, self.applied.get(&key), manifest);
        self.applied.insert(key.clone(), manifest.clone());
        let changed = before.as_ref() != Some(&after);
        if changed {
            self.write(&key, after);
        }
        let object = &self.objects[&key];
        Ok(wit::Applied {
            object: object.to_string(),
            generation: object["metadata"]["generation"].as_i64(),
            changed,
        })
    }

    /// What applying would change: here only whether it would.
    pub(super) fn diff(&self, manifest: &Value, own: Option<&str>) -> Result<Vec<wit::Change>, wit::Error> {
        let reference = ObjectReference::of(manifest).map_err(|_| wit::Error::Invalid(Vec::new()))?;
        let key = key(&(&reference).into(), own);
        let before = self.objects.get(&key);
        let mut after = before.cloned().unwrap_or_else(|| json!({}));
        merge(&mut after, self.applied.get(&key), manifest);
        let kind = match before {
            None => wit::ChangeKind::Created,
            Some(before) if *before != after => wit::ChangeKind::Changed,
            Some(_) => return Ok(Vec::new()),
        };
        Ok(vec![wit::Change {
            kind,
            path: String::new(),
            before: before.map(Value::to_string),
            after: Some(after.to_string()),
        }])
    }

    pub(super) fn patch(
        &mut self,
        reference: &wit::ObjectReference,
        patch: &Value,
        (uid, version): (Option<&str>, Option<&str>),
        own: Option<&str>,
    ) -> Result<String, wit::Error> {
        let key = key(reference, own);
        self.guard(&key, uid, version)?;
        let mut object = self.objects.get(&key).cloned().ok_or(wit::Error::NotFound)?;
        merge(&mut object, None, patch);
        self.write(&key, object);
        Ok(self.objects[&key].to_string())
    }

    pub(super) fn delete(
        &mut self,
        reference: &wit::ObjectReference,
        options: &wit::DeleteOptions,
        own: Option<&str>,
    ) -> Result<(), wit::Error> {
        let key = key(reference, own);
        let Some(object) = self.objects.get(&key) else {
            return Ok(());
        };
        let another = options
            .uid
            .as_deref()
            .is_some_and(|uid| object["metadata"]["uid"] != uid);
        if !another {
            self.guard(&key, None, options.resource_version.as_deref())?;
            self.objects.remove(&key);
            self.applied.remove(&key);
        }
        Ok(())
    }

    /// What the cluster's token controller does while a step waits.
    pub(super) fn fill_tokens(&mut self) {
        for object in self.objects.values_mut() {
            if object["type"] == "kubernetes.io/service-account-token" {
                object["data"] =
                    json!({ "token": "shipslog-handle-of-the-token", "ca.crt": "shipslog-handle-of-ca" });
            }
        }
    }

    fn guard(&self, key: &Key, uid: Option<&str>, version: Option<&str>) -> Result<(), wit::Error> {
        let metadata = self.objects.get(key).map(|it| &it["metadata"]);
        let same = |field: &str, wanted: Option<&str>| {
            wanted.is_none_or(|it| metadata.is_some_and(|metadata| metadata[field] == it))
        };
        if same("uid", uid) && same("resourceVersion", version) {
            Ok(())
        } else {
            Err(wit::Error::Changed)
        }
    }

    fn write(&mut self, key: &Key, mut object: Value) {
        self.writes += 1;
        let old = self.objects.get(key);
        let metadata = &mut object["metadata"];
        metadata["resourceVersion"] = json!(self.writes.to_string());
        metadata["uid"] = match old {
            Some(old) => old["metadata"]["uid"].clone(),
            None => json!(format!("uid-{}", self.writes)),
        };
        if !key.1.is_empty() {
            metadata["namespace"] = json!(key.1);
        }
        let generation = old
            .and_then(|it| it["metadata"]["generation"].as_i64())
            .unwrap_or(0);
        let same = old.is_some_and(|it| it["spec"] == object["spec"]);
        object["metadata"]["generation"] = json!(if same { generation } else { generation + 1 });
        self.objects.insert(key.clone(), object);
    }
}

fn key(reference: &wit::ObjectReference, own: Option<&str>) -> Key {
    let namespace = if is_cluster_scoped(&reference.kind) {
        ""
    } else {
        reference.namespace.as_deref().or(own).unwrap_or_default()
    };
    (
        reference.kind.clone(),
        namespace.to_owned(),
        reference.name.clone(),
    )
}

/// Puts the manifest's fields in and takes out those that only the manifest before had. Lists are replaced.
fn merge(object: &mut Value, before: Option<&Value>, manifest: &Value) {
    let (Value::Object(fields), Value::Object(wanted)) = (&mut *object, manifest) else {
        *object = manifest.clone();
        return;
    };
    if let Some(Value::Object(before)) = before {
        fields.retain(|field, _| wanted.contains_key(field) || !before.contains_key(field));
    }
    for (field, value) in wanted {
        let slot = fields.entry(field.as_str()).or_insert(Value::Null);
        merge(slot, before.and_then(|it| it.get(field)), value);
    }
}
