//! How far a release has come: where it was asked for, where it has been, which phases of its lifecycle it has passed.

mod refusal;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shipslog_events::event::configuration::Phase;
use shipslog_events::event::deployment::Outcome;
use shipslog_events::event::progress::ProgressEvent;
use shipslog_events::ids::{DeploymentId, EnvironmentName};

use crate::release::Release;

pub use refusal::{EnterRefusal, PromoteRefusal};

/// How far one release has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The latest deployment that was accepted, by environment.
    pub requested: BTreeMap<EnvironmentName, DeploymentId>,
    /// Environments where a step of it ran, with the phase that they were in then.
    pub been: BTreeMap<EnvironmentName, Phase>,
    /// The latest deployment that succeeded, by environment.
    pub succeeded: BTreeMap<EnvironmentName, DeploymentId>,
    /// Deployments that have not ended.
    pub open: BTreeMap<DeploymentId, Open>,
    /// Phases that have succeeded, each with the environments that it had.
    pub phases: Vec<Phase>,
}

/// A deployment that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Where it goes.
    pub environment: EnvironmentName,
    /// The phase that the environment was in when it was asked for.
    pub phase: Phase,
}

/// The memory of how far a release has come.
#[must_use]
pub fn evolve(mut progress: Progress, event: &ProgressEvent) -> Progress {
    match event {
        ProgressEvent::EnvironmentRequested {
            phase,
            environment,
            deployment,
            ..
        } => {
            let open = Open {
                environment: environment.clone(),
                phase: phase.clone(),
            };
            progress.requested.insert(environment.clone(), *deployment);
            progress.open.insert(*deployment, open);
        }
        ProgressEvent::EnvironmentEnded {
            environment,
            deployment,
            outcome,
            ran,
            ..
        } => {
            let open = progress.open.remove(deployment);
            if let (true, Some(open)) = (*ran, open) {
                progress.been.insert(environment.clone(), open.phase);
            }
            if *outcome == Outcome::Succeeded {
                progress.succeeded.insert(environment.clone(), *deployment);
            }
        }
        ProgressEvent::PhaseSucceeded { phase, .. } => {
            progress.phases.push(phase.clone());
        }
    }
    progress
}

impl Progress {
    /// The phase in which a release goes to an environment, if every phase before it has succeeded. Where it has been it
    /// may always go again, whatever its lifecycle says now.
    pub fn may_enter(
        &self,
        release: &Release,
        phases: &[Phase],
        environment: &EnvironmentName,
    ) -> Result<Phase, EnterRefusal> {
        let at = phases.iter().position(|it| it.environments.contains(environment));
        if let Some(phase) = self.been.get(environment) {
            return Ok(at.map_or(phase, |it| &phases[it]).clone());
        }
        let Some(at) = at else {
            return Err(EnterRefusal::NotInLifecycle {
                lifecycle: release.lifecycle.clone(),
                environment: environment.clone(),
                phases: in_words(phases),
            });
        };
        for phase in &phases[..at] {
            let missing: Vec<String> = self.missing(phase).map(ToString::to_string).collect();
            if !missing.is_empty() {
                return Err(EnterRefusal::PhaseMissing {
                    version: release.version.clone(),
                    environment: environment.clone(),
                    phase: phase.name.clone(),
                    missing: missing.join(", "),
                });
            }
        }
        Ok(phases[at].clone())
    }

    /// Where promotion leads, at least to one: in the first phase that has not succeeded, the environments where the
    /// release neither has succeeded nor is on its way. A release that has succeeded nowhere is deployed, not promoted.
    pub fn promotion(
        &self,
        release: &Release,
        phases: &[Phase],
    ) -> Result<Vec<EnvironmentName>, PromoteRefusal> {
        let version = || release.version.clone();
        if let (Some(first), true) = (phases.first(), self.succeeded.is_empty()) {
            return Err(PromoteRefusal::NothingSucceeded {
                version: version(),
                phase: first.name.clone(),
            });
        }
        let Some(phase) = phases.iter().find(|it| self.missing(it).next().is_some()) else {
            return Err(PromoteRefusal::SucceededEverywhere {
                version: version(),
                lifecycle: release.lifecycle.clone(),
            });
        };
        let (mut ready, mut on_its_way) = (Vec::new(), Vec::new());
        for environment in self.missing(phase) {
            match self.open_in(environment) {
                None => ready.push(environment.clone()),
                Some(deployment) => on_its_way.push((environment, deployment)),
            }
        }
        match (ready.is_empty(), on_its_way.first()) {
            (true, Some((environment, deployment))) => Err(PromoteRefusal::OnItsWay {
                version: version(),
                environment: (*environment).clone(),
                deployment: *deployment,
            }),
            (_, _) => Ok(ready),
        }
    }

    /// A promotion that was overtaken leads nowhere else: `before` is what was known when it was decided first.
    pub fn is_overtaken(
        &self,
        release: &Release,
        environment: &EnvironmentName,
        before: Option<DeploymentId>,
    ) -> Result<(), PromoteRefusal> {
        match self.requested.get(environment) {
            Some(now) if Some(*now) != before => Err(PromoteRefusal::Overtaken {
                version: release.version.clone(),
                environment: environment.clone(),
                deployment: *now,
            }),
            Some(_) | None => Ok(()),
        }
    }

    fn open_in(&self, environment: &EnvironmentName) -> Option<DeploymentId> {
        let mut open = self.open.iter().filter(|it| it.1.environment == *environment);
        open.next().map(|it| *it.0)
    }

    /// Whether success in an environment is what a phase was waiting for, and nobody has said so yet.
    pub fn is_completed_by(&self, phase: &Phase, environment: &EnvironmentName) -> bool {
        !self.phases.contains(phase) && self.missing(phase).all(|it| it == environment)
    }

    fn missing<'a>(&'a self, phase: &'a Phase) -> impl Iterator<Item = &'a EnvironmentName> {
        let environments = phase.environments.iter();
        environments.filter(|it| !self.succeeded.contains_key(*it))
    }
}

fn in_words(phases: &[Phase]) -> String {
    let phase = |it: &Phase| {
        let environments: Vec<String> = it.environments.iter().map(ToString::to_string).collect();
        format!("{} ({})", it.name, environments.join(", "))
    };
    phases.iter().map(phase).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
