//! Every kind of call, and the request of it that goes wrong.

use std::time::Duration;

use serde_json::{Value, json};

use super::{A, CONFIG_MAPS, LOG, PODS, REVIEWS};
use crate::fake::Seen;
use crate::{
    ApplyOptions, Cluster, DeleteOptions, Error, Expectation, Gone, ObjectReference, PatchKind, Precondition,
    Selection, Waited,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Discovery,
    Get,
    List,
    Apply,
    ApplyGuarded,
    Merge,
    MergeGuarded,
    JsonPatch,
    JsonPatchGuarded,
    DeleteByUid,
    DeleteGuarded,
    Diff,
    CanI,
    Logs,
    Explain,
    ExplainPods,
    WaitList,
    WaitWatch,
}

/// How long a wait may take.
pub(super) const TIMEOUT: Duration = Duration::from_mins(2);

impl Kind {
    pub(super) const ALL: [Self; 18] = [
        Self::Discovery,
        Self::Get,
        Self::List,
        Self::Apply,
        Self::ApplyGuarded,
        Self::Merge,
        Self::MergeGuarded,
        Self::JsonPatch,
        Self::JsonPatchGuarded,
        Self::DeleteByUid,
        Self::DeleteGuarded,
        Self::Diff,
        Self::CanI,
        Self::Logs,
        Self::Explain,
        Self::ExplainPods,
        Self::WaitList,
        Self::WaitWatch,
    ];

    /// Whether a second arrival would do something else than the first.
    pub(super) fn is_guarded(self) -> bool {
        matches!(
            self,
            Self::ApplyGuarded
                | Self::MergeGuarded
                | Self::JsonPatch
                | Self::JsonPatchGuarded
                | Self::DeleteGuarded
        )
    }

    pub(super) fn is_wait(self) -> bool {
        matches!(self, Self::WaitList | Self::WaitWatch)
    }

    /// Whether this is the request that goes wrong.
    pub(super) fn is_hit_by(self, call: &Seen) -> bool {
        let (method, path) = match self {
            Self::Discovery => ("GET", "/api/v1"),
            Self::Get | Self::Explain => ("GET", A),
            Self::List | Self::WaitList | Self::WaitWatch => ("GET", CONFIG_MAPS),
            Self::Apply
            | Self::ApplyGuarded
            | Self::Merge
            | Self::MergeGuarded
            | Self::JsonPatch
            | Self::JsonPatchGuarded
            | Self::Diff => ("PATCH", A),
            Self::DeleteByUid | Self::DeleteGuarded => ("DELETE", A),
            Self::CanI => ("POST", REVIEWS),
            Self::Logs => ("GET", LOG),
            Self::ExplainPods => ("GET", PODS),
        };
        (call.method.as_str(), call.path.as_str()) == (method, path)
            && call.is_watch() == (self == Self::WaitWatch)
            && call.is_dry_run() == (self == Self::Diff)
    }

    pub(super) async fn make(self, cluster: &Cluster) -> Result<&'static str, Error> {
        match self {
            Self::Discovery => cluster.kind("", "v1", "ConfigMap").await.map(ok),
            Self::Get => cluster.get(&reference("", "ConfigMap")).await.map(ok),
            Self::List => cluster.list(&config_maps()).await.map(ok),
            Self::Apply => cluster
                .apply(&manifest(), "m", &ApplyOptions::default())
                .await
                .map(ok),
            Self::ApplyGuarded => cluster.apply(&manifest(), "m", &unchanged()).await.map(ok),
            Self::Merge | Self::MergeGuarded => patch(self, cluster, PatchKind::Merge, merge()).await,
            Self::JsonPatch | Self::JsonPatchGuarded => {
                patch(self, cluster, PatchKind::JsonPatch, append()).await
            }
            Self::DeleteByUid | Self::DeleteGuarded => delete(self, cluster).await,
            Self::Diff => cluster.diff(&manifest(), "m").await.map(ok),
            Self::CanI => cluster
                .can_i("get", &reference("", "ConfigMap"), "")
                .await
                .map(ok),
            Self::Logs => cluster.logs(&reference("", "Pod"), "c", 10, false).await.map(ok),
            Self::Explain => cluster.explain(&reference("", "ConfigMap")).await.map(ok),
            Self::ExplainPods => cluster.explain(&reference("apps", "Deployment")).await.map(ok),
            Self::WaitList | Self::WaitWatch => wait(self, cluster).await,
        }
    }
}

/// All are named alike.
fn reference(group: &str, kind: &str) -> ObjectReference {
    ObjectReference {
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: None,
        name: "a".to_owned(),
    }
}

fn ok<T>(_: T) -> &'static str {
    "ok"
}

fn config_maps() -> Selection {
    Selection {
        version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        ..Selection::default()
    }
}

fn manifest() -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "new"}})
}

fn merge() -> Value {
    json!({"data": {"k": "new"}})
}

fn append() -> Value {
    json!([{"op": "add", "path": "/data/k/-", "value": "new"}])
}

fn unchanged() -> ApplyOptions {
    ApplyOptions {
        uid: Some("u".to_owned()),
        resource_version: Some("1".to_owned()),
        ..ApplyOptions::default()
    }
}

async fn patch(kind: Kind, cluster: &Cluster, how: PatchKind, body: Value) -> Result<&'static str, Error> {
    let guarded = matches!(kind, Kind::MergeGuarded | Kind::JsonPatchGuarded);
    let only = Precondition {
        uid: Some("u".to_owned()),
        resource_version: guarded.then(|| "1".to_owned()),
        ..Precondition::default()
    };
    let reference = reference("", "ConfigMap");
    cluster.patch(&reference, how, &body, "m", &only).await.map(ok)
}

async fn delete(kind: Kind, cluster: &Cluster) -> Result<&'static str, Error> {
    let options = DeleteOptions {
        uid: Some("u".to_owned()),
        resource_version: (kind == Kind::DeleteGuarded).then(|| "1".to_owned()),
        ..DeleteOptions::default()
    };
    cluster
        .delete(&reference("", "ConfigMap"), &options)
        .await
        .map(ok)
}

/// What is waited for has come true in the list, or comes with the watch.
async fn wait(kind: Kind, cluster: &Cluster) -> Result<&'static str, Error> {
    let uid = if kind == Kind::WaitWatch {
        "u"
    } else {
        "an older one"
    };
    let gone = Expectation::Gone(Gone {
        object: reference("", "ConfigMap"),
        uid: Some(uid.to_owned()),
    });
    match cluster.wait(&[gone], TIMEOUT).await? {
        Waited::Met => Ok("ok"),
        Waited::Failed(_) => Ok("failed"),
        Waited::TimedOut(_) => Ok("waited"),
    }
}
