//! The Service, always complete: an apply of the selector alone would drop the ports that the step owned before.

use serde_json::{Value, json};

use super::{given, metadata};
use crate::inputs::Inputs;
use crate::inputs::scalar::IntOrString;
use crate::inputs::service::ServicePort;
use crate::names::Names;
use crate::situation::{Situation, WORKLOAD};

pub(super) fn service(inputs: &Inputs, names: &Names, situation: &Situation) -> Option<Value> {
    let own = inputs.service.as_ref()?;
    Some(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(&own.name, inputs, situation, &own.annotations),
        "spec": {
            "type": own.kind,
            "selector": { WORKLOAD: names.workload },
            "ports": own.ports.iter().map(port).collect::<Vec<_>>(),
        },
    }))
}

fn port(port: &ServicePort) -> Value {
    let target = port.target_port.clone();
    given(&ServicePort {
        target_port: Some(target.unwrap_or(IntOrString::Int(port.port.into()))),
        ..port.clone()
    })
}
