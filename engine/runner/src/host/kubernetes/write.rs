//! Calls that change the cluster. The log knows of an object before the cluster does.

use serde_json::Value;
use shipslog_cluster as cluster;
use shipslog_cluster::{Deleted, Patch, Seen};
use shipslog_events::event::object::TakenField;
use shipslog_rights::{Verb, needs};

use super::object::Located;
use super::record::{self, Report};
use super::stop::{Stop, answered, authorize, invalid};
use super::{convert, field_policy, manifest, object, secret_data};
use crate::bindings::shipslog::step::kubernetes::{Applied, ApplyOptions, DeleteOptions, PatchKind};
use crate::bindings::shipslog::step::types::ObjectReference;
use crate::journal::{Intent, Precondition};
use crate::ports::SentForm;
use crate::run::Run;

pub(super) async fn apply(run: &Run, object: &str, options: &ApplyOptions) -> Result<Applied, Stop> {
    let (mut manifest, located) = manifest::read(run, object).await?;
    authorize(run, &needs::apply(&located, options.force)).await?;
    secret_data::fill(run, &mut manifest, located.is_secret()).await?;
    record::recognise(run).await?;
    let given = given(options.uid.as_ref(), options.resource_version.as_ref());
    let mut conflict: Option<(Vec<TakenField>, Precondition)> = None;
    let mut tries = 1;
    let (applied, intent) = loop {
        let seen = run.assignment.cluster.see(&located.object).await;
        let seen = answered(run, located.need(Verb::Apply), seen).await?;
        let version = version(&seen);
        let intent = run.announced().unwrap_or_else(|| {
            // What is taken from others is taken from the object that they were seen to hold it in.
            let takes = match (conflict.take(), &version) {
                (Some((fields, at)), Some(now)) if at == *now => fields,
                _ => Vec::new(),
            };
            let precondition = match &version {
                Some(version) if !takes.is_empty() => Some(narrowed(given.clone(), version)),
                _ => given.clone(),
            };
            Intent {
                precondition,
                before: Some(record::before(run, &located, &seen)),
                takes,
            }
        });
        let found = record::found(run, &located, &seen, &intent);
        run.intends(&located.object, &intent, false, found).await?;
        let applied = send_apply(run, &manifest, &intent, seen).await;
        // Without force first: so that it is known whose fields are taken.
        if let (Some((fields, is_sure)), Some(version)) = (conflicts(&applied), version)
            && options.force
            && tries < TRIES
        {
            conflict = Some((record::fields(run, fields.clone()), version));
            if !is_sure {
                run.may_have_done(&intent);
            }
        } else if !matches!(applied, Err(cluster::Error::Changed))
            || intent.takes.is_empty()
            || given.is_some()
            || tries >= TRIES
        {
            break (applied, intent);
        }
        tries += 1;
        run.was_refused();
    };
    let report = Report {
        located: &located,
        before: run.before(&intent),
        sent: record::sent(run, &located, SentForm::Manifest, &manifest),
        taken: intent.takes,
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

/// The fields that others hold, and whether no earlier try of the apply may have been done.
fn conflicts(
    applied: &Result<cluster::Applied, cluster::Error>,
) -> Option<(&Vec<cluster::FieldConflict>, bool)> {
    match applied {
        Err(cluster::Error::Conflict(fields)) => Some((fields, true)),
        Err(cluster::Error::Doubtful(refusal)) => match &**refusal {
            cluster::Error::Conflict(fields) => Some((fields, false)),
            _ => None,
        },
        _ => None,
    }
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

/// How often a write without a precondition of its own is tried on an object that changes meanwhile. By force it takes
/// two tries each time: one shows whose fields are taken.
const TRIES: u32 = 6;

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
    let (patched, intent) = loop {
        let seen = run.assignment.cluster.see(&located.object).await;
        let seen = answered(run, located.need(Verb::Patch), seen).await?;
        let intent = match run.announced() {
            Some(announced) => announced,
            None => Intent {
                precondition: match &given {
                    Some(given) => Some(given.clone()),
                    None => Some(guard_of(run, &located, Verb::Patch, &seen).await?),
                },
                before: Some(record::before(run, &located, &seen)),
                takes: Vec::new(),
            },
        };
        let found = record::found(run, &located, &seen, &intent);
        run.intends(&located.object, &intent, false, found).await?;
        let sent = send_patch(run, &located, kind, &body, &intent).await;
        match sent {
            Err(cluster::Error::Changed) if given.is_none() && tries < TRIES => tries += 1,
            sent => break (sent, intent),
        }
        run.was_refused();
    };
    let report = Report {
        located: &located,
        before: run.before(&intent),
        sent: record::sent(run, &located, SentForm::Patch, &body),
        taken: Vec::new(),
    };
    report.told(run, patched.as_ref());
    if patched == Err(cluster::Error::NotFound) {
        record::gone(run, &located.object, None).await?;
    }
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
    let asked = given(options.uid.as_ref(), options.resource_version.as_ref());
    let (intent, found) = match run.announced() {
        Some(announced) => (announced, None),
        None => match to_delete(run, &located, asked.clone()).await? {
            Some(intended) => intended,
            None => return Ok(()),
        },
    };
    run.intends(&located.object, &intent, true, found).await?;
    let meant = asked.or_else(|| intent.precondition.clone()).unwrap_or_default();
    let options = cluster::DeleteOptions {
        uid: meant.uid.clone(),
        resource_version: meant.resource_version,
        ..convert::delete_options(options, run.is_unanswered())
    };
    run.client_takes_over();
    let deleted = run.assignment.cluster.delete(&located.object, &options).await;
    match &deleted {
        Ok(it @ (Deleted::WasGone | Deleted::WasReplaced)) => {
            let replaced = *it == Deleted::WasReplaced;
            record::was_gone(run, &located.object, meant.uid.as_deref(), replaced).await?;
        }
        Ok(Deleted::Accepted) => {
            if !has_ended(run, &located.object, meant.uid.as_deref()).await? {
                let uid = meant.uid.unwrap_or_default();
                run.recorder
                    .object_deleted(run.calls.current(), &located.object, uid);
            }
        }
        Err(error) => {
            record::refused(run, &located.object, error);
            // One that was sent before the server died may have been done, whatever is answered now.
            if !run.is_sure() {
                has_ended(run, &located.object, meant.uid.as_deref()).await?;
            }
        }
    }
    answered(run, located.need(Verb::Delete), deleted).await.map(drop)
}

/// The delete of what is there, and what that is; nothing where it is gone, which is success.
async fn to_delete(
    run: &Run,
    located: &Located,
    asked: Option<Precondition>,
) -> Result<Option<(Intent, Option<String>)>, Stop> {
    let seen = run.assignment.cluster.see(&located.object).await;
    let seen = answered(run, located.need(Verb::Delete), seen).await?;
    let uid = asked.as_ref().and_then(|it| it.uid.as_deref());
    let is_another = |found: &Value| uid.is_some_and(|it| guard(found).uid.as_deref() != Some(it));
    match &seen {
        Seen::Known(None) => return record::gone(run, &located.object, None).await.map(|_| None),
        Seen::Known(Some(found)) if is_another(found) => {
            return record::gone(run, &located.object, uid).await.map(|_| None);
        }
        Seen::Known(Some(_)) | Seen::Unread(_) => {}
    }
    let precondition = match asked {
        // By its UID alone it may be deleted again and again.
        Some(by_uid) if by_uid.resource_version.is_none() => None,
        Some(asked) => Some(asked),
        None => {
            let now = guard_of(run, located, Verb::Delete, &seen).await?;
            Some(Precondition {
                uid: now.uid,
                resource_version: None,
            })
        }
    };
    let intent = Intent {
        precondition,
        before: Some(record::before(run, located, &seen)),
        takes: Vec::new(),
    };
    let found = record::found(run, located, &seen, &intent);
    Ok(Some((intent, found)))
}

/// The precondition that a patch or a delete without one gets: the object is still as it is now.
async fn guard_of(run: &Run, located: &Located, verb: Verb, seen: &Seen) -> Result<Precondition, Stop> {
    let found = match seen {
        Seen::Known(Some(found)) => Ok(found),
        Seen::Known(None) => Err(cluster::Error::NotFound),
        Seen::Unread(denial) => Err(cluster::Error::Forbidden(denial.clone())),
    };
    Ok(guard(answered(run, located.need(verb), found).await?))
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

/// What was asked for, and that the object is as it was seen.
fn narrowed(given: Option<Precondition>, seen: &Precondition) -> Precondition {
    let given = given.unwrap_or_default();
    Precondition {
        uid: given.uid.or_else(|| seen.uid.clone()),
        resource_version: given.resource_version.or_else(|| seen.resource_version.clone()),
    }
}

/// What the step itself asks for.
fn given(uid: Option<&String>, resource_version: Option<&String>) -> Option<Precondition> {
    (uid.is_some() || resource_version.is_some()).then(|| Precondition {
        uid: uid.cloned(),
        resource_version: resource_version.cloned(),
    })
}

/// Whether what was deleted, the one with this UID where that is known, is gone by now, and that is recorded.
async fn has_ended(run: &Run, object: &cluster::ObjectReference, uid: Option<&str>) -> Result<bool, Stop> {
    let uid = uid.filter(|it| !it.is_empty());
    let gone = match (run.assignment.cluster.get(object).await, uid) {
        (Err(cluster::Error::NotFound), _) => None,
        (Ok(found), Some(uid)) if guard(&found).uid.as_deref() != Some(uid) => Some(uid),
        (Ok(_) | Err(_), _) => return Ok(false),
    };
    record::gone(run, object, gone).await
}

/// Whether it is gone by now, where the lane waits for that.
pub(super) async fn look_for_end(run: &Run, object: &cluster::ObjectReference) -> Result<(), Stop> {
    if let Some(uid) = run.recorder.awaits_end(object) {
        has_ended(run, object, Some(&uid)).await?;
    }
    Ok(())
}

async fn for_guest(run: &Run, located: &Located, mut object: Value) -> Result<String, Stop> {
    if located.is_secret() {
        secret_data::seal(run, &mut object, located.object.namespace.as_deref()).await?;
    }
    Ok(convert::json(&object)?)
}
