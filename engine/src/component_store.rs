//! Step components by digest and by reference. Every component that was ever offered stays in the data directory, so that
//! a frozen release finds its own after an upgrade.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use shipslog_events::ids::ComponentDigest;
use shipslog_nearest as nearest;
use shipslog_runner::Component;

/// What a reference means as long as the server runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Which component.
    pub(crate) digest: ComponentDigest,
    /// Whether the server brings it along.
    pub(crate) built_in: bool,
}

/// The store.
pub(crate) struct ComponentStore {
    directory: PathBuf,
    references: BTreeMap<String, Offer>,
    loaded: Mutex<BTreeMap<ComponentDigest, Component>>,
}

/// Why there is no such component.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No component that is offered has this name and major version.
    #[error("{0}")]
    UnknownReference(String),
    /// Neither embedded nor kept.
    #[error(
        "the component {0} is not in the data directory; restore `components/` from a backup, or make a new release"
    )]
    Missing(ComponentDigest),
    /// The file is not what it was.
    #[error(
        "the file {path} does not hold the component of that name: its digest is {actual}; restore it from a backup"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What it holds now.
        actual: ComponentDigest,
    },
    /// The disk.
    #[error("cannot keep components in {path}: {source}")]
    Disk {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
}

impl Error {
    /// A stable word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::UnknownReference(_) | Self::Missing(_) => "no-component",
            Self::Damaged { .. } => "component-damaged",
            Self::Disk { .. } => "components-unreadable",
        }
    }
}

impl ComponentStore {
    /// The embedded components under `<name>@<major>`, kept in `<data directory>/components`.
    pub(crate) fn embedded(data: &Path, embedded: &[(&str, &[u8])]) -> Result<Self, Error> {
        let directory = data.join("components");
        std::fs::create_dir_all(&directory).map_err(|source| disk(&directory, source))?;
        let mut store = Self {
            directory,
            references: BTreeMap::new(),
            loaded: Mutex::new(BTreeMap::new()),
        };
        for (reference, bytes) in embedded {
            store.offer((*reference).to_owned(), Component::new(*bytes), true)?;
        }
        Ok(store)
    }

    /// Keeps a component, and lets this reference mean it.
    pub(crate) fn offer(
        &mut self,
        reference: String,
        component: Component,
        built_in: bool,
    ) -> Result<(), Error> {
        self.keep(&component)?;
        let digest = component.digest().clone();
        self.references.insert(reference, Offer { digest, built_in });
        self.remember(component);
        Ok(())
    }

    /// What `uses: <name>@<major>` means today.
    pub(crate) fn by_reference(&self, uses: &str) -> Result<Component, Error> {
        let offer = self.references.get(uses).ok_or_else(|| {
            let known: Vec<&str> = self.references().collect();
            Error::UnknownReference(nearest::unknown("step component", uses, &known))
        })?;
        self.by_digest(&offer.digest)
    }

    /// The component that a release froze.
    pub(crate) fn by_digest(&self, digest: &ComponentDigest) -> Result<Component, Error> {
        let known = self.loaded.lock().get(digest).cloned();
        match known {
            Some(component) => Ok(component),
            None => self.load(digest),
        }
    }

    /// Everything that `uses` may say.
    pub(crate) fn references(&self) -> impl Iterator<Item = &str> {
        self.references.keys().map(String::as_str)
    }

    /// The same, with what each means.
    pub(crate) fn offers(&self) -> impl Iterator<Item = (&str, &Offer)> {
        self.references
            .iter()
            .map(|(reference, it)| (reference.as_str(), it))
    }

    /// Everything that is kept, offered or not.
    pub(crate) fn kept(&self) -> Result<Vec<ComponentDigest>, Error> {
        let listed = std::fs::read_dir(&self.directory).map_err(|source| disk(&self.directory, source))?;
        let mut kept: Vec<ComponentDigest> = listed
            .filter_map(|it| {
                let name = it.ok()?.file_name();
                let digest =
                    ComponentDigest::new(format!("sha256:{}", name.to_str()?.strip_suffix(".wasm")?));
                self.path(&digest).map(|_| digest)
            })
            .collect();
        kept.sort();
        Ok(kept)
    }

    /// Keeps it no longer. Whoever asks sees to it that nobody needs it.
    pub(crate) fn remove(&self, digest: &ComponentDigest) -> Result<(), Error> {
        let path = self.path(digest).ok_or_else(|| Error::Missing(digest.clone()))?;
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::Missing(digest.clone()));
            }
            Err(source) => return Err(disk(&path, source)),
        }
        let mut loaded = self.loaded.lock();
        loaded.remove(digest);
        Ok(())
    }

    fn load(&self, digest: &ComponentDigest) -> Result<Component, Error> {
        let path = self.path(digest).ok_or_else(|| Error::Missing(digest.clone()))?;
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::Missing(digest.clone()));
            }
            Err(source) => return Err(disk(&path, source)),
        };
        let component = Component::new(bytes);
        if component.digest() != digest {
            return Err(Error::Damaged {
                path,
                actual: component.digest().clone(),
            });
        }
        self.remember(component.clone());
        Ok(component)
    }

    fn remember(&self, component: Component) {
        let mut loaded = self.loaded.lock();
        loaded.insert(component.digest().clone(), component);
    }

    /// Whole or not at all: a reader never finds half a component. A damaged file is replaced.
    fn keep(&self, component: &Component) -> Result<(), Error> {
        let Some(path) = self.path(component.digest()) else {
            return Ok(());
        };
        if std::fs::read(&path).is_ok_and(|bytes| bytes == component.bytes()) {
            return Ok(());
        }
        let draft = path.with_extension(format!("{}.draft", std::process::id()));
        let written = std::fs::File::create(&draft)
            .and_then(|mut file| file.write_all(component.bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&draft, &path))
            .and_then(|()| std::fs::File::open(&self.directory)?.sync_all());
        written.map_err(|source| disk(&path, source))
    }

    /// Nothing where the text is no digest: a digest comes from the log, and still names no path of its own choice.
    fn path(&self, digest: &ComponentDigest) -> Option<PathBuf> {
        let hex = digest.as_str().strip_prefix("sha256:")?;
        let fits = hex.len() == 64
            && hex
                .bytes()
                .all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
        fits.then(|| self.directory.join(format!("{hex}.wasm")))
    }
}

fn disk(path: &Path, source: std::io::Error) -> Error {
    Error::Disk {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
