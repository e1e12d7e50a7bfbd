//! Patches other than apply.

use http::Method;
use serde_json::{Value, json};
use shipslog_rights::kind;

use super::guarded::{Doubt, Look, Write};
use super::kinds::Place;
use super::redact::Secrets;
use super::wire::{Answer, Call, Class};
use super::{Cluster, Error, ObjectReference, objects, path};

/// How the patch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    /// RFC 7386.
    Merge,
    /// RFC 6902.
    JsonPatch,
    /// Kubernetes's own.
    Strategic,
}

/// What the object must still be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precondition {
    /// `metadata.uid`.
    pub uid: Option<String>,
    /// `metadata.resourceVersion`.
    pub resource_version: Option<String>,
    /// An earlier request may have done it already: look before sending.
    pub unanswered: bool,
}

impl PatchKind {
    fn content_type(self) -> &'static str {
        match self {
            Self::Merge => "application/merge-patch+json",
            Self::JsonPatch => "application/json-patch+json",
            Self::Strategic => "application/strategic-merge-patch+json",
        }
    }
}

/// A patch in the making.
struct Draft<'a> {
    cluster: &'a Cluster,
    place: Place,
    kind: PatchKind,
    patch: &'a Value,
    /// With the precondition in it.
    guarded: Value,
    manager: &'a str,
    precondition: &'a Precondition,
}

impl Cluster {
    /// Patches and answers with the object as it is then.
    pub async fn patch(
        &self,
        object: &ObjectReference,
        kind: PatchKind,
        patch: &Value,
        manager: &str,
        precondition: &Precondition,
    ) -> Result<Value, Error> {
        let place = self.place(object).await;
        let place = place.map_err(|it| doubt(object, precondition).before_look(it))?;
        let secrets = secrets(&place, patch);
        let draft = Draft {
            cluster: self,
            place,
            kind,
            patch,
            guarded: guarded_body(kind, patch, precondition)?,
            manager,
            precondition,
        };
        self.patch_plainly(&draft).await.map_err(|it| secrets.clean(it))
    }

    async fn patch_plainly(&self, draft: &Draft<'_>) -> Result<Value, Error> {
        if draft.precondition.unanswered {
            let look = draft.look().await;
            match look.map_err(|it| draft.doubt().before_look(it))? {
                Look::Done(done) => return Ok(done),
                Look::Untouched => {}
                Look::Over(error) => return Err(error),
            }
        }
        self.deliver(draft).await
    }
}

impl Draft<'_> {
    /// Whether it may be sent, as far as the object's version tells.
    fn is_untouched(&self, live: &Value) -> bool {
        match &self.precondition.resource_version {
            Some(version) => version == objects::resource_version(live),
            None => !self.is_guarded(),
        }
    }

    async fn changes_nothing_of(&self, live: &Value) -> bool {
        let dry_run = self.call(self.patch, "All").repeatable();
        let planned = self.cluster.inner.wire.ask_json(&dry_run).await;
        planned.is_ok_and(|it| objects::essence(&it) == objects::essence(live))
    }

    fn is_guarded(&self) -> bool {
        self.kind == PatchKind::JsonPatch || self.precondition.resource_version.is_some()
    }

    fn call(&self, body: &Value, dry_run: &str) -> Call {
        let class = if self.is_guarded() {
            Class::Guarded
        } else {
            Class::Repeatable
        };
        let query = [
            ("fieldManager", self.manager),
            ("fieldValidation", "Strict"),
            ("dryRun", dry_run),
        ];
        let path = path::query(&self.place.path, &query);
        Call::write(Method::PATCH, path, self.kind.content_type(), body, class)
    }
}

impl Write for Draft<'_> {
    type Done = Value;

    fn call(&self) -> Call {
        Draft::call(self, &self.guarded, "")
    }

    fn read(&self, answer: &Answer) -> Result<Value, Error> {
        objects::answered(answer.json()?)
    }

    /// If another one would change nothing, it happened, whatever the version is; if the precondition still holds, it
    /// did not. The dry run of a JSON patch that tests, removes or adds to a list fails or changes something though it
    /// happened: there only the version can tell, and where that has moved on, nobody.
    async fn look(&self) -> Result<Look<Value>, Error> {
        let over = |why: &str| Ok(Look::Over(self.doubt().unknown(why)));
        let uid = self.precondition.uid.as_deref();
        let Some(live) = self.cluster.find(&self.place).await? else {
            if uid.is_none() && !self.is_guarded() {
                return Ok(Look::Untouched);
            }
            return over("the object is gone now");
        };
        if uid.is_some_and(|it| it != objects::uid(&live)) {
            return over("there is another object of that name now");
        }
        if self.changes_nothing_of(&live).await {
            return Ok(Look::Done(live));
        }
        if self.is_untouched(&live) {
            return Ok(Look::Untouched);
        }
        over("the object cannot tell whether it took effect")
    }

    fn refused(&self, error: Error) -> Error {
        match error {
            Error::Invalid(causes)
                if self.precondition.uid.is_some() && causes.iter().any(|it| it.path == "metadata.uid") =>
            {
                Error::Changed
            }
            other => other,
        }
    }

    fn doubt(&self) -> Doubt<'_> {
        doubt(&self.place.object, self.precondition)
    }
}

fn doubt<'a>(object: &'a ObjectReference, precondition: &Precondition) -> Doubt<'a> {
    Doubt {
        write: "patch",
        object,
        unanswered: precondition.unanswered,
        check: "compare the object with what was meant",
    }
}

/// The patch with the precondition in it: the server refuses a patch that says another version or UID.
fn guarded_body(kind: PatchKind, patch: &Value, precondition: &Precondition) -> Result<Value, Error> {
    let wanted = [
        ("uid", &precondition.uid),
        ("resourceVersion", &precondition.resource_version),
    ];
    let wanted = wanted
        .into_iter()
        .filter_map(|(field, it)| Some((field, it.as_ref()?)));
    let mut body = patch.clone();
    if kind == PatchKind::JsonPatch {
        let operations = body
            .as_array_mut()
            .ok_or_else(|| Error::invalid("", "a JSON patch is a list"))?;
        let guards = wanted
            .map(|(field, it)| json!({"op": "replace", "path": format!("/metadata/{field}"), "value": it}));
        operations.extend(guards);
        return Ok(body);
    }
    if !body.is_object() {
        return Err(Error::invalid("", "a patch is an object"));
    }
    for (field, value) in wanted {
        let metadata = &mut body["metadata"];
        if !metadata.is_object() {
            *metadata = json!({});
        }
        metadata[field] = value.clone().into();
    }
    Ok(body)
}

fn secrets(place: &Place, patch: &Value) -> Secrets {
    if !kind::is_secret(&place.object.group, &place.object.kind) {
        return Secrets::none();
    }
    if patch.is_array() {
        Secrets::in_patch(patch)
    } else {
        Secrets::in_data(patch)
    }
}

#[cfg(test)]
mod tests;
