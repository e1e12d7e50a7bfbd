//! Calls that change the cluster. The log knows of an object before the cluster does.

use serde_json::Value;
use shipslog_cluster as cluster;
use shipslog_cluster::{Patch, Seen};
use shipslog_events::event::object::Before;
use shipslog_rights::{Verb, needs};

use super::object::Located;
use super::record::{self, Report};
use super::stop::{Stop, answered, authorize, invalid};
use super::{convert, field_policy, manifest, object, secret_data};
use crate::bindings::shipslog::step::kubernetes::{Applied, ApplyOptions, DeleteOptions, PatchKind};
use crate::bindings::shipslog::step::types::ObjectReference;
use crate::journal::{Intent, Precondition};
use crate::ports::Sent;
use crate::run::Run;

pub(super) async fn apply(run: &Run, object: &str, options: &ApplyOptions) -> Result<Applied, Stop> {
    let (mut manifest, located) = manifest::read(run, object).await?;
    authorize(run, &needs::apply(&located, options.force)).await?;
    secret_data::fill(run, &mut manifest, located.is_secret()).await?;
    record::recognise(run).await?;
    let given = given(options.uid.as_ref(), options.resource_version.as_ref());
    let mut takes = run.announced().map_or_else(Vec::new, |it| it.takes);
    let mut tries = 1;
    let (applied, before) = loop {
        let seen = run.assignment.cluster.see(&located.object).await;
        let seen = answered(run, located.need(Verb::Apply), seen).await?;
        let intent = run.announced().unwrap_or_else(|| Intent {
            // What is taken from others is taken from the object that is there now.
            precondition: given
                .clone()
                .or_else(|| if takes.is_empty() { None } else { version(&seen) }),
            before: Some(record::before(run, &seen)),
            takes: takes.clone(),
        });
        let found = record::found(run, &located, &seen);
        run.intends(&located.object, &intent, found).await?;
        let applied = send_apply(run, &manifest, &intent, seen).await;
        match applied {
            // Without force first: so that it is known whose fields are taken.
            Err(cluster::Error::Conflict(conflicts)) if options.force && takes.is_empty() => {
                takes = record::fields(conflicts);
            }
            Err(cluster::Error::Changed) if !takes.is_empty() && given.is_none() && tries < TRIES => {
                takes.clear();
                tries += 1;
            }
            applied => break (applied, intent.before.unwrap_or(Before::Unread)),
        }
        run.was_refused();
    };
    let report = Report {
        located: &located,
        before: &before,
        sent: Sent::Manifest(record::shown(run, &located, &manifest)),
        taken: takes,
    };
    let changed = report.told(run, applied.as_ref().map(|it| &it.object));
    let applied = answered(run, located.need(Verb::Apply), applied).await?;
    let object = for_guest(run, &located, applied.object).await?;
    Ok(Applied {
        object,
        generation: applied.generation,
        changed,
    })
}

async fn send_apply(
    run: &Run,
    manifest: &Value,
    intent: &Intent,
    seen: Seen,
) -> Result<cluster::Applied, cluster::Error> {
    let guard = intent.precondition.clone().unwrap_or_default();
    let options = cluster::ApplyOptions {
        force: !intent.takes.is_empty(),
        uid: guard.uid,
        resource_version: guard.resource_version,
        unanswered: run.is_unanswered(),
        seen: Some(seen),
    };
    let manager = run.assignment.situation.field_manager();
    run.client_takes_over();
    run.assignment.cluster.apply(manifest, &manager, &options).await
}

/// How often a write without a precondition of its own is tried on an object that changes meanwhile.
const TRIES: u32 = 5;

pub(super) async fn patch(
    run: &Run,
    object: &ObjectReference,
    kind: PatchKind,
    patch: &str,
    precondition: &Precondition,
) -> Result<String, Stop> {
    let located = object::locate(run, &convert::reference(object)).await?;
    authorize(run, &needs::patch(&located)).await?;
    let mut body: Value = serde_json::from_str(patch)
        .map_err(|error| invalid("", format!("the patch is not JSON: {error}")))?;
    field_policy::of_patch(&body, kind, located.is_secret())?;
    secret_data::fill_patch(run, &mut body, kind, located.is_secret()).await?;
    record::recognise(run).await?;
    let given = (*precondition != Precondition::default()).then(|| precondition.clone());
    let mut tries = 1;
    let (patched, before) = loop {
        let seen = run.assignment.cluster.see(&located.object).await;
        let seen = answered(run, located.need(Verb::Patch), seen).await?;
        let intent = match run.announced() {
            Some(announced) => announced,
            None => Intent {
                precondition: match &given {
                    Some(given) => Some(given.clone()),
                    None => Some(guard_of(run, &located, &seen).await?),
                },
                before: Some(record::before(run, &seen)),
                takes: Vec::new(),
            },
        };
        let found = record::found(run, &located, &seen);
        run.intends(&located.object, &intent, found).await?;
        let sent = send_patch(run, &located, kind, &body, &intent).await;
        match sent {
            Err(cluster::Error::Changed) if given.is_none() && tries < TRIES => tries += 1,
            sent => break (sent, intent.before.unwrap_or(Before::Unread)),
        }
        run.was_refused();
    };
    let report = Report {
        located: &located,
        before: &before,
        sent: Sent::Patch(record::shown(run, &located, &body)),
        taken: Vec::new(),
    };
    report.told(run, patched.as_ref());
    let patched = answered(run, located.need(Verb::Patch), patched).await?;
    for_guest(run, &located, patched).await
}

