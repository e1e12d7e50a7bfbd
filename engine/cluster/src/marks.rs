//! What tells one cluster from another.

use shipslog_events::event::object::ClusterMark;

use super::{Cluster, Error, ObjectReference, objects};

impl Cluster {
    /// By what this cluster can be recognised, strongest first, as far as the account may read it. The address is not
    /// among it.
    pub async fn marks(&self) -> Result<Vec<ClusterMark>, Error> {
        let uid = self.uid_of_namespace("kube-system").await?;
        if let Some(uid) = uid {
            return Ok(vec![ClusterMark::KubeSystem { uid }]);
        }
        let Some(name) = self.namespace.clone() else {
            return Ok(Vec::new());
        };
        let uid = self.uid_of_namespace(&name).await?;
        let mark = uid.map(|uid| ClusterMark::Namespace { name, uid });
        Ok(mark.into_iter().collect())
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
            Ok(found) => Ok(Some(objects::uid(&found).to_owned())),
            Err(Error::NotFound | Error::Forbidden(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }
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
    async fn a_cluster_is_known_by_its_system_namespace_or_else_by_the_targets_own() {
        let system = ClusterMark::KubeSystem { uid: "s".into() };
        let own = ClusterMark::Namespace {
            name: "web".into(),
            uid: "o".into(),
        };
        assert_eq!(
            marks(|| namespace("s"), || namespace("o")).await,
            Ok(vec![system])
        );
        assert_eq!(marks(forbidden, || namespace("o")).await, Ok(vec![own]));
        assert_eq!(marks(forbidden, forbidden).await, Ok(Vec::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_cluster_that_does_not_answer_is_no_other_one() {
        let away = || Reply::Json(503, json!({"message": "away"}));
        assert!(matches!(marks(away, away).await, Err(Error::Unavailable(_))));
    }
}
