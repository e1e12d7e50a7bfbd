//! Objects in clusters: what runs meant to write, wrote and removed, and what was there before.

use serde::{Deserialize, Serialize};

use crate::digest::digest;
use crate::event::kinds::kinds;
use crate::ids::{AttemptId, ClusterId, DeploymentId, EventId, TargetName};
use crate::words::words;

/// Names of the bodies that these events come with. The data of Secrets stands in them as keyed digests.
pub mod body {
    /// Of `object-intended`: the object as it was found, where the lane had not left it so. JSON.
    pub const BEFORE: &str = "before";
    /// Of `object-written`: the manifest that was applied. JSON.
    pub const MANIFEST: &str = "manifest";
    /// Of `object-written`: the patch that was sent. JSON.
    pub const PATCH: &str = "patch";
}

digest!(
    /// 32 bytes that tell one object, or one thing that was sent, from another.
    ObjectDigest
);

/// An object in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectReference {
    /// Empty for the core group.
    pub group: String,
    /// API version within the group.
    pub version: String,
    /// As in `kind:`.
    pub kind: String,
    /// Nothing for cluster-scoped kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// As in `metadata.name`.
    pub name: String,
}

impl std::fmt::Display for ObjectReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// Which call of which run, and the object that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectCall {
    /// The deployment of the run.
    pub deployment: DeploymentId,
    /// The run.
    #[serde(flatten)]
    pub attempt: AttemptId,
    /// Counted from 0 over all calls of the run.
    pub call: u64,
    /// The cluster that the object is in.
    pub cluster: ClusterId,
    /// The object.
    pub object: ObjectReference,
}

/// What was there before a write.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Before {
    /// Nothing.
    Absent,
    /// An object.
    Present {
        /// Its `metadata.uid`.
        uid: String,
        /// HMAC-SHA256 of what it was, without what Shipslog marks its objects with. Its key lies with the sealing key:
        /// nobody finds sensitive values in it by trying.
        digest: ObjectDigest,
    },
    /// Nobody knows: the account may not read it.
    Unread,
}

/// What a write did to an object, judged by what was there when it was intended; Shipslog's own labels and annotations
/// do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// There was none.
    Created,
    /// It was otherwise, or could not be read before.
    Changed,
    /// It was so already.
    Unchanged,
}

words! {
    Change {
        Created => "created",
        Changed => "changed",
        Unchanged => "unchanged",
    }
}

/// How an object came to be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Removal {
    /// A step deleted it, or was about to when the server stopped.
    Deleted,
    /// Somebody else removed it, or it never came to be.
    FoundGone,
}

words! {
    Removal {
        Deleted => "deleted",
        FoundGone => "found-gone",
    }
}

/// A field that somebody else held. Of more than 100 in one write the first are named, and the last says how many more
/// there are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TakenField {
    /// As in `spec.replicas`.
    pub path: String,
    /// The field manager that held it, as it calls itself.
    pub manager: String,
}

/// What a cluster is recognised by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterMark {
    /// The UID of its namespace `kube-system`.
    KubeSystem {
        /// `metadata.uid`.
        uid: String,
    },
    /// The UID of a target's namespace.
    Namespace {
        /// `metadata.name`.
        name: String,
        /// `metadata.uid`.
        uid: String,
    },
    /// Where it is reached, and what proves that it is the one.
    Address {
        /// SHA-256 over address and CA, hex.
        digest: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_no(it: &bool) -> bool {
    !it
}

/// Facts of streams `objects/<project>/<environment>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ObjectEvent {
    /// The cluster that a target leads a deployment to, by what can be read there. The strongest mark decides which one
    /// it is; a weaker one only where nothing is known of the stronger.
    ///
    /// Appended by a run, before the first write of the deployment on the target.
    ///
    /// Read by later runs: those of the deployment write to no other cluster, and what was written elsewhere is not
    /// taken for gone.
    ClusterRecognised {
        /// By which deployment.
        deployment: DeploymentId,
        /// Through which target.
        target: TargetName,
        /// Our name for it.
        cluster: ClusterId,
        /// Strongest first.
        marks: Vec<ClusterMark>,
    },
    /// The step is about to write this object, or to delete it: durable before the request is sent. Body: `before`, the
    /// first time that a run finds it otherwise than the lane left it.
    ///
    /// Appended by a run, before each write; together with the entry of its journal.
    ///
    /// Read by later runs of the step on the target, which clear up, by the same run, which judges by it what the write
    /// did, and by the message of a deployment that did not succeed. Without an answer it may exist.
    ObjectIntended {
        /// Which write.
        #[serde(flatten)]
        call: ObjectCall,
        /// What was there.
        before: Before,
        /// What the write takes from others, if it is done.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        takes: Vec<TakenField>,
        /// Whether the object is to go.
        #[serde(default, skip_serializing_if = "is_no")]
        deletes: bool,
    },
    /// It was written. Body: `manifest` or `patch`, what was sent, where no event of the lane has the same and it is no
    /// larger than 256 KiB.
    ///
    /// Appended by a run, together with the answer in its journal.
    ///
    /// Read by later runs of the step on the target, and by the message of a deployment that did not succeed.
    ObjectWritten {
        /// Which write.
        #[serde(flatten)]
        call: ObjectCall,
        /// What it did.
        change: Change,
        /// Its `metadata.uid`.
        uid: String,
        /// As in `object-intended`, of what it is now.
        digest: ObjectDigest,
        /// As `digest`, of what was sent.
        sent: ObjectDigest,
        /// The event whose body holds it, where it is not this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent_with: Option<EventId>,
    },
    /// The API server took the delete. The object may linger for its finalizers and its pods.
    ///
    /// Appended by a run, together with the answer in its journal.
    ///
    /// Read by those who read `object-written`, and by whoever finds it gone later: it was deleted then.
    ObjectDeleted {
        /// Which call.
        #[serde(flatten)]
        call: ObjectCall,
        /// The UID of what is to go; empty where nobody may read it.
        uid: String,
    },
    /// The write or the delete was refused: what was there is there still.
    ///
    /// Appended by a run, together with the answer in its journal.
    ///
    /// Read by those who read `object-written`.
    ObjectRefused {
        /// Which write.
        #[serde(flatten)]
        call: ObjectCall,
    },
    /// The object is gone from the cluster.
    ///
    /// Appended by a run, once an object that it deleted, or that the lane had, was seen to be gone.
    ///
    /// Read by those who read `object-written`.
    ObjectRemoved {
        /// By which call that was seen.
        #[serde(flatten)]
        call: ObjectCall,
        /// By whom it was removed.
        removal: Removal,
        /// The UID of what is gone, where the lane knew it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uid: Option<String>,
        /// Whether another object has its name.
        #[serde(default, skip_serializing_if = "is_no")]
        replaced: bool,
    },
    /// Fields that somebody else had set are the step's again.
    ///
    /// Appended by a run, together with `object-written`.
    ///
    /// Read by nobody: it is told.
    DriftTakenBack {
        /// By which write.
        #[serde(flatten)]
        call: ObjectCall,
        /// Which, and whose they were.
        fields: Vec<TakenField>,
    },
}

kinds! {
    ObjectEvent {
        ClusterRecognised => "cluster-recognised" version 1,
        ObjectIntended => "object-intended" version 1,
        ObjectWritten => "object-written" version 1,
        ObjectDeleted => "object-deleted" version 1,
        ObjectRefused => "object-refused" version 1,
        ObjectRemoved => "object-removed" version 1,
        DriftTakenBack => "drift-taken-back" version 1,
    }
}
