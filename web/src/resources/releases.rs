//! Releases of a project.

use axum::extract::State;
use shipslog_api::Page;
use shipslog_api::paging::{Doing, Listing, Reading, Repeatable};
use shipslog_api::releases::{
    CreateRelease, RELEASE, RELEASES, Release, ReleaseCreated, ReleasePackage, ReleaseStep,
};
use shipslog_engine::commands::NewRelease;
use shipslog_engine::views::ReleaseView;
use shipslog_events::event::configuration::Kind;
use shipslog_events::event::process::Entry;
use shipslog_events::ids::{ProjectName, ReleaseVersion};
use shipslog_nearest as nearest;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::{Deployer, Viewer, because};
use crate::extract::{Json, Path, Query, Written};
use crate::openapi::{BodyProblems, OutsideProblem, ReadProblems, WriteProblems};
use crate::problem::Problem;
use crate::resources::configuration::existing;
use crate::{actor, paging};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(show))
}

/// Creates a release. Access role: deployer.
#[utoipa::path(
    post, path = RELEASES, operation_id = "createRelease", tag = "releases", security(("apiKey" = [])),
    params(("project" = String, Path, description = "The project's name"), Doing, Repeatable),
    request_body = CreateRelease,
    responses((status = 201, description = "Created", body = ReleaseCreated), WriteProblems, BodyProblems, OutsideProblem)
)]
async fn create(
    State(app): State<App>,
    Deployer(by): Deployer,
    Path(project): Path<String>,
    Query(doing): Query<Doing>,
    Json(asked): Json<CreateRelease>,
) -> Result<Written<ReleaseCreated>, Problem> {
    let by = because(by, doing.reason)?;
    let project = ProjectName::new(project);
    let release = NewRelease {
        project: project.clone(),
        version: asked.version,
        packages: asked.packages,
    };
    let created = app.engine.commands().create_release(&by, release).await?;
    let body = ReleaseCreated {
        project,
        version: created.version,
        passed_over: created.passed_over,
        position: created.position,
    };
    Ok(Written(body))
}

/// Releases of a project, newest first. Access role: viewer.
#[utoipa::path(
    get, path = RELEASES, operation_id = "listReleases", tag = "releases", security(("apiKey" = [])),
    params(("project" = String, Path, description = "The project's name"), Listing),
    responses((status = 200, description = "A page", body = Page<Release>), ReadProblems)
)]
async fn list(
    State(app): State<App>,
    _: Viewer,
    Path(project): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Release>>, Problem> {
    app.reach(listing.min_position).await?;
    let limit = paging::limit(listing.limit)?;
    let skip = paging::place("releases", listing.cursor.as_deref())?.unwrap_or(0_usize);
    existing(&app, Kind::Project, &project).await?;
    let releases = app
        .engine
        .views()
        .releases(&ProjectName::new(project), skip, limit + 1)
        .await?;
    let items = releases.into_iter().map(shown).collect();
    let next = |_: &Release| paging::cursor("releases", skip.saturating_add(limit));
    Ok(Json(paging::page(items, limit, next)))
}

/// One release. Access role: viewer.
#[utoipa::path(
    get, path = RELEASE, operation_id = "showRelease", tag = "releases", security(("apiKey" = [])),
    params(
        ("project" = String, Path, description = "The project's name"),
        ("version" = String, Path, description = "The release's version"),
        Reading
    ),
    responses((status = 200, description = "The release", body = Release), ReadProblems)
)]
async fn show(
    State(app): State<App>,
    _: Viewer,
    Path((project, version)): Path<(String, String)>,
    Query(reading): Query<Reading>,
) -> Result<Json<Release>, Problem> {
    app.reach(reading.min_position).await?;
    existing(&app, Kind::Project, &project).await?;
    let (views, project) = (app.engine.views(), ProjectName::new(project));
    if let Some(view) = views
        .release(&project, &ReleaseVersion::new(version.clone()))
        .await?
    {
        return Ok(Json(shown(view)));
    }
    let releases = views.releases(&project, 0, usize::MAX).await?;
    let known: Vec<&str> = releases.iter().map(|it| it.release.version.as_str()).collect();
    Err(Problem::not_found(nearest::unknown("release", &version, &known)))
}

fn shown(view: ReleaseView) -> Release {
    let ReleaseView {
        release,
        progress,
        created_at,
        created_by,
        event: _,
    } = view;
    let packages = release.packages.into_iter().map(|it| ReleasePackage {
        name: it.name,
        version: it.version,
        digest: it.digest,
        reference: it.reference,
    });
    let steps = release.process.into_iter().map(|it| match it {
        Entry::Run(it) => ReleaseStep {
            name: it.step.name,
            uses: Some(it.step.uses),
            component: Some(it.component),
            gate: None,
        },
        Entry::Gate(it) => ReleaseStep {
            name: it.name,
            uses: None,
            component: None,
            gate: Some(it.kind),
        },
    });
    Release {
        project: release.project,
        version: release.version,
        lifecycle: release.lifecycle,
        created_at,
        created_by: actor::name(&created_by),
        packages: packages.collect(),
        steps: steps.collect(),
        environments: progress.succeeded,
    }
}
