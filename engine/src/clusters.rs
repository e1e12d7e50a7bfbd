//! Reaching a target's cluster as its account: credentials opened, one client per cluster and account.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;
use shipslog_events::event::Event;
use shipslog_events::event::configuration::Kind;
use shipslog_events::event::deployment::DeploymentEvent;
use shipslog_events::ids::{AccountName, Handle};
use shipslog_events::stream::LaneKey;

use crate::cluster::{Cluster, Connection, Credential};
use crate::commands::{Error, open};
use crate::domain::document::{Account, ClientCertificate, Document, FromOutput, Token, UserPassword};
use crate::domain::slug::slug;
use crate::engine::Parts;
use crate::load;

/// Clients by cluster and credential; a changed credential is another client.
#[derive(Default)]
pub(crate) struct Clusters {
    known: Mutex<BTreeMap<(String, String, Identity), Cluster>>,
}

/// What tells one credential from another: the public part, such as a certificate or a user, and the secret's handle.
type Identity = (String, Handle);

/// A credential, and what tells it from others.
struct Opened {
    credential: Credential,
    identity: Identity,
}

impl Clusters {
    /// The cluster at an address, as an account sees it.
    pub(crate) async fn reach(
        &self,
        parts: &Parts,
        url: &str,
        certificate: &str,
        account: &AccountName,
    ) -> Result<Cluster, Error> {
        let opened = credential(parts, account).await?;
        let key = (url.to_owned(), certificate.to_owned(), opened.identity);
        if let Some(known) = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return Ok(known.clone());
        }
        let connection = Connection {
            url: url.to_owned(),
            certificate: certificate.to_owned(),
            credential: opened.credential,
        };
        let cluster = Cluster::connect(&connection).map_err(|error| Error::refused("cluster", error))?;
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, cluster.clone());
        Ok(cluster)
    }
}

async fn credential(parts: &Parts, name: &AccountName) -> Result<Opened, Error> {
    let loaded = parts.configuration.load(&*parts.log).await?;
    let Some(Document::Account(account)) = loaded.state.documents.get(&(Kind::Account, name.to_string()))
    else {
        return Err(Error::NotFound(format!(
            "account {name} is not there; it was erased"
        )));
    };
    match account {
        Account {
            client_certificate: Some(ClientCertificate { certificate, key }),
            ..
        } => {
            let handle = Handle::new(key.as_str());
            let key = opened(parts, name, &handle).await?;
            let credential = Credential::ClientCertificate {
                certificate: certificate.clone(),
                key,
            };
            Ok(Opened {
                credential,
                identity: (certificate.clone(), handle),
            })
        }
        Account {
            user_password: Some(UserPassword { user, password }),
            ..
        } => {
            let handle = Handle::new(password.as_str());
            let password = opened(parts, name, &handle).await?;
            let credential = Credential::UserPassword {
                user: user.clone(),
                password,
            };
            Ok(Opened {
                credential,
                identity: (user.clone(), handle),
            })
        }
        Account {
            token: Some(token), ..
        } => {
            let handle = match token {
                Token::Given(handle) => Handle::new(handle.as_str()),
                Token::Made(made) => output(parts, name, made).await?,
            };
            let token = opened(parts, name, &handle).await?;
            Ok(Opened {
                credential: Credential::Token(token),
                identity: (String::new(), handle),
            })
        }
        Account {
            client_certificate: None,
            user_password: None,
            token: None,
            ..
        } => Err(Error::refused(
            "account-empty",
            format!("account {name} holds no credentials"),
        )),
    }
}

async fn opened(parts: &Parts, account: &AccountName, handle: &Handle) -> Result<SecretString, Error> {
    open(parts, handle).await?.ok_or_else(|| {
        Error::refused(
            "secret-gone",
            format!("the secret of account {account} is not kept any more; apply it again"),
        )
    })
}

/// The latest successful deployment's output.
async fn output(parts: &Parts, account: &AccountName, made: &FromOutput) -> Result<Handle, Error> {
    let wanted = &made.from_output;
    let log = &*parts.log;
    let key = LaneKey::new(&slug(&wanted.project), &slug(&wanted.environment));
    let unusable = |why: &str| {
        Error::refused(
            "account-without-token",
            format!(
                "account {account} has no token yet: it is output `{}` of step {} of project {} in {}, and {why}",
                wanted.output, wanted.step, wanted.project, wanted.environment
            ),
        )
    };
    let lane = load::lane(log, &key).await?.state;
    let Some(deployment) = lane.last_success else {
        return Err(unusable("no deployment there has succeeded; deploy it first"));
    };
    let history = load::deployment(log, deployment).await?;
    let event = history
        .into_iter()
        .flat_map(|it| it.state.events)
        .rev()
        .find(|it| match &it.event {
            Event::Deployment(DeploymentEvent::OutputSet {
                id,
                name,
                sensitive: true,
            }) => id.step.as_str() == wanted.step && *name == wanted.output,
            _ => false,
        });
    let Some(event) = event else {
        return Err(unusable(&format!(
            "the latest success there, {deployment}, did not set it"
        )));
    };
    let body = log.body(event.id, "value".to_owned()).await?;
    let text = body.and_then(|it| String::from_utf8(it).ok());
    text.map(Handle::new)
        .ok_or_else(|| unusable("its value was erased; deploy it again"))
}
