//! Patches other than apply.

use http::Method;
use serde_json::{Value, json};

use super::kinds::Place;
use super::redact::Secrets;
use super::wire::{Call, Class, Failure};
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

/// How often a patch that got lost is sent again after a look at the object.
const RESENDS: u32 = 3;

/// A patch in the making.
struct Draft<'a> {
    place: Place,
    kind: PatchKind,
    patch: &'a Value,
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
        let place = self.place(object).await?;
        let secrets = secrets(&place, patch);
        let draft = Draft {
            place,
            kind,
            patch,
            manager,
            precondition,
        };
        self.patch_plainly(&draft).await.map_err(|it| secrets.clean(it))
    }

    async fn patch_plainly(&self, draft: &Draft<'_>) -> Result<Value, Error> {
        let body = draft.guarded_body()?;
        let mut lost = String::new();
        for _ in 0..RESENDS {
            match self.inner.wire.send(&draft.call(&body, "")).await {
                Ok(answer) => return answer.json(),
                Err(Failure::Refused(error)) => return Err(draft.refused(error)),
                Err(Failure::Lost(why)) => lost = why,
            }
            if let Some(done) = self.look_at_patched(draft).await? {
                return Ok(done);
            }
        }
        Err(draft.unknown(&lost))
    }

    /// A patch got lost. If another one would change nothing, it happened; if the precondition still holds, it did not
    /// (nothing is answered, so that it is sent again).
    async fn look_at_patched(&self, draft: &Draft<'_>) -> Result<Option<Value>, Error> {
        let live = self.find(&draft.place).await?;
        let Some(live) = live else {
            return Err(draft.unknown("the object is gone now"));
        };
        if draft.precondition.resource_version.as_deref() == Some(objects::resource_version(&live)) {
            return Ok(None);
        }
        match self
            .inner
            .wire
            .ask_json(&draft.call(draft.patch, "All").repeatable())
            .await
        {
            Ok(planned) if objects::essence(&planned) == objects::essence(&live) => Ok(Some(live)),
            Ok(_) | Err(_) => Err(draft.unknown("the object cannot tell whether it took effect")),
        }
    }
}

impl Draft<'_> {
    fn call(&self, body: &Value, dry_run: &str) -> Call {
        let guarded = self.kind == PatchKind::JsonPatch || self.precondition.resource_version.is_some();
        let class = if guarded {
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

    /// The patch with the precondition in it: the server refuses a patch that says another version or UID.
    fn guarded_body(&self) -> Result<Value, Error> {
        let wanted = [
            ("uid", &self.precondition.uid),
            ("resourceVersion", &self.precondition.resource_version),
        ];
        let wanted = wanted
            .into_iter()
            .filter_map(|(field, it)| Some((field, it.as_ref()?)));
        let mut body = self.patch.clone();
        if self.kind == PatchKind::JsonPatch {
            let operations = body
                .as_array_mut()
                .ok_or_else(|| Error::invalid("", "a JSON patch is a list"))?;
            let guards = wanted.map(
                |(field, it)| json!({"op": "replace", "path": format!("/metadata/{field}"), "value": it}),
            );
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

    fn unknown(&self, why: &str) -> Error {
        Error::OutcomeUnknown(format!(
            "the patch of {} was sent, but its answer did not come, and {why}; compare the object with what was meant",
            self.place.object
        ))
    }
}

fn secrets(place: &Place, patch: &Value) -> Secrets {
    if place.object.kind != "Secret" {
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
