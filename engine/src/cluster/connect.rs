//! Connecting: a client from a URL, a CA and a credential. There is no way to skip verification.

use thiserror::Error;

use super::{Cluster, Connection, Error, Options};

/// Why no connection can be made.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The URL cannot be used.
    #[error("`{url}` is not the URL of an API server: {reason}")]
    Url {
        /// As given.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// The CA is not PEM or not a certificate.
    #[error("the Certificate is not usable: {0}")]
    Certificate(String),
    /// The credential is not usable as it stands.
    #[error("the Account's credential is not usable: {0}")]
    Credential(String),
    /// The API server's certificate is not signed by the given CA.
    #[error(
        "the API server's certificate is not trusted ({0}); put the cluster's CA into the Certificate that the Target names"
    )]
    Untrusted(String),
    /// The API server does not know us.
    #[error("the API server does not accept the account's credential ({0}); renew the Account's secret")]
    Unauthorized(String),
    /// It could not be reached or did not answer as an API server does.
    #[error(transparent)]
    Failed(Error),
}

impl Cluster {
    /// Prepares a client; nothing is sent yet. Call it inside a tokio runtime.
    pub fn connect(connection: &Connection) -> Result<Self, ConnectError> {
        Self::connect_with(connection, Options::default())
    }

    /// As `connect`, with other limits.
    pub fn connect_with(connection: &Connection, options: Options) -> Result<Self, ConnectError> {
        let _ = (connection, options);
        unimplemented!()
    }

    /// Asks the API server for its version (`v1.34.1`): says whether URL, CA and credential are right.
    pub async fn probe(&self) -> Result<String, ConnectError> {
        unimplemented!()
    }
}
