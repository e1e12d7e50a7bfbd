//! Why a call ends before its answer: the guest hears of its own mistakes and of the cluster's, ours end the run.

use std::fmt::Display;

use shipslog_cluster as cluster;
use shipslog_events::event::deployment::Layer;
use shipslog_rights::Need;

use super::convert;
use super::sentence::Sentence;
use crate::bindings::shipslog::step::kubernetes::{self as wit, Denial, Error};
use crate::bindings::shipslog::step::types::Cause;
use crate::journal::Trace;
use crate::ports::NotRecorded;
use crate::run::Refused;
use crate::run::Run;

/// What stands in the way of an answer.
pub(super) enum Stop {
    /// The guest hears it as the answer.
    Answer(Error),
    /// Our failure, which ends the run.
    Trap(wasmtime::Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Answer(error)
    }
}

impl From<NotRecorded> for Stop {
    fn from(error: NotRecorded) -> Self {
        Self::Trap(error.into())
    }
}

impl From<wasmtime::Error> for Stop {
    fn from(error: wasmtime::Error) -> Self {
        Self::Trap(error)
    }
}

/// The one place where a stop becomes what the bindings take.
pub(super) async fn settle<T>(
    work: impl Future<Output = Result<T, Stop>> + Send,
) -> wasmtime::Result<Result<T, Error>> {
    match work.await {
        Ok(answer) => Ok(Ok(answer)),
        Err(Stop::Answer(error)) => Ok(Err(error)),
        Err(Stop::Trap(error)) => Err(error),
    }
}

/// One thing is wrong, at this path.
pub(super) fn invalid(path: impl Into<String>, message: impl Into<String>) -> Stop {
    Stop::Answer(Error::Invalid(vec![Cause {
        path: path.into(),
        message: message.into(),
    }]))
}

/// A handle at this path could not be opened.
pub(super) fn not_opened(path: &str, refused: Refused) -> Stop {
    match refused {
        Refused::NotGiven => invalid(path, "the handle was not given to this step"),
        Refused::NotText => invalid(
            path,
            "the value is not text, so it cannot stand inside one; use the handle alone",
        ),
        Refused::Failed(error) => Stop::Trap(error),
    }
}

/// Asks the step's rights, before anything is sent. The first refusal is told and answered.
pub(super) async fn authorize(run: &Run, needs: &[Need]) -> Result<(), Stop> {
    for need in needs {
        if let Err(denial) = run.assignment.rights.decide(need) {
            told(run, denial.layer, &denial.rule, None).await?;
            return Err(Error::Forbidden(Denial {
                layer: layer(denial.layer),
                rule: denial.rule,
            })
            .into());
        }
    }
    Ok(())
}

/// What the cluster answered; its refusals are told like our own, by what was asked. Its words lie beside that.
pub(super) async fn answered<T>(
    run: &Run,
    asked: impl Display,
    answer: Result<T, cluster::Error>,
) -> Result<T, Stop> {
    let error = match answer {
        Ok(answer) => return Ok(answer),
        Err(error) => convert::error(&run.vault, error),
    };
    if matches!(error, Error::OutcomeUnknown(_)) {
        run.traces.leave(Trace::OutcomeUnknown);
    }
    if let Error::Forbidden(denial) = &error {
        let layer = match denial.layer {
            wit::Layer::Declaration => Layer::Declaration,
            wit::Layer::Grant => Layer::Grant,
            wit::Layer::Boundary => Layer::Boundary,
            wit::Layer::Cluster => Layer::Cluster,
            wit::Layer::Admission => Layer::Admission,
        };
        told(run, layer, &asked.to_string(), Some(&denial.rule)).await?;
    }
    Err(error.into())
}

/// Refusals are events, and a step may not make as many as it likes. What it asked for may have held a value in hand.
async fn told(run: &Run, layer: Layer, rule: &str, message: Option<&str>) -> Result<(), NotRecorded> {
    let rule = run.vault.redact(rule);
    run.denied(layer, &rule, message).await
}

/// What a write is answered that may have been sent before the server died, when nobody could look at what came of it.
pub(super) fn in_doubt<T>(run: &Run, function: &str, answer: Result<T, Error>) -> Result<T, Error> {
    match answer {
        Err(error) if run.is_in_doubt() && !matches!(error, Error::OutcomeUnknown(_)) => {
            run.traces.leave(Trace::OutcomeUnknown);
            let why = Sentence(&error);
            Err(Error::OutcomeUnknown(format!(
                "a {function} may have been sent before the server stopped, and what came of it cannot be seen: {why}; \
                 look at the object before you deploy again"
            )))
        }
        answer => answer,
    }
}

fn layer(layer: Layer) -> wit::Layer {
    match layer {
        Layer::Declaration => wit::Layer::Declaration,
        Layer::Grant => wit::Layer::Grant,
        Layer::Boundary => wit::Layer::Boundary,
        Layer::Cluster => wit::Layer::Cluster,
        Layer::Admission => wit::Layer::Admission,
    }
}
