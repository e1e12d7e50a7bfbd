//! The images in the local registry, made from what lies on this machine.

mod httpd;

use anyhow::Result;
use serde_json::json;

use super::image::{Files, Image};
use super::layout::Layout;
use super::registry;

/// Puts all images into the registry.
///
/// The same files make the same digests, so a second time only asks for what is there.
pub(super) fn publish(layout: &Layout) -> Result<()> {
    let registry = layout.registry();
    registry::push(&registry, "shipslog/pause", "1", &pause(layout)?)?;
    for version in httpd::VERSIONS {
        let image = httpd::image(version)?;
        // As Docker Hub names it inside, and as people call it.
        for repository in ["library/httpd", "httpd"] {
            registry::push(&registry, repository, version, &image)?;
        }
    }
    Ok(())
}

/// What the images are made from beside the machine's programs.
pub(super) fn stamp() -> String {
    httpd::VERSIONS.map(super::configuration::httpd).concat()
}

/// The image of a pod's first container, which only waits.
fn pause(layout: &Layout) -> Result<Image> {
    let mut files = Files::default();
    files.copy(&layout.bin("pause"), "pause")?;
    Image::new(&[files], &json!({ "Entrypoint": ["/pause"] }))
}
