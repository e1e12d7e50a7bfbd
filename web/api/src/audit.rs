//! Whether the log is as it was written.

use serde::{Deserialize, Serialize};
use shipslog_events::chain::Hash;
use shipslog_events::ids::Position;
use utoipa::ToSchema;

use crate::address::addresses;

addresses! {
    /// Whether the log holds.
    VERIFICATION = "/api/v1/audit/verification";
}

/// The log is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::round_trip;

    #[test]
    fn a_verification_names_the_hash_in_hex() {
        let verification = Verification {
            events: 7,
            position: Position(7),
            hash: Hash::from_bytes([0xab; 32]),
            journals: 1,
        };
        assert_eq!(round_trip(&verification)["hash"], "ab".repeat(32));
    }
}
