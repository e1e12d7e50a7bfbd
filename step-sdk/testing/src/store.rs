//! The objects, and what happens to one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::managers::Managers;
use crate::selector::selects;
use crate::{
    Applied, Apply, Change, ChangeKind, Deleted, Guard, ObjectReference, Patch, PatchKind, Refusal,
    Selection, is_cluster_scoped, json_patch, merge,
};

/// Group, kind, namespace and name; the namespace is empty where there is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) kind: String,
    group: String,
    namespace: String,
    pub(crate) name: String,
}

#[derive(Debug, Default)]
pub(crate) struct Store {
    own: Option<String>,
    objects: BTreeMap<Key, Value>,
    managers: BTreeMap<Key, Managers>,
    version: u64,
    /// What is deleted in the foreground stays until the test takes it away.
    pub(crate) ends_slowly: bool,
    /// Every write that changed something, and what it said.
    pub(crate) changes: Vec<String>,
}

impl Store {
    pub(crate) fn new(own: Option<&str>) -> Self {
        Self {
            own: own.map(str::to_owned),
            ..Self::default()
        }
    }

    pub(crate) fn own(&self) -> Option<&str> {
        self.own.as_deref()
    }

    pub(crate) fn set_own(&mut self, namespace: &str) {
        self.own = Some(namespace.to_owned());
    }

    pub(crate) fn key(&self, object: &ObjectReference) -> Key {
        let namespace = if is_cluster_scoped(&object.kind) {
            ""
        } else {
            object.namespace.as_deref().or(self.own()).unwrap_or_default()
        };
        Key {
            kind: object.kind.clone(),
            group: object.group.clone(),
            namespace: namespace.to_owned(),
            name: object.name.clone(),
        }
    }

    pub(crate) fn all(&self) -> &BTreeMap<Key, Value> {
        &self.objects
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.objects.values_mut()
    }

    pub(crate) fn managers(&self, key: &Key) -> Vec<String> {
        self.managers.get(key).map(Managers::names).unwrap_or_default()
    }

    pub(crate) fn find(&self, key: &Key) -> Option<&Value> {
        self.objects.get(key)
    }

    /// Somebody else writes the object: the UID and the resource version that it says are its own.
    pub(crate) fn put(&mut self, key: &Key, object: Value) {
        let said = |field: &str| object["metadata"].get(field).cloned();
        let (uid, version) = (said("uid"), said("resourceVersion"));
        self.write(key, object);
        let Some(written) = self.objects.get_mut(key) else {
            return;
        };
        if let Some(uid) = uid {
            written["metadata"]["uid"] = uid;
        }
        if let Some(version) = version {
            written["metadata"]["resourceVersion"] = version;
        }
    }

    /// Somebody else writes what is there, without another field.
    pub(crate) fn touch(&mut self, key: &Key) {
        if let Some(object) = self.objects.get(key).cloned() {
            self.write(key, object);
        }
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        self.objects.remove(key);
        self.managers.remove(key);
    }

    pub(crate) fn get(&self, object: &ObjectReference) -> Result<Value, Refusal> {
        self.find(&self.key(object)).cloned().ok_or(Refusal::NotFound)
    }

    /// Without any namespace it is those of all.
    pub(crate) fn list(&self, selection: &Selection) -> Vec<Value> {
        let namespace = selection.namespace.as_deref().or(self.own());
        let wanted = |key: &Key| {
            (&key.group, &key.kind) == (&selection.group, &selection.kind)
                && (key.namespace.is_empty() || namespace.is_none_or(|it| it == key.namespace))
        };
        let found = self
            .objects
            .iter()
            .filter(|(key, it)| wanted(key) && selects(&selection.label_selector, it));
        found.map(|(_, it)| it.clone()).collect()
    }

    pub(crate) fn apply(&mut self, manifest: &Value, how: &Apply) -> Result<Applied, Refusal> {
        let object = ObjectReference::required(manifest)?;
        let key = self.key(&object);
        let after = self.applied(&key, manifest, &how.manager);
        let changed = self.objects.get(&key) != Some(&after);
        self.may_apply(&key, manifest, how, changed)?;
        self.managers
            .entry(key.clone())
            .or_default()
            .applies(&how.manager, manifest);
        if changed {
            self.write(&key, after);
            self.changes.push(format!("apply {object} {manifest}"));
        }
        let object = self.objects[&key].clone();
        let generation = object["metadata"]["generation"].as_i64();
        Ok(Applied {
            object,
            generation,
            changed,
        })
    }

