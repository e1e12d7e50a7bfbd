//! Handles and the data of Secrets: opened on the way to the API server, minted on the way back, refused anywhere else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use shipslog_rights::Verb;
use shipslog_rights::kind::SECRET;
use shipslog_rights::needs::Subject;
use shipslog_sealing::find_handles;

use super::leaks::refuse_leaks;
use super::stop::{Stop, invalid, not_opened};
use crate::bindings::shipslog::step::kubernetes::PatchKind;
use crate::run::Run;

/// Fields of a Secret that hold no values.
pub(super) const PLAIN: [&str; 5] = ["apiVersion", "kind", "metadata", "type", "immutable"];
pub(super) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Opens the handles in a manifest on its way to the API server.
pub(super) async fn fill(run: &Run, manifest: &mut Value, secret: bool) -> Result<(), Stop> {
    let values = if secret {
        take_values(manifest)
    } else {
        Values::default()
    };
    refuse_leaks(manifest)?;
    if let Some(data) = filled(run, values).await? {
        manifest["data"] = Value::Object(data);
    }
    Ok(())
}

/// The same in a patch. In a JSON Patch handles may stand in values of paths under `/data`.
pub(super) async fn fill_patch(
    run: &Run,
    patch: &mut Value,
    kind: PatchKind,
    secret: bool,
) -> Result<(), Stop> {
    match (kind, patch) {
        (PatchKind::JsonPatch, Value::Array(operations)) if secret => {
            for operation in operations {
                fill_operation(run, operation).await?;
            }
            Ok(())
        }
        (PatchKind::JsonPatch, patch) => refuse_leaks(patch),
        (PatchKind::Merge | PatchKind::Strategic, patch) => fill(run, patch, secret).await,
    }
}

/// Replaces the data of a Secret by handles on its way to the guest, unless it was granted to see it.
pub(super) async fn seal(run: &Run, secret: &mut Value, namespace: Option<&str>) -> Result<(), Stop> {
    let Some(fields) = secret.as_object_mut() else {
        return Ok(());
    };
    if let Some(annotations) = fields
        .get_mut("metadata")
        .and_then(|it| it.get_mut("annotations"))
    {
        annotations.as_object_mut().and_then(|it| it.remove(LAST_APPLIED));
    }
    fields.remove("stringData");
    let text = |pointer: &[&str]| {
        let found = pointer
            .iter()
            .try_fold(fields.get("metadata")?, |value, key| value.get(*key))?;
        found.as_str().map(str::to_owned)
    };
    let (uid, name) = (text(&["uid"]).unwrap_or_default(), text(&["name"]));
    let reveal = reveals(run, name.as_deref(), namespace);
    for (key, value) in fields
        .iter_mut()
        .filter(|(key, _)| !PLAIN.contains(&key.as_str()))
    {
        seal_all(run, value, &uid, key, reveal).await?;
    }
    Ok(())
}

#[derive(Default)]
struct Values {
    data: Map<String, Value>,
    string_data: Map<String, Value>,
    present: bool,
}

/// Takes out what may hold handles; what has not the shape of it stays, and must hold none.
fn take_values(manifest: &mut Value) -> Values {
    let Some(fields) = manifest.as_object_mut() else {
        return Values::default();
    };
    let mut take = |key: &str| match fields.get_mut(key) {
        Some(Value::Object(values)) => {
            let values = std::mem::take(values);
            fields.remove(key);
            Some(values)
        }
        Some(_) | None => None,
    };
    let (data, string_data) = (take("data"), take("stringData"));
    Values {
        present: data.is_some() || string_data.is_some(),
        data: data.unwrap_or_default(),
        string_data: string_data.unwrap_or_default(),
    }
}

