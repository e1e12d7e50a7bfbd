//! Accounts: as whom a target's cluster is reached.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shipslog_events::event::configuration::{DocumentFacts, OutputReference};

use super::secret::Secret;

/// Credentials: exactly one of client certificate, token, user name and password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(extend("oneOf" = [
    { "required": ["clientCertificate"] }, { "required": ["token"] }, { "required": ["userPassword"] }
]))]
pub struct Account {
    /// Unique name.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// A certificate that the cluster's CA signed, and its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<ClientCertificate>,
    /// A bearer token, given or made by a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// For authenticating proxies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_password: Option<UserPassword>,
}

/// A client certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ClientCertificate {
    /// The certificate, PEM.
    pub certificate: String,
    /// Its private key, PEM; a secret.
    pub key: Secret,
}

/// A bearer token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Token {
    /// The token itself; a secret.
    Given(Secret),
    /// The sensitive output of the latest successful deployment.
    Made(FromOutput),
}

/// Where a token is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FromOutput {
    /// The output.
    pub from_output: Output,
}

/// An output of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Output {
    /// Whose process has the step.
    pub project: String,
    /// Where it was deployed.
    pub environment: String,
    /// The step.
    pub step: String,
    /// The output's name.
    pub output: String,
}

/// User name and password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UserPassword {
    /// The user.
    pub user: String,
    /// The password; a secret.
    pub password: Secret,
}

impl Account {
    pub(super) fn facts(&self) -> DocumentFacts {
        let from_output = match &self.token {
            Some(Token::Made(FromOutput { from_output })) => Some(OutputReference {
                project: from_output.project.as_str().into(),
                environment: from_output.environment.as_str().into(),
                step: from_output.step.as_str().into(),
                output: from_output.output.clone(),
            }),
            Some(Token::Given(_)) | None => None,
        };
        DocumentFacts::Account { from_output }
    }

    pub(super) fn secrets_mut(&mut self) -> Vec<(String, &mut String)> {
        let key = self
            .client_certificate
            .iter_mut()
            .map(|it| ("clientCertificate.key".to_owned(), &mut it.key.0));
        let token = self.token.iter_mut().filter_map(|it| match it {
            Token::Given(token) => Some(("token".to_owned(), &mut token.0)),
            Token::Made(_) => None,
        });
        let password = self
            .user_password
            .iter_mut()
            .map(|it| ("userPassword.password".to_owned(), &mut it.password.0));
        key.chain(token).chain(password).collect()
    }
}
