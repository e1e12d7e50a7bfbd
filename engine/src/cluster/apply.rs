//! Server-side apply.

use http::Method;
use serde_json::Value;

use super::kinds::Place;
use super::redact::Secrets;
use super::wire::{Call, Class, Failure};
use super::{Cluster, Error, convert, objects, path};

const APPLY: &str = "application/apply-patch+yaml";

/// How to apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// Take fields from other managers.
    pub force: bool,
    /// Refuse with `Changed` unless the object has this UID.
    pub uid: Option<String>,
    /// Refuse with `Changed` unless the object has this resourceVersion.
    pub resource_version: Option<String>,
}

/// What came of it.
pub struct Applied {
    /// As the server has it now.
    pub object: Value,
    /// `metadata.generation` of this very write.
    pub generation: Option<i64>,
    /// Whether the server had it otherwise before.
    pub changed: bool,
}

impl std::fmt::Debug for Applied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Applied")
            .field("generation", &self.generation)
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}

/// How often a guarded write that got lost is sent again after a look at the object.
const RESENDS: u32 = 3;

/// What the object was before.
enum Before {
    Known(Option<Value>),
    /// We may not read it.
    Unknown,
}

/// An apply in the making.
struct Apply<'a> {
    place: Place,
    /// Without preconditions.
    manifest: Value,
    manager: &'a str,
    options: &'a ApplyOptions,
}

impl Cluster {
    /// Applies the object as this field manager.
    pub async fn apply(
        &self,
        object: &Value,
        manager: &str,
        options: &ApplyOptions,
    ) -> Result<Applied, Error> {
        let secrets = Secrets::of(object);
        self.apply_plainly(object, manager, options)
            .await
            .map_err(|it| secrets.clean(it))
    }

    async fn apply_plainly(
        &self,
        object: &Value,
        manager: &str,
        options: &ApplyOptions,
    ) -> Result<Applied, Error> {
        let (place, manifest) = self.manifest(object).await?;
        let apply = Apply {
            place,
            manifest,
            manager,
            options,
        };
        let before = self.before(&apply).await?;
        let preconditions = preconditions(&before, options)?;
        let mut lost = String::new();
        for _ in 0..RESENDS {
            match self.inner.wire.send(&apply.call(&preconditions, "")).await {
                Ok(answer) => return Ok(applied(&before, answer.json()?)),
                Err(Failure::Refused(error)) => return Err(apply.refused(error)),
                Err(Failure::Lost(why)) => lost = why,
            }
            if let Some(done) = self.look_again(&apply).await? {
                return Ok(done);
            }
        }
        Err(apply.unknown(&lost))
    }

    /// What a manifest says, put into its namespace.
    pub(super) async fn manifest(&self, object: &Value) -> Result<(Place, Value), Error> {
        let place = self.place(&objects::reference(object)?).await?;
        let mut manifest = object.clone();
        let metadata = manifest.get_mut("metadata").and_then(Value::as_object_mut);
        let metadata = metadata.ok_or_else(|| Error::invalid("metadata", "must be an object"))?;
        for field in ["uid", "resourceVersion"] {
            if metadata.contains_key(field) {
                let message = "is the server's: leave it out, and give a precondition beside the object";
                return Err(Error::invalid(format!("metadata.{field}"), message));
            }
        }
        if let Some(namespace) = &place.object.namespace {
            metadata.insert("namespace".to_owned(), namespace.clone().into());
        }
        Ok((place, manifest))
    }

    async fn before(&self, apply: &Apply<'_>) -> Result<Before, Error> {
        match self.find(&apply.place).await {
            Ok(found) => Ok(Before::Known(found)),
            // With a resourceVersion alone a missing object would be created, so that one has to be read.
            Err(Error::Forbidden(_))
                if apply.options.uid.is_some() || apply.options.resource_version.is_none() =>
            {
                Ok(Before::Unknown)
            }
            Err(other) => Err(other),
        }
    }

