//! A deployment as a tree of lines: itself, its steps, their targets, and what each of these has to say.

mod attempt;
mod sign;

use std::fmt::{self, Display, Formatter};

use shipslog_api::deployments::{Deployment, Gate, GateStatus, Progress, RunStatus, Step, StepTarget};
use shipslog_events::ids::{DeploymentId, StepName, TargetName};

use crate::moment;

pub(crate) use sign::Sign;

/// One thing that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// How deep in the tree.
    pub(crate) depth: usize,
    /// What it is about: a line that says something else about the same thing replaces this one.
    pub(crate) about: String,
    /// Where, in words: for people who see only this line. `None` where the line is told by those below it.
    pub(crate) place: Option<Place>,
    /// What stands before it.
    pub(crate) sign: Sign,
    pub(crate) text: String,
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Of the deployment as a whole.
    Deployment(DeploymentId),
    /// Of a step on a target.
    Target { step: StepName, target: TargetName },
}

/// The whole tree.
pub(crate) fn lines(deployment: &Deployment) -> Vec<Line> {
    let item = &deployment.item;
    let mut lines = vec![head(deployment)];
    if item.cancel_requested {
        let by = deployment.cancelled_by.as_ref().map(|it| format!(" by {it}"));
        let because = deployment.cancelled_because.as_ref();
        let because = because.map(|it| format!(": {}", it.replace('\n', " ")));
        let asked = format!(
            "asked to stop{}{}",
            by.unwrap_or_default(),
            because.unwrap_or_default()
        );
        lines.push(said(deployment, "cancel", &asked));
    }
    if !item.status.is_end() {
        lines.extend(item.waits().map(|it| said(deployment, "wait", &it)));
    }
    for step in &deployment.steps {
        lines.push(of_step(item.id, step));
        for target in &step.targets {
            of_target(&mut lines, step, target);
        }
    }
    lines.extend(rest(deployment).map(|it| said(deployment, "message", &it)));
    lines
}

fn head(deployment: &Deployment) -> Line {
    let item = &deployment.item;
    let status = item.status.to_string();
    let reason = item.reason.map(|it| it.to_string());
    let reason = reason.filter(|it| *it != status);
    let reason = reason.map(|it| format!(" ({it})")).unwrap_or_default();
    let took = item
        .ended_at
        .and_then(|it| moment::between(item.requested_at, it));
    let took = took.map(|it| format!(" after {it}")).unwrap_or_default();
    let because = deployment.requested_because.as_ref();
    let because = because
        .map(|it| format!(": {}", it.replace('\n', " ")))
        .unwrap_or_default();
    Line {
        depth: 0,
        about: "deployment".to_owned(),
        place: Some(Place::Deployment(item.id)),
        sign: item.status.into(),
        text: format!(
            "{} {} to {}: {status}{reason}{took}, requested by {}{because}",
            item.project, item.release, item.environment, item.requested_by
        ),
    }
}

/// What its message says beyond what its runs have said already.
fn rest(deployment: &Deployment) -> Option<String> {
    let mut rest = deployment.message.clone()?;
    for step in &deployment.steps {
        for target in &step.targets {
            let latest = target.attempts.last().and_then(|it| it.message.as_deref());
            let said = format!("{}: {}", Place::of(step, target), latest.unwrap_or_default());
            rest = rest.replace(&said, "");
        }
    }
    let rest = rest.trim();
    (!rest.is_empty()).then(|| rest.to_owned())
}

fn said(deployment: &Deployment, about: &str, text: &str) -> Line {
    Line {
        depth: 1,
        about: about.to_owned(),
        place: Some(Place::Deployment(deployment.item.id)),
        sign: Sign::Plain,
        text: text.to_owned(),
    }
}