    /// Where the answer to this very apply was lost, it has happened if it is the manager's last and would change nothing.
    fn may_apply(&self, key: &Key, manifest: &Value, how: &Apply, changes: bool) -> Result<(), Refusal> {
        let managers = self.managers.get(key);
        let is_its_last = managers.is_some_and(|it| it.last_of(&how.manager) == Some(manifest));
        let has_happened = how.guard.unanswered && is_its_last && !changes;
        if !has_happened {
            how.guard.check(self.objects.get(key))?;
        }
        let conflicts = managers
            .map(|it| it.conflicts(&how.manager, manifest))
            .unwrap_or_default();
        if how.force || conflicts.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Conflict(conflicts))
        }
    }

    pub(crate) fn diff(&self, manifest: &Value, manager: &str) -> Result<Option<Change>, Refusal> {
        let key = self.key(&ObjectReference::required(manifest)?);
        let before = self.objects.get(&key).cloned();
        let after = self.applied(&key, manifest, manager);
        let kind = match &before {
            None => ChangeKind::Created,
            Some(before) if *before != after => ChangeKind::Changed,
            Some(_) => return Ok(None),
        };
        Ok(Some(Change { kind, before, after }))
    }

    pub(crate) fn patch(&mut self, object: &ObjectReference, patch: &Patch<'_>) -> Result<Value, Refusal> {
        let key = self.key(object);
        let live = self.objects.get(&key).ok_or(Refusal::NotFound)?;
        let mut after = live.clone();
        match patch.kind {
            PatchKind::Merge => merge::patch(&mut after, patch.body),
            PatchKind::Json => json_patch::patch(&mut after, patch.body).map_err(Refusal::Invalid)?,
        }
        let changed = *live != after;
        if changed || !patch.guard.unanswered {
            patch.guard.check(Some(live))?;
        }
        if changed {
            self.write(&key, after);
            self.changes.push(format!("patch {object} {}", patch.body));
        }
        Ok(self.objects[&key].clone())
    }

    /// Another object of the name counts as gone.
    pub(crate) fn delete(
        &mut self,
        object: &ObjectReference,
        guard: &Guard,
        foreground: bool,
    ) -> Result<Deleted, Refusal> {
        let key = self.key(object);
        let Some(live) = self.objects.get_mut(&key) else {
            return Ok(Deleted::WasGone);
        };
        let another = |uid: &str| live["metadata"]["uid"] != uid;
        if guard.uid.as_deref().is_some_and(another) {
            return Ok(Deleted::WasReplaced);
        }
        guard.check(Some(live))?;
        if foreground && self.ends_slowly {
            live["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        } else {
            self.remove(&key);
        }
        self.changes.push(format!("delete {object}"));
        Ok(Deleted::Accepted)
    }

    /// The object as it is when the manager has applied this.
    fn applied(&self, key: &Key, manifest: &Value, manager: &str) -> Value {
        let mut after = self.objects.get(key).cloned().unwrap_or_else(|| json!({}));
        let last = self.managers.get(key).and_then(|it| it.last_of(manager));
        merge::apply(&mut after, last, manifest);
        after
    }

    fn write(&mut self, key: &Key, mut object: Value) {
        self.version += 1;
        let old = self.objects.get(key);
        if !object["metadata"].is_object() {
            object["metadata"] = json!({});
        }
        let metadata = &mut object["metadata"];
        metadata["resourceVersion"] = json!(self.version.to_string());
        metadata["uid"] = match old {
            Some(old) => old["metadata"]["uid"].clone(),
            None => json!(format!("uid-{}", self.version)),
        };
        if !key.namespace.is_empty() {
            metadata["namespace"] = json!(key.namespace);
        }
        let generation = old
            .and_then(|it| it["metadata"]["generation"].as_i64())
            .unwrap_or(0);
        let same = old.is_some_and(|it| it["spec"] == object["spec"]);
        object["metadata"]["generation"] = json!(if same { generation } else { generation + 1 });
        self.objects.insert(key.clone(), object);
    }
}

impl Guard {
    fn check(&self, live: Option<&Value>) -> Result<(), Refusal> {
        let is = |field: &str, wanted: Option<&str>| {
            wanted.is_none_or(|it| live.is_some_and(|live| live["metadata"][field] == it))
        };
        if is("uid", self.uid.as_deref()) && is("resourceVersion", self.resource_version.as_deref()) {
            return Ok(());
        }
        Err(if self.unanswered {
            Refusal::OutcomeUnknown("somebody wrote the object since; look at it".to_owned())
        } else {
            Refusal::Changed
        })
    }
}
