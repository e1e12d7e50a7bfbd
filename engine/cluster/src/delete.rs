//! Deleting one object.

use http::Method;
use serde_json::{Value, json};

use super::guarded::{Doubt, Look, Write};
use super::kinds::Place;
use super::wire::{Answer, Call, Class, JSON};
use super::{Cluster, Error, ObjectReference, objects};

/// What becomes of the objects that it owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Propagation {
    /// Deleted after it.
    #[default]
    Background,
    /// Deleted before it.
    Foreground,
    /// Left alone.
    Orphan,
}

/// How to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// What becomes of the objects that it owns.
    pub propagation: Propagation,
    /// Only the one with this UID; another one, or none, is success.
    pub uid: Option<String>,
    /// Only if it is still at this version, else `Changed`.
    pub resource_version: Option<String>,
    /// An earlier request may have done it already: look before sending.
    pub unanswered: bool,
}

impl Propagation {
    fn policy(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}

/// What came of a delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// The API server took it, and the object may linger for its finalizers. Or it may have: the object is gone after a
    /// try whose answer is not known.
    Accepted,
    /// It was gone before.
    WasGone,
    /// It was gone before, and another object has its name.
    WasReplaced,
}

/// A delete in the making.
struct Deletion<'a> {
    cluster: &'a Cluster,
    place: Place,
    options: &'a DeleteOptions,
}

impl Cluster {
    /// Deletes it. Success where it, or the one with this UID, is already gone.
    pub async fn delete(&self, object: &ObjectReference, options: &DeleteOptions) -> Result<Deleted, Error> {
        let place = self.place(object).await;
        let deletion = Deletion {
            cluster: self,
            place: place.map_err(|it| doubt(object, options).before_look(it))?,
            options,
        };
        if options.unanswered {
            let look = deletion.look().await;
            match look.map_err(|it| deletion.doubt().before_look(it))? {
                Look::Done(deleted) => return Ok(deleted),
                Look::Untouched => {}
                Look::Over(error) => return Err(error),
            }
        }
        match self.deliver(&deletion).await {
            Err(Error::NotFound) => Ok(Deleted::WasGone),
            Err(Error::Changed) => deletion.after_conflict().await,
            // An earlier try may have deleted it.
            Err(Error::Doubtful(refusal)) if *refusal == Error::Changed => {
                let gone = deletion.after_conflict().await;
                gone.map(|_| Deleted::Accepted)
                    .map_err(|_| Error::Doubtful(refusal))
            }
            other => other,
        }
    }
}

impl Deletion<'_> {
    /// A precondition failed: with another UID the one that was meant is gone.
    async fn after_conflict(&self) -> Result<Deleted, Error> {
        match self.cluster.find(&self.place).await? {
            Some(found) if !self.is_another(&found) => Err(Error::Changed),
            Some(_) => Ok(Deleted::WasReplaced),
            None => Ok(Deleted::WasGone),
        }
    }

    fn is_another(&self, found: &Value) -> bool {
        let uid = self.options.uid.as_deref();
        uid.is_some_and(|it| it != objects::uid(found))
    }
}

impl Write for Deletion<'_> {
    type Done = Deleted;

    fn call(&self) -> Call {
        call(&self.place, self.options)
    }

    fn read(&self, answer: &Answer) -> Result<Deleted, Error> {
        answer.json().map(|_: Value| Deleted::Accepted)
    }

    /// What was deleted is gone, or has the time of its deletion in it.
    async fn look(&self) -> Result<Look<Deleted>, Error> {
        let Some(found) = self.cluster.find(&self.place).await? else {
            return Ok(Look::Done(Deleted::Accepted));
        };
        if self.is_another(&found) || found.pointer("/metadata/deletionTimestamp").is_some() {
            return Ok(Look::Done(Deleted::Accepted));
        }
        let version = self.options.resource_version.as_deref();
        let same_version = version.map(|it| it == objects::resource_version(&found));
        Ok(match (&self.options.uid, same_version) {
            (_, Some(true)) | (Some(_), None) => Look::Untouched,
            (Some(_), Some(false)) => Look::Over(Error::Changed),
            (None, Some(false) | None) => Look::Over(self.doubt().unknown("an object of that name is there")),
        })
    }

    fn refused(&self, error: Error) -> Error {
        error
    }

    fn doubt(&self) -> Doubt<'_> {
        doubt(&self.place.object, self.options)
    }
}

fn doubt<'a>(object: &'a ObjectReference, options: &DeleteOptions) -> Doubt<'a> {
    Doubt {
        write: "delete",
        object,
        unanswered: options.unanswered,
        check: "look whether it is the same one",
    }
}

/// Deleting by UID alone may be repeated: a second one finds another object, or none.
fn call(place: &Place, options: &DeleteOptions) -> Call {
    let mut body = json!({
        "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": options.propagation.policy(),
    });
    for (field, value) in [
        ("uid", &options.uid),
        ("resourceVersion", &options.resource_version),
    ] {
        if let Some(value) = value {
            body["preconditions"][field] = value.clone().into();
        }
    }
    let by_uid = options.uid.is_some() && options.resource_version.is_none();
    let class = if by_uid { Class::Repeatable } else { Class::Guarded };
    Call::write(Method::DELETE, place.path.clone(), JSON, &body, class)
}

#[cfg(test)]
mod tests;
