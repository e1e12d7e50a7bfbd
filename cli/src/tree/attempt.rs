//! What a run has to say.

use shipslog_api::deployments::{Attempt, Denial, Milestone, Output};
use shipslog_events::event::deployment::EndReason;

use super::Sign;
use crate::output;

/// Says everything of a run with `say(depth, about, sign, text)`; it is numbered where there are others.
pub(super) fn lines(say: &mut impl FnMut(usize, &str, Sign, String), attempt: &Attempt, numbered: bool) {
    let number = attempt.number;
    if let Some(text) = resumed(attempt.resumed) {
        say(3, &format!("{number}/resumed"), Sign::Plain, text);
    }
    for it in &attempt.milestones {
        let about = format!("{number}/milestone/{}", it.name);
        say(3, &about, Sign::Passed, milestone(it));
    }
    for it in &attempt.denials {
        let about = format!("{number}/denial/{}/{}", it.layer, it.rule);
        say(3, &about, Sign::Failed, denial(it));
    }
    for it in &attempt.outputs {
        say(
            3,
            &format!("{number}/output/{}", it.name),
            Sign::Plain,
            output(it),
        );
    }
    if let Some(text) = message(attempt, numbered) {
        say(3, &format!("{number}/message"), attempt.status.into(), text);
    }
    if let Some(words) = attempt.end_reason.and_then(in_words) {
        let text = format!("it is not tried again by itself: {words}");
        say(3, &format!("{number}/reason"), Sign::Plain, text);
    }
}

fn resumed(times: u32) -> Option<String> {
    match times {
        0 => None,
        1 => Some("resumed once after the server stopped".to_owned()),
        times => Some(format!("resumed {times} times after the server stopped")),
    }
}

/// Why a run that errored is not tried again, where its message does not say what to do.
fn in_words(reason: EndReason) -> Option<&'static str> {
    Some(match reason {
        EndReason::OutcomeUnknown => {
            "nobody knows whether its last write was done; look before you deploy again"
        }
        EndReason::Diverged => {
            "resumed, it did something else than before; look at what it wrote before you deploy again"
        }
        EndReason::JournalDamaged => {
            "its journal does not hold; keep a copy of the log and look at what it wrote"
        }
        EndReason::JournalFull => "its journal is full; the same step would fill it again",
        EndReason::NoTarget
        | EndReason::NoAccount
        | EndReason::AccountEmpty
        | EndReason::AccountWithoutToken
        | EndReason::SecretGone
        | EndReason::NoComponent
        | EndReason::ComponentErrored
        | EndReason::ReleaseErased
        | EndReason::InputsErased
        | EndReason::InputsUnfit
        | EndReason::NotGranted
        | EndReason::OutsideBoundary
        | EndReason::RightsMissing
        | EndReason::ClusterUnusable
        | EndReason::ClusterAway
        | EndReason::ServerFailed => return None,
    })
}

fn milestone(milestone: &Milestone) -> String {
    let detail = milestone.detail.as_ref().map(output::text).unwrap_or_default();
    match detail.as_str() {
        "" => milestone.name.clone(),
        detail => format!("{}: {detail}", milestone.name),
    }
}

/// The API server's words stand under our own.
fn denial(denial: &Denial) -> String {
    let Denial { layer, rule, message } = denial;
    let ours = format!("denied by {layer}: {rule}");
    let said = message.as_deref().unwrap_or_default().lines();
    said.fold(ours, |text, line| format!("{text}\n  {line}"))
}

fn output(output: &Output) -> String {
    match &output.value {
        Some(value) if !output.sensitive => format!("{} = {}", output.name, output::text(value)),
        Some(_) | None => format!("{} = (sensitive)", output.name),
    }
}

fn message(attempt: &Attempt, numbered: bool) -> Option<String> {
    let message = attempt.message.as_deref().filter(|it| !it.is_empty());
    let Attempt { number, status, .. } = attempt;
    match (numbered, message) {
        (true, Some(message)) => Some(format!("attempt {number} {status}: {message}")),
        (true, None) => Some(format!("attempt {number} {status}")),
        (false, message) => message.map(str::to_owned),
    }
}
