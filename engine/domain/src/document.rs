//! Configuration documents as people write them, and their published JSON Schemas.

mod account;
mod cluster;
#[cfg(test)]
mod damaged;
mod process;
mod secret;
mod stages;

use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::event::configuration::{DocumentFacts, Kind};

pub use account::{Account, ClientCertificate, FromOutput, Output, Token, UserPassword};
pub use cluster::{Certificate, ClusterAddress, Feed, Target};
pub use process::{Decider, Entry, Gate, Manual, Package, Project, Scope, Step, Variable};
pub use secret::Secret;
pub use stages::{Environment, Lifecycle, Phase};

use crate::schema::{self, Problem};

/// One document. Secret fields hold handles once the edge has sealed them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
pub enum Document {
    /// A stage that releases go through.
    Environment(Environment),
    /// Phases in order.
    Lifecycle(Lifecycle),
    /// An image registry.
    Feed(Feed),
    /// A cluster's CA.
    Certificate(Certificate),
    /// Credentials for a cluster.
    Account(Account),
    /// A permission boundary within a cluster.
    Target(Target),
    /// A process with its packages and variables.
    Project(Box<Project>),
}

/// A document's identity.
pub type Key = (Kind, String);

impl Document {
    /// Reads one document; the problems name paths within it.
    pub fn read(value: &Value) -> Result<Self, Vec<Problem>> {
        let kind = kind_of(value).map_err(|problem| vec![problem])?;
        let schema = schema_of(kind);
        schema::validate(schema.as_value(), value)?;
        let mut value = value.clone();
        leave_out_empty(&mut value);
        // What is empty counts as there for a schema, and then one of several that must be there is not.
        schema::validate(schema.as_value(), &value)?;
        value
            .as_object_mut()
            .expect("the schema demands an object")
            .remove("kind");
        let read = match kind {
            Kind::Environment => typed(value).map(Self::Environment),
            Kind::Lifecycle => typed(value).map(Self::Lifecycle),
            Kind::Feed => typed(value).map(Self::Feed),
            Kind::Certificate => typed(value).map(Self::Certificate),
            Kind::Account => typed(value).map(Self::Account),
            Kind::Target => typed(value).map(Self::Target),
            Kind::Project => typed(value).map(|it| Self::Project(Box::new(it))),
        };
        read.map_err(|problem| vec![problem])
    }

    /// Kind and name.
    pub fn key(&self) -> Key {
        let (kind, name) = match self {
            Self::Environment(it) => (Kind::Environment, &it.name),
            Self::Lifecycle(it) => (Kind::Lifecycle, &it.name),
            Self::Feed(it) => (Kind::Feed, &it.name),
            Self::Certificate(it) => (Kind::Certificate, &it.name),
            Self::Account(it) => (Kind::Account, &it.name),
            Self::Target(it) => (Kind::Target, &it.name),
            Self::Project(it) => (Kind::Project, &it.name),
        };
        (kind, name.clone())
    }

    /// What decisions read of it.
    pub fn facts(&self) -> DocumentFacts {
        match self {
            Self::Environment(_) => DocumentFacts::Environment {},
            Self::Lifecycle(it) => it.facts(),
            Self::Feed(_) => DocumentFacts::Feed {},
            Self::Certificate(_) => DocumentFacts::Certificate {},
            Self::Account(it) => it.facts(),
            Self::Target(it) => it.facts(),
            Self::Project(it) => it.facts(),
        }
    }

    /// The secret fields that hold a value, with their paths.
    pub fn secrets_mut(&mut self) -> Vec<(String, &mut String)> {
        match self {
            Self::Environment(_) | Self::Lifecycle(_) | Self::Certificate(_) | Self::Target(_) => Vec::new(),
            Self::Feed(it) => it
                .password
                .iter_mut()
                .map(|it| ("password".to_owned(), &mut it.0))
                .collect(),
            Self::Account(it) => it.secrets_mut(),
            Self::Project(it) => it.secrets_mut(),
        }
    }

    /// The document as JSON, as it is kept and shown.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("documents are plain data")
    }
}

/// The published JSON Schema of a kind.
pub fn schema_of(kind: Kind) -> Schema {
    let mut schema = match kind {
        Kind::Environment => schemars::schema_for!(Environment),
        Kind::Lifecycle => schemars::schema_for!(Lifecycle),
        Kind::Feed => schemars::schema_for!(Feed),
        Kind::Certificate => schemars::schema_for!(Certificate),
        Kind::Account => schemars::schema_for!(Account),
        Kind::Target => schemars::schema_for!(Target),
        Kind::Project => schemars::schema_for!(Project),
    };
    let object = schema.ensure_object();
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.insert(
            "kind".to_owned(),
            serde_json::json!({ "const": kind.to_string() }),
        );
    }
    if let Some(Value::Array(required)) = object.get_mut("required") {
        required.insert(0, Value::String("kind".to_owned()));
    }
    schema
}

fn kind_of(value: &Value) -> Result<Kind, Problem> {
    let text = value.get("kind").and_then(Value::as_str).unwrap_or_default();
    serde_json::from_value(Value::String(text.to_owned())).map_err(|_| {
        let kinds = Kind::ALL.map(|it| it.to_string()).join(", ");
        Problem::new(
            "kind",
            format!("`{text}` is no kind of document; there are {kinds}"),
        )
    })
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| Problem::new("", error.to_string()))
}

/// A field without a value is as if it were left out. What a step is given is the step's, and stays as it is.
fn leave_out_empty(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, it| !it.is_null());
            let own = fields.iter_mut().filter(|(key, _)| *key != "with");
            own.for_each(|(_, it)| leave_out_empty(it));
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_empty),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(value: &Value) -> Vec<String> {
        Document::read(value)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn an_unknown_kind_is_answered_with_those_that_exist() {
        assert_eq!(
            refused(&json!({ "kind": "Enviroment", "name": "Development" })),
            [
                "kind: `Enviroment` is no kind of document; there are Environment, Lifecycle, Feed, Certificate, \
              Account, Target, Project"
            ]
        );
    }

    #[test]
    fn an_unknown_field_is_refused_with_its_path_at_any_depth() {
        let problems = refused(&json!({
            "kind": "Lifecycle", "name": "Application",
            "phases": [{ "name": "Development", "environments": ["Development"], "optionel": true }]
        }));
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("phases[0]"), "{problems:?}");
        assert!(problems[0].contains("optionel"), "{problems:?}");
    }

    #[test]
    fn one_of_several_that_is_there_without_a_value_is_not_there() {
        for document in [
            json!({ "kind": "Account", "name": "deployer", "token": null }),
            json!({ "kind": "Account", "name": "deployer" }),
        ] {
            let problems = refused(&document);
            assert!(problems[0].contains("token"), "{problems:?}");
        }
    }

    #[test]
    fn a_document_reads_back_as_it_was_written() {
        let written = json!({ "kind": "Environment", "name": "Development" });
        assert_eq!(Document::read(&written).unwrap().to_value(), written);
    }

    #[test]
    fn secret_fields_are_found_where_they_are() {
        let mut account = Document::read(&json!({
            "kind": "Account", "name": "admin", "clientCertificate": { "certificate": "PEM", "key": "KEY" }
        }))
        .unwrap();
        let found: Vec<_> = account.secrets_mut().into_iter().map(|(path, _)| path).collect();
        assert_eq!(found, ["clientCertificate.key"]);
    }
}
