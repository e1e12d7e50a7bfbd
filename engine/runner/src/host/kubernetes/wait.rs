//! Waiting for the cluster.

use std::time::Duration;

use shipslog_cluster::{Condition, Endpoints, Expectation, Gone, Healthy, ObjectReference};
use shipslog_rights::{Need, needs};

use super::object::Located;
use super::stop::{self, Stop, answered, authorize, invalid};
use super::{convert, object, write};
use crate::bindings::shipslog::step::kubernetes::{self as wit, Waited};
use crate::host::progress;
use crate::journal::{Entry, Suspended};
use crate::run::Run;

/// What one call may wait for.
const MOST: usize = 100;
/// Kept of the step's own time, so that it can still say why the wait was in vain.
const RESERVE: Duration = Duration::from_secs(2);

/// Its name in a journal.
pub(crate) const WAIT: &str = "kubernetes.wait";

/// How long a call may wait, within what the step has left.
pub(super) fn longest(run: &Run, timeout: u32) -> Duration {
    Duration::from_secs(u64::from(timeout)).min(run.remaining().saturating_sub(RESERVE))
}

/// Goes on with a wait that a journal ends with.
pub(crate) async fn resume(run: &Run, entry: Entry, suspended: Suspended) -> wasmtime::Result<()> {
    let arguments = entry.arguments.as_ref().map_or("null", |it| it.get());
    let (expectations, _): (Vec<wit::Expectation>, u32) = serde_json::from_str(arguments)?;
    let work = |left| stop::settle(wait(run, &expectations, left));
    run.resume(entry, suspended, work).await
}

pub(super) async fn wait(
    run: &Run,
    expectations: &[wit::Expectation],
    left: Duration,
) -> Result<Waited, Stop> {
    if expectations.len() > MOST {
        return Err(invalid(
            "expectations",
            format!("one call waits for at most {MOST} things"),
        ));
    }
    let mut located = Vec::with_capacity(expectations.len());
    for expectation in expectations {
        located.push(locate(run, expectation).await?);
    }
    for (expectation, object) in &located {
        authorize(run, &needed(expectation, object)).await?;
    }
    let expectations: Vec<Expectation> = located.into_iter().map(|(it, _)| it).collect();
    let asked = sentence(&expectations);
    progress::waiting(run, &asked).await?;
    let waited = run.assignment.cluster.wait(&expectations, left).await;
    let waited = answered(run, asked, waited).await?;
    for expectation in &expectations {
        if let Expectation::Gone(it) = expectation {
            write::look_for_end(run, &it.object).await?;
        }
    }
    Ok(convert::waited(&run.vault, waited))
}

fn needed(expectation: &Expectation, object: &Located) -> Vec<Need> {
    match expectation {
        Expectation::Healthy(_) => needs::wait_healthy(object),
        Expectation::Gone(_) => needs::wait_gone(object),
        Expectation::Condition(_) => needs::wait_condition(object),
        Expectation::Endpoints(_) => needs::wait_endpoints(object),
    }
}

async fn locate(run: &Run, expectation: &wit::Expectation) -> Result<(Expectation, Located), Stop> {
    let given = match expectation {
        wit::Expectation::Healthy(it) => &it.object,
        wit::Expectation::Gone(it) => &it.object,
        wit::Expectation::Condition(it) => {
            object::query("type", &it.type_)?;
            object::query("status", &it.status)?;
            &it.object
        }
        wit::Expectation::Endpoints(it) => {
            object::query("label-selector", &it.label_selector)?;
            &it.service
        }
    };
    let located = object::locate(run, &convert::reference(given)).await?;
    let of_service = matches!(expectation, wit::Expectation::Endpoints(_));
    // Its slices are looked for in its namespace, and only a Service has both.
    if of_service && (located.object.group.as_str(), located.object.kind.as_str()) != ("", "Service") {
        return Err(invalid("service", "is no Service: only a Service has endpoints"));
    }
    Ok((convert(expectation, located.object.clone()), located))
}

fn convert(expectation: &wit::Expectation, object: ObjectReference) -> Expectation {
    match expectation.clone() {
        wit::Expectation::Healthy(it) => Expectation::Healthy(Healthy {
            object,
            uid: it.uid,
            generation: it.generation,
        }),
        wit::Expectation::Gone(it) => Expectation::Gone(Gone { object, uid: it.uid }),
        wit::Expectation::Condition(it) => Expectation::Condition(Condition {
            object,
            kind: it.type_,
            status: it.status,
        }),
        wit::Expectation::Endpoints(it) => Expectation::Endpoints(Endpoints {
            service: object,
            label_selector: it.label_selector,
            at_least: it.at_least,
        }),
    }
}

fn sentence(expectations: &[Expectation]) -> String {
    let parts: Vec<String> = expectations
        .iter()
        .map(|it| match it {
            Expectation::Healthy(it) => format!("{} to be healthy", it.object),
            Expectation::Gone(it) => format!("{} to be gone", it.object),
            Expectation::Condition(it) => format!("{} to be {}={}", it.object, it.kind, it.status),
            Expectation::Endpoints(it) => format!("{} to send traffic to {}", it.service, it.label_selector),
        })
        .collect();
    format!("waiting for {}", parts.join(", "))
}
