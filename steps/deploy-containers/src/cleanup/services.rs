//! What the Services of this step select, those that left its inputs included: the step does not delete a Service, and
//! traffic follows it as long as it is there.

use serde_json::Value;
use shipslog_step::kubernetes::ObjectReference;

use crate::ownership;

/// The Services as they are.
#[derive(Debug, Clone, Default)]
pub struct Services {
    live: Vec<(ObjectReference, Value)>,
    unread: Option<(ObjectReference, String)>,
}

impl Services {
    /// Takes in a Service that exists, as it is.
    pub fn add(&mut self, object: ObjectReference, live: Value) {
        self.live.push((object, live));
    }

    /// Takes in one that may exist and could not be read: it may select anything.
    pub fn cannot_read(&mut self, object: ObjectReference, why: String) {
        self.unread = Some((object, why));
    }

    /// Why a Deployment has to stay for the traffic's sake.
    pub fn need(&self, deployment: &Value) -> Option<String> {
        let pods = ownership::texts(deployment.pointer("/spec/template/metadata/labels"));
        let found = self.live.iter().find(|(_, live)| ownership::selects(live, &pods));
        match (found, &self.unread) {
            (Some((service, _)), _) => Some(format!("{service} selects its pods")),
            (None, Some((service, why))) => Some(format!(
                "{service} may select its pods and could not be read: {why}"
            )),
            (None, None) => None,
        }
    }
}
