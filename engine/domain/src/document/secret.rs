//! Secret fields: whoever prints a document, for whatever reason, does not print them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A value as it arrived, or its handle once it is sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-shipslog-secret" = true))]
pub struct Secret(pub(super) String);

impl Secret {
    /// The text, for those who asked for it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::document::Document;

    fn printed(document: &Value) -> String {
        format!("{:?}", Document::read(document).unwrap())
    }

    #[test]
    fn a_document_that_is_printed_keeps_its_secrets() {
        let account = |fields: Value| {
            let mut account = json!({ "kind": "Account", "name": "a" });
            account
                .as_object_mut()
                .unwrap()
                .extend(fields.as_object().unwrap().clone());
            account
        };
        for document in [
            account(json!({ "token": "hunter2" })),
            account(json!({ "clientCertificate": { "certificate": "PEM", "key": "hunter2" } })),
            account(json!({ "userPassword": { "user": "u", "password": "hunter2" } })),
            json!({ "kind": "Feed", "name": "f", "url": "https://f", "username": "u", "password": "hunter2" }),
            json!({ "kind": "Project", "name": "p", "lifecycle": "l",
                "variables": [{ "name": "V", "sensitive": "hunter2" }],
                "process": [{ "name": "s", "uses": "pass@1", "roles": ["r"] }] }),
        ] {
            let printed = printed(&document);
            assert!(printed.contains("Secret(…)"), "{printed}");
            assert!(!printed.contains("hunter2"), "{printed}");
        }
    }
}