/// The data to send: `stringData` wins over `data`, as at the API server.
async fn filled(run: &Run, values: Values) -> Result<Option<Map<String, Value>>, Stop> {
    let mut data = Map::new();
    for (key, value) in values.data {
        refuse_leaks(&Value::String(key.clone()))?;
        let value = data_value(run, value, &format!("data.{key}")).await?;
        data.insert(key, value);
    }
    for (key, value) in values.string_data {
        refuse_leaks(&Value::String(key.clone()))?;
        let value = match value {
            Value::String(text) => {
                Value::String(STANDARD.encode(opened(run, &text, &format!("stringData.{key}")).await?))
            }
            other => {
                refuse_leaks(&other)?;
                other
            }
        };
        data.insert(key, value);
    }
    Ok(values.present.then_some(data))
}

/// Base64 with handles inside, or a handle alone, as reading a Secret answers it.
async fn data_value(run: &Run, value: Value, path: &str) -> Result<Value, Stop> {
    let Value::String(text) = value else {
        refuse_leaks(&value)?;
        return Ok(value);
    };
    if is_handle(&text) {
        return Ok(Value::String(STANDARD.encode(opened(run, &text, path).await?)));
    }
    if !find_handles(&text).is_empty() {
        return Err(invalid(
            path,
            "is not base64; a text with a sensitive value in it belongs into stringData",
        ));
    }
    let inside = STANDARD
        .decode(&text)
        .ok()
        .and_then(|it| String::from_utf8(it).ok());
    match inside.filter(|it| !find_handles(it).is_empty()) {
        Some(inside) => Ok(Value::String(STANDARD.encode(opened(run, &inside, path).await?))),
        None => Ok(Value::String(text)),
    }
}

async fn opened(run: &Run, text: &str, path: &str) -> Result<Vec<u8>, Stop> {
    let opened = match &find_handles(text)[..] {
        [handle] if handle.as_str() == text => run.vault.bytes(handle).await,
        [] | [..] => run
            .vault
            .fill(text)
            .await
            .map(|it| it.expose_secret().as_bytes().to_vec()),
    };
    opened.map_err(|refused| not_opened(path, refused))
}

async fn fill_operation(run: &Run, operation: &mut Value) -> Result<(), Stop> {
    let path = operation
        .get("path")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let value = operation.get_mut("value").map(std::mem::take);
    refuse_leaks(operation)?;
    let Some(value) = value else { return Ok(()) };
    operation["value"] = match (path.strip_prefix("/data"), value) {
        (Some(""), Value::Object(data)) => {
            let values = Values {
                data,
                string_data: Map::new(),
                present: true,
            };
            Value::Object(filled(run, values).await?.unwrap_or_default())
        }
        (Some(key), value @ Value::String(_)) if key.starts_with('/') => {
            data_value(run, value, &path).await?
        }
        (Some(_) | None, value) => {
            refuse_leaks(&value)?;
            value
        }
    };
    Ok(())
}

async fn seal_all(run: &Run, value: &mut Value, uid: &str, key: &str, reveal: bool) -> Result<(), Stop> {
    match value {
        Value::String(text) => {
            let bytes = STANDARD
                .decode(&*text)
                .unwrap_or_else(|_| text.as_bytes().to_vec());
            if reveal {
                run.vault.reveal(&[uid, key], &bytes).await?;
            } else {
                *text = run.vault.seal(&[uid, key], &bytes).await?.to_string();
            }
        }
        Value::Array(items) => {
            for item in items {
                Box::pin(seal_all(run, item, uid, key, reveal)).await?;
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                Box::pin(seal_all(run, value, uid, key, reveal)).await?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// Asking is no attempt: without the right the step gets handles, and nothing was refused.
fn reveals(run: &Run, name: Option<&str>, namespace: Option<&str>) -> bool {
    let (group, kind) = SECRET;
    let secret = Subject {
        group,
        kind,
        namespace,
        name,
        cluster_scoped: false,
    };
    run.assignment
        .rights
        .decide(&secret.need(Verb::RevealSecrets))
        .is_ok()
}

fn is_handle(text: &str) -> bool {
    matches!(&find_handles(text)[..], [handle] if handle.as_str() == text)
}
