//! Doing it: everything is read before the first write, and what is there already is left as it is.

use std::time::Duration;

use serde_json::Value;
use shipslog_step::kubernetes::{
    ApplyOptions, ChangeKind, DeleteOptions, Expectation, ObjectReference, Precondition, kubernetes,
};
use shipslog_step::{Failure, context, log, outputs, owner, progress};

use crate::inputs::Inputs;
use crate::{TOKEN, escalation, objects, validate};

/// How long the cluster may take to fill the token in; it needs a second.
const PATIENCE: Duration = Duration::from_mins(1);

/// An object to make, and what is there of it.
struct Planned {
    manifest: Value,
    reference: ObjectReference,
    existing: Option<Value>,
}

/// What became of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Became {
    Created,
    Changed,
    Recreated,
    Unchanged,
}

/// Makes the objects, waits for the token and hands it on.
pub fn run(inputs: &Inputs) -> Result<(), Failure> {
    if let Some(problem) = validate::problems(inputs).first() {
        return Err(Failure::failed(format!("the inputs do not fit: {problem}")));
    }
    let planned = plan(inputs)?;
    let total = u32::try_from(planned.len()).unwrap_or(u32::MAX).saturating_add(1);
    let mut nothing_changed = true;
    for (done, it) in (0..).zip(&planned) {
        progress::report(done, total, it.reference.to_string());
        let became = make(it, inputs)?;
        nothing_changed &= became == Became::Unchanged;
        tell(&it.reference, became);
    }
    warn_of_leftovers(&planned);
    progress::report(total - 1, total, "waiting for the token");
    hand_on_token(inputs)?;
    let outcome = if nothing_changed {
        "nothing changed"
    } else {
        "done"
    };
    if nothing_changed {
        log::info("nothing changed: everything is there as it should be");
    }
    progress::report(total, total, outcome);
    Ok(())
}

/// Reads what is there, and refuses what belongs to others before anything is written.
fn plan(inputs: &Inputs) -> Result<Vec<Planned>, Failure> {
    let mut planned = Vec::new();
    for mut manifest in objects::manifests(inputs) {
        let reference = ObjectReference::of(&manifest)?;
        let existing = kubernetes().find(&reference)?;
        owner::mark(&mut manifest);
        if let Some(existing) = &existing {
            owner::claim(existing, inputs.adopt)?;
            refuse_foreign_reference(&reference, existing, &manifest)?;
        }
        planned.push(Planned {
            manifest,
            reference,
            existing,
        });
    }
    Ok(planned)
}

/// Whom a binding binds to cannot be changed. To delete and make it anew is only for what is ours, adopted or not.
fn refuse_foreign_reference(
    reference: &ObjectReference,
    existing: &Value,
    manifest: &Value,
) -> Result<(), Failure> {
    if !points_elsewhere(existing, manifest) || owner::is_ours(existing) {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "{reference} belongs to {} and is bound to the {} {}, which cannot be changed; delete it, or choose another \
         service account",
        owner::name(existing),
        existing["roleRef"]["kind"].as_str().unwrap_or("role"),
        existing["roleRef"]["name"].as_str().unwrap_or_default(),
    )))
}

fn make(planned: &Planned, inputs: &Inputs) -> Result<Became, Failure> {
    let Planned {
        manifest,
        reference,
        existing,
    } = planned;
    let Some(existing) = existing else {
        apply(manifest, &ApplyOptions::default(), inputs)?;
        return Ok(Became::Created);
    };
    if points_elsewhere(existing, manifest) {
        let only = Precondition::same(existing);
        kubernetes().delete_with(
            reference,
            &DeleteOptions {
                only,
                ..DeleteOptions::default()
            },
        )?;
        apply(manifest, &ApplyOptions::default(), inputs)?;
        return Ok(Became::Recreated);
    }
    let ours = owner::is_ours(existing);
    if ours && is_as_wanted(existing, manifest, inputs)? {
        return Ok(Became::Unchanged);
    }
    let options = ApplyOptions {
        force: !ours,
        ..ApplyOptions::default()
    };
    apply(manifest, &options, inputs)?;
    Ok(Became::Changed)
}

/// Whether nothing would change but the deployment that wrote it.
fn is_as_wanted(existing: &Value, manifest: &Value, inputs: &Inputs) -> Result<bool, Failure> {
    let mut wanted = manifest.clone();
    owner::keep(existing, &mut wanted);
    let changes = kubernetes()
        .diff(&wanted)
        .map_err(|it| escalation::explain(it, &inputs.namespace))?;
    Ok(changes.iter().all(|it| it.kind == ChangeKind::Unchanged))
}

fn apply(manifest: &Value, options: &ApplyOptions, inputs: &Inputs) -> Result<(), Failure> {
    let applied = kubernetes().apply_with(manifest, options);
    applied
        .map(|_| ())
        .map_err(|it| escalation::explain(it, &inputs.namespace))
}

fn points_elsewhere(existing: &Value, manifest: &Value) -> bool {
    existing["roleRef"] != manifest["roleRef"]
}

fn tell(reference: &ObjectReference, became: Became) {
    match became {
        Became::Created => log::info(format!("created {reference}")),
        Became::Changed => log::info(format!("changed {reference}")),
        Became::Recreated => log::info(format!(
            "deleted {reference} and created it anew, bound to another role"
        )),
        Became::Unchanged => log::debug(format!("{reference} is as it should be")),
    }
}

/// What an earlier deployment made and these inputs no longer mean stays: to delete it is for people to decide.
fn warn_of_leftovers(planned: &[Planned]) {
    let written: Vec<ObjectReference> = planned.iter().map(|it| it.reference.clone()).collect();
    for it in context::left_behind(&written) {
        log::warning(format!(
            "{} of {} is no longer asked for and stays as it is",
            it.object, it.deployment
        ));
    }
}

/// The host answers with a handle, so that the token itself never comes here.
fn hand_on_token(inputs: &Inputs) -> Result<(), Failure> {
    let secret = objects::token_reference(inputs);
    let filled = Expectation::Healthy {
        object: secret.clone(),
        uid: None,
        generation: None,
    };
    kubernetes().wait(&[filled], PATIENCE)?.met()?;
    let found = kubernetes().get(&secret)?;
    let Some(token) = found["data"]["token"].as_str() else {
        return Err(Failure::errored(format!(
            "{secret} holds no token, though the cluster says it is filled"
        )));
    };
    outputs::set_sensitive(TOKEN, token)?;
    Ok(())
}
