//! Connecting: a client from a URL, a CA and a credential. There is no way to skip verification.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::uri::Scheme;
use http::{Method, Uri};
use kube::Config;
use kube::config::AuthInfo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::objects::text;
use super::wire::{Call, Class, JSON};
use super::{Cluster, Connection, Credential, Error, Options};

/// The name of everybody who shows no credential that the API server takes.
const ANONYMOUS: &str = "system:anonymous";

/// Why no connection can be made.
#[derive(Debug, thiserror::Error)]
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
    #[error("the API server's certificate is not trusted: {0}")]
    Untrusted(String),
    /// The API server does not know us.
    #[error("the API server does not accept the account's credential ({0}); renew the Account's secret")]
    Unauthorized(String),
    /// It could not be reached or did not answer as an API server does.
    #[error(transparent)]
    Failed(Error),
}

impl From<Error> for ConnectError {
    fn from(error: Error) -> Self {
        match error {
            Error::Untrusted(reason) => Self::Untrusted(reason),
            Error::Unauthorized(reason) => Self::Unauthorized(reason),
            other => Self::Failed(other),
        }
    }
}

impl Cluster {
    /// Prepares a client; nothing is sent yet. Call it inside a tokio runtime.
    pub fn connect(connection: &Connection) -> Result<Self, ConnectError> {
        Self::connect_with(connection, Options::default())
    }

    /// As `connect`, with other limits.
    pub fn connect_with(connection: &Connection, options: Options) -> Result<Self, ConnectError> {
        // An error means that a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut config = Config::new(url(&connection.url)?);
        config.root_cert = Some(authorities(&connection.certificate)?);
        config.auth_info = identity(&connection.credential);
        // Ours knows which requests may be repeated.
        config.default_retry = false;
        let client = kube::Client::try_from(config).map_err(|it| ConnectError::Credential(it.to_string()))?;
        Ok(Self::from_client(client, options))
    }

    /// Asks the API server for its version (`v1.34.1`): says whether URL, CA and credential are right.
    pub async fn probe(&self) -> Result<String, ConnectError> {
        let version = self
            .inner
            .wire
            .ask_json(&Call::get("/version".to_owned()))
            .await?;
        self.who_am_i().await?;
        Ok(text(&version, "/gitVersion").to_owned())
    }

    /// The user whom the API server takes us for.
    pub async fn who_am_i(&self) -> Result<String, ConnectError> {
        let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews".to_owned();
        let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let call = Call::write(Method::POST, path, JSON, &body, Class::Repeatable);
        let user = match self.inner.wire.ask_json(&call).await {
            Ok(review) => text(&review, "/status/userInfo/username").to_owned(),
            Err(Error::Forbidden(denial)) if denial.rule.contains(ANONYMOUS) => ANONYMOUS.to_owned(),
            Err(other) => return Err(other.into()),
        };
        if user == ANONYMOUS {
            return Err(ConnectError::Unauthorized("it takes us for anonymous".to_owned()));
        }
        Ok(user)
    }
}

fn url(text: &str) -> Result<Uri, ConnectError> {
    let refuse = |reason: &str| ConnectError::Url {
        url: text.to_owned(),
        reason: reason.to_owned(),
    };
    let uri: Uri = text
        .parse()
        .map_err(|it: http::uri::InvalidUri| refuse(&it.to_string()))?;
    if uri.scheme() != Some(&Scheme::HTTPS) {
        return Err(refuse("it has to begin with https://"));
    }
    if uri.authority().is_some_and(|it| it.as_str().contains('@')) {
        return Err(ConnectError::Url {
            url: "https://…@…".to_owned(),
            reason: "user and password belong into the Account".to_owned(),
        });
    }
    Ok(uri)
}

fn authorities(pem: &str) -> Result<Vec<Vec<u8>>, ConnectError> {
    let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = parsed.map_err(|it| ConnectError::Certificate(it.to_string()))?;
    if found.is_empty() {
        return Err(ConnectError::Certificate(
            "it holds no `-----BEGIN CERTIFICATE-----`".to_owned(),
        ));
    }
    Ok(found.iter().map(|it| it.to_vec()).collect())
}

fn identity(credential: &Credential) -> AuthInfo {
    match credential {
        Credential::ClientCertificate { certificate, key } => AuthInfo {
            client_certificate_data: Some(STANDARD.encode(certificate)),
            client_key_data: Some(STANDARD.encode(key.expose_secret()).into()),
            ..AuthInfo::default()
        },
        Credential::Token(token) => AuthInfo {
            token: Some(token.clone()),
            ..AuthInfo::default()
        },
        Credential::UserPassword { user, password } => AuthInfo {
            username: Some(user.clone()),
            password: Some(password.clone()),
            ..AuthInfo::default()
        },
    }
}

#[cfg(test)]
mod tests;
