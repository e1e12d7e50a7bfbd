//! Server-side apply.

mod judge;

use http::Method;
use serde_json::Value;

use super::guarded::{Doubt, Look, Write};
use super::kinds::Place;
use super::read::Seen;
use super::redact::Secrets;
use super::wire::{Answer, Call, Class};
use super::{Cluster, Error, ObjectReference, convert, objects, path};

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
    /// An earlier request may have done it already: look before sending.
    pub unanswered: bool,
    /// What the object is, where somebody has just looked.
    pub seen: Option<Seen>,
}

/// What came of it.
pub struct Applied {
    /// As the server has it now.
    pub object: Value,
    /// `metadata.generation` of this very write.
    pub generation: Option<i64>,
    /// Whether the server had it otherwise before, but for what Shipslog marks its objects with.
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

/// An apply in the making.
struct Apply<'a> {
    cluster: &'a Cluster,
    place: Place,
    /// Without preconditions.
    manifest: Value,
    manager: &'a str,
    options: &'a ApplyOptions,
}

/// One that is ready to be sent.
struct Ready<'a> {
    apply: Apply<'a>,
    before: Seen,
    preconditions: Vec<(&'static str, String)>,
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
        let reference = objects::reference(object)?;
        let manifest = self.manifest(object).await;
        let (place, manifest) = manifest.map_err(|it| doubt(&reference, options).before_look(it))?;
        let apply = Apply {
            cluster: self,
            place,
            manifest,
            manager,
            options,
        };
        let before = match options.seen.clone() {
            Some(seen) => apply.usable(seen),
            None => apply.see().await,
        };
        let before = before.map_err(|it| apply.doubt().before_look(it))?;
        if options.unanswered {
            match apply.judge(&before, None).await {
                Look::Done(done) => return Ok(done),
                Look::Untouched => {}
                Look::Over(error) => return Err(error),
            }
        }
        let preconditions = preconditions(&before, options)?;
        self.deliver(&Ready {
            apply,
            before,
            preconditions,
        })
        .await
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
}

impl Apply<'_> {
    fn doubt(&self) -> Doubt<'_> {
        doubt(&self.place.object, self.options)
    }

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
}

impl Write for Ready<'_> {
    type Done = Applied;

    fn call(&self) -> Call {
        self.apply.call(&self.preconditions, "")
    }

    fn read(&self, answer: &Answer) -> Result<Applied, Error> {
        Ok(applied(&self.before, objects::answered(answer.json()?)?))
    }

    async fn look(&self) -> Result<Look<Applied>, Error> {
        let now = self.apply.see().await?;
        let uid = match &self.before {
            Seen::Known(Some(before)) => Some(objects::uid(before)),
            Seen::Known(None) | Seen::Unread(_) => None,
        };
        Ok(self.apply.judge(&now, uid).await)
    }

    fn refused(&self, error: Error) -> Error {
        self.apply.refused(error)
    }

    fn doubt(&self) -> Doubt<'_> {
        self.apply.doubt()
    }
}

fn doubt<'a>(object: &'a ObjectReference, options: &ApplyOptions) -> Doubt<'a> {
    Doubt {
        write: "apply",
        object,
        unanswered: options.unanswered,
        check: "compare the object with what was meant",
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
fn preconditions(before: &Seen, options: &ApplyOptions) -> Result<Vec<(&'static str, String)>, Error> {
    let mut uid = options.uid.clone();
    if uid.is_none() && options.resource_version.is_none() {
        return Ok(Vec::new());
    }
    if let Seen::Known(found) = before {
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

fn applied(before: &Seen, object: Value) -> Applied {
    let changed = match before {
        Seen::Known(Some(before)) => {
            objects::resource_version(before) != objects::resource_version(&object)
                && objects::substance(before) != objects::substance(&object)
        }
        // It is new; or what it was may not be read, and the safe answer is that something changed.
        Seen::Known(None) | Seen::Unread(_) => true,
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
