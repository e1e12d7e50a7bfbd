//! Kinds that run pods, and are looked at through them.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use crate::pattern;

/// Group and kind of what runs pods.
const WORKLOADS: [(&str, &str); 5] = [
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("batch", "Job"),
];

/// Whether objects of this kind run pods.
pub fn runs_pods(group: &str, kind: &str) -> bool {
    WORKLOADS.contains(&(group, kind))
}

/// The pattern for the pods of a workload, which the cluster names after it. The name may be a pattern itself: one that
/// is open at its end has room for them.
pub fn pods_of(name: &str) -> String {
    if name.ends_with(pattern::ANY) {
        name.to_owned()
    } else {
        format!("{name}-*")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_are_named_after_their_workload() {
        assert_eq!(pods_of("httpd"), "httpd-*");
        assert_eq!(pods_of("httpd-deployments-*"), "httpd-deployments-*");
    }

    #[test]
    fn the_group_is_part_of_the_kind() {
        assert!(runs_pods("batch", "Job") && !runs_pods("", "Job") && !runs_pods("", "Pod"));
    }
}
