//! A step component: bytes and their digest, and what it says about itself.

mod answer;
mod description;

pub use answer::{Cause, CheckRefusal, Errored};
pub use description::{Description, Needs, OutputDescription};
pub(crate) use description::{causes, needs};

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use shipslog_events::ids::ComponentDigest;

/// A component's bytes and their digest. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Component {
    digest: ComponentDigest,
    bytes: Arc<[u8]>,
}

impl Component {
    /// Takes the bytes as they are; whether they are a component shows when they are compiled.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Self {
            digest: ComponentDigest::new(format!("sha256:{}", hex::encode(Sha256::digest(&bytes)))),
            bytes,
        }
    }

    /// `sha256:<hex>` of the bytes.
    pub fn digest(&self) -> &ComponentDigest {
        &self.digest
    }

    /// The component as it was handed in.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Component({}, {} bytes)", self.digest, self.bytes.len())
    }
}
