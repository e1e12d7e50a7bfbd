//! What a run has to say.

use crate::deployment::{Attempt, Denial, Made, Milestone};
use crate::output;

/// Says everything of a run with `say(depth, about, status, text)`; it is numbered where there are others.
pub(super) fn lines(say: &mut impl FnMut(usize, &str, &str, String), attempt: &Attempt, numbered: bool) {
    let number = attempt.number;
    if let Some(text) = resumed(attempt.resumed) {
        say(3, &format!("{number}/resumed"), "", text);
    }
    for it in &attempt.milestones {
        say(
            3,
            &format!("{number}/milestone/{}", it.name),
            "milestone",
            milestone(it),
        );
    }
    for it in &attempt.denials {
        let about = format!("{number}/denial/{}/{}", it.layer, it.rule);
        say(3, &about, "denied", denial(it));
    }
    for it in &attempt.outputs {
        say(3, &format!("{number}/output/{}", it.name), "", made(it));
    }
    if let Some(text) = message(attempt, numbered) {
        say(3, &format!("{number}/message"), &attempt.status, text);
    }
    if let Some(reason) = &attempt.end_reason {
        let text = format!("it is not tried again by itself: {}", in_words(reason));
        say(3, &format!("{number}/reason"), "", text);
    }
}

fn resumed(times: u64) -> Option<String> {
    match times {
        0 => None,
        1 => Some("resumed once after the server stopped".to_owned()),
        times => Some(format!("resumed {times} times after the server stopped")),
    }
}

/// Why a run that errored is not tried again. A reason that is news to us is shown as it is.
pub(super) fn in_words(reason: &str) -> &str {
    match reason {
        "outcome-unknown" => "nobody knows whether its last write was done; look before you deploy again",
        "diverged" => {
            "resumed, it did something else than before; look at what it wrote before you deploy again"
        }
        "journal-damaged" => "its journal does not hold; keep a copy of the log and look at what it wrote",
        "journal-full" => "its journal is full; the same step would fill it again",
        other => other,
    }
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

fn made(made: &Made) -> String {
    match &made.value {
        Some(value) if !made.sensitive => format!("{} = {}", made.name, output::text(value)),
        Some(_) | None => format!("{} = (sensitive)", made.name),
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
