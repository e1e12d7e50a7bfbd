//! Who asks, and whether they may: each handler names the access role that it needs by an extractor.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use shipslog_engine::commands::{By, Identity, Once};
use shipslog_events::event::access::AccessRole;
use shipslog_events::ids::KeyId;
use shipslog_events::{Actor, Source};
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;

/// Of what somebody says why, in characters.
const LONGEST_REASON: usize = 1000;

/// Whoever may read, by this key.
pub(crate) struct Viewer(pub(crate) KeyId);

/// Whoever may also create releases and deployments, and cancel.
pub(crate) struct Deployer(pub(crate) By);

/// Whoever may do everything.
pub(crate) struct Administrator(pub(crate) By);

impl FromRequestParts<App> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let identity = admit(parts, app, AccessRole::Viewer).await?;
        Ok(Self(identity.key))
    }
}

impl FromRequestParts<App> for Deployer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let identity = admit(parts, app, AccessRole::Deployer).await?;
        Ok(Self(by(parts, identity)))
    }
}

impl FromRequestParts<App> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let identity = admit(parts, app, AccessRole::Administrator).await?;
        Ok(Self(by(parts, identity)))
    }
}

/// Whose key the request carries, if it may do what needs that role.
pub(crate) async fn admit(parts: &Parts, app: &App, needed: AccessRole) -> Result<Identity, Problem> {
    let Some(key) = bearer(parts) else {
        return Err(Problem::unauthorized("send `authorization: Bearer <API key>`"));
    };
    let Some(identity) = app.engine.commands().authenticate(key).await? else {
        let detail = "the API key is not known or was revoked; an administrator makes a new one with `shipslog key create`";
        return Err(Problem::unauthorized(detail));
    };
    if identity.access_role < needed {
        return Err(Problem::forbidden(format!(
            "this needs the access role {needed}; the key {} has the access role {}",
            identity.name, identity.access_role
        )));
    }
    Ok(identity)
}

fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, key) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

fn by(parts: &Parts, identity: Identity) -> By {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    By {
        actor: Actor::Key(identity.name),
        source: Source {
            key: Some(identity.key),
            address: peer.map(|it| it.0.ip().to_canonical().to_string()),
        },
        correlation: Uuid::now_v7(),
        reason: None,
        once: parts.extensions.get::<Once>().cloned(),
    }
}

/// Whether a terminal does something else than show it.
fn is_hidden(it: char) -> bool {
    it.is_control() || matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same person, with what they say why.
pub(crate) fn because(by: By, reason: Option<String>) -> Result<By, Problem> {
    let Some(reason) = reason.filter(|it| !it.trim().is_empty()) else {
        return Ok(by);
    };
    let characters = reason.chars().count();
    if characters > LONGEST_REASON {
        let detail = format!("reason: has {characters} characters; at most {LONGEST_REASON} are kept");
        return Err(Problem::bad_request("bad-query", detail));
    }
    if reason.chars().any(|it| is_hidden(it) && it != '\n' && it != '\t') {
        let detail = "reason: holds control characters; leave them out";
        return Err(Problem::bad_request("bad-query", detail));
    }
    Ok(By {
        reason: Some(reason),
        ..by
    })
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn key_in(header: &str) -> Option<String> {
        let request = Request::builder().header(AUTHORIZATION, header).body(()).unwrap();
        bearer(&request.into_parts().0).map(str::to_owned)
    }

    #[test]
    fn a_key_is_read_from_a_bearer_header_only() {
        assert_eq!(key_in("Bearer shipslog_x").as_deref(), Some("shipslog_x"));
        assert_eq!(key_in("bearer  shipslog_x ").as_deref(), Some("shipslog_x"));
        assert_eq!(key_in("Basic shipslog_x"), None);
        assert_eq!(key_in("shipslog_x"), None);
    }

    #[test]
    fn a_larger_role_may_do_what_a_smaller_one_may() {
        assert!(AccessRole::Viewer < AccessRole::Deployer);
        assert!(AccessRole::Deployer < AccessRole::Administrator);
    }
}
