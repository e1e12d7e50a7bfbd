//! Configuration documents: applied all or none, read back with handles where secrets are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::Position;
use utoipa::{IntoParams, ToSchema};

use crate::Done;
use crate::address::addresses;
use crate::schema;
use crate::words::shown_as_on_the_wire;

addresses! {
    /// Where documents are applied.
    CONFIGURATION = "/api/v1/configuration";
    /// The documents of a kind.
    DOCUMENTS = "/api/v1/configuration/{kind}";
    /// One of them.
    DOCUMENT = "/api/v1/configuration/{kind}/{name}";
    /// The JSON Schema of a kind.
    SCHEMA = "/api/v1/schemas/{kind}";
}

/// How documents are applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Applying {
    /// Only says what would change.
    #[serde(default)]
    pub dry_run: bool,
    /// Why: at most 1000 characters, for whoever reads the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What to apply.
// No `Debug`: it holds secrets that are not sealed yet.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// Each as its kind's schema says; secrets as they are, sealed on arrival.
    pub documents: Vec<Value>,
}

/// What was applied, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Applied {
    /// One for every document that was sent.
    pub changes: Vec<DocumentChanged>,
    /// The log's position with it; where it stood, if nothing was kept.
    #[schema(value_type = u64)]
    pub position: Position,
}

impl Done for Applied {
    const STATUS: u16 = 200;
}

/// What becomes of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentChanged {
    /// Its kind.
    #[schema(value_type = schema::Kind)]
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// How it differs from what was.
    pub change: HowChanged,
    /// A unified diff; empty where nothing changes. Secrets are never in it.
    pub diff: String,
}

/// How a document differs from what was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HowChanged {
    /// It was not there.
    Created,
    /// It was there, with other contents.
    Changed,
    /// It was so already.
    Unchanged,
}

shown_as_on_the_wire!(HowChanged);

/// A document without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentItem {
    /// Its kind.
    #[schema(value_type = schema::Kind)]
    pub kind: Kind,
    /// Its name, unique within the kind.
    pub name: String,
    /// Made from the name, unique within the kind.
    pub slug: String,
    /// Counted from 1.
    pub revision: u64,
    /// When it was applied.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    /// Who applied it: the name of a key, or `server`.
    pub changed_by: String,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocumentShown {
    /// What lists show of it.
    #[serde(flatten)]
    pub item: DocumentItem,
    /// What it says; handles stand where secrets are. Nothing where it was erased.
    pub document: Option<Value>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{moment, round_trip, words};

    #[test]
    fn changes_are_words_and_kinds_are_names() {
        let all = [HowChanged::Created, HowChanged::Changed, HowChanged::Unchanged];
        assert_eq!(words(&all), ["created", "changed", "unchanged"]);
        assert_eq!(HowChanged::Created.to_string(), "created");
        assert_eq!(words(&Kind::ALL).first().map(String::as_str), Some("Environment"));
    }

    #[test]
    fn what_is_applied_and_what_comes_of_it() {
        round_trip(&Applying {
            dry_run: true,
            reason: None,
        });
        let documents = vec![json!({ "kind": "Environment", "name": "Admin" })];
        round_trip(&Apply { documents });
        let change = DocumentChanged {
            kind: Kind::Environment,
            name: "Admin".to_owned(),
            change: HowChanged::Created,
            diff: String::new(),
        };
        let applied = Applied {
            changes: vec![change],
            position: Position(3),
        };
        let shown = json!({
            "changes": [{ "kind": "Environment", "name": "Admin", "change": "created", "diff": "" }], "position": 3
        });
        assert_eq!(round_trip(&applied), shown);
    }

    #[test]
    fn a_document_is_an_item_with_what_it_says() {
        let item = DocumentItem {
            kind: Kind::Environment,
            name: "Admin".to_owned(),
            slug: "admin".to_owned(),
            revision: 2,
            changed_at: moment(),
            changed_by: "alice".to_owned(),
        };
        let shown = DocumentShown {
            item,
            document: Some(json!({ "name": "Admin" })),
        };
        let on_the_wire = round_trip(&shown);
        assert_eq!(
            (&on_the_wire["slug"], &on_the_wire["document"]["name"]),
            (&json!("admin"), &json!("Admin"))
        );
        round_trip(&DocumentShown {
            document: None,
            ..shown
        });
    }
}
