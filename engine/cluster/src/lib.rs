//! The Kubernetes edge: apply, wait, health rules, evidence of failure.
//!
//! Objects travel as JSON. Every call is bounded in time and size; what may be repeated safely is repeated, what may
//! not be is looked at again before anything is said about it. Waiting follows watches, never polls.

mod access;
mod apply;
mod connect;
mod convert;
mod delete;
mod diff;
mod error;
mod evidence;
mod fields;
mod guarded;
pub mod health;
mod kind;
mod kinds;
mod kubernetes_api;
mod logs;
mod marks;
mod objects;
mod options;
mod patch;
pub mod path;
mod read;
mod redact;
mod related;
mod wait;
mod watch;
mod wire;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod faults;

use std::sync::Arc;

use secrecy::SecretString;

pub use access::Right;
pub use apply::{Applied, ApplyOptions};
pub use connect::ConnectError;
pub use delete::{DeleteOptions, Deleted, Propagation};
pub use diff::{Change, ChangeKind};
pub use error::{Cause, Denial, Error, FieldConflict, Layer};
pub use evidence::Evidence;
pub use kind::Kind;
pub use kubernetes_api::{KubernetesApi, Patch};
pub use objects::{reference, substance, without_marks};
pub use options::Options;
pub use patch::{PatchKind, Precondition};
pub use read::{Page, Seen, Selection};
pub use shipslog_events::event::object::ObjectReference;
pub use wait::{Condition, Endpoints, Expectation, Gone, Healthy, Waited};

/// How to reach a cluster and as whom. The certificate is always verified.
#[derive(Debug, Clone)]
pub struct Connection {
    /// `https://host:port`.
    pub url: String,
    /// The cluster's CA, PEM.
    pub certificate: String,
    /// As whom.
    pub credential: Credential,
}

/// Who we are to the API server.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A client certificate and its key, PEM.
    ClientCertificate {
        /// The certificate, PEM.
        certificate: String,
        /// Its private key, PEM.
        key: SecretString,
    },
    /// A bearer token.
    Token(SecretString),
    /// For authenticating proxies; the API server itself dropped it in 1.19.
    UserPassword {
        /// The user.
        user: String,
        /// The password.
        password: SecretString,
    },
}

/// A cluster as one account sees it. Cheap to clone; clones share connections and the memory of kinds.
///
/// A namespaced object that names no namespace is meant to be in the one given to [`Cluster::in_namespace`].
#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Inner>,
    namespace: Option<String>,
}

struct Inner {
    wire: wire::Wire,
    kinds: kinds::Kinds,
    options: Options,
}

impl Cluster {
    /// A cluster that this client reaches.
    pub fn from_client(client: kube::Client, options: Options) -> Self {
        let wire = wire::Wire::new(client, options.clone());
        let inner = Inner {
            wire,
            kinds: kinds::Kinds::default(),
            options,
        };
        Self {
            inner: Arc::new(inner),
            namespace: None,
        }
    }

    /// The same cluster, where objects without a namespace are meant to be in this one.
    #[must_use]
    pub fn in_namespace(&self, namespace: Option<String>) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            namespace,
        }
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}
