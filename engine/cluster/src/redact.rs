//! Keeps the data of Secrets out of errors: an API server quotes the wrong value of a field in its complaint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Cause, Denial, Error, FieldConflict, objects};

const BLANK: &str = "[redacted]";

/// The texts that must not be said, longest first.
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// Those of an object: none unless it is a Secret.
    pub(super) fn of(object: &Value) -> Self {
        if objects::is_secret(object) {
            Self::in_data(object)
        } else {
            Self::none()
        }
    }

    /// Those under `data` and `stringData`, and last-applied copies of them.
    pub(super) fn in_data(object: &Value) -> Self {
        let mut texts = Vec::new();
        for key in ["data", "stringData"] {
            object.get(key).inspect(|it| scalars(it, &mut texts));
        }
        Self::from(texts)
    }

    /// Every value in a JSON patch.
    pub(super) fn in_patch(patch: &Value) -> Self {
        let mut texts = Vec::new();
        for operation in patch.as_array().into_iter().flatten() {
            operation.get("value").inspect(|it| scalars(it, &mut texts));
        }
        Self::from(texts)
    }

    fn from(texts: Vec<String>) -> Self {
        let decoded: Vec<String> = texts
            .iter()
            .filter_map(|it| String::from_utf8(STANDARD.decode(it.trim()).ok()?).ok())
            .collect();
        let mut all: Vec<String> = texts
            .into_iter()
            .chain(decoded)
            .filter(|it| !it.is_empty())
            .collect();
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self(all)
    }

    fn blank(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| {
            if text.contains(secret.as_str()) {
                text.replace(secret.as_str(), BLANK)
            } else {
                text
            }
        })
    }

    /// The same error without them.
    pub(super) fn clean(&self, error: Error) -> Error {
        if self.0.is_empty() {
            return error;
        }
        match error {
            Error::Invalid(causes) => Error::Invalid(causes.into_iter().map(|it| self.cause(it)).collect()),
            Error::Forbidden(it) => Error::Forbidden(Denial {
                layer: it.layer,
                rule: self.blank(it.rule),
            }),
            Error::Conflict(fields) => Error::Conflict(fields.into_iter().map(|it| self.field(it)).collect()),
            Error::Unavailable(text) => Error::Unavailable(self.blank(text)),
            Error::OutcomeUnknown(text) => Error::OutcomeUnknown(self.blank(text)),
            Error::Other { code, message } => Error::Other {
                code,
                message: self.blank(message),
            },
            Error::Doubtful(refusal) => Error::Doubtful(Box::new(self.clean(*refusal))),
            Error::Unauthorized(text) => Error::Unauthorized(self.blank(text)),
            same @ (Error::NotFound
            | Error::Changed
            | Error::TimedOut
            | Error::Throttled(_)
            | Error::TooLarge(_)
            | Error::Untrusted(_)) => same,
        }
    }

    fn cause(&self, cause: Cause) -> Cause {
        Cause {
            path: cause.path,
            message: self.blank(cause.message),
        }
    }

    fn field(&self, field: FieldConflict) -> FieldConflict {
        FieldConflict {
            // That of an item of a set holds the item.
            path: self.blank(field.path),
            manager: self.blank(field.manager),
        }
    }
}

fn scalars(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Bool(it) => into.push(it.to_string()),
        Value::Number(it) => into.push(it.to_string()),
        Value::String(it) => into.push(it.clone()),
        Value::Array(list) => list.iter().for_each(|it| scalars(it, into)),
        Value::Object(map) => map.values().for_each(|it| scalars(it, into)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_secret_holds_is_blanked_raw_and_decoded() {
        let object = json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "aHVudGVyMg=="}, "stringData": {"b": 4711}});
        let secrets = Secrets::of(&object);
        let error = Error::invalid(
            "stringData.b",
            "expected string, got 4711, hunter2 or aHVudGVyMg==",
        );
        let Error::Invalid(causes) = secrets.clean(error) else {
            panic!()
        };
        assert_eq!(
            causes[0].message,
            "expected string, got [redacted], [redacted] or [redacted]"
        );
    }

    #[test]
    fn a_secret_is_known_by_its_group_however_that_is_written() {
        let object = json!({"apiVersion": "/v1", "kind": "Secret", "stringData": {"a": "hidden"}});
        let cleaned = Secrets::of(&object).clean(Error::invalid("stringData.a", "hidden"));
        assert_eq!(cleaned, Error::invalid("stringData.a", "[redacted]"));
    }

    #[test]
    fn other_kinds_hold_no_secrets() {
        for (version, kind) in [("v1", "ConfigMap"), ("example.com/v1", "Secret")] {
            let object = json!({"apiVersion": version, "kind": kind, "data": {"a": "seen"}});
            let error = Error::invalid("data.a", "seen");
            assert_eq!(Secrets::of(&object).clean(error.clone()), error);
        }
    }
}
