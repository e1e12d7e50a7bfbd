//! What stands around the cluster: each call goes past the fuse twice, and nothing is sent or waited for while an entry
//! before it is not durable.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::ledger::Ledger;
use crate::testing::fake_cluster::{Around, Call, FakeCluster};

/// What containers wrote.
const SAID: &str = "first secret and revealed value";

struct PastTheLedger(Arc<Ledger>);

/// A cluster that the ledger goes along with.
pub(super) fn world(ledger: &Arc<Ledger>) -> Arc<FakeCluster> {
    let cluster = FakeCluster::new(Arc::new(PastTheLedger(Arc::clone(ledger))));
    cluster.log(SAID);
    Arc::new(cluster)
}

/// Somebody else writes an object.
pub(super) fn writes(world: &FakeCluster, kind: &str, name: &str, data: &Value) {
    let object = json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name }, "data": data });
    world.has(kind, name, object);
}

#[async_trait]
impl Around for PastTheLedger {
    async fn before(&self, call: &Call<'_>) {
        match call {
            Call::Apply(..) | Call::Patch(..) | Call::Delete(..) | Call::Wait(..) => {
                self.0.assert_durable(&call.to_string());
            }
            Call::Get(_)
            | Call::List(_)
            | Call::Diff(_)
            | Call::CanI(..)
            | Call::Logs(..)
            | Call::Explain(_) => {}
        }
        self.0.pass().await;
        if let Call::Wait(_, timeout) = call {
            tokio::time::sleep(Duration::from_secs(1).min(*timeout)).await;
        }
    }

    async fn after(&self, _: &Call<'_>) {
        self.0.pass().await;
    }
}
