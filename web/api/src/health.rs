//! Whether the server answers, how far its log is, and how far its lists are behind.

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
    /// How what lists and filters read keeps up with the log.
    pub views: ViewsHealth,
}

/// How what lists and filters read keeps up with the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewsHealth {
    /// So many positions of the log are not in it yet.
    pub behind: u64,
    /// What holds it up, or is wrong with it. The sentence stands in the server's own log, and in the answer to whoever
    /// waits for a position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub trouble: Option<ViewsTrouble>,
}

/// What holds up what lists and filters read, or is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ViewsTrouble {
    /// The log cannot be read; it is tried again.
    LogUnreadable,
    /// Its own file cannot be written; it is tried again.
    FileUnwritable,
    /// It was damaged, made anew, and damaged again: a restart of the server makes it anew once more.
    DamagedAgain,
    /// What keeps it up has ended: a restart of the server begins it again.
    Stopped,
}

/// How a server is that answers at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HealthStatus {
    /// It does its work.
    Ok,
}

shown_as_on_the_wire!(HealthStatus, ViewsTrouble);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::round_trip;

    fn health(behind: u64, trouble: Option<ViewsTrouble>) -> Health {
        Health {
            status: HealthStatus::Ok,
            version: "0.1.0".to_owned(),
            position: Position(3),
            views: ViewsHealth { behind, trouble },
        }
    }

    #[test]
    fn a_server_that_answers_is_ok() {
        let shown = json!({ "status": "ok", "version": "0.1.0", "position": 3, "views": { "behind": 0 } });
        assert_eq!(round_trip(&health(0, None)), shown);
    }

    #[test]
    fn one_whose_lists_are_old_says_why() {
        let shown = json!({ "behind": 2, "trouble": "file-unwritable" });
        let trouble = Some(ViewsTrouble::FileUnwritable);
        assert_eq!(round_trip(&health(2, trouble))["views"], shown);
    }
}
