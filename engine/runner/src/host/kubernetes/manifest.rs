//! The object that a step wrote down: read, held to what a step may say of an object, and located.

use serde_json::Value;
use shipslog_rights::kind::group_and_version;

use super::field_policy;
use super::object::{self, Located};
use super::stop::{Stop, invalid};
use crate::run::Run;

/// The object that a manifest is. Its namespace is written into it where it was left out.
pub(super) async fn read(run: &Run, text: &str) -> Result<(Value, Located), Stop> {
    let mut manifest: Value = serde_json::from_str(text)
        .map_err(|error| invalid("", format!("the object is not JSON: {error}")))?;
    field_policy::one_object(&manifest)?;
    field_policy::without_status(&mut manifest);
    let api_version = required(&manifest, "/apiVersion", "apiVersion")?;
    let (group, version) = group_and_version(api_version);
    let kind = object::kind(run, group, version, required(&manifest, "/kind", "kind")?).await?;
    let name = required(&manifest, "/metadata/name", "metadata.name")?.to_owned();
    object::name(run, "metadata.name", &name)?;
    let given = manifest.pointer("/metadata/namespace").and_then(Value::as_str);
    let namespace = object::namespace(run, &kind, given, "metadata.namespace")?;
    if let Some(namespace) = &namespace {
        manifest["metadata"]["namespace"] = Value::String(namespace.clone());
    }
    let located = Located {
        cluster_scoped: !kind.namespaced,
        object: object::named(kind, namespace, &name),
    };
    field_policy::of_manifest(run, &manifest, &located).await?;
    Ok((manifest, located))
}

fn required<'a>(manifest: &'a Value, pointer: &str, path: &str) -> Result<&'a str, Stop> {
    match manifest.pointer(pointer) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(Value::String(_)) | None => Err(invalid(path, "is missing")),
        Some(_) => Err(invalid(path, "is no text")),
    }
}
