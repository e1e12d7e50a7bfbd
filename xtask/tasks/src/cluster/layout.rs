//! Names, addresses and folders of this checkout's cluster.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::checkout;

/// Everything is derived from the path of the checkout's `target`, so that two clones never meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Name of the network namespace and of the root cgroup.
    pub(super) name: String,
    /// The host's end of the cable into the namespace; the kernel takes 15 characters at most.
    pub(super) veth: String,
    /// The host's address on the cable.
    pub(super) host: Ipv4Addr,
    /// The cluster's address: API server, registry and node ports listen there.
    pub(super) node: Ipv4Addr,
    /// Files that may lie deep: binaries, keys, images, logs, data.
    pub(super) state: PathBuf,
    /// Sockets, whose paths may not be long, and process ids.
    pub(super) run: PathBuf,
    /// The Go module and the templates.
    pub(super) source: PathBuf,
}

impl Layout {
    pub(super) fn of_checkout() -> Result<Self> {
        let target = checkout::target();
        std::fs::create_dir_all(&target).with_context(|| format!("cannot create {}", target.display()))?;
        let target = target.canonicalize()?;
        if let Some(hidden) = HIDDEN.iter().find(|hidden| target.starts_with(hidden)) {
            bail!("the node's programs get a {hidden} of their own: move the checkout out of {hidden}");
        }
        Ok(Self::derived_from(&target, &checkout::root()))
    }

    fn derived_from(target: &Path, root: &Path) -> Self {
        let hash = Sha256::digest(target.as_os_str().as_encoded_bytes());
        let short = hex::encode(&hash[..4]);
        let (host, node) = subnet(u16::from_be_bytes([hash[4], hash[5]]));
        Self {
            name: format!("shipslog-{short}"),
            veth: format!("ship-{short}"),
            host,
            node,
            state: target.join("cluster"),
            run: PathBuf::from(format!("/run/shipslog-{short}")),
            source: root.join("xtask/cluster"),
        }
    }

    pub(super) fn bin(&self, name: &str) -> PathBuf {
        self.state.join("bin").join(name)
    }

    pub(super) fn pki(&self, name: &str) -> PathBuf {
        self.state.join("pki").join(name)
    }

    pub(super) fn conf(&self, name: &str) -> PathBuf {
        self.state.join("conf").join(name)
    }

    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.state.join("log").join(name)
    }

    pub(super) fn netns(&self) -> PathBuf {
        Path::new("/run/netns").join(&self.name)
    }

    pub(super) fn registry(&self) -> String {
        format!("http://{}:5000", self.node)
    }

    pub(super) fn api_server(&self) -> String {
        format!("https://{}:6443", self.node)
    }
}

/// Folders that containerd and the kubelet write to whatever they are told; they get their own in a mount namespace.
pub(super) const HIDDEN: [&str; 2] = ["/var/lib", "/var/log"];

/// One of the 32768 networks of four addresses in 198.18.0.0/15.
///
/// That range is set apart for load tests, so no office, cloud or container tool uses it.
fn subnet(number: u16) -> (Ipv4Addr, Ipv4Addr) {
    let first = u32::from(Ipv4Addr::new(198, 18, 0, 0)) + u32::from(number & 0x7fff) * 4;
    (Ipv4Addr::from(first + 1), Ipv4Addr::from(first + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_checkouts_share_nothing() {
        let one = Layout::derived_from(Path::new("/a/target"), Path::new("/a"));
        let other = Layout::derived_from(Path::new("/b/target"), Path::new("/b"));
        assert_ne!(one.name, other.name);
        assert_ne!(one.veth, other.veth);
        assert_ne!(one.run, other.run);
        assert_ne!(one.node, other.node);
    }

    #[test]
    fn a_checkout_always_gets_the_same_cluster() {
        let layout = || Layout::derived_from(Path::new("/a/target"), Path::new("/a"));
        assert_eq!(layout(), layout());
    }

    #[test]
    fn names_fit_the_kernels_limits() {
        let layout = Layout::derived_from(Path::new("/a/target"), Path::new("/a"));
        assert!(layout.veth.len() <= 15, "{}", layout.veth);
        assert!(layout.run.join("containerd.sock").as_os_str().len() < 100);
    }

    #[test]
    fn subnets_stay_in_the_range_for_load_tests() {
        assert_eq!(
            subnet(0),
            (Ipv4Addr::new(198, 18, 0, 1), Ipv4Addr::new(198, 18, 0, 2))
        );
        assert_eq!(
            subnet(1),
            (Ipv4Addr::new(198, 18, 0, 5), Ipv4Addr::new(198, 18, 0, 6))
        );
        assert_eq!(
            subnet(u16::MAX),
            (Ipv4Addr::new(198, 19, 255, 253), Ipv4Addr::new(198, 19, 255, 254))
        );
    }
}
