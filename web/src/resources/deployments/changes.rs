//! What a deployment did to objects in clusters, from the log alone.

use axum::extract::State;
use serde_json::Value;
use shipslog_api::changes::{CHANGES, Changes, Found, Object, ObjectChange, ObjectEffect, Taken, Telling};
use shipslog_engine::changes::{Bodies, Effect, ObjectChange as Told};
use shipslog_events::event::object::{Before, Change};

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::openapi::ReadProblems;
use crate::problem::Problem;

/// What is found and sent is told until there are so many bytes of it.
const MOST: usize = 8 << 20;

/// What a deployment did to objects: each write and removal in order, what was there before, and what was taken from
/// others. It is told from the history, not from the cluster, and stays as it is when a later deployment changes the
/// same objects. Access role: viewer.
#[utoipa::path(
    get, path = CHANGES, operation_id = "listDeploymentChanges", tag = "deployments", security(("apiKey" = [])),
    params(("id" = String, Path, description = "Such as `deployments-841`"), Telling),
    responses((status = 200, description = "The changes", body = Changes), ReadProblems)
)]
pub(super) async fn changes(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<String>,
    Query(telling): Query<Telling>,
) -> Result<Json<Changes>, Problem> {
    app.reach(telling.min_position).await?;
    let id = super::id(&id)?;
    let told = app.engine.changes(id).await?;
    let told = told.ok_or_else(|| super::unknown(id))?;
    let (mut changes, mut room, mut without_bodies) = (Vec::with_capacity(told.len()), MOST, 0);
    for it in told {
        let mut bodies = Bodies::default();
        if telling.bodies == Some(true) && room > 0 {
            bodies = app.engine.bodies(&it).await?;
            room = room.saturating_sub(size(&bodies));
        } else if telling.bodies == Some(true) {
            without_bodies += 1;
        }
        changes.push(shown(it, bodies));
    }
    Ok(Json(Changes {
        changes,
        without_bodies,
    }))
}

fn size(bodies: &Bodies) -> usize {
    let all = [&bodies.found, &bodies.manifest, &bodies.patch];
    all.into_iter().flatten().map(Vec::len).sum()
}

fn shown(told: Told, bodies: Bodies) -> ObjectChange {
    let object = told.call.object;
    ObjectChange {
        at: told.at,
        step: told.call.attempt.step,
        target: told.call.attempt.target,
        attempt: told.call.attempt.attempt,
        call: told.call.call,
        cluster: told.call.cluster,
        object: Object {
            group: object.group,
            version: object.version,
            kind: object.kind,
            namespace: object.namespace,
            name: object.name,
        },
        deletes: told.deletes,
        effect: match told.effect {
            Effect::Written(Change::Created) => ObjectEffect::Created,
            Effect::Written(Change::Changed) => ObjectEffect::Changed,
            Effect::Written(Change::Unchanged) => ObjectEffect::Unchanged,
            Effect::Refused => ObjectEffect::Refused,
            Effect::Unanswered => ObjectEffect::Unanswered,
            Effect::Deleted => ObjectEffect::Deleted,
            Effect::FoundGone => ObjectEffect::FoundGone,
        },
        before: told.before.map(|it| match it {
            Before::Absent => Found::Absent,
            Before::Present { .. } => Found::Present,
            Before::Unread => Found::Unread,
        }),
        taken: told
            .taken
            .into_iter()
            .map(|it| Taken {
                path: it.path,
                manager: it.manager,
            })
            .collect(),
        left_out: told.left_out,
        found: json(bodies.found),
        manifest: json(bodies.manifest),
        patch: json(bodies.patch),
    }
}

/// As it stands where it is no JSON any more: a sensitive value that was blanked may have taken a quote along.
fn json(body: Option<Vec<u8>>) -> Option<Value> {
    let body = body?;
    let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
    Some(serde_json::from_slice(&body).unwrap_or_else(|_| text()))
}
