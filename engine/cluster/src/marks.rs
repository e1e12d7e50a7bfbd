//! What tells one cluster from another.

use shipslog_events::event::object::ClusterMark;

use super::{Cluster, Error, ObjectReference, objects};

impl Cluster {
    /// By what this cluster can be recognised, strongest first, as far as the account may read it. The address is not
    /// among it.
    pub async fn marks(&self) -> Result<Vec<ClusterMark>, Error> {
        let uid = self.uid_of_namespace("kube-system").await?;
        let mut marks: Vec<ClusterMark> = uid
            .map(|uid| ClusterMark::KubeSystem { uid })
            .into_iter()
            .collect();
        if let Some(name) = self.namespace.clone() {
            let uid = self.uid_of_namespace(&name).await?;
            marks.extend(uid.map(|uid| ClusterMark::Namespace { name, uid }));
        }
        Ok(marks)
    }

    async fn uid_of_namespace(&self, name: &str) -> Result<Option<String>, Error> {
        let namespace = ObjectReference {
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Namespace".to_owned(),
            namespace: None,
            name: name.to_owned(),
        };
        match self.get(&namespace).await {
            Ok(found) => uid(objects::uid(&found), name).map(Some),
            Err(Error::NotFound | Error::Forbidden(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

/// Whatever tells clusters apart is kept in the history for ever.
fn uid(uid: &str, of: &str) -> Result<String, Error> {
    if uid.is_empty() || uid.len() > objects::LONGEST_UID {
        let message = format!("namespace {of} has no UID as API servers give them");
        return Err(Error::Other {
            code: "no-uid".to_owned(),
            message,
        });
    }
    Ok(uid.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, Reply};

    const KUBE_SYSTEM: &str = "/api/v1/namespaces/kube-system";
    const OWN: &str = "/api/v1/namespaces/web";

    fn namespace(uid: &str) -> Reply {
        Reply::Json(
            200,
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "uid": uid}}),
        )
    }

    fn forbidden() -> Reply {
        Reply::Json(
            403,
            json!({"reason": "Forbidden", "message": "namespaces is forbidden"}),
        )
    }

    async fn marks(kube_system: fn() -> Reply, own: fn() -> Reply) -> Result<Vec<ClusterMark>, Error> {
        let fake = Fake::new(move |call, _| match call.path.as_str() {
            KUBE_SYSTEM => Some(kube_system()),
            OWN => Some(own()),
            _ => None,
        });
        let cluster = fake.cluster().in_namespace(Some("web".to_owned()));
        cluster.marks().await
    }

    #[tokio::test(start_paused = true)]
    async fn a_cluster_is_known_by_its_system_namespace_and_the_targets_own() {
        let system = ClusterMark::KubeSystem { uid: "s".into() };
        let own = ClusterMark::Namespace {
            name: "web".into(),
            uid: "o".into(),
        };
        assert_eq!(
            marks(|| namespace("s"), || namespace("o")).await,
            Ok(vec![system, own.clone()])
        );
        assert_eq!(marks(forbidden, || namespace("o")).await, Ok(vec![own]));
        assert_eq!(marks(forbidden, forbidden).await, Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_uid_tells_no_clusters_apart() {
        for uid in [String::new(), "x".repeat(objects::LONGEST_UID + 1)] {
            assert!(super::uid(&uid, "kube-system").is_err(), "{uid}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_cluster_that_does_not_answer_is_no_other_one() {
        let away = || Reply::Json(503, json!({"message": "away"}));
        assert!(matches!(marks(away, away).await, Err(Error::Unavailable(_))));
    }
}
