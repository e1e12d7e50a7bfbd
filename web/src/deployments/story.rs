//! A deployment as its own stream tells it, with the words that lie beside the facts; kept up with what is added.

use serde_json::Value;
use shipslog_domain::deployment::{self, Attempt as Run, AttemptState, Deed, Status};
use shipslog_engine::Engine;
use shipslog_engine::views::DeploymentView;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{AttemptId, DeploymentEvent, EndReason};
use shipslog_events::ids::{DeploymentId, EventId, Position, StepName, StreamVersion, TargetName};
use shipslog_events::{Recorded, Stream};

use super::shown::{
    Attempt, Denial, Deployment, DeploymentItem, Milestone, Output, Progress, RunStatus, Step, StepTarget,
};
use crate::problem::Problem;

/// A deployment, from its request to the latest event read.
pub(crate) struct Story {
    engine: Engine,
    view: DeploymentView,
    version: StreamVersion,
    position: Position,
    message: Option<String>,
    words: Vec<(AttemptId, Words)>,
}

/// What lies beside the facts of a run.
#[derive(Default)]
struct Words {
    message: Option<String>,
    refusals: Vec<Option<String>>,
    details: Vec<Option<Value>>,
    values: Vec<Option<Value>>,
}

impl Story {
    /// Reads a deployment from the beginning.
    pub(crate) async fn read(engine: &Engine, id: DeploymentId) -> Result<Self, Problem> {
        let events = engine
            .log()
            .stream(Stream::Deployment(id), StreamVersion::NONE)
            .await?;
        let view = events.first().and_then(begin);
        let view = view.ok_or_else(|| super::unknown(id))?;
        let mut story = Self {
            engine: engine.clone(),
            view,
            version: StreamVersion::NONE,
            position: Position::START,
            message: None,
            words: Vec::new(),
        };
        for recorded in events {
            story.add(recorded).await?;
        }
        Ok(story)
    }

    /// Reads what was added.
    pub(crate) async fn catch_up(&mut self) -> Result<(), Problem> {
        let stream = Stream::Deployment(self.view.deployment.id);
        for recorded in self.engine.log().stream(stream, self.version).await? {
            self.add(recorded).await?;
        }
        Ok(())
    }

    /// Whether nothing more will happen.
    pub(crate) fn is_over(&self) -> bool {
        !self.view.deployment.is_open()
    }

    /// The step and target of a run by its name in the task log; names may hold slashes, so that only the plan tells
    /// where one ends.
    pub(crate) fn run(&self, name: &str) -> (String, String, u32) {
        let (place, attempt) = name.rsplit_once('/').unwrap_or((name, ""));
        let planned = self.view.deployment.steps.iter().flat_map(|planned| {
            let step = &planned.step.step.name;
            planned.targets.iter().map(move |target| (step, target))
        });
        let found = planned
            .map(|(step, target)| (step.to_string(), target.to_string()))
            .find(|(step, target)| place == format!("{step}/{target}"));
        let (step, target) = found.unwrap_or_else(|| (place.to_owned(), String::new()));
        (step, target, attempt.parse().unwrap_or_default())
    }

    /// The deployment as it is to be shown now.
    pub(crate) async fn now(&self) -> Result<Deployment, Problem> {
        let deployment = &self.view.deployment;
        let waiting_for = waiting_for(&self.engine, deployment).await?;
        let live = self.engine.live().of(deployment.id);
        let progress = |id: &AttemptId| {
            live.iter().find(|it| it.attempt == *id).map(|it| Progress {
                done: it.done,
                total: it.total,
                message: it.message.clone(),
            })
        };
        let steps = deployment.steps.iter().map(|planned| Step {
            name: planned.step.step.name.to_string(),
            uses: planned.step.step.uses.clone(),
            targets: planned
                .targets
                .iter()
                .map(|target| self.target(&planned.step.step.name, target, progress))
                .collect(),
        });
        Ok(Deployment {
            message: self.message.clone(),
            position: self.position.0,
            steps: steps.collect(),
            item: DeploymentItem::new(self.view.clone(), waiting_for),
        })
    }

    fn target(
        &self,
        step: &StepName,
        target: &TargetName,
        progress: impl Fn(&AttemptId) -> Option<Progress>,
    ) -> StepTarget {
        let runs = self.view.deployment.attempts.iter();
        let runs: Vec<&Run> = runs
            .filter(|it| it.id.step == *step && it.id.target == *target)
            .collect();
        let latest = runs.last().copied();
        StepTarget {
            target: target.to_string(),
            status: latest.map_or(RunStatus::Pending, status),
            progress: latest
                .filter(|it| it.state == AttemptState::Running)
                .and_then(|it| progress(&it.id)),
            attempts: runs.into_iter().map(|it| self.attempt(it)).collect(),
        }
    }

