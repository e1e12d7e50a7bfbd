//! Where this checkout lies.

use std::env;
use std::path::PathBuf;

/// The repository's root.
///
/// Cargo tells at run time, so that a checkout that has moved since the build is found too.
pub(crate) fn root() -> PathBuf {
    let own =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    own.parent().map(PathBuf::from).unwrap_or(own)
}

/// The folder that holds everything these tasks make.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}
