//! What is recorded of a write: where, what was there, what was sent, what came of it. Sensitive values are blanked, and
//! the data of Secrets stands as keyed digests.

use serde_json::Value;
use shipslog_cluster as cluster;
use shipslog_cluster::{Seen, substance, without_marks};
use shipslog_events::event::object::{Before, Change, ObjectDigest, Removal, TakenField};

use shipslog_rights::Verb;

use super::object::Located;
use super::secret_data::{LAST_APPLIED, PLAIN};
use super::stop::{Stop, answered};
use crate::bindings::shipslog::step::kubernetes::Error;
use crate::journal::Intent;
use crate::ports::{Gone, Removed, Sent, SentForm, Written};
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

/// There is no such object, or none with this UID. That is recorded where it is news; says whether it is.
pub(super) async fn gone(
    run: &Run,
    object: &cluster::ObjectReference,
    uid: Option<&str>,
) -> Result<bool, Stop> {
    let gone = Gone { uid, before: false };
    is_gone(run, object, gone, uid.is_some()).await
}

/// A delete found it gone. Where no other process may have sent the delete, it was gone before.
pub(super) async fn was_gone(
    run: &Run,
    object: &cluster::ObjectReference,
    uid: Option<&str>,
    replaced: bool,
) -> Result<(), Stop> {
    let before = run.is_sure();
    if is_gone(run, object, Gone { uid, before }, replaced).await? {
        return Ok(());
    }
    // It was not the lane's, as far as this target can tell.
    let removal = if before {
        Removal::FoundGone
    } else {
        Removal::Deleted
    };
    let index = run.calls.current();
    let removed = Removed {
        removal,
        replaced,
        of_lane: false,
    };
    Ok(run.recorder.object_removed(index, object, removed).await?)
}

async fn is_gone(
    run: &Run,
    object: &cluster::ObjectReference,
    gone: Gone<'_>,
    replaced: bool,
) -> Result<bool, Stop> {
    let index = run.calls.current();
    if run.recorder.removal(index, object, gone).is_none() {
        return Ok(false);
    }
    recognise(run).await?;
    // It may have been one of another cluster.
    let Some(removal) = run.recorder.removal(index, object, gone) else {
        return Ok(false);
    };
    let removed = Removed {
        removal,
        replaced,
        of_lane: true,
    };
    run.recorder.object_removed(index, object, removed).await?;
    Ok(true)
}

/// What was there.
pub(super) fn before(run: &Run, located: &Located, seen: &Seen) -> Before {
    match seen {
        Seen::Known(None) => Before::Absent,
        Seen::Known(Some(found)) => Before::Present {
            uid: text(found, "/metadata/uid"),
            digest: digest(run, located, found),
        },
        Seen::Unread(_) => Before::Unread,
    }
}

/// The object as it was seen, for people; nothing where it is not what was announced any more, or where the step itself
/// may not read it.
pub(super) fn found(run: &Run, located: &Located, seen: &Seen, intent: &Intent) -> Option<String> {
    match seen {
        Seen::Known(Some(found))
            if run.assignment.rights.decide(&located.need(Verb::Get)).is_ok()
                && intent.before == Some(before(run, located, seen)) =>
        {
            Some(shown(run, located, &substance(found)))
        }
        Seen::Known(_) | Seen::Unread(_) => None,
    }
}

/// What is said of a write when it is over.
pub(super) struct Report<'a> {
    pub(super) located: &'a Located,
    /// Before the write could have been done, and before it was sent last.
    pub(super) before: [Before; 2],
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
                let digest = digest(run, self.located, now);
                let change = change(&self.before, digest);
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
                refused(run, object, error);
                false
            }
        }
    }
}

/// Says that nothing was done, where that is sure.
pub(super) fn refused(run: &Run, object: &cluster::ObjectReference, error: &cluster::Error) {
    if run.is_sure() && is_refusal(error) {
        run.recorder.object_refused(run.calls.current(), object);
    }
}

fn change(before: &[Before; 2], now: ObjectDigest) -> Change {
    let is_so = |it: &Before| matches!(it, Before::Present { digest, .. } if *digest == now);
    if before.contains(&Before::Absent) {
        Change::Created
    } else if before.iter().all(is_so) {
        Change::Unchanged
    } else {
        Change::Changed
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
        | cluster::Error::Doubtful(_)
        | cluster::Error::TooLarge(_)
        | cluster::Error::Other { .. } => false,
    }
}

