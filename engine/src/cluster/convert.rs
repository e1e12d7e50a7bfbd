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

fn parse(body: &[u8]) -> Status {
    serde_json::from_slice(body).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(body);
        Status {
            message: text.trim().chars().take(300).collect(),
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
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(code: u16, body: &Value) -> Verdict {
        verdict(
            StatusCode::from_u16(code).unwrap(),
            body.to_string().as_bytes(),
            None,
        )
    }

    fn last(code: u16, body: &Value) -> Error {
        match read(code, body) {
            Verdict::Final(error) => error,
            Verdict::Later { message, .. } => panic!("later: {message}"),
        }
    }

    #[test]
    fn an_unknown_field_comes_as_500_and_is_the_callers_mistake() {
        let message = "failed to create typed patch object (web/httpd; apps/v1, Kind=Deployment): errors:\n  \
                       .spec.replica: field not declared in schema\n  .spec.x: field not declared in schema";
        let Error::Invalid(causes) = last(500, &json!({"message": message, "code": 500})) else {
            panic!()
        };
        let paths: Vec<_> = causes.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["spec.replica", "spec.x"]);
        assert_eq!(causes[0].message, "field not declared in schema");
    }

    #[test]
    fn a_value_that_cannot_be_read_comes_as_500_too() {
        let message = "failed to convert new object (web/s; /v1, Kind=Secret) to proper version: unable to convert \
                       unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 3";
        assert_eq!(
            last(500, &json!({"message": message})),
            Error::invalid("", "illegal base64 data at input byte 3")
        );
    }

    #[test]
    fn quota_pod_security_and_a_terminating_namespace_are_admission() {
        for message in [
            "pods \"x\" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=1, limited: pods=1",
            "pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": privileged",
            "configmaps \"x\" is forbidden: unable to create new content in namespace web because it is being terminated",
        ] {
            let Error::Forbidden(denial) = last(403, &json!({"message": message})) else {
                panic!()
            };
            assert_eq!(
                denial,
                Denial {
                    layer: Layer::Admission,
                    rule: message.to_owned()
                }
            );
        }
    }

    #[test]
    fn rbac_and_its_escalation_check_are_the_cluster() {
        for message in [
            "deployments.apps \"x\" is forbidden: User \"system:serviceaccount:web:a\" cannot patch resource \
             \"deployments\" in API group \"apps\" in the namespace \"web\"",
            "roles.rbac.authorization.k8s.io \"a\" is forbidden: user \"a\" (groups=[\"b\"]) is attempting to grant \
             RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}",
        ] {
            let Error::Forbidden(denial) = last(403, &json!({"message": message})) else {
                panic!()
            };
            assert_eq!(
                denial,
                Denial {
                    layer: Layer::Cluster,
                    rule: message.to_owned()
                }
            );
        }
    }

    #[test]
    fn a_webhooks_no_is_admission_whatever_its_code() {
        let body = json!({"message": "admission webhook \"a.b\" denied the request: no"});
        let Error::Forbidden(denial) = last(400, &body) else {
            panic!()
        };
        assert_eq!(denial.layer, Layer::Admission);
    }

    #[test]
    fn a_409_is_a_conflict_of_fields_or_a_change() {
        let cause = json!({"reason": "FieldManagerConflict", "field": ".spec.replicas",
            "message": "conflict with \"kubectl\" using apps/v1"});
        let body = json!({"message": "Apply failed", "reason": "Conflict", "details": {"causes": [cause]}});
        let expected = FieldConflict {
            path: "spec.replicas".to_owned(),
            manager: "kubectl".to_owned(),
        };
        assert_eq!(last(409, &body), Error::Conflict(vec![expected]));
        assert_eq!(
            last(409, &json!({"message": "the object has been modified"})),
            Error::Changed
        );
    }

    #[test]
    fn a_422_names_its_fields() {
        let cause = json!({"reason": "FieldValueInvalid", "field": "spec.ports[0].port", "message": "Invalid value: 0"});
        let body = json!({"message": "Service \"x\" is invalid", "details": {"causes": [cause]}});
        let expected = Cause {
            path: "spec.ports[0].port".to_owned(),
            message: "Invalid value: 0".to_owned(),
        };
        assert_eq!(last(422, &body), Error::Invalid(vec![expected]));
    }

    #[test]
    fn throttling_and_breakdowns_are_for_later() {
        let body = json!({"message": "slow down", "details": {"retryAfterSeconds": 7}});
        let later = |after| Verdict::Later {
            after,
            message: "slow down".to_owned(),
        };
        assert_eq!(read(429, &body), later(Some(7)));
        assert_eq!(read(503, &json!({"message": "slow down"})), later(None));
        assert_eq!(
            verdict(StatusCode::TOO_MANY_REQUESTS, b"slow down", Some(3)),
            later(Some(3))
        );
    }
}
