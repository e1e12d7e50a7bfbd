//! API keys: made and shown once, listed, revoked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shipslog_events::event::access::AccessRole;
use shipslog_events::ids::{KeyId, Position};
use utoipa::ToSchema;

use crate::Done;
use crate::address::addresses;
use crate::schema;

addresses! {
    /// All keys, and where one is made.
    KEYS = "/api/v1/keys";
    /// A single key.
    KEY = "/api/v1/keys/{id}";
}

/// A key to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateKey {
    /// The actor's name in every event made with it.
    pub name: String,
    /// What it may do.
    #[schema(value_type = schema::AccessRole)]
    pub access_role: AccessRole,
}

/// A key just made.
// No `Debug`: it holds the key itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyCreated {
    /// Its public id.
    #[schema(value_type = String)]
    pub id: KeyId,
    /// The key itself, shown this once.
    pub key: String,
    /// Where it stands in the log.
    #[schema(value_type = u64)]
    pub position: Position,
}

impl Done for KeyCreated {
    const STATUS: u16 = 201;
}

/// A key, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Its public id.
    #[schema(value_type = String)]
    pub id: KeyId,
    /// The actor's name in every event made with it.
    pub name: String,
    /// What it may do.
    #[schema(value_type = schema::AccessRole)]
    pub access_role: AccessRole,
    /// Whether it opens nothing any more.
    pub revoked: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A key that opens nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyRevoked {
    /// The log's position with it.
    #[schema(value_type = u64)]
    pub position: Position,
}

impl Done for KeyRevoked {
    const STATUS: u16 = 200;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{moment, round_trip, words};

    #[test]
    fn access_roles_are_words() {
        assert_eq!(words(&AccessRole::ALL), ["viewer", "deployer", "administrator"]);
    }

    #[test]
    fn a_key_is_shown_once_and_listed_without_itself() {
        let create = CreateKey {
            name: "ci".to_owned(),
            access_role: AccessRole::Deployer,
        };
        assert_eq!(
            round_trip(&create),
            json!({ "name": "ci", "accessRole": "deployer" })
        );
        let created = KeyCreated {
            id: "a".into(),
            key: "shipslog_x".to_owned(),
            position: Position(3),
        };
        assert_eq!(
            round_trip(&created),
            json!({ "id": "a", "key": "shipslog_x", "position": 3 })
        );
        let key = Key {
            id: "a".into(),
            name: "ci".to_owned(),
            access_role: AccessRole::Deployer,
            revoked: false,
            created_at: moment(),
        };
        let shown = json!({
            "id": "a", "name": "ci", "accessRole": "deployer", "revoked": false, "createdAt": "2026-01-02T03:04:05.678Z"
        });
        assert_eq!(round_trip(&key), shown);
        let revoked = KeyRevoked {
            position: Position(4),
        };
        assert_eq!(round_trip(&revoked), json!({ "position": 4 }));
    }
}
