//! The cluster's certificates and keys: one identity a component, as in a cluster that matters.

use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType,
};

use super::configuration::write_private;
use super::layout::Layout;

/// Whom a certificate names, in Kubernetes's terms: a user and a group.
struct Identity {
    file: &'static str,
    user: &'static str,
    group: Option<&'static str>,
    /// Serves others, so its certificate names its addresses.
    serves: bool,
}

const IDENTITIES: [Identity; 7] = [
    Identity {
        file: "apiserver",
        user: "kube-apiserver",
        group: None,
        serves: true,
    },
    client(
        "kubelet-client",
        "kube-apiserver-kubelet-client",
        Some("system:masters"),
    ),
    client("admin", "admin", Some("system:masters")),
    client("controller-manager", "system:kube-controller-manager", None),
    client("scheduler", "system:kube-scheduler", None),
    client("kube-proxy", "system:kube-proxy", None),
    Identity {
        file: "node",
        user: "system:node:node1",
        group: Some("system:nodes"),
        serves: true,
    },
];

const fn client(file: &'static str, user: &'static str, group: Option<&'static str>) -> Identity {
    Identity {
        file,
        user,
        group,
        serves: false,
    }
}

/// Makes certificates and keys where there are none yet for this address.
///
/// They outlive the cluster, so that a kubeconfig stays good across `down` and `up`.
pub(super) fn ensure(layout: &Layout) -> Result<()> {
    let made_for = layout.pki("made-for");
    let purpose = format!("{} {} identities", layout.node, IDENTITIES.len());
    if fs::read_to_string(&made_for).is_ok_and(|made| made == purpose) {
        return Ok(());
    }
    fs::create_dir_all(layout.pki(""))?;
    fs::set_permissions(layout.pki(""), fs::Permissions::from_mode(0o700))?;
    let authority = authority(layout)?;
    for identity in &IDENTITIES {
        issue(layout, &authority, identity)?;
    }
    let tokens = key()?;
    write_private(&layout.pki("service-account.key"), &tokens.serialize_pem())?;
    fs::write(layout.pki("service-account.pub"), tokens.public_key_pem())?;
    fs::write(made_for, purpose)?;
    Ok(())
}

fn authority(layout: &Layout) -> Result<Issuer<'static, KeyPair>> {
    let key = key()?;
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, format!("{} authority", layout.name));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    fs::write(layout.pki("ca.crt"), params.self_signed(&key)?.pem())?;
    write_private(&layout.pki("ca.key"), &key.serialize_pem())?;
    Ok(Issuer::new(params, key))
}

fn issue(layout: &Layout, authority: &Issuer<'_, KeyPair>, identity: &Identity) -> Result<()> {
    let key = key()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, identity.user);
    if let Some(group) = identity.group {
        params.distinguished_name.push(DnType::OrganizationName, group);
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    if identity.serves {
        params
            .extended_key_usages
            .push(ExtendedKeyUsagePurpose::ServerAuth);
        params.subject_alt_names = names(layout)?;
    }
    fs::write(
        layout.pki(&format!("{}.crt", identity.file)),
        params.signed_by(&key, authority)?.pem(),
    )?;
    write_private(
        &layout.pki(&format!("{}.key", identity.file)),
        &key.serialize_pem(),
    )
}

/// How the API server and the kubelet are called: by address, by the Service's address, and by name.
fn names(layout: &Layout) -> Result<Vec<SanType>> {
    let addresses = [
        layout.node.into(),
        IpAddr::from([127, 0, 0, 1]),
        IpAddr::from([10, 96, 0, 1]),
    ];
    let mut names: Vec<_> = addresses.into_iter().map(SanType::IpAddress).collect();
    for name in [
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "localhost",
        "node1",
    ] {
        names.push(SanType::DnsName(name.try_into()?));
    }
    Ok(names)
}

fn key() -> Result<KeyPair> {
    Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
}
