//! The sealing key: 32 random bytes in a file of its own that only its owner may read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretBox, SecretString, zeroize::Zeroize as _};
use sha2::{Digest as _, Sha256};

/// First word of the file, so that nobody takes it for something else.
const FORMAT: &str = "shipslog-sealing-key-1";
const BYTES: usize = 32;
/// Longer files are none of ours.
const LONGEST_FILE: u64 = 4096;

/// The key under which values are sealed.
pub struct SealingKey {
    bytes: SecretBox<[u8; BYTES]>,
}

/// Why there is no sealing key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Others could read the key.
    #[error(
        "the sealing key {path} may be read by others (mode {mode:04o}): whoever has read it can open every secret; \
         close it with `chmod 600 {path}`"
    )]
    Loose {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file holds something else.
    #[error("{path} is no sealing key; restore it from where you keep a copy, or name the right file")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("the sealing key {path} cannot be {action}")]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `made`.
        action: &'static str,
        /// What it said.
        #[source]
        source: io::Error,
    },
    /// The operating system has no randomness to give.
    #[error("no random bytes for a sealing key: {0}")]
    Random(getrandom::Error),
}

impl SealingKey {
    /// Reads the key, or makes it where there is none: the first start.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        match File::open(path) {
            Ok(file) => Self::read(file, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(failed(path, "read")(error)),
        }
    }

    /// A new key, not kept anywhere.
    pub fn random() -> Result<Self, KeyError> {
        let mut bytes = Box::new([0; BYTES]);
        getrandom::fill(bytes.as_mut()).map_err(KeyError::Random)?;
        Ok(Self {
            bytes: SecretBox::new(bytes),
        })
    }

    /// Tells keys apart without telling what they are.
    pub fn id(&self) -> [u8; 8] {
        let digest = Sha256::new()
            .chain_update(b"shipslog/sealing-key-id/")
            .chain_update(self.expose())
            .finalize();
        *digest.first_chunk().expect("a digest is longer than 8 bytes")
    }

    pub(super) fn expose(&self) -> &[u8; BYTES] {
        self.bytes.expose_secret()
    }

    fn read(file: File, path: &Path) -> Result<Self, KeyError> {
        let mode = file
            .metadata()
            .map_err(failed(path, "read"))?
            .permissions()
            .mode()
            & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Loose {
                path: path.to_owned(),
                mode,
            });
        }
        let mut text = String::new();
        file.take(LONGEST_FILE)
            .read_to_string(&mut text)
            .map_err(failed(path, "read"))?;
        Self::parse(&SecretString::from(text)).ok_or_else(|| KeyError::Malformed {
            path: path.to_owned(),
        })
    }

    fn parse(text: &SecretString) -> Option<Self> {
        let key = text.expose_secret().trim().strip_prefix(FORMAT)?.trim();
        let mut bytes = Box::new([0; BYTES]);
        hex::decode_to_slice(key, bytes.as_mut()).ok()?;
        Some(Self {
            bytes: SecretBox::new(bytes),
        })
    }

    /// Written beside and linked into place: a crash leaves no half key, and two starts at once agree on one.
    fn create(path: &Path) -> Result<Self, KeyError> {
        let key = Self::random()?;
        let folder = path
            .parent()
            .filter(|it| !it.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed(path, "made"))?;
        let draft = folder.join(format!(".sealing-key-{}", hex::encode(key.id())));
        let placed = key.write(&draft).and_then(|()| fs::hard_link(&draft, path));
        let cleaned = fs::remove_file(&draft);
        match placed {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Self::load_or_create(path),
            Err(error) => return Err(failed(path, "made")(error)),
        }
        cleaned
            .and_then(|()| File::open(folder)?.sync_all())
            .map_err(failed(path, "made"))?;
        Ok(key)
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        let mut text = format!("{FORMAT} {}\n", hex::encode(self.expose()));
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        text.zeroize();
        written
    }
}

fn failed(path: &Path, action: &'static str) -> impl Fn(io::Error) -> KeyError {
    move |source| KeyError::Io {
        path: path.to_owned(),
        action,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_a_key_that_the_next_one_finds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/sealing.key");
        let made = SealingKey::load_or_create(&path).unwrap();
        let found = SealingKey::load_or_create(&path).unwrap();
        assert_eq!(made.id(), found.id());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.key");
        SealingKey::load_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = SealingKey::load_or_create(&path).err().unwrap().to_string();
        assert!(
            refused.contains("mode 0640") && refused.contains("chmod 600"),
            "{refused}"
        );
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.key");
        for text in ["", "shipslog-sealing-key-1 00ff", "-----BEGIN PRIVATE KEY-----"] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            assert!(
                matches!(SealingKey::load_or_create(&path), Err(KeyError::Malformed { .. })),
                "{text}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
