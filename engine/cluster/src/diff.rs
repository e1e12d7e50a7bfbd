//! What apply would change, by the server's dry run.

use std::collections::BTreeSet;

use serde_json::Value;

use super::redact::Secrets;
use super::wire::Class;
use super::{Cluster, Error, apply, convert, objects};

/// What happens to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It, or the whole object, is new.
    Created,
    /// It gets another value.
    Changed,
    /// It goes away.
    Deleted,
    /// Nothing happens to the whole object.
    Unchanged,
}

/// One field's change.
#[derive(Clone, PartialEq)]
pub struct Change {
    /// What happens.
    pub kind: ChangeKind,
    /// As in `spec.replicas`; empty for the whole object.
    pub path: String,
    /// Nothing where it was not there, or where the value is a Secret's.
    pub before: Option<Value>,
    /// Nothing where it will not be there, or where the value is a Secret's.
    pub after: Option<Value>,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.kind, self.path)
    }
}

impl Cluster {
    /// What `apply` would change.
    pub async fn diff(&self, object: &Value, manager: &str) -> Result<Vec<Change>, Error> {
        let secrets = Secrets::of(object);
        self.diff_plainly(object, manager)
            .await
            .map_err(|it| secrets.clean(it))
    }

    async fn diff_plainly(&self, object: &Value, manager: &str) -> Result<Vec<Change>, Error> {
        let (place, manifest) = self.manifest(object).await?;
        let before = self.find(&place).await?;
        let call = apply::call(&place, &manifest, manager, false, "All", Class::Repeatable);
        let planned = self.inner.wire.ask_json(&call).await;
        let planned = planned.map_err(|error| match (error, &place.object.namespace) {
            (Error::NotFound, Some(namespace)) => convert::missing_namespace(namespace),
            (other, _) => other,
        })?;
        Ok(changes(before.as_ref(), &planned))
    }
}

/// The changes from one object to the other; of a Secret's data only that they are there.
fn changes(before: Option<&Value>, planned: &Value) -> Vec<Change> {
    let after = visible(planned);
    let mut found = Vec::new();
    match before.map(visible) {
        None => found.push(Change {
            kind: ChangeKind::Created,
            path: String::new(),
            before: None,
            after: Some(after),
        }),
        Some(before) => compare(String::new(), Some(&before), Some(&after), &mut found),
    }
    if objects::is_secret(planned) {
        found.iter_mut().for_each(blank);
    }
    if found.is_empty() {
        found.push(Change {
            kind: ChangeKind::Unchanged,
            path: String::new(),
            before: None,
            after: None,
        });
    }
    found
}

fn visible(object: &Value) -> Value {
    let mut object = objects::essence(object);
    if let Some(metadata) = object.pointer_mut("/metadata").and_then(Value::as_object_mut) {
        metadata.remove("uid");
    }
    object
}

fn compare(path: String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Change>) {
    let kind = match (before, after) {
        (Some(before), Some(after)) if before == after => return,
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            return keys
                .into_iter()
                .for_each(|it| compare(dotted(&path, it), before.get(it), after.get(it), found));
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            let longest = before.len().max(after.len());
            return (0..longest)
                .for_each(|it| compare(format!("{path}[{it}]"), before.get(it), after.get(it), found));
        }
        (Some(_), Some(_)) => ChangeKind::Changed,
        (None, Some(_)) => ChangeKind::Created,
        (Some(_), None) => ChangeKind::Deleted,
        (None, None) => return,
    };
    found.push(Change {
        kind,
        path,
        before: before.cloned(),
        after: after.cloned(),
    });
}

/// `metadata.labels`, and `metadata.labels["shipslog.dev/step"]` where the key itself holds dots.
fn dotted(path: &str, key: &str) -> String {
    if key.contains('.') {
        return format!("{path}[\"{key}\"]");
    }
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// Only names and labels of a Secret may be shown; annotations may hold a copy of its data.
fn blank(change: &mut Change) {
    let harmless = ["metadata.labels", "metadata.ownerReferences", "type", "immutable"];
    if !harmless.iter().any(|it| change.path.starts_with(it)) {
        change.before = None;
        change.after = None;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, Reply};

    #[tokio::test(start_paused = true)]
    async fn the_servers_own_plan_is_compared_with_what_is_there() {
        let path = "/api/v1/namespaces/web/configmaps/a";
        let stored = |value: &str| json!({"metadata": {"name": "a", "uid": "u"}, "data": {"k": value}});
        let fake = Fake::new(move |call, _| match (call.path == path, call.is_dry_run()) {
            (true, true) => Some(Reply::Json(200, stored("new"))),
            (true, false) => Some(Reply::Json(200, stored("old"))),
            (false, _) => None,
        });
        let manifest =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "new"}});
        let found = fake.cluster().diff(&manifest, "m").await.unwrap();
        assert_eq!(paths(&found), ["Changed data.k"]);
        assert_eq!(
            (found[0].before.clone(), found[0].after.clone()),
            (Some(json!("old")), Some(json!("new")))
        );
        assert_eq!(fake.count("PATCH", path), 0);
    }

    fn paths(found: &[Change]) -> Vec<String> {
        found.iter().map(|it| format!("{it:?}")).collect()
    }

    #[test]
    fn fields_are_compared_and_the_servers_own_are_not() {
        let before = json!({"metadata": {"resourceVersion": "1", "managedFields": [], "labels": {"a.b/c": "1"}},
            "spec": {"replicas": 1, "list": [1, 2], "gone": true}, "status": {"x": 1}});
        let after = json!({"metadata": {"resourceVersion": "2", "labels": {"a.b/c": "2"}},
            "spec": {"replicas": 2, "list": [1], "new": true}});
        let expected = [
            "Changed metadata.labels[\"a.b/c\"]",
            "Deleted spec.gone",
            "Deleted spec.list[1]",
            "Created spec.new",
            "Changed spec.replicas",
        ];
        assert_eq!(paths(&changes(Some(&before), &after)), expected);
        assert_eq!(paths(&changes(Some(&before), &before)), ["Unchanged "]);
        assert_eq!(paths(&changes(None, &after)), ["Created "]);
    }

    #[test]
    fn a_secrets_data_is_never_shown() {
        let secret = |value: &str| json!({"apiVersion": "v1", "kind": "Secret", "data": {"key": value}});
        let found = changes(Some(&secret("b2xk")), &secret("bmV3"));
        assert_eq!(paths(&found), ["Changed data.key"]);
        assert!(found[0].before.is_none() && found[0].after.is_none());
        assert!(changes(None, &secret("bmV3"))[0].after.is_none());
    }
}
