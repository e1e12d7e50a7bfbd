//! Deleting one object.

use http::Method;
use serde_json::json;

use super::kinds::Place;
use super::wire::{Call, Class, Failure, JSON};
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

/// How often a delete that got lost is sent again after a look at the object.
const RESENDS: u32 = 3;

/// What a look at the object says of its deletion.
enum Look {
    /// It, or the one that was meant, is gone or on its way out.
    Done,
    /// It is there as it was.
    Untouched,
    /// It is there, and may be another one.
    Unclear,
}

impl Cluster {
    /// Deletes it. Success where it, or the one with this UID, is already gone; it may linger for its finalizers.
    pub async fn delete(&self, object: &ObjectReference, options: &DeleteOptions) -> Result<(), Error> {
        let place = self.place(object).await?;
        let call = call(&place, options);
        let mut lost = String::new();
        for _ in 0..RESENDS {
            match self.inner.wire.send(&call).await {
                Ok(_) | Err(Failure::Refused(Error::NotFound)) => return Ok(()),
                Err(Failure::Refused(Error::Changed)) => return self.after_conflict(&place, options).await,
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::Lost(why)) => lost = why,
            }
            match self.look(&place, options).await? {
                Look::Done => return Ok(()),
                Look::Untouched => {}
                Look::Unclear => break,
            }
        }
        Err(Error::OutcomeUnknown(format!(
            "the delete of {} was sent, but {lost}, and an object of that name is there; look whether it is the same one",
            place.object
        )))
    }

    /// A precondition failed: with another UID the one that was meant is gone.
    async fn after_conflict(&self, place: &Place, options: &DeleteOptions) -> Result<(), Error> {
        match self.find(place).await? {
            Some(found) if options.uid.as_deref().is_none_or(|it| it == objects::uid(&found)) => {
                Err(Error::Changed)
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn look(&self, place: &Place, options: &DeleteOptions) -> Result<Look, Error> {
        let Some(found) = self.find(place).await? else {
            return Ok(Look::Done);
        };
        let is = |asked: &Option<String>, is: &str| asked.as_deref() == Some(is);
        let another = options.uid.is_some() && !is(&options.uid, objects::uid(&found));
        if another || found.pointer("/metadata/deletionTimestamp").is_some() {
            return Ok(Look::Done);
        }
        let untouched = is(&options.resource_version, objects::resource_version(&found));
        Ok(if untouched { Look::Untouched } else { Look::Unclear })
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
