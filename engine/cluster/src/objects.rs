//! Small readings of objects.

use serde_json::Value;
use shipslog_rights::{kind, marks};

use super::{Error, ObjectReference, path};

/// What the controller of Deployments notes on them.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// API servers give 36 characters to a UID, and fewer to a resourceVersion.
pub(super) const LONGEST_UID: usize = 64;

/// What an API server answers with for an object. Whatever tells objects apart is kept in the history for ever.
pub(super) fn answered(object: Value) -> Result<Value, Error> {
    let refused = |why: &str| {
        let message = format!("the API server answered with what is no object of Kubernetes: {why}");
        let code = "no-object".to_owned();
        Err(Error::Other { code, message })
    };
    if !object.is_object() {
        return refused("it is no JSON object");
    }
    for (pointer, field) in [
        ("/metadata/uid", "metadata.uid"),
        ("/metadata/resourceVersion", "metadata.resourceVersion"),
    ] {
        if text(&object, pointer).len() > LONGEST_UID {
            return refused(&format!("its {field} has more than {LONGEST_UID} characters"));
        }
    }
    Ok(object)
}

/// Which object a manifest is, as it says itself.
pub fn reference(object: &Value) -> Result<ObjectReference, Error> {
    if !object.is_object() {
        return Err(Error::invalid("", "an object of Kubernetes is a JSON object"));
    }
    let api_version = required(object, "/apiVersion", "apiVersion")?;
    let (group, version) = kind::group_and_version(api_version);
    let reference = ObjectReference {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: required(object, "/kind", "kind")?.to_owned(),
        namespace: optional(object, "/metadata/namespace", "metadata.namespace")?.map(ToOwned::to_owned),
        name: required(object, "/metadata/name", "metadata.name")?.to_owned(),
    };
    check(&reference)?;
    Ok(reference)
}

/// Refuses whatever could make a path say something else.
pub(super) fn check(object: &ObjectReference) -> Result<(), Error> {
    path::type_words(&object.group, &object.version, &object.kind)?;
    path::name("metadata.name", &object.name)?;
    object
        .namespace
        .as_deref()
        .map_or(Ok(()), |it| path::namespace("metadata.namespace", it))
}

fn required<'a>(object: &'a Value, pointer: &str, at: &str) -> Result<&'a str, Error> {
    optional(object, pointer, at)?.ok_or_else(|| Error::invalid(at, "is missing"))
}

fn optional<'a>(object: &'a Value, pointer: &str, at: &str) -> Result<Option<&'a str>, Error> {
    match object.pointer(pointer) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::invalid(at, "must be a string")),
    }
}

/// The text at a JSON pointer; empty where there is none.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The number at a JSON pointer.
pub(super) fn number(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}

/// The list at a JSON pointer; empty where there is none.
pub(super) fn items<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

pub(super) fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

pub(super) fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

pub(super) fn resource_version(object: &Value) -> &str {
    text(object, "/metadata/resourceVersion")
}

/// Whether an owner reference names this UID.
pub(super) fn is_owned_by(object: &Value, owner: &str) -> bool {
    items(object, "/metadata/ownerReferences")
        .iter()
        .any(|it| text(it, "/uid") == owner)
}

/// The condition of this type.
pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    items(object, "/status/conditions")
        .iter()
        .find(|it| text(it, "/type") == kind)
}

/// What a person or a step decided of an object: all but the server's bookkeeping and its status.
pub(super) fn essence(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(map) = object.as_object_mut() {
        map.remove("status");
    }
    if let Some(metadata) = object.pointer_mut("/metadata").and_then(Value::as_object_mut) {
        for key in [
            "managedFields",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "selfLink",
        ] {
            metadata.remove(key);
        }
    }
    object
}

/// What of an object was decided for itself: its essence without what Shipslog marks its objects with, and without what
/// controllers note on it.
pub fn substance(object: &Value) -> Value {
    without_marks(essence(object))
}

/// The same object without what Shipslog marks its objects with, and without what controllers note on it.
pub fn without_marks(mut object: Value) -> Value {
    for field in ["labels", "annotations"] {
        let Some(metadata) = object.pointer_mut("/metadata").and_then(Value::as_object_mut) else {
            break;
        };
        if let Some(texts) = metadata.get_mut(field).and_then(Value::as_object_mut) {
            texts.retain(|key, _| !key.starts_with(marks::PREFIX) && key != REVISION);
            if texts.is_empty() {
                metadata.remove(field);
            }
        }
    }
    object
}

/// The fields that this manager holds by server-side apply.
pub(super) fn applied_fields<'a>(object: &'a Value, manager: &str) -> Option<&'a Value> {
    let is_its = |it: &&Value| {
        text(it, "/manager") == manager
            && text(it, "/operation") == "Apply"
            && text(it, "/subresource").is_empty()
    };
    items(object, "/metadata/managedFields")
        .iter()
        .find(is_its)?
        .get("fieldsV1")
}

/// Whether it is a Secret, as it says itself.
pub(super) fn is_secret(object: &Value) -> bool {
    let (group, _) = kind::group_and_version(text(object, "/apiVersion"));
    kind::is_secret(group, text(object, "/kind"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_manifest_says_what_it_is() {
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "b"}});
        let found = reference(&object).unwrap();
        assert_eq!((found.group.as_str(), found.version.as_str()), ("apps", "v1"));
        assert_eq!(found.to_string(), "Deployment b/a");
    }

    #[test]
    fn what_shipslog_marks_an_object_with_is_not_its_substance() {
        let object = |deployment: &str, own: &str| {
            json!({"metadata": {"name": "a", "labels": {"shipslog.dev/deployment": deployment, "app": own},
                "annotations": {"shipslog.dev/release-version": deployment}}})
        };
        assert_eq!(substance(&object("1", "web")), substance(&object("2", "web")));
        assert_ne!(substance(&object("1", "web")), substance(&object("1", "other")));
        let bare = json!({"metadata": {"name": "a", "labels": {"app": "web"}}});
        assert_eq!(substance(&object("1", "web")), bare);
    }

    #[test]
    fn a_manifest_without_a_name_is_refused_with_the_path() {
        let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "a-"}});
        assert_eq!(
            reference(&object),
            Err(Error::invalid("metadata.name", "is missing"))
        );
    }
}
