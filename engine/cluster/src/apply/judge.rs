//! What became of an apply: seen at the object.

use serde_json::Value;

use super::{Applied, Apply};
use crate::guarded::Look;
use crate::read::Seen;
use crate::{Error, objects};

impl Apply<'_> {
    pub(super) async fn see(&self) -> Result<Seen, Error> {
        self.usable(self.cluster.see_at(&self.place).await?)
    }

    /// With a resourceVersion alone a missing object would be created, so that one has to be read.
    pub(super) fn usable(&self, seen: Seen) -> Result<Seen, Error> {
        match seen {
            Seen::Unread(denial) if self.options.uid.is_none() && self.options.resource_version.is_some() => {
                Err(Error::Forbidden(denial))
            }
            seen => Ok(seen),
        }
    }

    /// What became of an apply that may have been sent: if another one would change nothing, it happened; if the
    /// preconditions still hold, it did not.
    pub(super) async fn judge(&self, now: &Seen, uid: Option<&str>) -> Look<Applied> {
        let over = |why: &str| Look::Over(self.doubt().unknown(why));
        let (uid, version) = (
            self.options.uid.as_deref().or(uid),
            self.options.resource_version.as_deref(),
        );
        let live = match now {
            Seen::Known(Some(live)) => live,
            Seen::Known(None) if uid.is_some() || version.is_some() => {
                return over("the object is gone now");
            }
            Seen::Unread(_) if version.is_some() => return over("the account may not read the object"),
            Seen::Known(None) | Seen::Unread(_) => return Look::Untouched,
        };
        if uid.is_some_and(|it| it != objects::uid(live)) {
            return over("there is another object of that name now");
        }
        let untouched = version.is_none_or(|it| it == objects::resource_version(live));
        if self.changes_nothing_of(live).await {
            return Look::Done(Applied {
                object: live.clone(),
                generation: objects::number(live, "/metadata/generation"),
                // At the version that was asked for, there was nothing to change from the start.
                changed: version.is_none() || !untouched,
            });
        }
        if untouched {
            Look::Untouched
        } else {
            over("the object has been changed since")
        }
    }

    /// Whether the dry run makes the same object, of which the manager holds the same fields: values that somebody else
    /// has set are not yet its own.
    async fn changes_nothing_of(&self, live: &Value) -> bool {
        let dry_run = self.call(&[], "All");
        let Ok(planned) = self.cluster.inner.wire.ask_json(&dry_run).await else {
            return false;
        };
        let held = |it| objects::applied_fields(it, self.manager);
        objects::essence(&planned) == objects::essence(live) && held(&planned) == held(live)
    }
}
