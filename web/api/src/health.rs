//! Whether the server answers, and how far its log is.

use serde::{Deserialize, Serialize};
use shipslog_events::ids::Position;
use utoipa::ToSchema;

use crate::address::addresses;
use crate::words::shown_as_on_the_wire;

addresses! {
    /// Whether the server answers.
    HEALTH = "/api/v1/health";
}

/// The server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// That the server answers.
    pub status: HealthStatus,
    /// The server's version.
    pub version: String,
    /// The last position of the log.
    #[schema(value_type = u64)]
    pub position: Position,
}

/// How a server is that answers at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HealthStatus {
    /// It does its work.
    Ok,
}

shown_as_on_the_wire!(HealthStatus);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::round_trip;

    #[test]
    fn a_server_that_answers_is_ok() {
        let health = Health {
            status: HealthStatus::Ok,
            version: "0.1.0".to_owned(),
            position: Position(3),
        };
        let shown = json!({ "status": "ok", "version": "0.1.0", "position": 3 });
        assert_eq!(round_trip(&health), shown);
    }
}
