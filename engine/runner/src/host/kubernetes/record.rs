//! What is recorded of a write: where, what was there, what was sent, what came of it. Sensitive values are blanked, and
//! the data of Secrets stands as keyed digests.

use serde_json::Value;
use shipslog_cluster as cluster;
use shipslog_cluster::{Seen, substance, without_marks};
use shipslog_events::event::object::{Before, Change, ObjectDigest, TakenField};

use super::object::Located;
use super::secret_data::{LAST_APPLIED, PLAIN};
use super::stop::{Stop, answered};
use crate::bindings::shipslog::step::kubernetes::Error;
use crate::ports::{Sent, Written};
use crate::run::Run;

/// Which cluster this is, before the first write: a run that began in one writes to no other.
pub(super) async fn recognise(run: &Run) -> Result<(), Stop> {
    if run.recorder.knows_cluster() {
        return Ok(());
    }
    let marks = run.assignment.cluster.marks().await;
    let marks = answered(run, "find out which cluster this is", marks).await?;
    let index = run.calls.current();
    let recognised = run.recorder.cluster_recognised(index, marks).await?;
    recognised.map_err(|sentence| Error::Other(("another-cluster".to_owned(), sentence)).into())
}

/// The cluster has no such object. Where the step deleted it or the lane had it, that is recorded; again, where that was
/// recorded before the server died and its call was not.
pub(super) async fn gone(run: &Run, object: &cluster::ObjectReference) -> Result<(), Stop> {
    if run.objects.awaits_end_of(object) || run.recorder.holds(object) {
        recognise(run).await?;
    }
    Ok(run.not_found(object).await?)
}

/// What was there.
pub(super) fn before(run: &Run, seen: &Seen) -> Before {
    match seen {
        Seen::Known(None) => Before::Absent,
        Seen::Known(Some(found)) => Before::Present {
            uid: text(found, "/metadata/uid"),
            digest: digest(run, found),
        },
        Seen::Unread(_) => Before::Unread,
    }
}

/// The object as it was seen, for people.
pub(super) fn found(run: &Run, located: &Located, seen: &Seen) -> Option<String> {
    match seen {
        Seen::Known(Some(found)) => Some(shown(run, located, &substance(found))),
        Seen::Known(None) | Seen::Unread(_) => None,
    }
}

/// What is said of a write when it is over.
pub(super) struct Report<'a> {
    pub(super) located: &'a Located,
    pub(super) before: &'a Before,
    pub(super) sent: Sent,
    pub(super) taken: Vec<TakenField>,
}

impl Report<'_> {
    /// Records what the cluster answered; says whether the write changed anything. A refusal is one only where the write
    /// was surely sent no other time.
    pub(super) fn told(self, run: &Run, answer: Result<&Value, &cluster::Error>) -> bool {
        let index = run.calls.current();
        let object = &self.located.object;
        match answer {
            Ok(now) => {
                let digest = digest(run, now);
                let change = change(self.before, digest);
                let written = Written {
                    object: object.clone(),
                    change,
                    uid: text(now, "/metadata/uid"),
                    digest,
                    sent: self.sent,
                    taken: self.taken,
                };
                run.recorder.object_written(index, written);
                change != Change::Unchanged
            }
            Err(error) => {
                if run.is_sure() && is_refusal(error) {
                    run.recorder.object_refused(index, object);
                }
                false
            }
        }
    }
}

fn change(before: &Before, now: ObjectDigest) -> Change {
    match before {
        Before::Absent => Change::Created,
        Before::Present { digest, .. } if *digest == now => Change::Unchanged,
        Before::Present { .. } | Before::Unread => Change::Changed,
    }
}

/// Whether it says that nothing was done.
fn is_refusal(error: &cluster::Error) -> bool {
    match error {
        cluster::Error::NotFound
        | cluster::Error::Changed
        | cluster::Error::Conflict(_)
        | cluster::Error::Forbidden(_)
        | cluster::Error::Invalid(_)
        | cluster::Error::Throttled(_)
        | cluster::Error::Unauthorized(_)
        | cluster::Error::Untrusted(_) => true,
        cluster::Error::TimedOut
        | cluster::Error::Unavailable(_)
        | cluster::Error::OutcomeUnknown(_)
        | cluster::Error::TooLarge(_)
        | cluster::Error::Other { .. } => false,
    }
}

/// Fields that a conflict names.
pub(super) fn fields(conflicts: Vec<cluster::FieldConflict>) -> Vec<TakenField> {
    let fields = conflicts.into_iter().map(|it| TakenField {
        path: it.path,
        manager: it.manager,
    });
    fields.collect()
}

/// A manifest or a patch, for people: without Shipslog's own marks, which are other ones in each deployment.
pub(super) fn shown(run: &Run, located: &Located, document: &Value) -> String {
    let mut document = without_marks(document.clone());
    if located.is_secret() {
        mask_secret(run, &mut document);
    }
    run.vault.redact(&document.to_string())
}

/// Of the substance of an object; keyed, as there may be sensitive values in it. With keys in order, as `serde_json` has
/// them.
fn digest(run: &Run, object: &Value) -> ObjectDigest {
    let bytes = substance(object).to_string();
    ObjectDigest::from_bytes(run.assignment.secrets.fingerprint(bytes.as_bytes()))
}

/// Replaces all that may be data of a Secret, in a manifest, a merge patch or a JSON patch.
fn mask_secret(run: &Run, document: &mut Value) {
    match document {
        Value::Array(operations) => {
            for value in operations.iter_mut().filter_map(|it| it.get_mut("value")) {
                mask(run, value);
            }
        }
        Value::Object(fields) => {
            for (_, value) in fields
                .iter_mut()
                .filter(|(key, _)| !PLAIN.contains(&key.as_str()))
            {
                mask(run, value);
            }
            let metadata = fields
                .get_mut("metadata")
                .and_then(|it| it.get_mut("annotations"));
            metadata
                .and_then(Value::as_object_mut)
                .and_then(|it| it.remove(LAST_APPLIED));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn mask(run: &Run, value: &mut Value) {
    match value {
        Value::String(text) => {
            let digest = run.assignment.secrets.fingerprint(text.as_bytes());
            *text = format!("hmac-sha256:{}", hex::encode(digest));
        }
        Value::Array(items) => items.iter_mut().for_each(|it| mask(run, it)),
        Value::Object(fields) => fields.values_mut().for_each(|it| mask(run, it)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn text(object: &Value, pointer: &str) -> String {
    let text = object.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}
