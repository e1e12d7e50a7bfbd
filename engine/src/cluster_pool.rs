//! Reaching a target's cluster as its account: credentials opened, one client per cluster and account.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use secrecy::SecretString;
use shipslog_cluster::{Cluster, Connection, Credential};
use shipslog_domain::document::{Account, ClientCertificate, Document, FromOutput, Token, UserPassword};
use shipslog_domain::freeze::{Address, Impossible};
use shipslog_domain::slug::slug;
use shipslog_events::event::Event;
use shipslog_events::event::configuration::Kind;
use shipslog_events::event::deployment::DeploymentEvent;
use shipslog_events::event::deployment::body::VALUE;
use shipslog_events::ids::{AccountName, Handle};
use shipslog_events::stream::LaneKey;
use shipslog_log::EventReader;

use crate::configurations::Configurations;
use crate::load;
use crate::secrets::Secrets;

/// A client for each address and account that was reached since the server started. What an account was let in with before
/// its credential changed is let go of, wherever it led.
pub(crate) struct ClusterPool {
    log: Arc<dyn EventReader>,
    configurations: Arc<Configurations>,
    secrets: Arc<Secrets>,
    known: Mutex<BTreeMap<Address, (Identity, Cluster)>>,
}

/// What tells one credential from another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    /// A certificate or a user; a token has nothing of the kind.
    public: Option<String>,
    secret: Handle,
}

/// A credential, and what tells it from others.
struct Opened {
    credential: Credential,
    identity: Identity,
}

impl ClusterPool {
    pub(crate) fn new(
        log: Arc<dyn EventReader>,
        configurations: Arc<Configurations>,
        secrets: Arc<Secrets>,
    ) -> Self {
        Self {
            log,
            configurations,
            secrets,
            known: Mutex::default(),
        }
    }

    /// The cluster at an address, as its account sees it.
    pub(crate) async fn reach(&self, address: &Address) -> Result<Cluster, Impossible> {
        let opened = self.credential(&address.account).await?;
        if let Some((identity, known)) = self.known.lock().get(address)
            && *identity == opened.identity
        {
            return Ok(known.clone());
        }
        let connection = Connection {
            url: address.url.clone(),
            certificate: address.certificate.clone(),
            credential: opened.credential,
        };
        let cluster =
            Cluster::connect(&connection).map_err(|error| Impossible::ClusterUnusable(error.to_string()))?;
        let mut known = self.known.lock();
        known.retain(|it, (identity, _)| it.account != address.account || *identity == opened.identity);
        known.insert(address.clone(), (opened.identity, cluster.clone()));
        Ok(cluster)
    }

    async fn credential(&self, name: &AccountName) -> Result<Opened, Impossible> {
        let loaded = self.configurations.load().await.map_err(Impossible::failed)?;
        let Some(Document::Account(account)) = loaded.state.documents.get(&(Kind::Account, name.to_string()))
        else {
            return Err(Impossible::NoAccount(name.clone()));
        };
        match account {
            Account {
                client_certificate: Some(ClientCertificate { certificate, key }),
                ..
            } => {
                let handle = Handle::new(key.as_str());
                let key = self.opened(name, &handle).await?;
                let credential = Credential::ClientCertificate {
                    certificate: certificate.clone(),
                    key,
                };
                Ok(Opened {
                    credential,
                    identity: Identity {
                        public: Some(certificate.clone()),
                        secret: handle,
                    },
                })
            }
            Account {
                user_password: Some(UserPassword { user, password }),
                ..
            } => {
                let handle = Handle::new(password.as_str());
                let password = self.opened(name, &handle).await?;
                let credential = Credential::UserPassword {
                    user: user.clone(),
                    password,
                };
                Ok(Opened {
                    credential,
                    identity: Identity {
                        public: Some(user.clone()),
                        secret: handle,
                    },
                })
            }
            Account {
                token: Some(token), ..
            } => {
                let handle = match token {
                    Token::Given(handle) => Handle::new(handle.as_str()),
                    Token::Made(made) => self.output(name, made).await?,
                };
                let token = self.opened(name, &handle).await?;
                Ok(Opened {
                    credential: Credential::Token(token),
                    identity: Identity {
                        public: None,
                        secret: handle,
                    },
                })
            }
            Account {
                client_certificate: None,
                user_password: None,
                token: None,
                ..
            } => Err(Impossible::AccountEmpty(name.clone())),
        }
    }

    async fn opened(&self, account: &AccountName, handle: &Handle) -> Result<SecretString, Impossible> {
        let value = self.secrets.open(handle).await.map_err(Impossible::failed)?;
        value.ok_or_else(|| Impossible::SecretGone(account.clone()))
    }

