//! The Service.

use super::volume::listed;
use super::{Problems, metadata, syntax};
use crate::inputs::Inputs;
use crate::inputs::scalar::IntOrString;
use crate::inputs::service::{Service, ServicePort, ServiceType};

pub(super) fn check(inputs: &Inputs, service: &Service, found: &mut Problems) {
    found.expect("service.name", syntax::service_name(&service.name));
    metadata::annotations(&service.annotations, "service.annotations", found);
    if service.ports.is_empty() {
        found.add("service.ports", "at least one port is needed");
    }
    for (index, it) in service.ports.iter().enumerate() {
        port(inputs, service, it, &format!("service.ports[{index}]"), found);
    }
    let all = || service.ports.iter().enumerate();
    let names =
        all().filter_map(|(index, it)| Some((format!("service.ports[{index}].name"), it.name.as_ref()?)));
    found.once("port name", names);
    let numbers = all().map(|(index, it)| {
        let number = format!("{}/{:?}", it.port, it.protocol).to_uppercase();
        (format!("service.ports[{index}].port"), number)
    });
    found.once("port", numbers);
}

fn port(inputs: &Inputs, service: &Service, it: &ServicePort, path: &str, found: &mut Problems) {
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
        Some(IntOrString::String(name)) => target(inputs, it, name, &format!("{path}.targetPort"), found),
    }
}

fn target(inputs: &Inputs, port: &ServicePort, name: &str, path: &str, found: &mut Problems) {
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
