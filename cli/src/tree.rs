//! A deployment as a tree of lines: itself, its steps, their targets, and what each of these has to say.

mod attempt;

use anstyle::{AnsiColor, Style};

use crate::deployment::{Deployment, Progress, Step, Target};
use crate::moment;

/// One thing that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// How deep in the tree.
    pub(crate) depth: usize,
    /// What it is about: a line that says something else about the same thing replaces this one.
    pub(crate) about: String,
    /// Where, in words: for people who see only this line. `None` where the line is told by those below it.
    pub(crate) place: Option<String>,
    /// Decides the sign and its colour.
    pub(crate) status: String,
    pub(crate) text: String,
}

/// The whole tree.
pub(crate) fn lines(deployment: &Deployment) -> Vec<Line> {
    let mut lines = vec![head(deployment)];
    if !deployment.has_ended() && deployment.cancel_requested {
        lines.push(said(deployment, "cancel", "asked to stop"));
    }
    if let Some(reason) = deployment
        .waiting_for
        .as_deref()
        .filter(|_| !deployment.has_ended())
    {
        lines.push(said(deployment, "wait", reason));
    }
    for step in &deployment.steps {
        lines.push(of_step(step));
        for target in &step.targets {
            of_target(&mut lines, step, target);
        }
    }
    lines.extend(rest(deployment).map(|it| said(deployment, "message", &it)));
    lines
}

fn head(deployment: &Deployment) -> Line {
    let Deployment {
        id,
        project,
        release,
        environment,
        status,
        ..
    } = deployment;
    let reason = deployment
        .reason
        .as_deref()
        .filter(|it| !it.is_empty() && it != status);
    let reason = reason.map(|it| format!(" ({it})")).unwrap_or_default();
    let took = match (&deployment.requested_at, &deployment.ended_at) {
        (Some(start), Some(end)) => moment::between(start, end).map(|it| format!(" after {it}")),
        _ => None,
    };
    let by = deployment
        .requested_by
        .as_deref()
        .map(|it| format!(", requested by {it}"))
        .unwrap_or_default();
    Line {
        depth: 0,
        about: "deployment".to_owned(),
        place: Some(id.clone()),
        status: status.clone(),
        text: format!(
            "{project} {release} to {environment}: {status}{reason}{}{by}",
            took.unwrap_or_default()
        ),
    }
}

/// What its message says beyond what its runs have said already.
fn rest(deployment: &Deployment) -> Option<String> {
    let mut rest = deployment.message.clone()?;
    for step in &deployment.steps {
        for target in &step.targets {
            let message = target
                .attempts
                .last()
                .and_then(|it| it.message.as_deref())
                .unwrap_or_default();
            rest = rest.replace(&format!("{} on {}: {message}", step.name, target.name), "");
        }
    }
    let rest = rest.trim();
    (!rest.is_empty()).then(|| rest.to_owned())
}

fn said(deployment: &Deployment, about: &str, text: &str) -> Line {
    let (about, place) = (about.to_owned(), Some(deployment.id.clone()));
    Line {
        depth: 1,
        about,
        place,
        status: String::new(),
        text: text.to_owned(),
    }
}

fn of_step(step: &Step) -> Line {
    let Step { name, uses, targets } = step;
    let status = targets
        .iter()
        .map(|it| it.status.as_str())
        .max_by_key(|it| weight(it))
        .unwrap_or("pending");
    Line {
        depth: 1,
        about: name.clone(),
        place: None,
        status: status.to_owned(),
        text: format!("{name} ({uses})"),
    }
}

/// What a step is called by when its targets differ: the most pressing.
fn weight(status: &str) -> usize {
    let order = [
        "succeeded",
        "pending",
        "cancelled",
        "interrupted",
        "running",
        "errored",
        "failed",
    ];
    order.iter().position(|it| *it == status).unwrap_or_default()
}

fn of_target(lines: &mut Vec<Line>, step: &Step, target: &Target) {
    let place = format!("{} on {}", step.name, target.name);
    let mut say = |depth, about: &str, status: &str, text: String| {
        let about = format!("{place}/{about}");
        lines.push(Line {
            depth,
            about,
            place: Some(place.clone()),
            status: status.to_owned(),
            text,
        });
    };
    say(2, "status", &target.status, target.status.clone());
    for attempt in &target.attempts {
        attempt::lines(&mut say, attempt, target.attempts.len() > 1);
    }
    let progress = target
        .progress
        .as_ref()
        .filter(|it| target.status == "running" && !it.message.is_empty());
    if let Some(progress) = progress {
        say(3, "progress", "", counted(progress));
    }
}

fn counted(progress: &Progress) -> String {
    match progress.total {
        0 => progress.message.clone(),
        total => format!("{} of {total}: {}", progress.done, progress.message),
    }
}

impl Line {
    /// As it stands in the tree, every line of it.
    pub(crate) fn drawn(&self) -> Vec<String> {
        let (sign, colour) = sign(&self.status);
        let indent = "  ".repeat(self.depth);
        let place = match (self.depth, &self.place) {
            (0, Some(id)) => format!("{id}: "),
            (2, Some(place)) => format!(
                "{}: ",
                place.rsplit_once(" on ").map_or(place.as_str(), |it| it.1)
            ),
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

fn sign(status: &str) -> (char, Style) {
    let (sign, colour) = match status {
        "succeeded" | "milestone" => ('✓', AnsiColor::Green),
        "failed" | "denied" => ('✗', AnsiColor::Red),
        "errored" => ('!', AnsiColor::Yellow),
        "cancelled" | "interrupted" => ('-', AnsiColor::Yellow),
        "running" => ('▸', AnsiColor::Cyan),
        _ => return ('·', Style::new().dimmed()),
    };
    (sign, colour.on_default())
}

#[cfg(test)]
mod tests;
