//! Embeds the built-in steps that `cargo xtask steps` made.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Each with its major version: what `uses` says.
const BUILT_IN: [(&str, &str); 3] = [
    ("apply-manifests@1", "apply-manifests.wasm"),
    ("deploy-containers@1", "deploy-containers.wasm"),
    ("rbac-bootstrap@1", "rbac-bootstrap.wasm"),
];

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let steps = target(&manifest, &out).join("steps");
    let mut code = String::from("pub(crate) const BUILT_IN: &[(&str, &[u8])] = &[\n");
    for (reference, file) in BUILT_IN {
        let path = steps.join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        assert!(
            path.is_file(),
            "the built-in step {} is not built; run `cargo xtask steps` first",
            path.display()
        );
        let path = path.to_string_lossy();
        writeln!(code, "    ({reference:?}, include_bytes!({path:?})),").expect("writing to a string");
    }
    code.push_str("];\n");
    fs::write(out.join("built_in.rs"), code).expect("cargo made the directory");
}

/// `OUT_DIR` lies in the target directory, wherever that is.
fn target(manifest: &Path, out: &Path) -> PathBuf {
    out.ancestors()
        .find(|it| it.join("CACHEDIR.TAG").is_file())
        .map_or_else(|| manifest.join("../target"), Path::to_path_buf)
}
