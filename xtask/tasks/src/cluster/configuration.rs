//! The components' configuration files, from the templates in `xtask/cluster/config`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::layout::Layout;

/// Components with a kubeconfig, which is called as their certificate is.
const CLIENTS: [&str; 5] = ["admin", "controller-manager", "scheduler", "kube-proxy", "node"];

/// Every file and its content, from the layout and the certificates.
pub(super) fn render(layout: &Layout) -> Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    for (path, template) in templates() {
        files.insert(layout.conf(path), fill_in(layout, template));
    }
    for client in CLIENTS {
        files.insert(
            layout.conf(&format!("{client}.kubeconfig")),
            kubeconfig(layout, client)?,
        );
    }
    Ok(files)
}

/// Replaces the layout's placeholders in a text.
pub(super) fn fill_in(layout: &Layout, template: &str) -> String {
    fill(template, &values(layout))
}

/// Writes the files; they hold keys, so they are for their owner's eyes.
pub(super) fn write(files: &BTreeMap<PathBuf, String>) -> Result<()> {
    for (path, content) in files {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        write_private(path, content)?;
    }
    Ok(())
}

/// Writes a file that only its owner may read.
pub(super) fn write_private(path: &Path, content: &str) -> Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(())
}

/// The one configuration that goes into an image.
pub(super) fn httpd(version: &str) -> String {
    fill(
        include_str!("../../../cluster/config/httpd.conf"),
        &[("VERSION", version.into())],
    )
}

fn templates() -> [(&'static str, &'static str); 8] {
    [
        ("audit.yaml", include_str!("../../../cluster/config/audit.yaml")),
        (
            "cni/10-shipslog.conflist",
            include_str!("../../../cluster/config/cni.conflist"),
        ),
        (
            "containerd.toml",
            include_str!("../../../cluster/config/containerd.toml"),
        ),
        (
            "kube-proxy.yaml",
            include_str!("../../../cluster/config/kube-proxy.yaml"),
        ),
        (
            "kubelet.yaml",
            include_str!("../../../cluster/config/kubelet.yaml"),
        ),
        (
            "registries/docker.io/hosts.toml",
            include_str!("../../../cluster/config/hosts.toml"),
        ),
        (
            "registries/_default/hosts.toml",
            include_str!("../../../cluster/config/hosts.toml"),
        ),
        (
            "registry.yaml",
            include_str!("../../../cluster/config/registry.yaml"),
        ),
    ]
}

fn values(layout: &Layout) -> [(&'static str, String); 9] {
    let text = |path: PathBuf| path.display().to_string();
    [
        ("NAME", layout.name.clone()),
        ("NODE", layout.node.to_string()),
        ("REGISTRY", layout.registry()),
        ("RUN", text(layout.run.clone())),
        ("STATE", text(layout.state.clone())),
        ("BIN", text(layout.state.join("bin"))),
        ("LOG", text(layout.state.join("log"))),
        ("CONF", text(layout.state.join("conf"))),
        ("PKI", text(layout.state.join("pki"))),
    ]
}

fn kubeconfig(layout: &Layout, client: &str) -> Result<String> {
    let encoded = |name: &str| -> Result<String> {
        let path = layout.pki(name);
        Ok(STANDARD.encode(fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?))
    };
    let values = [
        ("API_SERVER", layout.api_server()),
        ("USER", client.into()),
        ("CA", encoded("ca.crt")?),
        ("CERTIFICATE", encoded(&format!("{client}.crt"))?),
        ("KEY", encoded(&format!("{client}.key"))?),
    ];
    Ok(fill(
        include_str!("../../../cluster/config/kubeconfig.yaml"),
        &values,
    ))
}

/// Replaces `@NAME@` by its value.
fn fill(template: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| {
        text.replace(&format!("@{name}@"), value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_template_keeps_a_placeholder() {
        let layout = Layout::of_checkout().unwrap();
        for (path, template) in templates() {
            let filled = fill_in(&layout, template);
            assert!(!filled.contains('@'), "{path}: {filled}");
        }
        assert!(!httpd("2.4.71").contains('@'));
    }
}