fn of_gate(deployment: DeploymentId, step: &Step, gate: &Gate) -> Line {
    let by = gate.decided_by.as_deref().unwrap_or_default();
    let on_one_line = |it: &String| format!(": {}", it.replace('\n', " "));
    let because = gate.decided_because.as_ref().map(on_one_line).unwrap_or_default();
    let instructions = gate.instructions.as_ref().filter(|it| !it.is_empty());
    let instructions = instructions.map(on_one_line).unwrap_or_default();
    let said = match (gate.status, gate.expires_at) {
        (GateStatus::Pending, _) => String::new(),
        (GateStatus::Open, Some(until)) => {
            format!(": open until {}{instructions}", moment::moment(until))
        }
        (GateStatus::Open, None) => format!(": open{instructions}"),
        (GateStatus::Passed, _) => format!(": passed by {by}{because}"),
        (GateStatus::Failed, _) => format!(": failed by {by}{because}"),
        (GateStatus::Expired, _) => ": not decided in its time".to_owned(),
        (GateStatus::Left, _) => ": left without a decision".to_owned(),
    };
    Line {
        depth: 1,
        about: format!("step/{}", step.name),
        place: Some(Place::Deployment(deployment)),
        sign: gate.status.into(),
        text: format!("{} (gate){said}", step.name),
    }
}

fn of_step(deployment: DeploymentId, step: &Step) -> Line {
    let Step {
        name,
        uses,
        targets,
        gate,
    } = step;
    if let Some(gate) = gate {
        return of_gate(deployment, step, gate);
    }
    let uses = uses.as_deref().unwrap_or_default();
    let pressing = targets.iter().map(|it| it.status).max_by_key(|it| weight(*it));
    let (place, skipped) = if targets.is_empty() {
        let skipped = ": skipped, as no target had one of its roles";
        (Some(Place::Deployment(deployment)), skipped)
    } else {
        (None, "")
    };
    Line {
        depth: 1,
        about: format!("step/{name}"),
        place,
        sign: pressing.map_or(Sign::Plain, Sign::from),
        text: format!("{name} ({uses}){skipped}"),
    }
}

/// What a step is called by when its targets differ: the most pressing.
fn weight(status: RunStatus) -> u8 {
    match status {
        RunStatus::Succeeded => 0,
        RunStatus::Pending => 1,
        RunStatus::Cancelled => 2,
        RunStatus::Running => 3,
        RunStatus::Errored => 4,
        RunStatus::Failed => 5,
    }
}

fn of_target(lines: &mut Vec<Line>, step: &Step, target: &StepTarget) {
    let place = Place::of(step, target);
    let mut say = |depth, about: &str, sign: Sign, text: String| {
        lines.push(Line {
            depth,
            about: format!("{place}/{about}"),
            place: Some(place.clone()),
            sign,
            text,
        });
    };
    say(2, "status", target.status.into(), target.status.to_string());
    for attempt in &target.attempts {
        attempt::lines(&mut say, attempt, target.attempts.len() > 1);
    }
    let progress = target
        .progress
        .as_ref()
        .filter(|it| target.status == RunStatus::Running && !it.message.is_empty());
    if let Some(progress) = progress {
        say(3, "progress", Sign::Plain, counted(progress));
    }
}

fn counted(progress: &Progress) -> String {
    match progress.total {
        0 => progress.message.clone(),
        total => format!("{} of {total}: {}", progress.done, progress.message),
    }
}

impl Place {
    fn of(step: &Step, target: &StepTarget) -> Self {
        Self::Target {
            step: step.name.clone(),
            target: target.target.clone(),
        }
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deployment(id) => write!(f, "{id}"),
            Self::Target { step, target } => write!(f, "{step} on {target}"),
        }
    }
}

impl Line {
    /// As it stands in the tree, every line of it.
    pub(crate) fn drawn(&self) -> Vec<String> {
        let (sign, colour) = self.sign.drawn();
        let indent = "  ".repeat(self.depth);
        let place = match (self.depth, &self.place) {
            (0, Some(Place::Deployment(id))) => format!("{id}: "),
            (2, Some(Place::Target { target, .. })) => format!("{target}: "),
            _ => String::new(),
        };
        let text = format!("{place}{}", self.text);
        let mut parts = text.lines();
        let first = format!(
            "{indent}{colour}{sign}{colour:#} {}",
            parts.next().unwrap_or_default()
        );
        std::iter::once(first)
            .chain(parts.map(|it| format!("{indent}  {it}")))
            .collect()
    }
}

#[cfg(test)]
mod tests;
