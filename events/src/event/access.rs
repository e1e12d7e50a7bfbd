//! API keys.

use serde::{Deserialize, Serialize};

use crate::event::kinds::kinds;
use crate::ids::KeyId;
use crate::words::words;

/// What a key may do. *Role* alone is a target's; this is an access role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessRole {
    /// Reads, and changes nothing.
    Viewer,
    /// Also creates releases and deployments, cancels, retries.
    Deployer,
    /// Also changes configuration and keys: everything.
    Administrator,
}

words! {
    AccessRole {
        Viewer => "viewer",
        Deployer => "deployer",
        Administrator => "administrator",
    }
}

/// Facts of stream `access`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum AccessEvent {
    /// A key exists from now on. It was shown once; only its digest is kept.
    ///
    /// Appended when an administrator creates a key, and once at the first start.
    ///
    /// Read by each request, to know who asks, and by the creation and revocation of keys.
    KeyCreated {
        /// Its public id.
        key: KeyId,
        /// Who holds it: the actor's name in every event made with it.
        name: String,
        /// What it may do.
        access_role: AccessRole,
        /// Hex SHA-256 of the key: it has 256 random bits, so a plain digest gives nothing away.
        digest: String,
    },
    /// A key opens nothing from now on.
    ///
    /// Appended when an administrator revokes a key.
    ///
    /// Read by each request, and by the creation and revocation of keys.
    KeyRevoked {
        /// Its public id.
        key: KeyId,
    },
}

kinds! {
    AccessEvent {
        KeyCreated => "key-created" version 1,
        KeyRevoked => "key-revoked" version 1,
    }
}
