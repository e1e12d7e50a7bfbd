//! What calls take beside the objects themselves.

use serde_json::Value;

/// What a write must still find.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    /// `metadata.uid`.
    pub uid: Option<String>,
    /// `metadata.resourceVersion`.
    pub resource_version: Option<String>,
    /// The very same write may have been sent before, and its answer was lost: it is looked for before it is sent again.
    pub unanswered: bool,
}

/// Who applies, and how it goes about fields and objects of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Apply {
    /// Who applies: fields that a manager no longer applies go.
    pub manager: String,
    /// Take fields from other managers.
    pub force: bool,
    /// What must still be there.
    pub guard: Guard,
}

impl Apply {
    /// By this manager, without force and without a guard.
    pub fn by(manager: &str) -> Self {
        Self {
            manager: manager.to_owned(),
            ..Self::default()
        }
    }
}

/// A patch, and what it must find.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch<'a> {
    /// The way in which it is written.
    pub kind: PatchKind,
    /// The patch itself.
    pub body: &'a Value,
    /// What must still be there.
    pub guard: Guard,
}

/// How a patch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    /// RFC 7386, and Kubernetes' strategic merge as far as it is the same.
    Merge,
    /// RFC 6902.
    Json,
}

/// Which objects to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Empty for the core group.
    pub group: String,
    /// As in `kind:`.
    pub kind: String,
    /// Nothing means the cluster's own.
    pub namespace: Option<String>,
    /// As `app=web,tier!=test`; empty selects all.
    pub label_selector: String,
}
