//! The cluster's components and their command lines, in the order in which they start.

use std::path::PathBuf;
use std::process::Command;

use super::layout::{HIDDEN, Layout};
use super::{configuration, network, process};

/// One program of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Component {
    Registry,
    Etcd,
    Containerd,
    ApiServer,
    ControllerManager,
    Scheduler,
    Kubelet,
    KubeProxy,
}

impl Component {
    /// In the order of starting.
    pub(super) const ALL: [Self; 8] = [
        Self::Registry,
        Self::Etcd,
        Self::Containerd,
        Self::ApiServer,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Kubelet,
        Self::KubeProxy,
    ];

    /// In the order of stopping: each before what it depends on, or it hangs on its way out.
    pub(super) const STOPPING: [Self; 8] = [
        Self::Kubelet,
        Self::KubeProxy,
        Self::Scheduler,
        Self::ControllerManager,
        Self::ApiServer,
        Self::Etcd,
        Self::Containerd,
        Self::Registry,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Etcd => "etcd",
            Self::Containerd => "containerd",
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Kubelet => "kubelet",
            Self::KubeProxy => "kube-proxy",
        }
    }

    /// The command that runs it where it belongs.
    pub(super) fn command(self, layout: &Layout) -> Command {
        let mut command = network::enter(layout);
        match self {
            Self::Containerd => command.args(NODE.split(' ')).arg(as_a_node(layout)),
            Self::Kubelet => command.args(in_the_node(layout)).args(self.arguments(layout)),
            Self::Registry
            | Self::Etcd
            | Self::ApiServer
            | Self::ControllerManager
            | Self::Scheduler
            | Self::KubeProxy => command.args(self.arguments(layout)),
        };
        command
    }

    /// Split before the values come in, so that a path with a space stays one argument.
    fn arguments(self, layout: &Layout) -> Vec<String> {
        self.template()
            .split_whitespace()
            .map(|word| configuration::fill_in(layout, word))
            .collect()
    }

    fn template(self) -> &'static str {
        match self {
            Self::Registry => "docker-registry serve @CONF@/registry.yaml",
            Self::Etcd => ETCD,
            Self::Containerd => "containerd --config @CONF@/containerd.toml",
            Self::ApiServer => API_SERVER,
            Self::ControllerManager => CONTROLLER_MANAGER,
            Self::Scheduler => {
                "@BIN@/k8s kube-scheduler --kubeconfig=@CONF@/scheduler.kubeconfig --leader-elect=false \
                 --profiling=false"
            }
            Self::Kubelet => {
                "@BIN@/k8s kubelet --config=@CONF@/kubelet.yaml --kubeconfig=@CONF@/node.kubeconfig \
                 --hostname-override=node1 --node-ip=@NODE@"
            }
            Self::KubeProxy => {
                "@BIN@/k8s kube-proxy --config=@CONF@/kube-proxy.yaml --hostname-override=node1"
            }
        }
    }
}

/// Nothing here outlives the cluster, so nothing waits for the disk.
const ETCD: &str = "@BIN@/k8s etcd --data-dir=@STATE@/etcd --unsafe-no-fsync --log-level=warn
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379
    --listen-peer-urls=http://127.0.0.1:2380";

/// Nodes are called by address, for there is no DNS; authorization is the real one, so that limited accounts are limited.
const API_SERVER: &str = "@BIN@/k8s kube-apiserver
    --advertise-address=@NODE@ --bind-address=@NODE@ --secure-port=6443
    --etcd-servers=http://127.0.0.1:2379 --service-cluster-ip-range=10.96.0.0/16
    --client-ca-file=@PKI@/ca.crt --tls-cert-file=@PKI@/apiserver.crt --tls-private-key-file=@PKI@/apiserver.key
    --service-account-issuer=https://kubernetes.default.svc
    --service-account-key-file=@PKI@/service-account.pub
    --service-account-signing-key-file=@PKI@/service-account.key
    --authorization-mode=Node,RBAC --allow-privileged=true --profiling=false
    --kubelet-preferred-address-types=InternalIP --kubelet-certificate-authority=@PKI@/ca.crt
    --kubelet-client-certificate=@PKI@/kubelet-client.crt --kubelet-client-key=@PKI@/kubelet-client.key
    --audit-policy-file=@CONF@/audit.yaml --audit-log-path=@LOG@/audit.log";

const CONTROLLER_MANAGER: &str = "@BIN@/k8s kube-controller-manager
    --kubeconfig=@CONF@/controller-manager.kubeconfig --use-service-account-credentials=true
    --service-account-private-key-file=@PKI@/service-account.key --root-ca-file=@PKI@/ca.crt
    --cluster-signing-cert-file=@PKI@/ca.crt --cluster-signing-key-file=@PKI@/ca.key
    --leader-elect=false --profiling=false";

const NODE: &str = "unshare --mount --propagation=private sh -c";

/// containerd and all pods' mounts live in a mount namespace: the host's folders stay as they are, and with its last
/// process every mount is gone.
fn as_a_node(layout: &Layout) -> String {
    let bind =
        |hidden: &&'static str| format!("mount --bind '{}' {hidden}", stand_in(layout, hidden).display());
    let mut script: Vec<_> = HIDDEN.iter().map(bind).collect();
    let containerd = Component::Containerd.arguments(layout);
    script.push(format!("exec '{}'", containerd.join("' '")));
    script.join(" && ")
}

/// The folder that lies where the node's programs see a hidden one.
pub(super) fn stand_in(layout: &Layout, hidden: &str) -> PathBuf {
    layout
        .state
        .join("node")
        .join(hidden.trim_start_matches('/').replace('/', "-"))
}

/// The kubelet mounts what containerd then hands to pods, so both see the same mounts.
fn in_the_node(layout: &Layout) -> Option<String> {
    let containerd = process::find(layout, Component::Containerd.name())?;
    Some(format!("--mount=/proc/{}/ns/mnt", containerd.pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_starts_and_stops() {
        for component in Component::ALL {
            assert!(Component::STOPPING.contains(&component), "{}", component.name());
        }
    }

    #[test]
    fn no_argument_keeps_a_placeholder() {
        let layout = Layout::of_checkout().unwrap();
        for component in Component::ALL {
            let arguments = component.arguments(&layout);
            assert!(
                arguments.iter().all(|argument| !argument.contains('@')),
                "{arguments:?}"
            );
        }
    }
}
