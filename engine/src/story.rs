//! A deployment's story: its facts folded, with the words that lie beside them; kept up with what is added.
//!
//! The fold is pure: whoever reads the log hands each event over with the body that `Story::body_of` asks for, or
//! without it where it was erased. `Engine::story` and `Engine::catch_up` do the reading.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shipslog_domain::deployment::{Attempt, Deed, Deployment, Status};
use shipslog_events::envelope::REASON;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::DeploymentEvent;
use shipslog_events::event::deployment::body::{DETAIL, INSTRUCTIONS, MESSAGE, VALUE};
use shipslog_events::event::process::{GateDecision, GateId};
use shipslog_events::ids::{AttemptId, DeploymentId, Position, StepName, StreamVersion, TargetName};
use shipslog_events::{Actor, Recorded, Stream};
use shipslog_log::ReadError;

use crate::engine::Engine;
use crate::load;
use crate::views::DeploymentView;

/// A deployment, from its request to the latest event that was told.
#[derive(Debug, Clone)]
pub struct Story {
    view: DeploymentView,
    version: StreamVersion,
    position: Position,
    reason: Option<String>,
    message: Option<String>,
    words: BTreeMap<AttemptId, Words>,
    gates: BTreeMap<GateId, GateStory>,
    cancel: Option<Cancel>,
}

/// Who asked a deployment to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// By whom.
    pub by: Actor,
    /// Why, as they said.
    pub reason: Option<String>,
}

/// What is told of a gate that the deployment has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateStory {
    /// When its time began.
    pub opened_at: Timestamp,
    /// What whoever decides should know.
    pub instructions: Option<String>,
    /// What was decided, by whom, when, and why as they said.
    pub decided: Option<GateDecided>,
}

/// A decision at a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateDecided {
    /// What was decided.
    pub decision: GateDecision,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why, as they said.
    pub reason: Option<String>,
}

/// What lies beside the facts of a run: a body, or its absence, for each of its deeds.
#[derive(Debug, Clone, Default)]
struct Words {
    message: Option<String>,
    deeds: Vec<Option<String>>,
}

/// A run with its words.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What the facts say.
    pub attempt: &'a Attempt,
    words: Option<&'a Words>,
}

impl Story {
    /// Begins with the event that requested the deployment; nothing where it is another.
    pub fn begin(requested: &Recorded) -> Option<Self> {
        let Event::Deployment(event) = &requested.event else {
            return None;
        };
        Some(Self {
            view: DeploymentView::evolve(None, requested, event)?,
            version: requested.version,
            position: requested.position,
            reason: None,
            message: None,
            words: BTreeMap::new(),
            gates: BTreeMap::new(),
            cancel: None,
        })
    }