async fn send_patch(
    run: &Run,
    located: &Located,
    kind: PatchKind,
    body: &Value,
    intent: &Intent,
) -> Result<Value, cluster::Error> {
    let guard = intent.precondition.clone().unwrap_or_default();
    let precondition = cluster::Precondition {
        uid: guard.uid,
        resource_version: guard.resource_version,
        unanswered: run.is_unanswered(),
    };
    let patch = Patch {
        kind: convert::patch_kind(kind),
        body,
        precondition: &precondition,
    };
    let manager = run.assignment.situation.field_manager();
    run.client_takes_over();
    run.assignment
        .cluster
        .patch(&located.object, &manager, patch)
        .await
}

pub(super) async fn delete(run: &Run, object: &ObjectReference, options: &DeleteOptions) -> Result<(), Stop> {
    let located = object::locate(run, &convert::reference(object)).await?;
    authorize(run, &needs::delete(&located)).await?;
    record::recognise(run).await?;
    let mut options = convert::delete_options(options, run.is_unanswered());
    let guard = match given(options.uid.as_ref(), options.resource_version.as_ref()) {
        // By its UID alone it may be deleted again and again.
        Some(by_uid) if by_uid.resource_version.is_none() => None,
        Some(given) => Some(given),
        None => {
            options.uid = uid_to_delete(run, &located).await?;
            options.uid.clone().map(|uid| Precondition {
                uid: Some(uid),
                resource_version: None,
            })
        }
    };
    if options.uid.is_none() && options.resource_version.is_none() {
        return record::gone(run, &located.object).await;
    }
    run.deletes(&located.object, guard.as_ref()).await?;
    run.client_takes_over();
    let deleted = run.assignment.cluster.delete(&located.object, &options).await;
    // One that was sent before the server died may have been done, whatever is answered now.
    if deleted.is_ok() || !run.is_sure() {
        look_for_end(run, &located.object).await?;
    }
    answered(run, located.need(Verb::Delete), deleted).await
}

/// Which one is meant by a delete that does not say; nothing where there is none.
async fn uid_to_delete(run: &Run, located: &Located) -> Result<Option<String>, Stop> {
    if let Some(recorded) = run.announced().and_then(|it| it.precondition) {
        return Ok(recorded.uid);
    }
    match run.assignment.cluster.get(&located.object).await {
        Err(cluster::Error::NotFound) => Ok(None),
        found => Ok(guard(&answered(run, located.need(Verb::Delete), found).await?).uid),
    }
}

/// The precondition that a patch without one gets: the object is still as it is now.
async fn guard_of(run: &Run, located: &Located, seen: &Seen) -> Result<Precondition, Stop> {
    let found = match seen {
        Seen::Known(Some(found)) => Ok(found),
        Seen::Known(None) => Err(cluster::Error::NotFound),
        Seen::Unread(denial) => Err(cluster::Error::Forbidden(denial.clone())),
    };
    Ok(guard(answered(run, located.need(Verb::Patch), found).await?))
}

/// The object that was seen, at its version.
fn version(seen: &Seen) -> Option<Precondition> {
    match seen {
        Seen::Known(Some(found)) => Some(guard(found)),
        Seen::Known(None) | Seen::Unread(_) => None,
    }
}

fn guard(object: &Value) -> Precondition {
    let text = |field: &str| object["metadata"][field].as_str().map(str::to_owned);
    Precondition {
        uid: text("uid"),
        resource_version: text("resourceVersion"),
    }
}

/// What the step itself asks for.
fn given(uid: Option<&String>, resource_version: Option<&String>) -> Option<Precondition> {
    (uid.is_some() || resource_version.is_some()).then(|| Precondition {
        uid: uid.cloned(),
        resource_version: resource_version.cloned(),
    })
}

/// Whether what the step deleted is gone by now. Another object of that name is one that the inventory keeps.
pub(super) async fn look_for_end(run: &Run, object: &cluster::ObjectReference) -> Result<(), Stop> {
    if run.objects.awaits_end_of(object)
        && run.assignment.cluster.get(object).await == Err(cluster::Error::NotFound)
    {
        record::gone(run, object).await?;
    }
    Ok(())
}

async fn for_guest(run: &Run, located: &Located, mut object: Value) -> Result<String, Stop> {
    if located.is_secret() {
        secret_data::seal(run, &mut object, located.object.namespace.as_deref()).await?;
    }
    Ok(convert::json(&object)?)
}
