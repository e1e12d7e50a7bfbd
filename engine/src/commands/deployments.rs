//! Deployments: accepted, promoted, cancelled. What happens then is the driver's.

use std::sync::OnceLock;

use shipslog_domain::NOT_FOUND;
use shipslog_domain::configuration::Configuration;
use shipslog_domain::deployment::{self, Command, Facts, Request};
use shipslog_domain::progress::{Progress, PromoteRefusal};
use shipslog_domain::release::Release;
use shipslog_events::Stream;
use shipslog_events::event::process::GateDecision;
use shipslog_events::ids::{
    DeploymentId, EnvironmentName, Position, ProjectName, ReleaseVersion, StepName, StreamVersion,
};
use shipslog_log::{Append, Expected, Guard};
use shipslog_nearest as nearest;

use super::{Accepted, AcceptedDeployment, By, Commands, Destination, Error, stream};
use crate::configurations::Configured;
use crate::load::{self, Loaded, ReleaseHistory};

impl Commands {
    /// Accepts a deployment of a release to each environment that is meant, or to none.
    pub async fn deploy(
        &self,
        by: &By,
        project: &ProjectName,
        version: &ReleaseVersion,
        to: &Destination,
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
            let progressed = &progress.state.progress;
            let configuration = &configured.state.configuration;
            let mut plans = Vec::new();
            for environment in destinations(to, &first, configuration, release, progressed)? {
                let asked = Request {
                    release,
                    progress: progressed,
                    environment: environment.clone(),
                };
                let plan = deployment::plan(configuration, asked);
                let plan = plan.map_err(|it| Error::refused(it.code(), it))?;
                let lane = load::lane(log, plan.lane()).await?.state;
                lane.admits(&environment, plan.is_ready(), plan.supersedes())
                    .map_err(|it| Error::refused(it.code(), it))?;
                plans.push((environment, plan));
            }
            let (mut requests, mut accepted) = (Vec::new(), Vec::new());
            for (environment, plan) in plans {
                let deployment = log.reserve_deployment().await.map_err(Error::internal)?;
                requests.push((deployment, plan.numbered(deployment)));
                accepted.push(AcceptedDeployment {
                    deployment,
                    environment,
                });
            }
            let expected = to.expects(progress.version);
            let append =
                (!requests.is_empty()).then(|| append_of(by, requests, expected, configured.version));
            Ok((append, accepted))
        };
        let (deployments, position) = self.transact(by, decide).await?;
        Ok(Accepted {
            deployments,
            position,
        })
    }

    /// Asks a deployment to stop. Asking twice is asking once.
    pub async fn cancel(&self, by: &By, id: DeploymentId) -> Result<Position, Error> {
        let log = &*self.log;
        let decide = || async {
            let Some(loaded) = load::deployment(log, id).await? else {
                return Err(unknown(id));
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
        Ok(self.persist(by, decide).await?.1)
    }

    /// Passes or fails a gate that a deployment waits at.
    pub async fn decide_gate(
        &self,
        by: &By,
        id: DeploymentId,
        gate: &StepName,
        decision: GateDecision,
    ) -> Result<Position, Error> {
        let log = &*self.log;
        let decide = || async {
            let Some(loaded) = load::deployment(log, id).await? else {
                return Err(unknown(id));
            };
            let deployment = &loaded.state.deployment;
            let lane = load::lane(log, &deployment.lane).await?.state;
            if let Some(by) = lane.superseded_by(id) {
                let sentence = format!("{id} gives way to {by}, which was requested while it was in line");
                return Err(Error::refused("superseded", sentence));
            }
            let gate = deployment
                .gate(gate)
                .map_err(|it| Error::refused(it.code(), it))?;
            let decided = deployment::decide_gate(deployment, gate.id(), decision)
                .map_err(|it| Error::refused(it.code(), it))?;
            let expected = Expected::Version(loaded.version);
            let lane = Stream::Lane(deployment.lane.clone());
            let turn = decided.turn.map(|it| stream(lane, Expected::Any, [it]));
            let decided = stream(Stream::Deployment(id), expected, decided.decided);
            let append = by.append(std::iter::once(decided).chain(turn).collect());
            Ok((Some(append), ()))
        };
        Ok(self.persist(by, decide).await?.1)
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

fn unknown(id: DeploymentId) -> Error {
    Error::NotFound(format!("there is no {id}; `shipslog get deployments` lists them"))
}

impl Destination {
    /// A promotion depends on how far the release has come; where people say it themselves, they do not get into each
    /// other's way.
    fn expects(&self, progress: StreamVersion) -> Expected {
        match self {
            Self::Environments(_) => Expected::Any,
            Self::NextEnvironment | Self::NextPhase => Expected::Version(progress),
        }
    }
}

/// Where a promotion led when it was decided first, with what had been requested there.
type Led = Vec<(EnvironmentName, Option<DeploymentId>)>;

/// The environments that are meant, each once. Whoever promotes at the same moment must not send the release further
/// than anybody meant.
fn destinations(
    to: &Destination,
    first: &OnceLock<Led>,
    configuration: &Configuration,
    release: &Release,
    progress: &Progress,
) -> Result<Vec<EnvironmentName>, Error> {
    if let Destination::Environments(environments) = to {
        let once = environments.iter().enumerate();
        let once = once.filter(|(at, it)| !environments[..*at].contains(it));
        return Ok(once.map(|(_, it)| it.clone()).collect());
    }
    let refused = |it: PromoteRefusal| Error::refused(it.code(), it);
    for (led, before) in first.get().into_iter().flatten() {
        progress.is_overtaken(release, led, *before).map_err(refused)?;
    }
    let phases = configuration.phases(&release.lifecycle);
    let mut next = progress.promotion(release, phases).map_err(refused)?;
    if *to == Destination::NextEnvironment {
        next.truncate(1);
    }
    let before = |it: &EnvironmentName| (it.clone(), progress.requested.get(it).copied());
    first.get_or_init(|| next.iter().map(before).collect());
    Ok(next)
}

/// The lanes are not held to a version: of those who ask at the same moment, all get into line.
fn append_of(
    by: &By,
    requests: Vec<(DeploymentId, Facts)>,
    progress: Expected,
    configuration: StreamVersion,
) -> Append {
    let unheard_of = Expected::Version(StreamVersion::NONE);
    let (mut streams, mut going) = (Vec::new(), Vec::new());
    let mut of_release = None;
    for (id, request) in requests {
        streams.push(stream(Stream::Deployment(id), unheard_of, [request.requested]));
        streams.push(stream(Stream::Lane(request.lane), Expected::Any, [request.turn]));
        going.push(request.going);
        of_release = Some(request.progress);
    }
    streams.extend(of_release.map(|it| stream(it, progress, going)));
    Append {
        guards: vec![Guard {
            stream: Stream::Configuration,
            version: configuration,
        }],
        ..by.append(streams)
    }
}
