//! Containers.

use super::volume::listed;
use super::{Problems, env, pod, probe, syntax};
use crate::inputs::Inputs;
use crate::inputs::container::{Container, Image, ResourceRequirements};

pub(super) fn check(inputs: &Inputs, container: &Container, path: &str, found: &mut Problems) {
    found.expect(format!("{path}.name"), syntax::dns_label(&container.name));
    image(&container.image, &format!("{path}.image"), found);
    ports(container, path, found);
    mounts(inputs, container, path, found);
    env::check(inputs, container, path, found);
    probe::check(container, path, found);
    if let Some(it) = &container.resources {
        resources(it, &format!("{path}.resources"), found);
    }
    if let Some(profile) = container
        .security_context
        .as_ref()
        .and_then(|it| it.seccomp_profile.as_ref())
    {
        pod::seccomp(profile, &format!("{path}.securityContext.seccompProfile"), found);
    }
}

fn image(image: &Image, path: &str, found: &mut Problems) {
    match image {
        Image::Reference(it) if it.is_empty() || it.contains(char::is_whitespace) => {
            found.add(
                path,
                format!("`{it}` is not an image's reference, which has no blanks"),
            );
        }
        Image::Package(it) if it.package.is_empty() => {
            found.add(
                format!("{path}.package"),
                "the name of one of the project's packages is needed",
            );
        }
        Image::Reference(_) | Image::Package(_) => {}
    }
}

fn ports(container: &Container, path: &str, found: &mut Problems) {
    for (index, it) in container.ports.iter().enumerate() {
        let path = format!("{path}.ports[{index}]");
        if it.container_port == 0 {
            found.add(format!("{path}.containerPort"), "0 is not a port");
        }
        if let Some(name) = &it.name {
            found.expect(format!("{path}.name"), syntax::port_name(name));
        }
    }
    let all = container.ports.iter().enumerate();
    found.once(
        "port",
        all.map(|(index, it)| {
            (
                format!("{path}.ports[{index}]"),
                format!("{}/{}", it.container_port, it.protocol),
            )
        }),
    );
}

fn mounts(inputs: &Inputs, container: &Container, path: &str, found: &mut Problems) {
    for (index, it) in container.volume_mounts.iter().enumerate() {
        let path = format!("{path}.volumeMounts[{index}]");
        if inputs.volumes.iter().all(|volume| volume.name != it.name) {
            let known: Vec<String> = inputs.volumes.iter().map(|it| format!("`{}`", it.name)).collect();
            found.add(
                format!("{path}.name"),
                format!(
                    "there is no volume `{}` in `volumes`; there are: {}",
                    it.name,
                    listed(&known)
                ),
            );
        }
        if it.mount_path.is_empty() || it.mount_path.contains(':') {
            found.add(
                format!("{path}.mountPath"),
                format!(
                    "`{}` is not a path that can be mounted: not empty, no `:`",
                    it.mount_path
                ),
            );
        }
        if let Some(sub) = &it.sub_path {
            found.expect(format!("{path}.subPath"), syntax::relative_path(sub));
        }
    }
    let all = container.volume_mounts.iter().enumerate();
    found.once(
        "mount",
        all.map(|(index, it)| (format!("{path}.volumeMounts[{index}].mountPath"), &it.mount_path)),
    );
}

fn resources(own: &ResourceRequirements, path: &str, found: &mut Problems) {
    for (field, amounts) in [("requests", &own.requests), ("limits", &own.limits)] {
        for (name, amount) in amounts {
            found.expect(
                format!("{path}.{field}[{name}]"),
                syntax::quantity(&amount.to_string()),
            );
        }
    }
}
