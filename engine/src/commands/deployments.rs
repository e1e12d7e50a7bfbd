//! Deployments: accepted, promoted, cancelled. What happens then is the driver's.

use std::sync::OnceLock;

use shipslog_domain::NOT_FOUND;
use shipslog_domain::deployment::{self, Command, Facts, Request};
use shipslog_events::Stream;
use shipslog_events::ids::{
    DeploymentId, EnvironmentName, Position, ProjectName, ReleaseVersion, StreamVersion,
};
use shipslog_log::{Append, Expected, Guard};
use shipslog_nearest as nearest;

use super::{Accepted, By, Commands, Error, stream};
use crate::configurations::Configured;
use crate::load::{self, Loaded, ReleaseHistory};

impl Commands {
    /// Accepts a deployment of a release to an environment.
    pub async fn deploy(
        &self,
        by: &By,
        project: &ProjectName,
        release: &ReleaseVersion,
        environment: &EnvironmentName,
    ) -> Result<Accepted, Error> {
        self.request(by, project, release, Some(environment)).await
    }

    /// Accepts a deployment to the next environment where the release has not succeeded.
    pub async fn promote(
        &self,
        by: &By,
        project: &ProjectName,
        release: &ReleaseVersion,
    ) -> Result<Accepted, Error> {
        self.request(by, project, release, None).await
    }

    /// Asks a deployment to stop. Asking twice is asking once.
    pub async fn cancel(&self, by: &By, id: DeploymentId) -> Result<Position, Error> {
        let log = &*self.log;
        let decide = || async {
            let Some(loaded) = load::deployment(log, id).await? else {
                return Err(Error::NotFound(format!(
                    "there is no {id}; `shipslog get deployments` lists them"
                )));
            };
            let events = deployment::decide(&loaded.state.deployment, Command::Cancel)
                .map_err(|refusal| Error::refused(refusal.code(), refusal))?;
            let append = (!events.is_empty()).then(|| {
                let expected = Expected::Version(loaded.version);
                let asked = stream(Stream::Deployment(id), expected, events);
                by.append(vec![asked])
            });
            Ok((append, ()))
        };
        Ok(self.persist(decide).await?.1)
    }

    async fn request(
        &self,
        by: &By,
        project: &ProjectName,
        version: &ReleaseVersion,
        environment: Option<&EnvironmentName>,
    ) -> Result<Accepted, Error> {
        let log = &*self.log;
        let first = OnceLock::new();
        let decide = || async {
            let configured = self.configurations.load().await?;
            let (slug, history) = self.releases_of(&configured.state, project).await?;
            let release = history
                .state
                .releases
                .existing(version)
                .map_err(|it| Error::refused(NOT_FOUND, it))?;
            let progress = load::progress(log, Stream::Progress(slug, version.clone())).await?;
            let configuration = &configured.state.configuration;
            let phases = configuration.phases(&release.lifecycle);
            // A promotion depends on how far the release has come; where people say it themselves, they do not get into
            // each other's way.
            let (environment, expected) = if let Some(environment) = environment {
                (environment.clone(), Expected::Any)
            } else {
                let progressed = &progress.state.progress;
                // Whoever promotes at the same moment must not send it further than anybody meant.
                let next = match first.get() {
                    Some((led, before)) => progressed.is_overtaken(release, led, *before),
                    None => Ok(()),
                };
                let next = next.and_then(|()| progressed.promotion(release, phases));
                let next = next.map_err(|it| Error::refused(it.code(), it))?;
                first.get_or_init(|| (next.clone(), progressed.requested.get(&next).copied()));
                (next, Expected::Version(progress.version))
            };
            let asked = Request {
                release,
                progress: &progress.state.progress,
                environment: environment.clone(),
            };
            let plan = deployment::plan(configuration, asked).map_err(|it| Error::refused(it.code(), it))?;
            let id = log.reserve_deployment().await.map_err(Error::internal)?;
            let append = append_of(by, id, plan.numbered(id), expected, configured.version);
            Ok((Some(append), (id, environment)))
        };
        let ((deployment, environment), position) = self.transact(decide).await?;
        Ok(Accepted {
            deployment,
            environment,
            position,
        })
    }

    /// A project's slug and releases, or a refusal that names the nearest project.
    pub(super) async fn releases_of(
        &self,
        configured: &Configured,
        project: &ProjectName,
    ) -> Result<(String, Loaded<ReleaseHistory>), Error> {
        let Some(slug) = configured.configuration.project_slug(project) else {
            let known = configured
                .configuration
                .names(shipslog_events::event::configuration::Kind::Project);
            return Err(Error::NotFound(nearest::unknown(
                "project",
                project.as_str(),
                &known,
            )));
        };
        let history = load::releases(&*self.log, slug).await?;
        Ok((slug.to_owned(), history))
    }
}

/// The lane is not held to a version: in line there is always room.
fn append_of(
    by: &By,
    id: DeploymentId,
    plan: Facts,
    progress: Expected,
    configuration: StreamVersion,
) -> Append {
    let unheard_of = Expected::Version(StreamVersion::NONE);
    let streams = vec![
        stream(Stream::Deployment(id), unheard_of, [plan.requested]),
        stream(plan.progress, progress, [plan.going]),
        stream(Stream::Lane(plan.lane), Expected::Any, [plan.turn]),
    ];
    Append {
        guards: vec![Guard {
            stream: Stream::Configuration,
            version: configuration,
        }],
        ..by.append(streams)
    }
}
