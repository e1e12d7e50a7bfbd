//! Requesting a deployment: everything is planned here, no choice is left to running.

use shipslog_events::event::configuration::Kind;
use shipslog_events::event::deployment::{DeploymentEvent, PlannedStep};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::release::{FrozenStep, ReleaseEvent};
use shipslog_events::ids::{DeploymentId, EnvironmentName, PhaseName, ProjectName, ReleaseVersion, StepName};
use shipslog_events::stream::LaneKey;
use shipslog_nearest as nearest;

use crate::NOT_FOUND;
use crate::configuration::Configuration;
use crate::release::{EnterRefusal, Release};

/// A release to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The release.
    pub release: &'a Release,
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
    phase: PhaseName,
    steps: Vec<PlannedStep>,
}

/// The facts of a request, each for its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The lane.
    pub lane: LaneKey,
    /// The project's slug, which names its stream.
    pub project_slug: String,
    /// For the deployment's stream.
    pub requested: DeploymentEvent,
    /// For the lane's.
    pub turn: LaneEvent,
    /// For the releases'.
    pub entered: ReleaseEvent,
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
    /// A step would run nowhere.
    #[error("step {step} of release {version} has no target in {environment} with one of the roles {roles}")]
    NoTarget {
        /// The step.
        step: StepName,
        /// The release.
        version: ReleaseVersion,
        /// Where it was to go.
        environment: EnvironmentName,
        /// The step's roles.
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
    /// The facts of this plan under a number reserved for it.
    pub fn numbered(self, id: DeploymentId) -> Facts {
        let Self {
            lane,
            project_slug,
            project,
            release,
            environment,
            phase,
            steps,
        } = self;
        Facts {
            requested: DeploymentEvent::DeploymentRequested {
                deployment: id,
                project: project.clone(),
                release: release.clone(),
                environment: environment.clone(),
                phase: phase.clone(),
                lane: lane.clone(),
                steps,
            },
            turn: LaneEvent::TurnRequested { deployment: id },
            entered: ReleaseEvent::PhaseEntered {
                project,
                version: release,
                phase,
                environment,
                deployment: id,
            },
            lane,
            project_slug,
        }
    }
}

/// Plans a deployment, or refuses it. A refusal costs no number.
pub fn plan(configuration: &Configuration, request: Request<'_>) -> Result<Plan, RequestRefusal> {
    let Request { release, environment } = request;
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
    let phase = release.may_enter(configuration.phases(&release.lifecycle), &environment)?;
    let steps = (release.steps.iter())
        .map(|step| planned(configuration, release, step, &environment))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Plan {
        lane: LaneKey::new(project_slug, environment_slug),
        project_slug: project_slug.to_owned(),
        project: release.project.clone(),
        release: release.version.clone(),
        environment,
        phase,
        steps,
    })
}

fn planned(
    configuration: &Configuration,
    release: &Release,
    step: &FrozenStep,
    environment: &EnvironmentName,
) -> Result<PlannedStep, RequestRefusal> {
    let targets = configuration.targets(environment, &step.step.roles);
    if targets.is_empty() {
        let roles: Vec<String> = step.step.roles.iter().map(ToString::to_string).collect();
        return Err(RequestRefusal::NoTarget {
            step: step.step.name.clone(),
            version: release.version.clone(),
            environment: environment.clone(),
            roles: roles.join(", "),
        });
    }
    Ok(PlannedStep {
        step: step.clone(),
        targets,
    })
}
