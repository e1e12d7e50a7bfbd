//! What a step may not say of an object, whatever its rights: fields that reach beyond the object itself.
//!
//! - Finalizers keep an object from being deleted by whoever may delete it, and taking them away skips a clean-up.
//! - An owner decides when an object goes, and may be kept from going: so a step names as owners only objects that it
//!   could itself apply.
//! - Who manages which field is the API server's to say, and so is `status`, which an apply loses on its way.
//! - A generated name makes another object each time, which no inventory can know before it is sent.

use serde_json::{Map, Value};
use shipslog_cluster::ObjectReference;
use shipslog_rights::kind::group_and_version;
use shipslog_rights::needs;

use super::object::{self, Located};
use super::stop::{Stop, authorize, invalid};
use crate::bindings::shipslog::step::kubernetes::PatchKind;
use crate::run::Run;

const OWNERS: &str = "ownerReferences";
/// Fields of `metadata` that a step does not write, and why.
const FORBIDDEN: [(&str, &str); 3] = [
    (
        "finalizers",
        "a step may not set or remove finalizers: they decide who can delete the object",
    ),
    (
        "managedFields",
        "is the API server's record of who manages what; leave it out",
    ),
    (
        "generateName",
        "would make another object each time; give it a `name`",
    ),
];
const OWNERS_PATCHED: &str = "owners are named when the object is applied, not by a patch";
const STATUS: &str = "is what the cluster says of the object; a step may not write it";
/// How many owners an object may have, and a JSON patch operations.
const MOST_OWNERS: usize = 16;
const MOST_OPERATIONS: usize = 1000;
/// Strategic merge patches change lists by keys such as `$deleteFromPrimitiveList/finalizers`.
const DIRECTIVES: [&str; 2] = ["$patch", "$retainKeys"];

/// Not a list of objects, and nothing else than an object.
pub(super) fn one_object(manifest: &Value) -> Result<(), Stop> {
    if !manifest.is_object() {
        return Err(invalid(
            "",
            "one call takes one object, as JSON with apiVersion, kind and metadata",
        ));
    }
    let kind = manifest.get("kind").and_then(Value::as_str).unwrap_or_default();
    if kind.ends_with("List") && manifest.get("items").is_some() {
        return Err(invalid(
            "kind",
            "a list holds many objects; one call takes one of them",
        ));
    }
    Ok(())
}

/// The API server passes over it for most kinds; so it does for all.
pub(super) fn without_status(manifest: &mut Value) {
    if let Some(fields) = manifest.as_object_mut() {
        fields.remove("status");
    }
}

/// Of a manifest that names a known kind.
pub(super) async fn of_manifest(run: &Run, manifest: &Value, located: &Located) -> Result<(), Stop> {
    let Some(metadata) = manifest.get("metadata").and_then(Value::as_object) else {
        return Ok(());
    };
    for (field, sentence) in FORBIDDEN {
        if metadata.get(field).is_some_and(|it| !is_nothing(it)) {
            return Err(invalid(format!("metadata.{field}"), sentence));
        }
    }
    match metadata.get(OWNERS) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(owners)) => all_own(run, owners, located).await,
        Some(_) => Err(invalid(format!("metadata.{OWNERS}"), "must be a list")),
    }
}

/// Of a patch, in any of the three ways to write one.
pub(super) fn of_patch(patch: &Value, kind: PatchKind, secret: bool) -> Result<(), Stop> {
    match (kind, patch) {
        (PatchKind::JsonPatch, Value::Array(operations)) if operations.len() <= MOST_OPERATIONS => operations
            .iter()
            .enumerate()
            .try_for_each(|(at, it)| of_operation(it, at, secret)),
        (PatchKind::JsonPatch, Value::Array(_)) => Err(invalid(
            "",
            format!("a patch has at most {MOST_OPERATIONS} operations"),
        )),
        (PatchKind::JsonPatch, _) => Err(invalid("", "a JSON patch is a list of operations")),
        (PatchKind::Merge | PatchKind::Strategic, Value::Object(fields)) => of_merge(fields),
        (PatchKind::Merge | PatchKind::Strategic, _) => Err(invalid("", "a patch is an object")),
    }
}

