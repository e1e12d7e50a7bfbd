//! What an answer that is no success means. The facts behind it were measured on Kubernetes 1.34.

use http::StatusCode;
use kube::core::Status;
use kube::core::response::StatusCause;

use super::{Cause, Denial, Error, FieldConflict, Layer};

/// What server-side apply says, as a 500, of a value that is of the right type and cannot be read all the same: base64
/// that is none, for example.
const CANNOT_READ: &str = "error decoding from json: ";

/// What to do about an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing will change it.
    Final(Error),
    /// It may be better later, at the earliest after so many seconds.
    Later { after: Option<u32>, message: String },
}

/// Reads an answer whose status is not 2xx. `after` is the header's.
pub(super) fn verdict(code: StatusCode, body: &[u8], after: Option<u32>) -> Verdict {
    let status = parse(body);
    let message = sentence(code, &status);
    if message.contains("failed to create typed patch object") {
        return Verdict::Final(Error::Invalid(typed_patch(&message)));
    }
    if let Some((_, why)) = message.split_once(CANNOT_READ) {
        return Verdict::Final(Error::invalid("", why));
    }
    if code.is_client_error()
        && message.contains("admission webhook \"")
        && message.contains("denied the request")
    {
        return Verdict::Final(denied(Layer::Admission, message));
    }
    let asked = status
        .details
        .as_ref()
        .map(|it| it.retry_after_seconds)
        .filter(|it| *it > 0);
    match code.as_u16() {
        429 | 500..=599 => Verdict::Later {
            after: after.or(asked),
            message,
        },
        other => Verdict::Final(refusal(other, &status, message)),
    }
}

fn refusal(code: u16, status: &Status, message: String) -> Error {
    match code {
        400 | 405 | 406 | 413 | 415 | 422 => Error::Invalid(causes(status, message)),
        401 => Error::Unauthorized(message),
        403 => denied(layer(&message), message),
        404 => Error::NotFound,
        409 => conflict(status),
        410 => Error::Other {
            code: "expired".to_owned(),
            message: "the list has moved on; start it again".to_owned(),
        },
        other => Error::Other {
            code: format!("http-{other}"),
            message,
        },
    }
}

/// The longest text that is quoted where the answer is not JSON, in bytes.
const QUOTED: usize = 300;

/// A text is quoted whole or not at all: of a part, no one could tell any more whether it is part of a secret.
fn parse(body: &[u8]) -> Status {
    serde_json::from_slice(body).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(body);
        let text = Some(text.trim()).filter(|it| it.len() <= QUOTED);
        Status {
            message: text.unwrap_or_default().to_owned(),
            ..Status::default()
        }
    })
}

fn sentence(code: StatusCode, status: &Status) -> String {
    if status.message.is_empty() {
        code.to_string()
    } else {
        status.message.clone()
    }
}

fn denied(layer: Layer, rule: String) -> Error {
    Error::Forbidden(Denial { layer, rule })
}

/// RBAC says `User "x" cannot get resource …`; its check against escalation speaks of permissions not held.
fn layer(message: &str) -> Layer {
    let rbac = message.contains("User \"") && message.contains(" cannot ");
    if rbac || message.contains("attempting to grant RBAC permissions") {
        Layer::Cluster
    } else {
        Layer::Admission
    }
}

/// What a write into a namespace that does not exist gets: the mistake is the object's, not its absence.
pub(super) fn missing_namespace(namespace: &str) -> Error {
    Error::invalid(
        "metadata.namespace",
        format!("the namespace `{namespace}` does not exist"),
    )
}

fn conflict(status: &Status) -> Error {
    let fields: Vec<FieldConflict> = details(status)
        .iter()
        .filter(|it| it.reason == "FieldManagerConflict")
        .map(|it| FieldConflict {
            path: dotless(&it.field),
            manager: quoted(&it.message),
        })
        .collect();
    if fields.is_empty() {
        Error::Changed
    } else {
        Error::Conflict(fields)
    }
}

fn details(status: &Status) -> &[StatusCause] {
    status.details.as_ref().map_or(&[], |it| &it.causes)
}

fn causes(status: &Status, message: String) -> Vec<Cause> {
    let named: Vec<Cause> = details(status)
        .iter()
        .map(|it| Cause {
            path: dotless(&it.field),
            message: it.message.clone(),
        })
        .collect();
    if named.is_empty() {
        vec![Cause {
            path: String::new(),
            message,
        }]
    } else {
        named
    }
}

/// `failed to create typed patch object (web/httpd; apps/v1, Kind=Deployment): .spec.x: field not declared in schema`,
/// or `errors:` and such a line for each.
fn typed_patch(message: &str) -> Vec<Cause> {
    let tail = message.split_once("): ").map_or(message, |(_, it)| it).trim();
    let tail = tail.strip_prefix("errors:").unwrap_or(tail);
    tail.lines()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(typed_line)
        .collect()
}

fn typed_line(line: &str) -> Cause {
    match line.split_once(": ") {
        Some((path, message)) if path.starts_with('.') => Cause {
            path: dotless(path),
            message: message.to_owned(),
        },
        _ => Cause {
            path: String::new(),
            message: line.to_owned(),
        },
    }
}

fn dotless(path: &str) -> String {
    path.strip_prefix('.').unwrap_or(path).to_owned()
}

fn quoted(message: &str) -> String {
    message.split('"').nth(1).unwrap_or(message).to_owned()
}

#[cfg(test)]
mod tests;
