//! Releases of a project.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shipslog_engine::commands::NewRelease;
use shipslog_engine::views::ReleaseView;
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::{PackageName, ProjectName, ReleaseVersion};
use shipslog_nearest as nearest;
use utoipa::ToSchema;

use crate::actor;
use crate::app::App;
use crate::auth::{Deployer, Viewer};
use crate::configuration::existing;
use crate::extract::{Json, Path, Query};
use crate::openapi::{BodyProblems, OutsideProblem, ReadProblems, WriteProblems};
use crate::paging::{self, Items, Listing, Nothing, Reading};
use crate::problem::Problem;

/// What to freeze.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateRelease {
    /// By default the one after the highest.
    version: Option<String>,
    /// Chosen tags by package; packages without one get the newest.
    #[serde(default)]
    packages: BTreeMap<String, String>,
}

/// A release that was created.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseCreated {
    /// Whose.
    project: String,
    /// Its version.
    version: String,
    /// Where it stands in the log.
    position: u64,
}

/// A release and how far it has come.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Release {
    /// Whose.
    project: String,
    /// Unique within the project.
    version: String,
    /// How it progresses.
    lifecycle: String,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
    /// Images with digests.
    packages: Vec<ReleasePackage>,
    /// Steps with components.
    steps: Vec<ReleaseStep>,
    /// The latest deployment that succeeded, by environment.
    environments: BTreeMap<String, String>,
}

/// A package with the version that was chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleasePackage {
    /// Its name in the project.
    name: String,
    /// The tag.
    version: String,
    /// Digest of the image's index.
    digest: String,
    /// What the cluster pulls.
    reference: String,
}

/// A step with the component that runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseStep {
    /// Its name in the process.
    name: String,
    /// Such as `deploy-containers@1`.
    uses: String,
    /// Digest of what that meant.
    component: String,
}

/// Creates a release. Access role: deployer.
#[utoipa::path(
    post, path = "/api/v1/projects/{project}/releases", operation_id = "createRelease", tag = "releases", security(("apiKey" = [])),
    params(("project" = String, Path, description = "The project's name")),
    request_body = CreateRelease,
    responses((status = 201, description = "Created", body = ReleaseCreated), WriteProblems, BodyProblems, OutsideProblem)
)]
pub(crate) async fn create(
    State(app): State<App>,
    Deployer(by): Deployer,
    Path(project): Path<String>,
    _: Query<Nothing>,
    Json(asked): Json<CreateRelease>,
) -> Result<(StatusCode, Json<ReleaseCreated>), Problem> {
    let packages = asked.packages.into_iter();
    let release = NewRelease {
        project: ProjectName::new(project.clone()),
        version: asked.version.map(ReleaseVersion::new),
        packages: packages
            .map(|(name, tag)| (PackageName::new(name), tag))
            .collect(),
    };
    let created = app.engine.create_release(&by, release).await?;
    let body = ReleaseCreated {
        project,
        version: created.version.to_string(),
        position: created.position.0,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Releases of a project, newest first. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/releases", operation_id = "listReleases", tag = "releases", security(("apiKey" = [])),
    params(("project" = String, Path, description = "The project's name"), Listing),
    responses((status = 200, description = "A page", body = Items<Release>), ReadProblems)
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Viewer,
    Path(project): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Items<Release>>, Problem> {
    app.reach(listing.min_position).await?;
    let limit = paging::limit(listing.limit)?;
    let skip = paging::place("releases", listing.cursor.as_deref())?.unwrap_or(0_usize);
    existing(&app, Kind::Project, &project).await?;
    let releases = app
        .engine
        .views()
        .releases(&ProjectName::new(project), skip, limit + 1)
        .await?;
    let items = releases.into_iter().map(Release::from).collect();
    let next = |_: &Release| paging::cursor("releases", skip.saturating_add(limit));
    Ok(Json(Items::page(items, limit, next)))
}

/// One release. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/releases/{version}", operation_id = "showRelease", tag = "releases", security(("apiKey" = [])),
    params(
        ("project" = String, Path, description = "The project's name"),
        ("version" = String, Path, description = "The release's version"),
        Reading
    ),
    responses((status = 200, description = "The release", body = Release), ReadProblems)
)]
pub(crate) async fn show(
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
        return Ok(Json(view.into()));
    }
    let releases = views.releases(&project, 0, usize::MAX).await?;
    let known: Vec<&str> = releases.iter().map(|it| it.release.version.as_str()).collect();
    Err(Problem::not_found(nearest::unknown("release", &version, &known)))
}

impl From<ReleaseView> for Release {
    fn from(view: ReleaseView) -> Self {
        let ReleaseView {
            release,
            created_at,
            created_by,
            event: _,
        } = view;
        let packages = release.packages.into_iter().map(|it| ReleasePackage {
            name: it.name.to_string(),
            version: it.version,
            digest: it.digest,
            reference: it.reference,
        });
        let steps = release.steps.into_iter().map(|it| ReleaseStep {
            name: it.step.name.to_string(),
            uses: it.step.uses,
            component: it.component.to_string(),
        });
        let environments = release.succeeded.into_iter();
        Self {
            project: release.project.to_string(),
            version: release.version.to_string(),
            lifecycle: release.lifecycle.to_string(),
            created_at,
            created_by: actor::name(&created_by),
            packages: packages.collect(),
            steps: steps.collect(),
            environments: environments
                .map(|(environment, deployment)| (environment.to_string(), deployment.to_string()))
                .collect(),
        }
    }
}
