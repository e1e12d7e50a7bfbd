//! The repository, and what Cargo says of it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The folder that everything of ours lies in.
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .canonicalize()
        .unwrap()
}

/// What `cargo metadata` says, of all packages that are needed here.
pub fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let said = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        // Packages for other systems need not be here.
        .args([
            "--filter-platform",
            &format!("{}-unknown-linux-gnu", std::env::consts::ARCH),
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).unwrap()
}

/// Our own packages.
pub fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    let members = metadata["workspace_members"].as_array().unwrap();
    let all = metadata["packages"].as_array().unwrap();
    all.iter().filter(|it| members.contains(&it["id"]))
}
