//! A cluster in memory, for the tests of steps and of the engine.
//!
//! It has the objects that a test puts into it and those that are applied, and it keeps the promises that callers rely
//! on: UIDs, resource versions and generations, fields of managers, preconditions, label selectors, the account's rights.
//! It has no controllers: what is applied is healthy at once, unless the test says otherwise. Every call is recorded, and
//! so is every write that changed something; a test can have calls refused, or have their answers lost.
//!
//! Its types are its own: the SDK cannot lend its, because it stands on this crate, and neither can the engine, which no
//! step knows.
//!
//! ```
//! use serde_json::json;
//! use shipslog_step_testing::{Apply, Cluster, ObjectReference, Refusal};
//!
//! let cluster = Cluster::<Refusal>::new("web");
//! let page = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "page" }, "data": { "a": "b" } });
//! assert!(cluster.apply(&page, &Apply::by("me")).unwrap().changed);
//! assert!(!cluster.apply(&page, &Apply::by("me")).unwrap().changed);
//! assert_eq!(cluster.calls(), ["apply ConfigMap page", "apply ConfigMap page"]);
//! assert_eq!(cluster.changes().len(), 1);
//!
//! let missing = ObjectReference::new("v1", "ConfigMap", "other");
//! assert_eq!(cluster.get(&missing), Err(Refusal::NotFound));
//! ```
#![deny(missing_docs)]

mod access;
mod answers;
mod calls;
mod cluster;
mod json_patch;
mod kinds;
mod managers;
mod merge;
mod reference;
mod refusal;
mod script;
mod selector;
mod store;

pub use access::Allowed;
pub use answers::{Applied, Change, ChangeKind, Deleted, Evidence, Expectation, Waited};
pub use calls::{Apply, Guard, Patch, PatchKind, Selection};
pub use cluster::Cluster;
pub use kinds::{Kind, is_cluster_scoped};
pub use reference::ObjectReference;
pub use refusal::{FieldConflict, Refusal};

#[cfg(test)]
mod tests;
