//! The Service that sends traffic to the pods. Its manifest is always complete: an apply of the selector alone would drop
//! the ports that the step owned before.

use serde_json::{Value, json};

use super::SERVICE;
use crate::inputs::Inputs;
use crate::inputs::scalar::IntOrString;
use crate::inputs::service::{Service, ServicePort, ServiceType};
use crate::render::{Rendering, given};
use crate::situation::WORKLOAD;
use crate::validate::volume::listed;
use crate::validate::{Problems, metadata, syntax};

pub(super) fn check(inputs: &Inputs, found: &mut Problems) {
    let Some(service) = &inputs.service else { return };
    found.expect("service.name", syntax::service_name(&service.name));
    metadata::annotations(&service.annotations, "service.annotations", found);
    if service.ports.is_empty() {
        found.add("service.ports", "at least one port is needed");
    }
    for (index, it) in service.ports.iter().enumerate() {
        check_port(inputs, service, it, &format!("service.ports[{index}]"), found);
    }
    let all = || service.ports.iter().enumerate();
    let names =
        all().filter_map(|(index, it)| Some((format!("service.ports[{index}].name"), it.name.as_ref()?)));
    found.once("port name", names);
    let numbers = all().map(|(index, it)| {
        let number = format!("{}/{}", it.port, it.protocol);
        (format!("service.ports[{index}].port"), number)
    });
    found.once("port", numbers);
}

fn check_port(inputs: &Inputs, service: &Service, it: &ServicePort, path: &str, found: &mut Problems) {
    match &it.name {
        Some(name) => found.expect(format!("{path}.name"), syntax::dns_label(name)),
        None if service.ports.len() > 1 => {
            found.add(format!("{path}.name"), "with several ports each needs a name");
        }
        None => {}
    }
    if it.port == 0 {
        found.add(format!("{path}.port"), "0 is not a port");
    }
    if it.node_port.is_some() && service.kind == ServiceType::ClusterIp {
        found.add(
            format!("{path}.nodePort"),
            "it needs the type `NodePort` or `LoadBalancer`",
        );
    }
    match &it.target_port {
        None | Some(IntOrString::Int(1..=65535)) => {}
        Some(IntOrString::Int(number)) => {
            found.add(
                format!("{path}.targetPort"),
                format!("{number} is not a port: 1 to 65535"),
            );
        }
        Some(IntOrString::String(name)) => {
            check_target(inputs, it, name, &format!("{path}.targetPort"), found);
        }
    }
}

fn check_target(inputs: &Inputs, port: &ServicePort, name: &str, path: &str, found: &mut Problems) {
    let ports = || inputs.containers.iter().flat_map(|it| &it.ports);
    match ports().find(|it| it.name.as_deref() == Some(name)) {
        Some(it) if it.protocol == port.protocol => {}
        Some(_) => found.add(
            path,
            format!("the port `{name}` of the container has another protocol"),
        ),
        None => {
            let known: Vec<String> = ports()
                .filter_map(|it| it.name.as_ref())
                .map(|it| format!("`{it}`"))
                .collect();
            found.add(
                path,
                format!(
                    "no container has a port named `{name}`; there are: {}",
                    listed(&known)
                ),
            );
        }
    }
}

pub(super) fn service(rendering: &Rendering<'_>) -> Option<Value> {
    let own = rendering.inputs.service.as_ref()?;
    Some(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": SERVICE.metadata(rendering, &own.annotations)?,
        "spec": {
            "type": own.kind,
            "selector": { WORKLOAD: rendering.names.workload().name },
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
