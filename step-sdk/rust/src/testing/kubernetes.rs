//! The contract's calls to the cluster, answered from memory.

use serde_json::Value;
use shipslog_rights::Need;
use shipslog_step_testing::{Apply, Guard, ObjectReference, Patch, PatchKind, Selection};

use super::memory_types::{self, refusal};
use super::{InMemory, current};
use crate::bindings::shipslog::step::kubernetes as wit;
use crate::kubernetes::{Reason, needs};
use wit::{Applied, Change, Error, Evidence, Expectation, Page, Waited};

/// Who applies, as the host would say it.
const MANAGER: &str = "shipslog:project:step";

pub(crate) fn get(object: &wit::ObjectReference) -> Result<String, Error> {
    let object = object.into();
    call(needs::get(&object), |it| it.get(&object)).map(|it| it.to_string())
}

pub(crate) fn list(selection: &wit::Selection) -> Result<Page, Error> {
    let selection = Selection {
        group: selection.group.clone(),
        kind: selection.kind.clone(),
        namespace: selection.namespace.clone(),
        label_selector: selection.label_selector.clone(),
    };
    let found = call(needs::list(&selection), |it| it.list(&selection))?;
    Ok(Page {
        objects: found.iter().map(Value::to_string).collect(),
        continue_from: None,
    })
}

pub(crate) fn apply(object: &str, options: &wit::ApplyOptions) -> Result<Applied, Error> {
    let (manifest, object) = manifest(object)?;
    let how = Apply {
        manager: MANAGER.to_owned(),
        force: options.force,
        guard: guard(options.uid.as_deref(), options.resource_version.as_deref()),
    };
    let applied = call(needs::apply(&object, how.force), |it| it.apply(&manifest, &how))?;
    Ok(Applied {
        object: applied.object.to_string(),
        generation: applied.generation,
        changed: applied.changed,
    })
}

pub(crate) fn patch(
    object: &wit::ObjectReference,
    kind: wit::PatchKind,
    patch: &str,
    uid: Option<&str>,
    resource_version: Option<&str>,
) -> Result<String, Error> {
    let (object, body) = (object.into(), memory_types::json(patch));
    let patch = Patch {
        kind: match kind {
            wit::PatchKind::JsonPatch => PatchKind::Json,
            wit::PatchKind::Merge | wit::PatchKind::Strategic => PatchKind::Merge,
        },
        body: &body,
        guard: guard(uid, resource_version),
    };
    call(needs::patch(&object), |it| it.patch(&object, &patch)).map(|it| it.to_string())
}

pub(crate) fn delete(object: &wit::ObjectReference, options: &wit::DeleteOptions) -> Result<(), Error> {
    let object = object.into();
    let guard = guard(options.uid.as_deref(), options.resource_version.as_deref());
    let foreground = options.propagation == wit::Propagation::Foreground;
    call(needs::delete(&object), |it| {
        it.delete(&object, &guard, foreground)
    })
    .map(drop)
}

pub(crate) fn wait(expectations: &[Expectation], _seconds: u32) -> Result<Waited, Error> {
    let expectations: Vec<_> = expectations.iter().map(memory_types::expectation).collect();
    let needs = expectations
        .iter()
        .flat_map(shipslog_step_testing::Expectation::needs)
        .collect();
    call(needs, |it| it.wait(&expectations)).map(memory_types::waited)
}

pub(crate) fn diff(object: &str) -> Result<Vec<Change>, Error> {
    let (manifest, object) = manifest(object)?;
    let change = call(needs::diff(&object), |it| it.diff(&manifest, MANAGER))?;
    Ok(change.into_iter().map(memory_types::change).collect())
}

#[expect(clippy::unnecessary_wraps, reason = "the signature is the contract's")]
pub(crate) fn can_i(verb: &str, object: &wit::ObjectReference, subresource: &str) -> Result<bool, Error> {
    let object = object.into();
    let asked = call(Vec::new(), |it| it.can_i(verb, &object, subresource));
    Ok(asked.unwrap_or(false))
}

pub(crate) fn logs(
    pod: &wit::ObjectReference,
    _container: &str,
    _tail_lines: u32,
    _previous: bool,
) -> Result<Vec<String>, Error> {
    let pod = pod.into();
    call(needs::logs(&pod), |it| it.logs(&pod))
}

pub(crate) fn explain(object: &wit::ObjectReference) -> Result<Evidence, Error> {
    let object = object.into();
    call(needs::explain(&object), |it| it.explain(&object)).map(memory_types::evidence)
}

/// Holds what the call needs against what `check` named, then asks the cluster.
fn call<T>(needs: Vec<Need>, ask: impl FnOnce(&InMemory) -> Result<T, Reason>) -> Result<T, Error> {
    let cluster = current(|it| {
        it.rights.need(needs, it.cluster.namespace().as_deref());
        it.cluster.clone()
    });
    ask(&cluster).map_err(refusal)
}

fn guard(uid: Option<&str>, resource_version: Option<&str>) -> Guard {
    Guard {
        uid: uid.map(str::to_owned),
        resource_version: resource_version.map(str::to_owned),
        unanswered: false,
    }
}

fn manifest(text: &str) -> Result<(Value, ObjectReference), Error> {
    let manifest = memory_types::json(text);
    let object = crate::kubernetes::ObjectReference::of(&manifest)
        .map_err(|it| Error::Other(("manifest".to_owned(), it.to_string())))?;
    Ok((manifest, (&object).into()))
}
