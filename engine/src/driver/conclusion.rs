//! How a deployment ended, in words: what its attempts said, and what it left in the cluster.

use shipslog_domain::deployment::Deployment;
use shipslog_domain::objects::State;
use shipslog_events::Actor;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::body::MESSAGE;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEvent, Outcome};
use shipslog_events::event::process::GateDecision;
use shipslog_events::ids::{AttemptId, DeploymentId};
use shipslog_log::{EventReader, ReadError};

use crate::load::{DeploymentHistory, ObjectsHistory};

/// How a deployment ended, in words, with what it left in the cluster.
pub(super) async fn conclusion(
    log: &dyn EventReader,
    history: &DeploymentHistory,
    objects: &ObjectsHistory,
    outcome: Outcome,
    superseded_by: Option<DeploymentId>,
) -> Result<String, ReadError> {
    if outcome == Outcome::Succeeded {
        return Ok(match skipped(history) {
            None => "every step succeeded on every target".to_owned(),
            Some(skipped) => format!("every step that had a target succeeded on every target\n{skipped}"),
        });
    }
    let mut sentences = Vec::new();
    for attempt in history.deployment.latest_attempts().into_values() {
        match attempt.outcome() {
            Some(AttemptOutcome::Succeeded) | None => continue,
            Some(AttemptOutcome::Failed | AttemptOutcome::Errored | AttemptOutcome::Cancelled) => {}
        }
        let said = said(log, history, &attempt.id).await?;
        sentences.push(format!("{} on {}: {said}", attempt.id.step, attempt.id.target));
    }
    sentences.extend(gate(history));
    if let (Outcome::Superseded, Some(by)) = (outcome, superseded_by) {
        sentences.push(format!(
            "superseded by {by}, which was requested while it was in line"
        ));
    }
    if sentences.is_empty() {
        sentences.push(format!("{outcome} {}", after(&history.deployment)));
    }
    sentences.extend(skipped(history));
    sentences.extend(left(objects, history.deployment.id));
    Ok(sentences.join("\n"))
}

/// What it wrote and did not remove, and what it may have written: true whatever becomes of it later.
fn left(objects: &ObjectsHistory, deployment: DeploymentId) -> Vec<String> {
    let (mut written, mut going, mut perhaps) = (Vec::new(), Vec::new(), Vec::new());
    for (key, held) in objects.objects.of_deployment(deployment) {
        let name = &held.object;
        match (&held.state, objects.seen(key)) {
            (State::Written { .. }, Some(seen)) => written.push(format!("{name} ({seen:.0})")),
            (State::Written { .. }, None) => written.push(name.to_string()),
            (State::BeingDeleted { .. }, _) => going.push(name.to_string()),
            (State::MayExist, _) => perhaps.push(name.to_string()),
        }
    }
    let mut sentences = Vec::new();
    if !written.is_empty() {
        let written = written.join(", ");
        sentences.push(format!(
            "written by this deployment and not removed by it, last seen at: {written}"
        ));
    }
    if !going.is_empty() {
        let going = going.join(", ");
        sentences.push(format!(
            "written by this deployment and being deleted, not seen to be gone: {going}"
        ));
    }
    if !perhaps.is_empty() {
        let perhaps = perhaps.join(", ");
        sentences.push(format!(
            "may be in the cluster, as the answer to its write is not known: {perhaps}"
        ));
    }
    sentences
}

/// Steps that had no target, if there are any.
fn skipped(history: &DeploymentHistory) -> Option<String> {
    let steps = history.deployment.steps().filter(|it| it.targets.is_empty());
    let names: Vec<&str> = steps.map(|it| it.step.step.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "skipped, as no target had one of their roles when it was requested: {}",
            names.join(", ")
        )
    })
}

/// What had succeeded until then.
fn after(deployment: &Deployment) -> String {
    let succeeded = deployment.latest_attempts().into_values();
    let succeeded = succeeded.filter(|it| it.outcome() == Some(AttemptOutcome::Succeeded));
    let named: Vec<String> = succeeded
        .map(|it| format!("{} on {}", it.id.step, it.id.target))
        .collect();
    let gate = deployment.open_gate().map(|it| format!("at gate {}", it.gate));
    match (named.is_empty(), gate) {
        (true, _) => "while no step ran".to_owned(),
        (false, Some(gate)) => format!("{gate}; these had succeeded: {}", named.join(", ")),
        (false, None) => format!("after these had succeeded: {}", named.join(", ")),
    }
}

/// The gate that it was not let through. Why, they say in their own words: those stand with the decision alone, and may be
/// erased there.
fn gate(history: &DeploymentHistory) -> Option<String> {
    let decided = history.events.iter().rev().find_map(|it| match &it.event {
        Event::Deployment(DeploymentEvent::GateDecided { id, decision }) => Some((it, id, *decision)),
        _ => None,
    });
    match decided? {
        (event, id, GateDecision::Failed) => {
            let by = match &event.actor {
                Actor::Key(name) => name.clone(),
                other => other.to_string(),
            };
            Some(format!("gate {} was failed by {by}", id.gate))
        }
        (_, id, GateDecision::Expired) => Some(format!("gate {} was not decided in its time", id.gate)),
        (_, _, GateDecision::Passed) => None,
    }
}

/// What an attempt said when it ended.
async fn said(
    log: &dyn EventReader,
    history: &DeploymentHistory,
    wanted: &AttemptId,
) -> Result<String, ReadError> {
    let end = history.events.iter().rev().find(|it| match &it.event {
        Event::Deployment(DeploymentEvent::AttemptEnded { id, .. }) => id == wanted,
        _ => false,
    });
    let Some(end) = end else { return Ok(String::new()) };
    let body = log.body(end.id, MESSAGE).await?;
    Ok(body
        .map(|it| String::from_utf8_lossy(&it).into_owned())
        .unwrap_or_default())
}
