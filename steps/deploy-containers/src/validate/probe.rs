//! Probes and lifecycle hooks.

use super::Problems;
use super::volume::listed;
use crate::inputs::container::Container;
use crate::inputs::probe::{LifecycleHandler, Probe};
use crate::inputs::scalar::IntOrString;

pub(super) fn check(container: &Container, path: &str, found: &mut Problems) {
    let probes = [
        ("readinessProbe", &container.readiness_probe),
        ("livenessProbe", &container.liveness_probe),
        ("startupProbe", &container.startup_probe),
    ];
    for (name, it) in probes {
        if let Some(it) = it {
            let path = format!("{path}.{name}");
            probe(container, it, &path, found);
            if name != "readinessProbe" && it.success_threshold.is_some_and(|it| it != 1) {
                found.add(
                    format!("{path}.successThreshold"),
                    "for this probe it can only be 1",
                );
            }
        }
    }
    if let Some(lifecycle) = &container.lifecycle {
        for (name, it) in [
            ("postStart", &lifecycle.post_start),
            ("preStop", &lifecycle.pre_stop),
        ] {
            if let Some(it) = it {
                handler(container, it, &format!("{path}.lifecycle.{name}"), found);
            }
        }
    }
}

fn probe(container: &Container, it: &Probe, path: &str, found: &mut Problems) {
    found.exactly_one(
        path,
        &[
            ("exec", it.exec.is_some()),
            ("httpGet", it.http_get.is_some()),
            ("tcpSocket", it.tcp_socket.is_some()),
            ("grpc", it.grpc.is_some()),
        ],
    );
    if let Some(http) = &it.http_get {
        port(container, &http.port, &format!("{path}.httpGet.port"), found);
    }
    if let Some(tcp) = &it.tcp_socket {
        port(container, &tcp.port, &format!("{path}.tcpSocket.port"), found);
    }
}

fn handler(container: &Container, it: &LifecycleHandler, path: &str, found: &mut Problems) {
    found.exactly_one(
        path,
        &[
            ("exec", it.exec.is_some()),
            ("httpGet", it.http_get.is_some()),
            ("sleep", it.sleep.is_some()),
        ],
    );
    if let Some(http) = &it.http_get {
        port(container, &http.port, &format!("{path}.httpGet.port"), found);
    }
}

fn port(container: &Container, port: &IntOrString, path: &str, found: &mut Problems) {
    match port {
        IntOrString::Int(1..=65535) => {}
        IntOrString::Int(number) => found.add(path, format!("{number} is not a port: 1 to 65535")),
        IntOrString::String(name) => {
            let mut known = container.ports.iter().filter_map(|it| it.name.as_ref());
            if known.clone().all(|it| it != name) {
                let known: Vec<String> = known.by_ref().map(|it| format!("`{it}`")).collect();
                found.add(
                    path,
                    format!(
                        "the container has no port named `{name}`; there are: {}",
                        listed(&known)
                    ),
                );
            }
        }
    }
}
