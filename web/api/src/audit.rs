//! Whether the log is as it was written.

use serde::{Deserialize, Serialize};
use shipslog_events::chain::Hash;
use shipslog_events::ids::{DeploymentId, Position};
use utoipa::ToSchema;

use crate::address::addresses;
use crate::text;

addresses! {
    /// Whether the log holds.
    VERIFICATION = "/api/v1/audit/verification";
}

/// The log is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// How many events there are.
    pub events: u64,
    /// Position of the last one.
    #[schema(value_type = u64)]
    pub position: Position,
    /// Its hash, which vouches for all.
    #[schema(value_type = String)]
    pub hash: Hash,
    /// How many journals of runs there are; those that retention dropped are not counted.
    pub journals: u64,
    /// Beside the facts: what cannot be read of the task logs.
    pub damaged_lines: DamagedLines,
}

/// Lines of task logs that were changed in the store. They are no facts: the log holds without them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DamagedLines {
    /// How many there are.
    pub count: u64,
    /// The first of them, ten at most.
    pub first: Vec<DamagedLine>,
}

/// A line of a task log that was changed in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DamagedLine {
    /// Such as `deployments-841`.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub deployment: DeploymentId,
    /// Its row in the deployment's task log.
    pub row: u64,
    /// What about it cannot be read.
    pub unreadable: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::round_trip;

    #[test]
    fn a_verification_names_the_hash_in_hex_and_lines_by_their_deployment() {
        let line = DamagedLine {
            deployment: DeploymentId(841),
            row: 7,
            unreadable: "`x` is no attempt".to_owned(),
        };
        let verification = Verification {
            events: 7,
            position: Position(7),
            hash: Hash::from_bytes([0xab; 32]),
            journals: 1,
            damaged_lines: DamagedLines {
                count: 1,
                first: vec![line],
            },
        };
        let shown = json!({
            "events": 7, "position": 7, "hash": "ab".repeat(32), "journals": 1, "damagedLines": {
                "count": 1,
                "first": [{ "deployment": "deployments-841", "row": 7, "unreadable": "`x` is no attempt" }]
            }
        });
        assert_eq!(round_trip(&verification), shown);
    }
}
