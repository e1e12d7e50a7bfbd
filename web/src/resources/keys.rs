//! API keys: made and shown once, listed, revoked.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use secrecy::ExposeSecret as _;
use shipslog_api::Page;
use shipslog_api::keys::{CreateKey, KEY, KEYS, Key, KeyCreated, KeyRevoked};
use shipslog_api::paging::{Doing, Listing, Repeatable};
use shipslog_engine::views::KeyView;
use shipslog_events::ids::KeyId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::{Administrator, because};
use crate::extract::{Json, Path, Query, Written};
use crate::openapi::{BodyProblems, ReadProblems, WriteProblems};
use crate::paging;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(revoke))
}

/// Makes a key and shows it, this once. Access role: administrator.
#[utoipa::path(
    post, path = KEYS, operation_id = "createKey", tag = "keys", security(("apiKey" = [])), params(Doing, Repeatable), request_body = CreateKey,
    responses((status = 201, description = "Made", body = KeyCreated), WriteProblems, BodyProblems)
)]
async fn create(
    State(app): State<App>,
    Administrator(by): Administrator,
    Query(doing): Query<Doing>,
    Json(asked): Json<CreateKey>,
) -> Result<impl IntoResponse, Problem> {
    let by = because(by, doing.reason)?;
    let made = app
        .engine
        .commands()
        .create_key(&by, asked.name, asked.access_role)
        .await?;
    let body = KeyCreated {
        id: made.id,
        key: made.key.expose_secret().to_owned(),
        position: made.position,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Written(body)))
}

/// All keys, oldest first, revoked ones too. Access role: administrator.
#[utoipa::path(
    get, path = KEYS, operation_id = "listKeys", tag = "keys", security(("apiKey" = [])), params(Listing),
    responses((status = 200, description = "A page", body = Page<Key>), ReadProblems)
)]
async fn list(
    State(app): State<App>,
    _: Administrator,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Key>>, Problem> {
    app.reach(listing.min_position).await?;
    let keys = app.engine.views().keys().await?.into_iter().map(shown);
    Ok(Json(paging::cut(
        "keys",
        keys,
        listing.limit,
        listing.cursor.as_deref(),
    )?))
}

/// Lets a key open nothing any more. Access role: administrator.
#[utoipa::path(
    delete, path = KEY, operation_id = "revokeKey", tag = "keys", security(("apiKey" = [])),
    params(("id" = String, Path, description = "The key's public id"), Doing),
    responses((status = 200, description = "Revoked", body = KeyRevoked), WriteProblems)
)]
async fn revoke(
    State(app): State<App>,
    Administrator(by): Administrator,
    Path(id): Path<String>,
    Query(doing): Query<Doing>,
) -> Result<Written<KeyRevoked>, Problem> {
    let by = because(by, doing.reason)?;
    let position = app.engine.commands().revoke_key(&by, KeyId::new(id)).await?;
    Ok(Written(KeyRevoked { position }))
}

fn shown(view: KeyView) -> Key {
    Key {
        id: view.id,
        name: view.key.name,
        access_role: view.key.access_role,
        revoked: view.key.revoked,
        created_at: view.created_at,
    }
}