async fn all_own(run: &Run, owners: &[Value], located: &Located) -> Result<(), Stop> {
    if owners.len() > MOST_OWNERS {
        return Err(invalid(
            format!("metadata.{OWNERS}"),
            format!("an object has at most {MOST_OWNERS} owners"),
        ));
    }
    for (at, owner) in owners.iter().enumerate() {
        own(run, owner, at, located).await?;
    }
    Ok(())
}

/// Kubernetes looks for an owner in the object's own namespace, or among the kinds without.
async fn own(run: &Run, owner: &Value, at: usize, located: &Located) -> Result<(), Stop> {
    let text = |field: &str| {
        let found = owner.get(field).and_then(Value::as_str);
        found.ok_or_else(|| invalid(format!("metadata.{OWNERS}[{at}].{field}"), "is missing"))
    };
    let api_version = text("apiVersion")?;
    let (group, version) = group_and_version(api_version);
    let kind = object::kind(run, group, version, text("kind")?).await?;
    let namespace = located.object.namespace.clone().filter(|_| kind.namespaced);
    object::name(run, &format!("metadata.{OWNERS}[{at}].name"), text("name")?)?;
    let reference = ObjectReference {
        group: kind.group,
        version: kind.version,
        kind: kind.kind,
        namespace,
        name: text("name")?.to_owned(),
    };
    let owner = object::locate(run, &reference).await?;
    authorize(run, &needs::apply(&owner, false)).await
}

fn of_merge(fields: &Map<String, Value>) -> Result<(), Stop> {
    refuse_directives(fields, "")?;
    if fields.contains_key("status") {
        return Err(invalid("status", STATUS));
    }
    match fields.get("metadata") {
        None => Ok(()),
        Some(Value::Object(metadata)) => {
            refuse_directives(metadata, "metadata.")?;
            metadata
                .keys()
                .try_for_each(|key| field_of_metadata(key.rsplit('/').next().unwrap_or(key)))
        }
        Some(_) => Err(invalid("metadata", "must be an object")),
    }
}

fn refuse_directives(fields: &Map<String, Value>, path: &str) -> Result<(), Stop> {
    let found = DIRECTIVES.into_iter().find(|it| fields.contains_key(*it));
    found.map_or(Ok(()), |it| {
        Err(invalid(format!("{path}{it}"), "would replace all fields at once"))
    })
}

fn field_of_metadata(field: &str) -> Result<(), Stop> {
    if field == OWNERS {
        return Err(invalid(format!("metadata.{OWNERS}"), OWNERS_PATCHED));
    }
    let found = FORBIDDEN.into_iter().find(|(it, _)| *it == field);
    found.map_or(Ok(()), |(field, sentence)| {
        Err(invalid(format!("metadata.{field}"), sentence))
    })
}

fn of_operation(operation: &Value, at: usize, secret: bool) -> Result<(), Stop> {
    let word = |field: &str| operation.get(field).and_then(Value::as_str);
    let (name, path) = (word("op").unwrap_or_default(), word("path").unwrap_or_default());
    if !["add", "replace", "remove", "test", "move", "copy"].contains(&name) {
        return Err(invalid(format!("[{at}].op"), "is none that RFC 6902 knows"));
    }
    place(path, &format!("[{at}].path"))?;
    let moves = matches!(name, "move" | "copy");
    if moves {
        place(word("from").unwrap_or_default(), &format!("[{at}].from"))?;
    }
    // Moved out of the data a value could be read as it is, and a test tells whether a guess is right.
    let tells = moves || (name == "test" && !path.starts_with("/metadata/"));
    if secret && tells {
        return Err(invalid(
            format!("[{at}].op"),
            "a patch of a Secret adds, replaces and removes; its values are not moved, copied or tested",
        ));
    }
    Ok(())
}

/// Some servers read a path without its first slash as well; here it must be one.
fn place(path: &str, at: &str) -> Result<(), Stop> {
    let Some(path) = path.strip_prefix('/') else {
        return Err(invalid(at, "must begin with a slash and name a field"));
    };
    let mut words = path.split('/');
    match (words.next(), words.next()) {
        (Some("status"), _) => Err(invalid(at, STATUS)),
        (Some("metadata"), None) => Err(invalid(at, "would replace all metadata at once")),
        (Some("metadata"), Some(field)) => field_of_metadata(field),
        (Some(_) | None, _) => Ok(()),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => false,
    }
}
