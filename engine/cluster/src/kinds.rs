//! Which kinds the cluster knows, and under which path. Asked once for each group and version, and again on a miss.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde_json::Value;
use shipslog_nearest as nearest;
use shipslog_rights::kind::api_version;

use super::objects::{items, text};
use super::wire::Call;
use super::{Cluster, Error, Kind, ObjectReference, objects, path};

/// What discovery said so far, by group and version.
#[derive(Default)]
pub(super) struct Kinds {
    known: Mutex<BTreeMap<(String, String), Vec<Kind>>>,
    preferred: Mutex<BTreeMap<String, String>>,
}

impl Kinds {
    fn find(&self, group: &str, version: &str, kind: &str) -> Option<Kind> {
        let known = self.known.lock();
        let kinds = known.get(&(group.to_owned(), version.to_owned()))?;
        kinds.iter().find(|it| it.kind == kind).cloned()
    }

    fn put(&self, group: &str, version: &str, kinds: Vec<Kind>) {
        let mut known = self.known.lock();
        known.insert((group.to_owned(), version.to_owned()), kinds);
    }
}

impl Cluster {
    /// What the cluster knows of this kind.
    pub async fn kind(&self, group: &str, version: &str, kind: &str) -> Result<Kind, Error> {
        path::type_words(group, version, kind)?;
        if let Some(found) = self.inner.kinds.find(group, version, kind) {
            return Ok(found);
        }
        let kinds = self.discover(group, version).await?;
        let found = kinds.iter().find(|it| it.kind == kind).cloned();
        let unknown = found.is_none().then(|| unknown(group, version, kind, &kinds));
        self.inner.kinds.put(group, version, kinds);
        found.ok_or_else(|| unknown.unwrap_or(Error::NotFound))
    }

    /// The kind in the version that the server prefers.
    pub(super) async fn preferred_kind(&self, group: &str, kind: &str) -> Result<Kind, Error> {
        path::group_word(group)?;
        path::kind_word(kind)?;
        let version = self.preferred_version(group).await?;
        self.kind(group, &version, kind).await
    }

    async fn preferred_version(&self, group: &str) -> Result<String, Error> {
        if group.is_empty() {
            return Ok("v1".to_owned());
        }
        let known = self.inner.kinds.preferred.lock().get(group).cloned();
        if let Some(version) = known {
            return Ok(version);
        }
        let answer = self
            .inner
            .wire
            .ask_json(&Call::get(format!("/apis/{group}")))
            .await;
        let answer = answer.map_err(|it| no_api(it, group))?;
        let version = text(&answer, "/preferredVersion/version").to_owned();
        let mut preferred = self.inner.kinds.preferred.lock();
        preferred.insert(group.to_owned(), version.clone());
        Ok(version)
    }

    async fn discover(&self, group: &str, version: &str) -> Result<Vec<Kind>, Error> {
        let path = path::group_version(group, version);
        let answer = self.inner.wire.ask_json(&Call::get(path)).await;
        let answer = answer.map_err(|it| no_api(it, &api_version(group, version)))?;
        Ok(items(&answer, "/resources")
            .iter()
            .filter_map(|it| read(group, version, it))
            .collect())
    }

    /// The same reference with the namespace that it means: the default one filled in, none for cluster-scoped kinds.
    pub async fn locate(&self, object: &ObjectReference) -> Result<ObjectReference, Error> {
        objects::check(object)?;
        let kind = self.kind(&object.group, &object.version, &object.kind).await?;
        let namespace = self.namespace_of(&kind, object.namespace.as_deref())?;
        Ok(ObjectReference {
            namespace,
            ..object.clone()
        })
    }

    /// The kind of an object and the path under which it stands.
    pub(super) async fn place(&self, object: &ObjectReference) -> Result<Place, Error> {
        let object = self.locate(object).await?;
        let kind = self.kind(&object.group, &object.version, &object.kind).await?;
        let collection = path::collection(&kind, object.namespace.as_deref());
        Ok(Place {
            path: format!("{collection}/{}", object.name),
            kind,
            object,
        })
    }

    /// The namespace that is meant, for objects of this kind.
    pub(super) fn namespace_of(&self, kind: &Kind, given: Option<&str>) -> Result<Option<String>, Error> {
        match (kind.namespaced, given, &self.namespace) {
            (true, Some(namespace), _) => {
                path::namespace("metadata.namespace", namespace)?;
                Ok(Some(namespace.to_owned()))
            }
            (true, None, Some(namespace)) => {
                path::namespace("metadata.namespace", namespace)?;
                Ok(Some(namespace.clone()))
            }
            (true, None, None) => {
                let message = format!(
                    "is missing: a {} is in a namespace, and the target has none",
                    kind.kind
                );
                Err(Error::invalid("metadata.namespace", message))
            }
            (false, Some(_), _) => Err(Error::invalid(
                "metadata.namespace",
                format!("a {} is in no namespace", kind.kind),
            )),
            (false, None, _) => Ok(None),
        }
    }
}

/// An object's place in the cluster.
pub(super) struct Place {
    pub(super) kind: Kind,
    pub(super) object: ObjectReference,
    pub(super) path: String,
}

/// Subresources such as `pods/log` are no kinds of their own.
fn read(group: &str, version: &str, resource: &Value) -> Option<Kind> {
    let plural = text(resource, "/name");
    let kind = text(resource, "/kind");
    path::name("", plural).ok()?;
    Some(Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
        plural: plural.to_owned(),
        namespaced: resource
            .pointer("/namespaced")
            .and_then(Value::as_bool)
            .unwrap_or(false),
    })
}

fn no_api(error: Error, api: &str) -> Error {
    match error {
        Error::NotFound => Error::invalid("apiVersion", format!("the cluster has no API `{api}`")),
        other => other,
    }
}

fn unknown(group: &str, version: &str, kind: &str, kinds: &[Kind]) -> Error {
    let api = api_version(group, version);
    let by_plural = kinds.iter().find(|it| it.plural == kind.to_lowercase());
    let hint = match by_plural {
        Some(meant) => format!("; did you mean `{}`?", meant.kind),
        None => nearest::hint(kind, kinds.iter().map(|it| it.kind.as_str())),
    };
    Error::invalid("kind", format!("the cluster knows no `{kind}` in `{api}`{hint}"))
}

#[cfg(test)]
mod tests;