    /// A guarded apply got lost. If another one would change nothing, it happened; if the precondition still holds, it
    /// did not (nothing is answered, so that it is sent again).
    async fn look_again(&self, apply: &Apply<'_>) -> Result<Option<Applied>, Error> {
        let live = self.find(&apply.place).await?;
        let Some(live) = live else {
            return Err(apply.unknown("the object is gone now"));
        };
        if let Ok(planned) = self.inner.wire.ask_json(&apply.call(&[], "All")).await
            && objects::essence(&planned) == objects::essence(&live)
        {
            let generation = objects::number(&live, "/metadata/generation");
            return Ok(Some(Applied {
                object: live,
                generation,
                changed: true,
            }));
        }
        let same_version =
            apply.options.resource_version.as_deref() == Some(objects::resource_version(&live));
        if same_version {
            Ok(None)
        } else {
            Err(apply.unknown("the object has been changed since"))
        }
    }
}

impl Apply<'_> {
    fn call(&self, preconditions: &[(&str, String)], dry_run: &str) -> Call {
        let mut body = self.manifest.clone();
        for (field, value) in preconditions {
            body["metadata"][*field] = value.clone().into();
        }
        let guarded = preconditions.iter().any(|(field, _)| *field == "resourceVersion");
        let class = if guarded {
            Class::Guarded
        } else {
            Class::Repeatable
        };
        call(
            &self.place,
            &body,
            self.manager,
            self.options.force,
            dry_run,
            class,
        )
    }

    fn refused(&self, error: Error) -> Error {
        match (error, &self.place.object.namespace) {
            (Error::NotFound, Some(namespace)) => convert::missing_namespace(namespace),
            // UIDs do not change: with another one than was asked for, it is another object.
            (Error::Invalid(causes), _) if causes.iter().any(|it| it.path == "metadata.uid") => {
                Error::Changed
            }
            (other, _) => other,
        }
    }

    fn unknown(&self, why: &str) -> Error {
        Error::OutcomeUnknown(format!(
            "the apply of {} was sent, but its answer did not come, and {why}; compare the object with what was meant",
            self.place.object
        ))
    }
}

/// The request of a server-side apply.
pub(super) fn call(
    place: &Place,
    body: &Value,
    manager: &str,
    force: bool,
    dry_run: &str,
    class: Class,
) -> Call {
    let force = if force { "true" } else { "false" };
    let query = [
        ("fieldManager", manager),
        ("force", force),
        ("fieldValidation", "Strict"),
        ("dryRun", dry_run),
    ];
    Call::write(
        Method::PATCH,
        path::query(&place.path, &query),
        APPLY,
        body,
        class,
    )
}

/// What goes along, so that the server refuses when the object is another one.
fn preconditions(before: &Before, options: &ApplyOptions) -> Result<Vec<(&'static str, String)>, Error> {
    let mut uid = options.uid.clone();
    if uid.is_none() && options.resource_version.is_none() {
        return Ok(Vec::new());
    }
    if let Before::Known(found) = before {
        let found = found.as_ref().ok_or(Error::Changed)?;
        let differs = |asked: &Option<String>, is: &str| asked.as_deref().is_some_and(|it| it != is);
        if differs(&uid, objects::uid(found))
            || differs(&options.resource_version, objects::resource_version(found))
        {
            return Err(Error::Changed);
        }
        uid = Some(objects::uid(found).to_owned());
    }
    let version = options.resource_version.clone();
    Ok([("uid", uid), ("resourceVersion", version)]
        .into_iter()
        .filter_map(|(key, it)| Some((key, it?)))
        .collect())
}

fn applied(before: &Before, object: Value) -> Applied {
    let changed = match before {
        Before::Known(Some(before)) => {
            objects::resource_version(before) != objects::resource_version(&object)
                && objects::essence(before) != objects::essence(&object)
        }
        // It is new; or what it was may not be read, and the safe answer is that something changed.
        Before::Known(None) | Before::Unknown => true,
    };
    let generation = objects::number(&object, "/metadata/generation");
    Applied {
        object,
        generation,
        changed,
    }
}

#[cfg(test)]
mod tests;
