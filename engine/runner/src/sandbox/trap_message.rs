//! What happened inside the sandbox, in words for people.

use wasmtime::{Error, Trap};

use crate::component::Errored;
use crate::ports::NotRecorded;
use crate::run::{Misuse, OverLimit, TooManyCalls};

/// A failure while a component ran; `call_limit` is what it may pass in one call.
pub(crate) fn stopped(error: &Error, call_limit: usize) -> Errored {
    Errored(
        known(error)
            .or_else(|| trapped(error))
            .unwrap_or_else(|| by_text(error, call_limit)),
    )
}

/// Ours, thrown through the guest.
fn known(error: &Error) -> Option<String> {
    error
        .downcast_ref::<OverLimit>()
        .map(ToString::to_string)
        .or_else(|| error.downcast_ref::<TooManyCalls>().map(ToString::to_string))
        .or_else(|| error.downcast_ref::<NotRecorded>().map(ToString::to_string))
        .or_else(|| error.downcast_ref::<Misuse>().map(ToString::to_string))
}

fn trapped(error: &Error) -> Option<String> {
    let trap = error.downcast_ref::<Trap>()?;
    Some(if *trap == Trap::StackOverflow {
        "the step crashed: its calls are nested too deeply (the stack is full)".to_owned()
    } else if *trap == Trap::UnreachableCodeReached {
        "the step crashed: it gave up by itself (`unreachable`, as after a panic)".to_owned()
    } else if *trap == Trap::OutOfFuel || *trap == Trap::Interrupt {
        "the step was stopped: it computed for too long".to_owned()
    } else {
        format!("the step crashed: {trap}")
    })
}

/// Wasmtime has no types for these.
fn by_text(error: &Error, call_limit: usize) -> String {
    let text = innermost(error);
    if let Some(rest) = text.strip_prefix("unknown import: `") {
        let function = rest.split('`').next().unwrap_or_default();
        let function = function.strip_prefix("shipslog:step/").unwrap_or(function);
        return format!("the step called {function} in `describe` or `check`, which must do without");
    }
    if text.contains("fuel allocated for hostcalls") {
        return format!(
            "the step passed more than {} KiB in one call, which is the limit",
            call_limit >> 10
        );
    }
    if text.contains("out of bounds") {
        return "the step passed a text or a list that does not lie in its memory".to_owned();
    }
    format!("the step crashed: {text}")
}

fn innermost(error: &Error) -> String {
    error.root_cause().to_string()
}