    /// The body of an event that is part of the story. Of a sensitive output there is none: it is a handle.
    pub fn body_of(event: &Event) -> Option<&'static str> {
        let Event::Deployment(event) = event else {
            return None;
        };
        match event {
            DeploymentEvent::DeploymentEnded { .. }
            | DeploymentEvent::AttemptEnded { .. }
            | DeploymentEvent::AccessDenied { .. } => Some(MESSAGE),
            DeploymentEvent::MilestoneReached { .. } => Some(DETAIL),
            DeploymentEvent::OutputSet { sensitive, .. } => (!sensitive).then_some(VALUE),
            DeploymentEvent::GateOpened { .. } => Some(INSTRUCTIONS),
            DeploymentEvent::GateDecided { .. } | DeploymentEvent::CancelRequested {} => Some(REASON),
            DeploymentEvent::DeploymentRequested { .. }
            | DeploymentEvent::DeploymentStarted {}
            | DeploymentEvent::AttemptStarted { .. }
            | DeploymentEvent::AttemptResumed { .. } => None,
        }
    }

    /// Tells the next event, with its body where it is still there.
    pub fn tell(&mut self, recorded: &Recorded, body: Option<&[u8]>) {
        self.version = recorded.version;
        self.position = recorded.position;
        let Event::Deployment(event) = &recorded.event else {
            return;
        };
        if let Some(view) = DeploymentView::evolve(Some(self.view.clone()), recorded, event) {
            self.view = view;
        }
        let body = body.map(|it| String::from_utf8_lossy(it).into_owned());
        match event {
            DeploymentEvent::DeploymentEnded { .. } => self.message = body,
            DeploymentEvent::AttemptEnded { id, .. } => self.words(id).message = body,
            DeploymentEvent::AccessDenied { id, .. }
            | DeploymentEvent::MilestoneReached { id, .. }
            | DeploymentEvent::OutputSet { id, .. } => self.words(id).deeds.push(body),
            DeploymentEvent::GateOpened { id } => {
                let opened = GateStory {
                    opened_at: recorded.recorded_at,
                    instructions: body,
                    decided: None,
                };
                self.gates.insert(id.clone(), opened);
            }
            DeploymentEvent::GateDecided { id, decision } => {
                if let Some(gate) = self.gates.get_mut(id) {
                    gate.decided = Some(GateDecided {
                        decision: *decision,
                        by: recorded.actor.clone(),
                        at: recorded.recorded_at,
                        reason: body,
                    });
                }
            }
            DeploymentEvent::DeploymentRequested { .. }
            | DeploymentEvent::DeploymentStarted {}
            | DeploymentEvent::AttemptStarted { .. }
            | DeploymentEvent::AttemptResumed { .. } => {}
            DeploymentEvent::CancelRequested {} => {
                self.cancel = Some(Cancel {
                    by: recorded.actor.clone(),
                    reason: body,
                });
            }
        }
    }

    fn words(&mut self, id: &AttemptId) -> &mut Words {
        self.words.entry(id.clone()).or_default()
    }

    /// The deployment, as lists have it too.
    pub fn view(&self) -> &DeploymentView {
        &self.view
    }

    /// Position of the latest event told.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Why it was requested, as whoever did it said.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Why it ended so, and what was left behind.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// What is told of a gate; nothing where the deployment has not come to it.
    pub fn gate(&self, id: &GateId) -> Option<&GateStory> {
        self.gates.get(id)
    }

    /// Who asked it to stop; nothing where nobody did.
    pub fn cancel(&self) -> Option<&Cancel> {
        self.cancel.as_ref()
    }

    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        !self.view.deployment.is_open()
    }

    /// The runs of a step on a target, in order.
    pub fn runs<'a>(&'a self, step: &StepName, target: &TargetName) -> Vec<Run<'a>> {
        let of_both = |it: &&Attempt| it.id.step == *step && it.id.target == *target;
        let attempts = self.view.deployment.attempts.iter().filter(of_both);
        let with_words = |attempt: &'a Attempt| Run {
            attempt,
            words: self.words.get(&attempt.id),
        };
        attempts.map(with_words).collect()
    }
}

impl<'a> Run<'a> {
    /// What it said when it ended.
    pub fn message(self) -> Option<&'a str> {
        self.words?.message.as_deref()
    }

    /// What was recorded of it, in order, each with the text of its body.
    pub fn deeds(self) -> impl Iterator<Item = (&'a Deed, Option<&'a str>)> {
        let words = self.words.map_or(&[][..], |it| &it.deeds);
        let words = words.iter().map(Option::as_deref).chain(std::iter::repeat(None));
        self.attempt.deeds.iter().zip(words)
    }
}

impl Engine {
    /// A deployment's story so far; nothing where nobody requested it.
    pub async fn story(&self, id: DeploymentId) -> Result<Option<Story>, ReadError> {
        let first = self
            .events()
            .stream(Stream::Deployment(id), StreamVersion::NONE)
            .await?;
        let Some(mut story) = first.first().and_then(Story::begin) else {
            return Ok(None);
        };
        let reason = self.events().body(first[0].id, REASON).await?;
        story.reason = reason.map(|it| String::from_utf8_lossy(&it).into_owned());
        self.tell(&mut story, &first[1..]).await?;
        Ok(Some(story))
    }

    /// Tells a story what was added since.
    pub async fn catch_up(&self, story: &mut Story) -> Result<(), ReadError> {
        let stream = Stream::Deployment(story.view.deployment.id);
        let added = self.events().stream(stream, story.version).await?;
        self.tell(story, &added).await
    }

    async fn tell(&self, story: &mut Story, added: &[Recorded]) -> Result<(), ReadError> {
        for recorded in added {
            let body = match Story::body_of(&recorded.event) {
                Some(name) => self.events().body(recorded.id, name).await?,
                None => None,
            };
            story.tell(recorded, body.as_deref());
        }
        Ok(())
    }

    /// Whom a deployment in line waits for; nobody where it is not in line.
    pub async fn ahead_of(&self, deployment: &Deployment) -> Result<Option<DeploymentId>, ReadError> {
        match deployment.status {
            Status::Running | Status::Ended { .. } => Ok(None),
            Status::Waiting => {
                // The views have it at hand; where they are behind or away, the log has it all.
                if let Ok(Some(view)) = self.views().lane(&deployment.lane).await
                    && view.lane.waiting.contains(&deployment.id)
                {
                    return Ok(view.lane.ahead_of(deployment.id));
                }
                let lane = load::lane(self.events(), &deployment.lane).await?;
                Ok(lane.state.ahead_of(deployment.id))
            }
        }
    }
}

#[cfg(test)]
mod tests;
