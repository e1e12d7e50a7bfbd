//! What calls take and answer beside the objects themselves.

use std::fmt;

use serde_json::Value;
use shipslog_rights::kind::group_and_version;

use super::convert::{json, wit};

/// What an apply did.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The object as it is now.
    pub object: Value,
    /// `metadata.generation` of this very write: what a wait should be for.
    pub generation: Option<i64>,
    /// False where the server had it so already.
    pub changed: bool,
}

/// Which object is meant: only this one, as it was read. Send both, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precondition {
    /// `metadata.uid`.
    pub uid: Option<String>,
    /// `metadata.resourceVersion`.
    pub resource_version: Option<String>,
}

impl Precondition {
    /// The object exactly as it was read.
    pub fn unchanged(object: &Value) -> Self {
        let text = |field: &str| object["metadata"][field].as_str().map(str::to_owned);
        Self {
            uid: text("uid"),
            resource_version: text("resourceVersion"),
        }
    }

    /// This very object, changed or not: for deleting.
    pub fn same(object: &Value) -> Self {
        Self {
            resource_version: None,
            ..Self::unchanged(object)
        }
    }
}

/// How an apply goes about fields and objects of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// Take fields from other managers; needs [`Verb::Force`](crate::Verb::Force).
    pub force: bool,
    /// Refuse unless the object is still this one.
    pub only: Precondition,
}

/// What a delete does with what the object owns, and which object it means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// What happens to what it owns.
    pub propagation: Propagation,
    /// Leave alone what is another object by now: that counts as gone.
    pub only: Precondition,
}

/// What happens to the objects that a deleted object owns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They are deleted afterwards.
    #[default]
    Background,
    /// They are deleted first.
    Foreground,
    /// They stay.
    Orphan,
}

/// A patch, in one of the ways to write one.
#[derive(Debug, Clone, PartialEq)]
pub enum Patch {
    /// RFC 7386.
    Merge(Value),
    /// RFC 6902.
    Json(Value),
    /// Kubernetes' own, which knows the keys of lists.
    Strategic(Value),
}

/// Which objects to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Empty for the core group.
    pub group: String,
    /// As `v1`.
    pub version: String,
    /// As in `kind:`.
    pub kind: String,
    /// Nothing means the target's own.
    pub namespace: Option<String>,
    /// As `app=web,tier!=test`; empty selects all.
    pub label_selector: String,
    /// Dotted fields to keep, as `metadata.name`; empty keeps all.
    pub fields: Vec<String>,
}

/// What an apply would do to a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Whether it comes, changes, goes or stays.
    pub kind: ChangeKind,
    /// Which field; empty for the object.
    pub path: String,
    /// Its value as the server has it now; nothing where it is new.
    pub before: Option<Value>,
    /// Its value after the apply; nothing where it goes.
    pub after: Option<Value>,
}

/// What happens to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It comes into being.
    Created,
    /// It gets another value.
    Changed,
    /// It goes.
    Deleted,
    /// It stays.
    Unchanged,
}

impl Patch {
    pub(super) fn parts(&self) -> (wit::PatchKind, String) {
        match self {
            Self::Merge(value) => (wit::PatchKind::Merge, value.to_string()),
            Self::Json(value) => (wit::PatchKind::JsonPatch, value.to_string()),
            Self::Strategic(value) => (wit::PatchKind::Strategic, value.to_string()),
        }
    }
}

impl Selection {
    /// All objects of a kind in the target's own namespace; `api_version` as `apps/v1`.
    pub fn of(api_version: &str, kind: &str) -> Self {
        let (group, version) = group_and_version(api_version);
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            ..Self::default()
        }
    }

    /// Only those with these labels.
    #[must_use]
    pub fn labelled(self, selector: impl Into<String>) -> Self {
        Self {
            label_selector: selector.into(),
            ..self
        }
    }

    pub(super) fn page(&self, continue_from: Option<String>) -> wit::Selection {
        wit::Selection {
            group: self.group.clone(),
            version: self.version.clone(),
            kind: self.kind.clone(),
            namespace: self.namespace.clone(),
            label_selector: self.label_selector.clone(),
            fields: self.fields.clone(),
            limit: 250,
            continue_from,
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "objects of the kind {}", self.kind)
    }
}

impl Change {
    pub(super) fn read(change: wit::Change) -> Result<Self, wit::Error> {
        let kind = match change.kind {
            wit::ChangeKind::Created => ChangeKind::Created,
            wit::ChangeKind::Changed => ChangeKind::Changed,
            wit::ChangeKind::Deleted => ChangeKind::Deleted,
            wit::ChangeKind::Unchanged => ChangeKind::Unchanged,
        };
        Ok(Self {
            kind,
            path: change.path,
            before: change.before.as_deref().map(json).transpose()?,
            after: change.after.as_deref().map(json).transpose()?,
        })
    }
}

impl From<&ApplyOptions> for wit::ApplyOptions {
    fn from(options: &ApplyOptions) -> Self {
        Self {
            force: options.force,
            uid: options.only.uid.clone(),
            resource_version: options.only.resource_version.clone(),
        }
    }
}

impl From<&DeleteOptions> for wit::DeleteOptions {
    fn from(options: &DeleteOptions) -> Self {
        let propagation = match options.propagation {
            Propagation::Background => wit::Propagation::Background,
            Propagation::Foreground => wit::Propagation::Foreground,
            Propagation::Orphan => wit::Propagation::Orphan,
        };
        Self {
            propagation,
            uid: options.only.uid.clone(),
            resource_version: options.only.resource_version.clone(),
        }
    }
}
