//! When an object counts as healthy: pure rules, one file for each family of kinds.
//!
//! `Failed` is said only where the object cannot get there any more without somebody changing something. A crash loop
//! or an image that cannot be pulled may still end well, so those are left to the rollout's own deadline.

mod daemon_set;
mod deployment;
mod job;
mod others;
mod pod;
mod stateful_set;

use serde_json::Value;

use super::objects::{number, text};

pub(super) use pod::{containers, hopeless};

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It is as it should be.
    Ready,
    /// It is on its way; this is what it waits for.
    Progressing(String),
    /// It cannot get there any more; this is why.
    Failed(String),
}

/// What belongs to an object, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Related<'a> {
    /// The pods of its newest revision.
    pub pods: Vec<&'a Value>,
}

/// Whether an object of this group and kind is healthy. Kinds without a rule are healthy by existing.
pub fn health(group: &str, kind: &str, object: &Value, related: &Related<'_>) -> Health {
    if object
        .pointer("/metadata/deletionTimestamp")
        .is_some_and(|it| !it.is_null())
    {
        return Health::Failed("it is being deleted".to_owned());
    }
    match (group, kind) {
        ("apps", "Deployment") => deployment::health(object, related),
        ("apps", "ReplicaSet") => deployment::replica_set(object, related),
        ("apps", "StatefulSet") => stateful_set::health(object, related),
        ("apps", "DaemonSet") => daemon_set::health(object, related),
        ("batch", "Job") => job::health(object),
        ("", "Pod") => pod::health(object),
        ("", "PersistentVolumeClaim") => others::claim(object),
        ("", "Secret") => others::secret(object),
        ("", "Namespace") => others::namespace(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => others::definition(object),
        _ => Health::Ready,
    }
}

/// Whether the kind's controller has not yet looked at the newest spec.
fn unobserved(object: &Value) -> Option<Health> {
    let wanted = number(object, "/metadata/generation").unwrap_or(0);
    let observed = number(object, "/status/observedGeneration").unwrap_or(0);
    (observed < wanted).then(|| progressing(format!("its controller has not seen generation {wanted} yet")))
}

/// Whether one of the pods can never start.
fn doomed(related: &Related<'_>) -> Option<Health> {
    related.pods.iter().find_map(|pod| {
        let why = hopeless(pod)?;
        Some(Health::Failed(format!(
            "pod {}: {why}",
            text(pod, "/metadata/name")
        )))
    })
}

fn replicas(object: &Value) -> i64 {
    number(object, "/spec/replicas").unwrap_or(1)
}

fn progressing(reason: impl Into<String>) -> Health {
    Health::Progressing(reason.into())
}

/// `1 of 3 pods are available`.
fn part(done: i64, total: i64, what: &str) -> Health {
    progressing(format!("{done} of {total} pods are {what}"))
}
