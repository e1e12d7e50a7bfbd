//! API keys: made and shown once, listed, revoked.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use shipslog_engine::views::KeyView;
use shipslog_events::event::access;
use shipslog_events::ids::KeyId;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Administrator;
use crate::extract::{Json, Path, Query};
use crate::openapi::{BodyProblems, ReadProblems, WriteProblems};
use crate::paging::{Items, Listing, Nothing};
use crate::problem::Problem;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AccessRole {
    /// Reads.
    Viewer,
    /// Also creates releases and deployments, and cancels.
    Deployer,
    /// Everything.
    Administrator,
}

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateKey {
    /// The actor's name in every event made with it.
    name: String,
    /// What it may do.
    access_role: AccessRole,
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyCreated {
    /// Its public id.
    id: String,
    /// The key itself, shown this once.
    key: String,
    /// Where it stands in the log.
    position: u64,
}

/// A key, without the key itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Key {
    /// Its public id.
    id: String,
    /// The actor's name in every event made with it.
    name: String,
    /// What it may do.
    access_role: AccessRole,
    /// Whether it opens nothing any more.
    revoked: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A key that opens nothing any more.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyRevoked {
    /// The log's position with it.
    position: u64,
}

/// Makes a key and shows it, this once. Access role: administrator.
#[utoipa::path(
    post, path = "/api/v1/keys", operation_id = "createKey", tag = "keys", security(("apiKey" = [])), request_body = CreateKey,
    responses((status = 201, description = "Made", body = KeyCreated), WriteProblems, BodyProblems)
)]
pub(crate) async fn create(
    State(app): State<App>,
    Administrator(by): Administrator,
    _: Query<Nothing>,
    Json(asked): Json<CreateKey>,
) -> Result<impl IntoResponse, Problem> {
    let made = app
        .engine
        .create_key(&by, asked.name, asked.access_role.into())
        .await?;
    let body = KeyCreated {
        id: made.id.to_string(),
        key: made.key.expose_secret().to_owned(),
        position: made.position.0,
    };
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(body)))
}

/// All keys, oldest first, revoked ones too. Access role: administrator.
#[utoipa::path(
    get, path = "/api/v1/keys", operation_id = "listKeys", tag = "keys", security(("apiKey" = [])), params(Listing),
    responses((status = 200, description = "A page", body = Items<Key>), ReadProblems)
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Administrator,
    Query(listing): Query<Listing>,
) -> Result<Json<Items<Key>>, Problem> {
    app.reach(listing.min_position).await?;
    let keys = app.engine.views().keys().await?.into_iter().map(Key::from);
    Ok(Json(Items::cut(
        "keys",
        keys,
        listing.limit,
        listing.cursor.as_deref(),
    )?))
}

/// Lets a key open nothing any more. Access role: administrator.
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", operation_id = "revokeKey", tag = "keys", security(("apiKey" = [])),
    params(("id" = String, Path, description = "The key's public id")),
    responses((status = 200, description = "Revoked", body = KeyRevoked), WriteProblems)
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    Administrator(by): Administrator,
    Path(id): Path<String>,
    _: Query<Nothing>,
) -> Result<Json<KeyRevoked>, Problem> {
    let position = app.engine.revoke_key(&by, KeyId::new(id)).await?;
    Ok(Json(KeyRevoked { position: position.0 }))
}

impl From<AccessRole> for access::AccessRole {
    fn from(role: AccessRole) -> Self {
        match role {
            AccessRole::Viewer => Self::Viewer,
            AccessRole::Deployer => Self::Deployer,
            AccessRole::Administrator => Self::Administrator,
        }
    }
}

impl From<access::AccessRole> for AccessRole {
    fn from(role: access::AccessRole) -> Self {
        match role {
            access::AccessRole::Viewer => Self::Viewer,
            access::AccessRole::Deployer => Self::Deployer,
            access::AccessRole::Administrator => Self::Administrator,
        }
    }
}

impl From<KeyView> for Key {
    fn from(view: KeyView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.key.name,
            access_role: view.key.access_role.into(),
            revoked: view.key.revoked,
            created_at: view.created_at,
        }
    }
}
