//! The pod as a whole: names that stand once, names of others.

use super::{Problems, syntax};
use crate::inputs::Inputs;
use crate::inputs::pod::{TaintEffect, Toleration, TolerationOperator};
use crate::inputs::security::{SeccompProfile, SeccompType};

pub(super) fn check(inputs: &Inputs, found: &mut Problems) {
    if inputs.containers.is_empty() {
        found.add("containers", "at least one container is needed");
    }
    let containers = inputs.containers.iter().enumerate();
    found.once(
        "container",
        containers.map(|(index, it)| (format!("containers[{index}].name"), &it.name)),
    );
    let volumes = inputs.volumes.iter().enumerate();
    found.once(
        "volume",
        volumes.map(|(index, it)| (format!("volumes[{index}].name"), &it.name)),
    );
    ports(inputs, found);
    for (index, it) in inputs.image_pull_secrets.iter().enumerate() {
        found.expect(
            format!("imagePullSecrets[{index}].name"),
            syntax::object_name(&it.name),
        );
    }
    if let Some(name) = &inputs.service_account_name {
        found.expect("serviceAccountName", syntax::object_name(name));
    }
    for (key, value) in &inputs.node_selector {
        let path = format!("nodeSelector[{key}]");
        found.expect(&path, syntax::qualified_key(key));
        found.expect(&path, syntax::label_value(value));
    }
    for (index, it) in inputs.tolerations.iter().enumerate() {
        toleration(it, &format!("tolerations[{index}]"), found);
    }
    if let Some(profile) = inputs
        .security_context
        .as_ref()
        .and_then(|it| it.seccomp_profile.as_ref())
    {
        seccomp(profile, "securityContext.seccompProfile", found);
    }
}

/// A Service finds a port by name in the whole pod, so there a name stands once.
fn ports(inputs: &Inputs, found: &mut Problems) {
    let all = inputs.containers.iter().enumerate().flat_map(|(container, it)| {
        it.ports.iter().enumerate().filter_map(move |(index, port)| {
            Some((
                format!("containers[{container}].ports[{index}].name"),
                port.name.as_ref()?,
            ))
        })
    });
    found.once("port name", all);
}

fn toleration(it: &Toleration, path: &str, found: &mut Problems) {
    let exists = it.operator == Some(TolerationOperator::Exists);
    if it.key.is_none() && !exists {
        found.add(path, "without `key` the `operator` has to be `Exists`");
    }
    if exists && it.value.is_some() {
        found.add(
            format!("{path}.value"),
            "with the operator `Exists` no value is compared; leave it out",
        );
    }
    if it.toleration_seconds.is_some() && it.effect != Some(TaintEffect::NoExecute) {
        found.add(
            format!("{path}.tolerationSeconds"),
            "it needs the effect `NoExecute`",
        );
    }
}

pub(super) fn seccomp(profile: &SeccompProfile, path: &str, found: &mut Problems) {
    if (profile.kind == SeccompType::Localhost) != profile.localhost_profile.is_some() {
        found.add(
            format!("{path}.localhostProfile"),
            "it goes with the type `Localhost`, and only with it",
        );
    }
}
