//! Doing it: what is there is looked at before the first write, then each object is applied, then all are waited for.

use std::time::Duration;

use serde_json::Value;
use shipslog_step::kubernetes::{Applied, ApplyOptions, Expectation, ObjectReference, kubernetes};
use shipslog_step::{Failure, clock, context, log, owner, progress};

use crate::inputs::Inputs;
use crate::{objects, order, rights, validate};

/// How long the API server may take to serve a kind that was just defined.
const UNTIL_SERVED: Duration = Duration::from_mins(1);
/// The host takes so many expectations in one wait.
const AT_ONCE: usize = 100;

/// An object to apply.
struct Planned {
    manifest: Value,
    reference: ObjectReference,
    /// Its kind is defined by another of the objects: the cluster may not know it before that is applied.
    own_kind: bool,
}

/// Applies the objects and waits for them.
pub fn run(inputs: &Inputs) -> Result<(), Failure> {
    if let Some(problem) = validate::problems(inputs).first() {
        return Err(Failure::failed(format!("the inputs do not fit: {problem}")));
    }
    let planned = plan(inputs)?;
    let mut taken_over = Vec::with_capacity(planned.len());
    for it in &planned {
        taken_over.push(!it.own_kind && takes_over(it, inputs.adopt)?);
    }
    let total = u32::try_from(planned.len()).unwrap_or(u32::MAX).saturating_add(1);
    let mut expected = Vec::new();
    let mut changed = 0;
    for ((done, it), taken_over) in (0..).zip(&planned).zip(taken_over) {
        progress::report(done, total, it.reference.to_string());
        let force = taken_over || (it.own_kind && takes_over(it, inputs.adopt)?);
        let applied = apply(it, force)?;
        changed += u32::from(applied.changed);
        if rights::has_health(&it.reference) {
            expected.push(Expectation::healthy(it.reference.clone(), &applied));
        }
    }
    warn_of_leftovers(&planned);
    if inputs.wait {
        progress::report(total - 1, total, "waiting until all are healthy");
        wait(&expected, Duration::from_secs(inputs.timeout_seconds.into()))?;
    }
    log::info(format!(
        "{} objects applied, {changed} of them new or changed",
        planned.len()
    ));
    progress::report(total, total, "done");
    Ok(())
}

fn plan(inputs: &Inputs) -> Result<Vec<Planned>, Failure> {
    let placed = objects::placed(inputs);
    let mut planned = Vec::with_capacity(placed.len());
    let defined: Vec<_> = placed.iter().map(|it| objects::defined(&it.object)).collect();
    for it in &placed {
        let mut manifest = objects::wanted(it.object.clone());
        owner::mark(&mut manifest);
        let reference = ObjectReference::of(&manifest)?;
        let own_kind = defined.contains(&(reference.group.as_str(), reference.kind.as_str()));
        planned.push(Planned {
            manifest,
            reference,
            own_kind,
        });
    }
    planned.sort_by_key(|it| order::place(&it.reference));
    Ok(planned)
}

/// Refuses what belongs to others, unless it is to be adopted: then it is taken over.
fn takes_over(planned: &Planned, adopt: bool) -> Result<bool, Failure> {
    let Some(existing) = kubernetes().find(&planned.reference)? else {
        return Ok(false);
    };
    owner::claim(&existing, adopt)?;
    Ok(!owner::is_ours(&existing))
}

/// Only what is taken over may take fields from other managers, by force.
fn apply(planned: &Planned, force: bool) -> Result<Applied, Failure> {
    let options = ApplyOptions {
        force,
        ..ApplyOptions::default()
    };
    let applied = kubernetes().apply_with(&planned.manifest, &options)?;
    let what = if applied.changed { "applied" } else { "unchanged:" };
    log::info(format!("{what} {}", planned.reference));
    if objects::is_definition(&planned.reference) {
        wait(
            &[Expectation::healthy(planned.reference.clone(), &applied)],
            UNTIL_SERVED,
        )?;
    }
    Ok(applied)
}

/// All of them within the time.
fn wait(expected: &[Expectation], timeout: Duration) -> Result<(), Failure> {
    let deadline = clock::now() + timeout;
    for some in expected.chunks(AT_ONCE) {
        let left = deadline.duration_since(clock::now()).unwrap_or_default();
        kubernetes().wait(some, left)?.met()?;
    }
    Ok(())
}

/// What an earlier deployment applied and these manifests do not hold stays: to delete it is for people to decide.
fn warn_of_leftovers(planned: &[Planned]) {
    let written: Vec<ObjectReference> = planned.iter().map(|it| it.reference.clone()).collect();
    for it in context::left_behind(&written) {
        log::warning(format!(
            "{} of {} is no longer among the manifests and stays as it is",
            it.object, it.deployment
        ));
    }
}
