//! Compiled components on disk, so that a start does not compile them again.
//!
//! A compiled component is machine code: whoever can write here runs code as the server. So the directory is ours alone,
//! files are read only if they are, and each holds the digest of what this server wrote.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sha2::{Digest as _, Sha256};
use shipslog_events::ids::ComponentDigest;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::engine;
use crate::component::Errored;

const DIGEST: usize = 32;

/// The directory of one engine's compiled components.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    directory: PathBuf,
    fingerprint: String,
}

impl Cache {
    /// Makes the directory; one that others may write to is refused.
    pub(crate) fn open(directory: &Path, engine: &Engine) -> Result<Self, Errored> {
        let unusable = |error: io::Error| {
            Errored(format!(
                "the directory {} for compiled steps is not usable: {error}",
                directory.display()
            ))
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(unusable)?;
        let metadata = fs::metadata(directory).map_err(unusable)?;
        if metadata.mode() & 0o022 != 0 {
            return Err(Errored(format!(
                "others may write to {}, and what lies there is run as the server; do `chmod 700` on it, or remove it",
                directory.display()
            )));
        }
        Ok(Self {
            directory: directory.to_owned(),
            fingerprint: engine::fingerprint(engine),
        })
    }

    /// The compiled component, if this server compiled it for this very engine.
    pub(crate) fn load(&self, digest: &ComponentDigest, engine: &Engine) -> Option<Component> {
        let code = self.read(&self.path(digest)).ok().flatten()?;
        match deserialize(engine, &code) {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::warn!(%digest, %error, "a compiled step is not usable; compiling it again");
                None
            }
        }
    }

    /// Keeps it, whole or not at all. A full disk only costs time at the next start.
    pub(crate) fn keep(&self, digest: &ComponentDigest, component: &Component) {
        let kept = component
            .serialize()
            .map_err(io::Error::other)
            .and_then(|code| write(&self.path(digest), &code));
        if let Err(error) = kept {
            tracing::warn!(%digest, %error, "a compiled step is not kept");
        }
    }

    fn path(&self, digest: &ComponentDigest) -> PathBuf {
        let key = Sha256::new()
            .chain_update(digest.as_str())
            .chain_update([0])
            .chain_update(&self.fingerprint);
        self.directory
            .join(format!("{}.cwasm", hex::encode(key.finalize())))
    }

    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let mut file = File::open(path)?;
        let (file_metadata, directory) = (file.metadata()?, fs::metadata(&self.directory)?);
        if file_metadata.uid() != directory.uid() || (file_metadata.mode() | directory.mode()) & 0o022 != 0 {
            return Ok(None);
        }
        let mut digest = [0; DIGEST];
        file.read_exact(&mut digest)?;
        let mut code = Vec::new();
        file.read_to_end(&mut code)?;
        Ok((Sha256::digest(&code)[..] == digest).then_some(code))
    }
}

fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    static DRAFTS: AtomicU32 = AtomicU32::new(0);
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = path.with_extension(format!("{}-{number}.draft", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(&Sha256::digest(code))?;
    file.write_all(code)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

#[expect(
    unsafe_code,
    reason = "only what this server compiled: see the top of this file"
)]
fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `Cache::read` hands out only files in a directory that nobody else writes to, with the digest of what
    // `write` put there, under a name that includes this engine's whole configuration.
    unsafe { Component::deserialize(engine, code) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::RunnerConfig;

    const COMPONENT: &str = "(component)";

    fn digest() -> ComponentDigest {
        ComponentDigest::new("sha256:00")
    }

    fn engine(directory: &Path) -> Engine {
        engine::start(&RunnerConfig::new(directory)).unwrap()
    }

    fn kept(directory: &Path, engine: &Engine) -> Cache {
        let cache = Cache::open(directory, engine).unwrap();
        cache.keep(
            &digest(),
            &Component::new(engine, wat::parse_str(COMPONENT).unwrap()).unwrap(),
        );
        cache
    }

    #[test]
    fn what_was_compiled_is_found_again_by_an_engine_of_the_same_configuration() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cache");
        let (one, other) = (engine(&path), engine(&path));
        kept(&path, &one);
        assert!(
            Cache::open(&path, &other)
                .unwrap()
                .load(&digest(), &other)
                .is_some()
        );
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn another_configuration_finds_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let engine = engine(directory.path());
        let mut cache = kept(directory.path(), &engine);
        cache.fingerprint = "another".to_owned();
        assert!(cache.load(&digest(), &engine).is_none());
    }

    #[test]
    fn a_changed_or_torn_file_is_left_aside() {
        let directory = tempfile::tempdir().unwrap();
        let engine = engine(directory.path());
        let cache = kept(directory.path(), &engine);
        let path = cache.path(&digest());
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(cache.load(&digest(), &engine).is_none());
        fs::write(&path, &bytes[..20]).unwrap();
        assert!(cache.load(&digest(), &engine).is_none());
    }

    #[test]
    fn what_others_may_write_is_not_run() {
        let directory = tempfile::tempdir().unwrap();
        let engine = engine(directory.path());
        let cache = kept(directory.path(), &engine);
        fs::set_permissions(cache.path(&digest()), fs::Permissions::from_mode(0o666)).unwrap();
        assert!(cache.load(&digest(), &engine).is_none());
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let refused = Cache::open(directory.path(), &engine).unwrap_err().to_string();
        assert!(refused.contains("chmod 700"), "{refused}");
    }
}
