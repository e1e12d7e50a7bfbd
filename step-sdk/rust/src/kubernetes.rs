//! The cluster of this step's target, within what the step declared, the project granted, the target's boundary
//! allows and the account may do.
//!
//! Objects are [`serde_json::Value`]s. Every call is recorded; after a crash the step runs again and is answered from
//! the record. The data of Secrets that are read holds handles instead of values.

mod convert;
mod error;
mod evidence;
pub mod needs;
mod options;
mod reference;
mod wait;

use std::time::Duration;

use serde_json::Value;

use crate::imports::kubernetes as host;
use convert::{json, object};
pub use error::{Denial, Error, FieldConflict, Layer, Reason};
pub use evidence::Evidence;
pub use options::{
    Applied, ApplyOptions, Change, ChangeKind, DeleteOptions, Patch, Precondition, Propagation, Selection,
};
pub use reference::ObjectReference;
pub use wait::{Expectation, Waited};

/// The target's cluster.
pub fn kubernetes() -> Kubernetes {
    Kubernetes(())
}

/// The target's cluster, made by [`kubernetes`].
#[derive(Debug, Clone, Copy)]
pub struct Kubernetes(());

impl Kubernetes {
    /// Reads an object that must be there.
    pub fn get(self, reference: &ObjectReference) -> Result<Value, Error> {
        let answer = host::get(&reference.into()).map_err(|it| Error::new("get", reference, it))?;
        json(&answer).map_err(|it| Error::new("get", reference, it))
    }

    /// Reads an object that may not be there.
    pub fn find(self, reference: &ObjectReference) -> Result<Option<Value>, Error> {
        match self.get(reference) {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads all selected objects, page by page.
    pub fn list(self, selection: &Selection) -> Result<Vec<Value>, Error> {
        let mut objects = Vec::new();
        let mut continue_from = None;
        loop {
            let fail = |it| Error::new("list", selection, it);
            let page = host::list(&selection.page(continue_from)).map_err(fail)?;
            for text in &page.objects {
                objects.push(json(text).map_err(fail)?);
            }
            continue_from = page.continue_from;
            if continue_from.is_none() {
                return Ok(objects);
            }
        }
    }

    /// Makes the object's given fields be as they are given (server-side apply under the step's own field manager).
    pub fn apply(self, manifest: &Value) -> Result<Applied, Error> {
        self.apply_with(manifest, &ApplyOptions::default())
    }

    /// The same, with a precondition or by force.
    pub fn apply_with(self, manifest: &Value, options: &ApplyOptions) -> Result<Applied, Error> {
        let fail = |it| Error::new("apply", reference::describe(manifest), it);
        let applied = host::apply(&manifest.to_string(), &options.into()).map_err(fail)?;
        Ok(Applied {
            object: json(&applied.object).map_err(fail)?,
            generation: applied.generation,
            changed: applied.changed,
        })
    }

    /// Changes fields that the step does not apply; answers with the object.
    pub fn patch(
        self,
        reference: &ObjectReference,
        patch: &Patch,
        only: &Precondition,
    ) -> Result<Value, Error> {
        let fail = |it| Error::new("patch", reference, it);
        let (kind, text) = patch.parts();
        let (uid, version) = (only.uid.as_deref(), only.resource_version.as_deref());
        let answer = host::patch(&reference.into(), kind, &text, uid, version).map_err(fail)?;
        json(&answer).map_err(fail)
    }

    /// Deletes an object in the background. It is no error where it is already gone.
    pub fn delete(self, reference: &ObjectReference) -> Result<(), Error> {
        self.delete_with(reference, &DeleteOptions::default())
    }

    /// The same, with a precondition or another order between owner and owned.
    pub fn delete_with(self, reference: &ObjectReference, options: &DeleteOptions) -> Result<(), Error> {
        host::delete(&reference.into(), &options.into()).map_err(|it| Error::new("delete", reference, it))
    }

    /// Waits until all expectations are met, or one of them cannot come true any more, or the time is over.
    pub fn wait(self, expectations: &[Expectation], timeout: Duration) -> Result<Waited, Error> {
        let asked: Vec<_> = expectations.iter().map(Into::into).collect();
        let seconds = u32::try_from(timeout.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        let waited = host::wait(&asked, seconds);
        waited
            .map(Into::into)
            .map_err(|it| Error::new("wait for", wait::describe(expectations), it))
    }

    /// What [`apply`](Self::apply) would change, by the server's dry run.
    pub fn diff(self, manifest: &Value) -> Result<Vec<Change>, Error> {
        let fail = |it| Error::new("diff", reference::describe(manifest), it);
        let changes = host::diff(&manifest.to_string()).map_err(fail)?;
        changes
            .into_iter()
            .map(Change::read)
            .collect::<Result<_, _>>()
            .map_err(fail)
    }

    /// Whether the API server lets the target's account do it: `verb` as the API server knows it (`create`, …);
    /// `subresource` as `log`, or empty.
    pub fn can_i(self, verb: &str, reference: &ObjectReference, subresource: &str) -> Result<bool, Error> {
        let answer = host::can_i(verb, &reference.into(), subresource);
        answer.map_err(|it| Error::new("ask whether it may", format!("{verb} {reference}"), it))
    }

    /// The last lines of a container's log; `previous` means of its run before the last restart.
    pub fn logs(
        self,
        pod: &ObjectReference,
        container: &str,
        tail_lines: u32,
        previous: bool,
    ) -> Result<Vec<String>, Error> {
        let answer = host::logs(&pod.into(), container, tail_lines, previous);
        answer.map_err(|it| Error::new("read the log of", pod, it))
    }

    /// Why an object is as it is, with what was seen.
    pub fn explain(self, reference: &ObjectReference) -> Result<Evidence, Error> {
        let answer = host::explain(&reference.into());
        answer
            .map(Into::into)
            .map_err(|it| Error::new("explain", reference, it))
    }
}

impl From<&ObjectReference> for object::ObjectReference {
    fn from(reference: &ObjectReference) -> Self {
        Self {
            group: reference.group.clone(),
            version: reference.version.clone(),
            kind: reference.kind.clone(),
            namespace: reference.namespace.clone(),
            name: reference.name.clone(),
        }
    }
}
