//! Configuration documents: applied all or none, read back with handles where secrets are.

use axum::extract::State;
use shipslog_api::Page;
use shipslog_api::configuration::{
    Applied, Apply, Applying, CONFIGURATION, DOCUMENT, DOCUMENTS, DocumentChanged, DocumentItem,
    DocumentShown, HowChanged,
};
use shipslog_api::paging::{Listing, Reading, Repeatable};
use shipslog_engine::commands::{ChangeKind, DocumentChange};
use shipslog_engine::views::DocumentView;
use shipslog_events::event::configuration::{self, Kind};
use shipslog_nearest as nearest;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::{Administrator, Viewer, because};
use crate::extract::{Json, Path, Query, Written};
use crate::openapi::{BodyProblems, ReadProblems, WriteProblems};
use crate::problem::Problem;
use crate::{actor, paging};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(apply))
        .routes(routes!(list))
        .routes(routes!(show))
}

/// Applies documents, all or none. Access role: administrator.
#[utoipa::path(
    post, path = CONFIGURATION, operation_id = "applyConfiguration", tag = "configuration", security(("apiKey" = [])), params(Applying, Repeatable),
    request_body = Apply,
    responses((status = 200, description = "Applied, or what would be", body = Applied), WriteProblems, BodyProblems)
)]
async fn apply(
    State(app): State<App>,
    Administrator(by): Administrator,
    Query(applying): Query<Applying>,
    Json(apply): Json<Apply>,
) -> Result<Written<Applied>, Problem> {
    let by = because(by, applying.reason)?;
    let applied = app
        .engine
        .commands()
        .apply(&by, apply.documents, applying.dry_run)
        .await?;
    Ok(Written(Applied {
        changes: applied.changes.into_iter().map(changed).collect(),
        position: applied.position,
    }))
}

/// Documents of a kind, by name. Access role: viewer.
#[utoipa::path(
    get, path = DOCUMENTS, operation_id = "listDocuments", tag = "configuration", security(("apiKey" = [])),
    params(("kind" = String, Path, description = "Such as `Project`; case does not matter"), Listing),
    responses((status = 200, description = "A page", body = Page<DocumentItem>), ReadProblems)
)]
async fn list(
    State(app): State<App>,
    _: Viewer,
    Path(kind): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<DocumentItem>>, Problem> {
    let kind = self::kind(&kind)?;
    app.reach(listing.min_position).await?;
    let limit = paging::limit(listing.limit)?;
    let after: Option<String> = paging::place("configuration", listing.cursor.as_deref())?;
    let documents = app.engine.views().documents(kind).await?;
    let items = documents
        .into_iter()
        .filter(|it| after.as_ref().is_none_or(|after| it.name > *after))
        .take(limit + 1)
        .map(item)
        .collect();
    Ok(Json(paging::page(items, limit, |last| {
        paging::cursor("configuration", &last.name)
    })))
}

/// One document. Access role: viewer.
#[utoipa::path(
    get, path = DOCUMENT, operation_id = "showDocument", tag = "configuration", security(("apiKey" = [])),
    params(
        ("kind" = String, Path, description = "Such as `Project`; case does not matter"),
        ("name" = String, Path, description = "The document's name"),
        Reading
    ),
    responses((status = 200, description = "The document", body = DocumentShown), ReadProblems)
)]
async fn show(
    State(app): State<App>,
    _: Viewer,
    Path((kind, name)): Path<(String, String)>,
    Query(reading): Query<Reading>,
) -> Result<Json<DocumentShown>, Problem> {
    let kind = self::kind(&kind)?;
    app.reach(reading.min_position).await?;
    let view = existing(&app, kind, &name).await?;
    let body = app
        .engine
        .events()
        .body(view.event, configuration::DOCUMENT)
        .await?;
    let document = body.map(|it| serde_json::from_slice(&it)).transpose();
    let document = document.map_err(|error| Problem::internal(&error))?;
    Ok(Json(DocumentShown {
        item: item(view),
        document,
    }))
}

/// A kind of documents by its name in any case.
pub(super) fn kind(text: &str) -> Result<Kind, Problem> {
    let names = Kind::ALL.map(|it| it.to_string());
    Kind::ALL
        .into_iter()
        .find(|it| it.to_string().eq_ignore_ascii_case(text))
        .ok_or_else(|| Problem::not_found(nearest::unknown("kind", text, &names)))
}

/// A document, or a problem that names the nearest one.
pub(super) async fn existing(app: &App, kind: Kind, name: &str) -> Result<DocumentView, Problem> {
    let views = app.engine.views();
    if let Some(view) = views.document(kind, name).await? {
        return Ok(view);
    }
    let documents = views.documents(kind).await?;
    let names: Vec<String> = documents.into_iter().map(|it| it.name).collect();
    let kind = kind.to_string().to_lowercase();
    Err(Problem::not_found(nearest::unknown(&kind, name, &names)))
}

fn changed(change: DocumentChange) -> DocumentChanged {
    DocumentChanged {
        kind: change.kind,
        name: change.name,
        change: match change.change {
            ChangeKind::Created => HowChanged::Created,
            ChangeKind::Changed => HowChanged::Changed,
            ChangeKind::Unchanged => HowChanged::Unchanged,
        },
        diff: change.diff,
    }
}

fn item(view: DocumentView) -> DocumentItem {
    DocumentItem {
        kind: view.kind,
        name: view.name,
        slug: view.entry.slug,
        revision: view.entry.revision,
        changed_at: view.changed_at,
        changed_by: actor::name(&view.changed_by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_in_any_case() {
        assert_eq!(kind("project").unwrap(), Kind::Project);
        assert_eq!(kind("Project").unwrap(), Kind::Project);
        let refused = kind("Projekt").unwrap_err();
        assert!(
            format!("{refused:?}").contains("did you mean `Project`?"),
            "{refused:?}"
        );
    }
}
