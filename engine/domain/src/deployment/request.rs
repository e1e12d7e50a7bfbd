//! Requesting a deployment: everything is planned here, no choice is left to running.

use std::collections::BTreeSet;

use shipslog_events::event::configuration::{DocumentFacts, Kind, Phase};
use shipslog_events::event::deployment::{DeploymentEvent, PlannedStep, PlannedTarget};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::process::{self, Entry};
use shipslog_events::event::progress::ProgressEvent;
use shipslog_events::event::release::FrozenStep;
use shipslog_events::ids::{DeploymentId, EnvironmentName, ProjectName, ReleaseVersion, TargetName};
use shipslog_events::stream::{LaneKey, Stream};
use shipslog_nearest as nearest;

use super::gates::gates_before_first_run;
use crate::NOT_FOUND;
use crate::configuration::Configuration;
use crate::progress::{EnterRefusal, Progress};
use crate::release::Release;

/// A release to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The release.
    pub release: &'a Release,
    /// How far it has come.
    pub progress: &'a Progress,
    /// Where to.
    pub environment: EnvironmentName,
}

/// Everything about a deployment but its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    lane: LaneKey,
    project_slug: String,
    project: ProjectName,
    release: ReleaseVersion,
    environment: EnvironmentName,
    phase: Phase,
    process: Vec<Entry<PlannedStep>>,
    targets: Vec<PlannedTarget>,
    supersedes: bool,
}

/// The facts of a request, each for its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The lane.
    pub lane: LaneKey,
    /// How far the release has come.
    pub progress: Stream,
    /// For the deployment's stream.
    pub requested: DeploymentEvent,
    /// For the lane's.
    pub turn: LaneEvent,
    /// For the progress of the release.
    pub going: ProgressEvent,
}

/// Why a deployment was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefusal {
    /// There is no such environment.
    #[error("{0}")]
    UnknownEnvironment(String),
    /// The lifecycle does not allow it, or not yet.
    #[error(transparent)]
    Phase(#[from] EnterRefusal),
    /// No step would run anywhere.
    #[error(
        "nothing of release {version} would run in {environment}: no target there has a role of its steps ({roles}); \
         apply one that has"
    )]
    NoTarget {
        /// The release that was asked for.
        version: ReleaseVersion,
        /// Where it was to go.
        environment: EnvironmentName,
        /// The steps with their roles, in words.
        roles: String,
    },
}

impl RequestRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownEnvironment(_) => NOT_FOUND,
            Self::Phase(refusal) => refusal.code(),
            Self::NoTarget { .. } => "no-target",
        }
    }
}

impl Plan {
    /// The lane that it goes through.
    pub fn lane(&self) -> &LaneKey {
        &self.lane
    }

    /// Whether those in line give way to it.
    pub fn supersedes(&self) -> bool {
        self.supersedes
    }

    /// Whether it stands in line as ready: others pass it while it waits at a gate before its first run.
    pub fn is_ready(&self) -> bool {
        gates_before_first_run(&self.process).next().is_none()
    }

    /// The facts of this plan under a number reserved for it.
    pub fn numbered(self, id: DeploymentId) -> Facts {
        let ready = self.is_ready();
        let Self {
            lane,
            project_slug,
            project,
            release,
            environment,
            phase,
            process,
            targets,
            supersedes,
        } = self;
        Facts {
            requested: DeploymentEvent::DeploymentRequested {
                deployment: id,
                project: project.clone(),
                release: release.clone(),
                environment: environment.clone(),
                phase: phase.clone(),
                lane: lane.clone(),
                process,
                targets,
            },
            turn: LaneEvent::TurnRequested {
                deployment: id,
                ready,
                supersedes,
            },
            progress: Stream::Progress(project_slug, release.clone()),
            going: ProgressEvent::EnvironmentRequested {
                project,
                version: release,
                phase,
                environment,
                deployment: id,
            },
            lane,
        }
    }
}

/// Plans a deployment, or refuses it. A refusal costs no number.
pub fn plan(configuration: &Configuration, request: Request<'_>) -> Result<Plan, RequestRefusal> {
    let Request {
        release,
        progress,
        environment,
    } = request;
    let (Some(project_slug), Some(environment_slug)) = (
        configuration.project_slug(&release.project),
        configuration.environment_slug(&environment),
    ) else {
        let known = configuration.names(Kind::Environment);
        return Err(RequestRefusal::UnknownEnvironment(nearest::unknown(
            "environment",
            environment.as_str(),
            &known,
        )));
    };
    let phases = configuration.phases(&release.lifecycle);
    let phase = progress.may_enter(release, phases, &environment)?;
    let planned = |step: &FrozenStep| PlannedStep {
        targets: configuration.targets(&environment, &step.step.roles),
        step: step.clone(),
    };
    let process: Vec<Entry<PlannedStep>> = release.process.iter().map(|it| it.map(planned)).collect();
    if process::runs(&process).all(|it| it.targets.is_empty()) {
        return Err(RequestRefusal::NoTarget {
            version: release.version.clone(),
            environment,
            roles: roles(process::runs(&release.process)),
        });
    }
    Ok(Plan {
        lane: LaneKey::new(project_slug, environment_slug),
        project_slug: project_slug.to_owned(),
        project: release.project.clone(),
        release: release.version.clone(),
        environment,
        phase,
        targets: planned_targets(configuration, &process),
        process,
        supersedes: configuration.supersedes(&release.project),
    })
}

/// All targets of a process as they are now, each once.
fn planned_targets(configuration: &Configuration, process: &[Entry<PlannedStep>]) -> Vec<PlannedTarget> {
    let names: BTreeSet<&TargetName> = process::runs(process).flat_map(|it| &it.targets).collect();
    let planned = |name: &TargetName| {
        let entry = configuration.get(Kind::Target, name.as_str())?;
        let DocumentFacts::Target {
            account,
            certificate,
            namespace,
            roles,
            ..
        } = &entry.facts
        else {
            return None;
        };
        Some(PlannedTarget {
            name: name.clone(),
            revision: entry.revision,
            account: account.clone(),
            certificate: certificate.clone(),
            namespace: namespace.clone(),
            roles: roles.clone(),
        })
    };
    names.into_iter().filter_map(planned).collect()
}

fn roles<'a>(steps: impl Iterator<Item = &'a FrozenStep>) -> String {
    let roles = |it: &FrozenStep| {
        let roles: Vec<String> = it.step.roles.iter().map(ToString::to_string).collect();
        format!("{}: {}", it.step.name, roles.join(", "))
    };
    steps.map(roles).collect::<Vec<_>>().join("; ")
}