    fn attempt(&self, run: &Run) -> Attempt {
        let words = self.words.iter().find(|(id, _)| *id == run.id).map(|(_, it)| it);
        let mut refusals = words.into_iter().flat_map(|it| it.refusals.iter().cloned());
        let mut details = words.into_iter().flat_map(|it| it.details.iter().cloned());
        let mut values = words.into_iter().flat_map(|it| it.values.iter().cloned());
        let mut attempt = Attempt {
            number: run.id.attempt.0,
            status: status(run),
            resumed: run.resumed,
            end_reason: end_reason(run),
            message: words.and_then(|it| it.message.clone()),
            milestones: Vec::new(),
            denials: Vec::new(),
            outputs: Vec::new(),
        };
        for deed in &run.deeds {
            match deed {
                Deed::Denied { layer, rule } => attempt.denials.push(Denial {
                    layer: layer.to_string(),
                    rule: rule.clone(),
                    message: refusals.next().flatten(),
                }),
                Deed::Milestone { name } => attempt.milestones.push(Milestone {
                    name: name.clone(),
                    detail: details.next().flatten(),
                }),
                Deed::Output { name, sensitive } => attempt.outputs.push(Output {
                    name: name.clone(),
                    sensitive: *sensitive,
                    value: values.next().flatten(),
                }),
            }
        }
        attempt
    }

    async fn add(&mut self, recorded: Recorded) -> Result<(), Problem> {
        self.version = recorded.version;
        self.position = recorded.position;
        let Event::Deployment(event) = &recorded.event else {
            return Ok(());
        };
        if recorded.id != self.view.event {
            let before = self.view.deployment.clone();
            if let Some(after) = deployment::evolve(Some(before), event) {
                self.view.deployment = after;
            }
        }
        match event {
            DeploymentEvent::DeploymentEnded { .. } => {
                self.view.ended_at = Some(recorded.recorded_at);
                self.message = self.text(recorded.id, "message").await?;
            }
            DeploymentEvent::AttemptEnded { id, .. } => {
                let message = self.text(recorded.id, "message").await?;
                self.words(id).message = message;
            }
            DeploymentEvent::AccessDenied { id, .. } => {
                let message = self.text(recorded.id, "message").await?;
                self.words(id).refusals.push(message);
            }
            DeploymentEvent::MilestoneReached { id, .. } => {
                let detail = self.json(recorded.id, "detail").await?;
                self.words(id).details.push(detail);
            }
            DeploymentEvent::OutputSet { id, sensitive, .. } => {
                let value = match sensitive {
                    true => None,
                    false => self.json(recorded.id, "value").await?,
                };
                self.words(id).values.push(value);
            }
            DeploymentEvent::DeploymentRequested { .. }
            | DeploymentEvent::DeploymentStarted {}
            | DeploymentEvent::AttemptStarted { .. }
            | DeploymentEvent::AttemptResumed { .. }
            | DeploymentEvent::CancelRequested {} => {}
        }
        Ok(())
    }

    fn words(&mut self, id: &AttemptId) -> &mut Words {
        let at = self.words.iter().position(|(known, _)| known == id);
        let at = at.unwrap_or_else(|| {
            self.words.push((id.clone(), Words::default()));
            self.words.len() - 1
        });
        &mut self.words[at].1
    }

    /// A body that is text; nothing where there is none or it was erased.
    async fn text(&self, event: EventId, name: &str) -> Result<Option<String>, Problem> {
        let bytes = self.engine.log().body(event, name.to_owned()).await?;
        Ok(bytes.map(|it| String::from_utf8_lossy(&it).into_owned()))
    }

    /// A body that is JSON; as text where it is not.
    async fn json(&self, event: EventId, name: &str) -> Result<Option<Value>, Problem> {
        let text = self.text(event, name).await?;
        Ok(text.map(|it| serde_json::from_str(&it).unwrap_or(Value::String(it))))
    }
}

/// What a waiting deployment waits for, in words.
pub(super) async fn waiting_for(
    engine: &Engine,
    deployment: &deployment::Deployment,
) -> Result<Option<String>, Problem> {
    match deployment.status {
        Status::Running | Status::Ended { .. } => Ok(None),
        Status::Waiting => {
            let lane = engine.views().lane(&deployment.lane).await?;
            let ahead = lane.and_then(|it| it.lane.ahead_of(deployment.id));
            Ok(ahead.map(|it| format!("waiting for {it} in {}", deployment.environment)))
        }
    }
}

fn begin(recorded: &Recorded) -> Option<DeploymentView> {
    let Event::Deployment(event) = &recorded.event else {
        return None;
    };
    Some(DeploymentView {
        deployment: deployment::evolve(None, event)?,
        event: recorded.id,
        requested_at: recorded.recorded_at,
        requested_by: recorded.actor.clone(),
        ended_at: None,
        ended_by: None,
    })
}

fn status(run: &Run) -> RunStatus {
    match run.state {
        AttemptState::Running => RunStatus::Running,
        AttemptState::Ended { outcome, .. } => outcome.into(),
    }
}

fn end_reason(run: &Run) -> Option<EndReason> {
    match run.state {
        AttemptState::Running => None,
        AttemptState::Ended { reason, .. } => reason,
    }
}
