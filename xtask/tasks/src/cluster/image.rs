//! One image: its layers, and the documents around them, each under the name that its content gives it.

mod layer;

use anyhow::Result;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(super) use self::layer::Files;

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Bytes under the name that their content gives them.
pub(super) struct Blob {
    pub(super) media_type: &'static str,
    pub(super) digest: String,
    pub(super) bytes: Vec<u8>,
}

/// An image for this machine's architecture, with an index around it as images of Docker Hub have.
pub(super) struct Image {
    layers: Vec<Blob>,
    config: Blob,
    manifest: Blob,
    index: Blob,
}

impl Image {
    pub(super) fn new(layers: &[Files], run: &Value) -> Result<Self> {
        let layers: Vec<_> = layers
            .iter()
            .map(|files| Ok(Blob::new(LAYER, files.to_tar()?)))
            .collect::<Result<_>>()?;
        let digests: Vec<_> = layers.iter().map(|layer| &layer.digest).collect();
        let platform = json!({ "architecture": architecture(), "os": "linux" });
        let config = Blob::json(
            CONFIG,
            &json!({
                "architecture": architecture(),
                "os": "linux",
                "config": run,
                "rootfs": { "type": "layers", "diff_ids": digests },
            }),
        );
        let parts: Vec<_> = layers.iter().map(Blob::descriptor).collect();
        let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config.descriptor(), "layers": parts });
        let manifest = Blob::json(MANIFEST, &manifest);
        let mut entry = manifest.descriptor();
        entry["platform"] = platform;
        let index = Blob::json(
            INDEX,
            &json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [entry] }),
        );
        Ok(Self {
            layers,
            config,
            manifest,
            index,
        })
    }

    pub(super) fn blobs(&self) -> impl Iterator<Item = &Blob> {
        self.layers.iter().chain([&self.config])
    }

    pub(super) fn manifest(&self) -> &Blob {
        &self.manifest
    }

    pub(super) fn index(&self) -> &Blob {
        &self.index
    }
}

impl Blob {
    fn new(media_type: &'static str, bytes: Vec<u8>) -> Self {
        let digest = format!("sha256:{}", hex::encode(Sha256::digest(&bytes)));
        Self {
            media_type,
            digest,
            bytes,
        }
    }

    fn json(media_type: &'static str, value: &Value) -> Self {
        Self::new(media_type, value.to_string().into_bytes())
    }

    fn descriptor(&self) -> Value {
        json!({ "mediaType": self.media_type, "digest": self.digest, "size": self.bytes.len() })
    }
}

/// This machine's architecture, in the words of images.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(text: &str) -> Image {
        let mut files = Files::default();
        files.add("etc/motd", text.as_bytes().to_vec());
        Image::new(&[files], &json!({})).unwrap()
    }

    #[test]
    fn the_same_files_make_the_same_digest() {
        assert_eq!(image("a").index().digest, image("a").index().digest);
        assert_ne!(image("a").index().digest, image("b").index().digest);
    }

    #[test]
    fn the_index_names_the_manifest_and_the_manifest_all_parts() {
        let image = image("a");
        let index: Value = serde_json::from_slice(&image.index().bytes).unwrap();
        assert_eq!(index["manifests"][0]["digest"], image.manifest().digest.as_str());
        let manifest = String::from_utf8(image.manifest().bytes.clone()).unwrap();
        assert!(
            image.blobs().all(|blob| manifest.contains(&blob.digest)),
            "{manifest}"
        );
    }
}