/// More are counted.
const MOST_FIELDS: usize = 100;
/// Of a path or of a manager's name, in characters.
const LONGEST: usize = 512;

/// Fields that a conflict names.
pub(super) fn fields(run: &Run, mut conflicts: Vec<cluster::FieldConflict>) -> Vec<TakenField> {
    let cut = |text: &str| {
        let text = run.vault.redact(text);
        text.chars().filter(|it| !it.is_control()).take(LONGEST).collect()
    };
    let further = conflicts.len().saturating_sub(MOST_FIELDS);
    conflicts.truncate(MOST_FIELDS);
    let mut fields: Vec<_> = conflicts
        .iter()
        .map(|it| TakenField {
            path: cut(&it.path),
            manager: cut(&it.manager),
        })
        .collect();
    if further > 0 {
        fields.push(TakenField {
            path: format!("{further} more"),
            manager: String::new(),
        });
    }
    fields
}

/// What is sent, for the record.
pub(super) fn sent(run: &Run, located: &Located, form: SentForm, document: &Value) -> Sent {
    let plain = without_marks(document.clone()).to_string();
    Sent {
        form,
        text: shown(run, located, document),
        digest: keyed(run, located, "sent", "", &plain),
    }
}

/// A manifest or a patch, for people: without Shipslog's own marks, which are other ones in each deployment, and without
/// copies of the object that others keep in it.
fn shown(run: &Run, located: &Located, document: &Value) -> String {
    let mut document = without_marks(document.clone());
    let annotations = document.pointer_mut("/metadata/annotations");
    annotations
        .and_then(Value::as_object_mut)
        .and_then(|it| it.remove(LAST_APPLIED));
    if located.is_secret() {
        Mask { run, located }.secret(&mut document);
    }
    run.vault.redact(&document.to_string())
}

/// Of the substance of an object, with keys in order, as `serde_json` has them.
fn digest(run: &Run, located: &Located, object: &Value) -> ObjectDigest {
    keyed(run, located, "object", "", &substance(object).to_string())
}

/// Keyed, as there may be sensitive values in any object, and bound to what it is of and where that stands: the same text
/// elsewhere is not known by it, and none is found by having another digest made.
fn keyed(run: &Run, located: &Located, what: &str, path: &str, text: &str) -> ObjectDigest {
    let (situation, id, object) = (&run.assignment.situation, &run.assignment.id, &located.object);
    let lane = (&situation.project, &situation.environment, &id.target);
    let object = (&object.group, &object.kind, &object.namespace, &object.name);
    let all = serde_json::to_vec(&(what, lane, object, path, text)).expect("texts are plain data");
    ObjectDigest::from_bytes(run.assignment.secrets.fingerprint(&all))
}

/// Puts keyed digests in place of all that may be sensitive in a Secret. Each is bound to where it stands: the same value
/// elsewhere is not known by it.
struct Mask<'a> {
    run: &'a Run,
    located: &'a Located,
}

impl Mask<'_> {
    /// In a manifest, a merge patch or a JSON patch.
    fn secret(&self, document: &mut Value) {
        match document {
            Value::Array(operations) => {
                // By its number: what one operation says is not known by what another one says of the same field.
                for (number, operation) in operations.iter_mut().enumerate() {
                    if let Some(value) = operation.get_mut("value") {
                        self.all(value, &format!("/{number}/value"));
                    }
                }
            }
            Value::Object(fields) => {
                for (key, value) in fields.iter_mut() {
                    if !PLAIN.contains(&key.as_str()) {
                        self.all(value, &format!("/{key}"));
                    }
                }
                // Whoever keeps a copy of the Secret keeps it there.
                if let Some(annotations) = fields
                    .get_mut("metadata")
                    .and_then(|it| it.get_mut("annotations"))
                {
                    self.all(annotations, "/metadata/annotations");
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn all(&self, value: &mut Value, path: &str) {
        match value {
            Value::String(text) => *text = self.digest(path, text),
            Value::Array(items) => {
                for (at, it) in items.iter_mut().enumerate() {
                    self.all(it, &format!("{path}/{at}"));
                }
            }
            Value::Object(fields) => {
                for (key, it) in fields.iter_mut() {
                    self.all(it, &format!("{path}/{key}"));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn digest(&self, path: &str, text: &str) -> String {
        let digest = keyed(self.run, self.located, "mask", path, text);
        format!("hmac-sha256:{digest}")
    }
}

fn text(object: &Value, pointer: &str) -> String {
    let text = object.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}
