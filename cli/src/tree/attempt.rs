//! What a run has to say.

use crate::deployment::{Attempt, Denial, Made, Milestone};
use crate::output;

/// Says everything of a run with `say(depth, about, status, text)`; it is numbered where there are others.
pub(super) fn lines(say: &mut impl FnMut(usize, &str, &str, String), attempt: &Attempt, numbered: bool) {
    let number = attempt.number;
    for it in &attempt.milestones {
        say(
            3,
            &format!("{number}/milestone/{}", it.name),
            "milestone",
            milestone(it),
        );
    }
    for Denial { layer, rule } in &attempt.denials {
        let text = format!("denied by {layer}: {rule}");
        say(3, &format!("{number}/denial/{text}"), "denied", text);
    }
    for it in &attempt.outputs {
        say(3, &format!("{number}/output/{}", it.name), "", made(it));
    }
    if let Some(text) = message(attempt, numbered) {
        say(3, &format!("{number}/message"), &attempt.status, text);
    }
}

fn milestone(milestone: &Milestone) -> String {
    let detail = milestone.detail.as_ref().map(output::text).unwrap_or_default();
    match detail.as_str() {
        "" => milestone.name.clone(),
        detail => format!("{}: {detail}", milestone.name),
    }
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