    /// The latest successful deployment's output.
    async fn output(&self, account: &AccountName, made: &FromOutput) -> Result<Handle, Impossible> {
        let (log, wanted) = (&*self.log, &made.from_output);
        let key = LaneKey::new(&slug(&wanted.project), &slug(&wanted.environment));
        let unusable = |why: &str| Impossible::AccountWithoutToken {
            account: account.clone(),
            wanted: Box::new(wanted.clone()),
            why: why.to_owned(),
        };
        let lane = load::lane(log, &key).await.map_err(Impossible::failed)?.state;
        let Some(deployment) = lane.last_success else {
            return Err(unusable("no deployment there has succeeded; deploy it first"));
        };
        let history = load::deployment(log, deployment)
            .await
            .map_err(Impossible::failed)?;
        let mut set = BTreeMap::new();
        for recorded in history.into_iter().flat_map(|it| it.state.events) {
            if let Event::Deployment(DeploymentEvent::OutputSet {
                id,
                name,
                sensitive: true,
            }) = recorded.event
                && id.step.as_str() == wanted.step
                && name == wanted.output
            {
                set.insert(id.target, recorded.id);
            }
        }
        let targets: Vec<String> = set.keys().map(ToString::to_string).collect();
        let event = match (set.pop_first(), targets.as_slice()) {
            (Some((_, event)), [_]) => event,
            (Some(_), targets) => {
                return Err(unusable(&format!(
                    "{deployment} set it on several targets: {}; give the step a role that only one of them has",
                    targets.join(", ")
                )));
            }
            (None, _) => {
                return Err(unusable(&format!(
                    "the latest success there, {deployment}, did not set it"
                )));
            }
        };
        let body = log.body(event, VALUE).await.map_err(Impossible::failed)?;
        let text = body.and_then(|it| String::from_utf8(it).ok());
        text.map(Handle::new)
            .ok_or_else(|| unusable("its value was erased; deploy it again"))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use serde_json::{Value, json};
    use shipslog_test_support::documents::{project, surroundings, target};

    use super::*;
    use crate::testing::house::House;

    /// Reaches a cluster as an account, and says whose client there is then.
    async fn client(house: &House) -> Identity {
        let ca = house.document(Kind::Certificate, "ca").await;
        let (url, pem) = ("https://127.0.0.1:1", ca["pem"].as_str().unwrap());
        let pool = &house.engine.tools.clusters;
        pool.reach(&address(url, pem)).await.unwrap();
        let known = pool.known.lock();
        assert_eq!(known.len(), 1);
        known.values().next().unwrap().0.clone()
    }

    fn address(url: &str, certificate: &str) -> Address {
        Address {
            url: url.to_owned(),
            certificate: certificate.to_owned(),
            account: "deployer".into(),
        }
    }

    fn user(name: &str, password: &str) -> Value {
        json!({ "kind": "Account", "name": "deployer", "userPassword": { "user": name, "password": password } })
    }

    fn made() -> Value {
        json!({ "kind": "Account", "name": "deployer", "token": { "fromOutput":
            { "project": "mint", "environment": "Development", "step": "Go", "output": "token" } } })
    }

    #[tokio::test]
    async fn a_client_is_shared_until_any_part_of_the_credential_changes_and_replaced_then() {
        let house = House::empty(&[]).await;
        house.apply(surroundings()).await;
        let mut seen = vec![client(&house).await];
        assert_eq!(client(&house).await, seen[0]);
        for (name, password) in [("one", "password"), ("other", "password"), ("other", "another")] {
            house.apply(vec![user(name, password)]).await;
            let now = client(&house).await;
            assert!(!seen.contains(&now));
            seen.push(now);
        }
    }

    #[tokio::test]
    async fn what_an_account_was_let_in_with_before_is_let_go_of_wherever_it_led() {
        let house = House::empty(&[]).await;
        house.apply(surroundings()).await;
        let pem = house.document(Kind::Certificate, "ca").await["pem"].clone();
        let pool = &house.engine.tools.clusters;
        let at = |url: &str| address(url, pem.as_str().unwrap());
        for url in ["https://127.0.0.1:1", "https://127.0.0.1:2"] {
            pool.reach(&at(url)).await.unwrap();
        }
        assert_eq!(pool.known.lock().len(), 2);
        house.apply(vec![user("one", "password")]).await;
        pool.reach(&at("https://127.0.0.1:1")).await.unwrap();
        assert_eq!(pool.known.lock().len(), 1);
    }

    #[tokio::test]
    async fn an_account_whose_token_was_never_made_says_where_it_comes_from() {
        let house = House::empty(&["mint"]).await;
        let documents = [surroundings(), vec![project("mint", &json!({}))]].concat();
        house.apply(documents).await;
        house.apply(vec![made()]).await;
        let answer = house
            .engine
            .tools
            .clusters
            .reach(&address("https://127.0.0.1:1", ""))
            .await;
        assert_eq!(
            answer.unwrap_err().to_string(),
            "account deployer has no token yet: it is output `token` of step Go of project mint in Development, \
             and no deployment there has succeeded; deploy it first"
        );
    }

    #[tokio::test]
    async fn an_account_takes_the_token_that_the_latest_success_made() {
        let house = House::empty(&["mint"]).await;
        let mut minting = project("mint", &json!({ "text": "#{Token}" }));
        minting["variables"] = json!([{ "name": "Token", "sensitive": "made by a step" }]);
        house.apply([surroundings(), vec![minting]].concat()).await;
        house.release("mint").await.unwrap();
        let id = house.deploy("mint", "Development").await.unwrap().deployment;
        house.ended(id).await;
        house.apply(vec![made()]).await;
        let opened = house
            .engine
            .tools
            .clusters
            .credential(&"deployer".into())
            .await
            .unwrap();
        let Credential::Token(token) = opened.credential else {
            panic!("the account holds a token");
        };
        assert_eq!(token.expose_secret(), "made by a step");
    }

    #[tokio::test]
    async fn an_account_whose_token_was_made_on_several_targets_does_not_choose_one() {
        let house = House::empty(&["mint"]).await;
        let mut minting = project("mint", &json!({ "text": "#{Token}" }));
        minting["variables"] = json!([{ "name": "Token", "sensitive": "made by a step" }]);
        let mut second = target("Development");
        second["name"] = json!("Another");
        house
            .apply([surroundings(), vec![minting, second]].concat())
            .await;
        house.release("mint").await.unwrap();
        let id = house.deploy("mint", "Development").await.unwrap().deployment;
        house.ended(id).await;
        house.apply(vec![made()]).await;
        let answer = house.engine.tools.clusters.credential(&"deployer".into()).await;
        let said = answer.err().unwrap().to_string();
        let named = "set it on several targets: Another, Web Development; give the step a role that only one";
        assert!(said.contains(named), "{said}");
    }
}
