use super::*;

fn store(data: &Path, embedded: &[(&str, &[u8])]) -> ComponentStore {
    ComponentStore::embedded(data, embedded).unwrap()
}

#[test]
fn an_unknown_reference_is_refused_with_the_nearest_name() {
    let data = tempfile::tempdir().unwrap();
    let components = store(
        data.path(),
        &[("deploy-containers@1", b"one"), ("rbac-bootstrap@1", b"two")],
    );
    assert_eq!(
        components
            .by_reference("deploy-container@1")
            .unwrap_err()
            .to_string(),
        "step component `deploy-container@1` is not known; did you mean `deploy-containers@1`?"
    );
}

#[test]
fn a_frozen_component_is_found_after_an_upgrade_that_embeds_another() {
    let data = tempfile::tempdir().unwrap();
    let frozen = store(data.path(), &[("step@1", b"old")])
        .by_reference("step@1")
        .unwrap();
    let upgraded = store(data.path(), &[("step@1", b"new")]);
    assert_eq!(upgraded.by_reference("step@1").unwrap().bytes(), b"new");
    assert_eq!(upgraded.by_digest(frozen.digest()).unwrap().bytes(), b"old");
}

#[test]
fn a_damaged_file_is_found_out_and_one_that_is_embedded_is_mended() {
    let data = tempfile::tempdir().unwrap();
    let components = store(data.path(), &[("step@1", b"old")]);
    let digest = components.by_reference("step@1").unwrap().digest().clone();
    std::fs::write(components.path(&digest).unwrap(), b"olx").unwrap();
    let without = store(data.path(), &[]);
    assert!(matches!(without.by_digest(&digest), Err(Error::Damaged { .. })));
    store(data.path(), &[("step@1", b"old")]);
    assert_eq!(without.by_digest(&digest).unwrap().bytes(), b"old");
}

#[test]
fn a_digest_never_leads_out_of_the_directory() {
    let data = tempfile::tempdir().unwrap();
    let components = store(data.path(), &[]);
    for text in ["sha256:../../etc/passwd", "sha256:", "md5:00", "sha256:ABC"] {
        assert!(
            matches!(
                components.by_digest(&ComponentDigest::new(text)),
                Err(Error::Missing(_))
            ),
            "{text}"
        );
    }
}
