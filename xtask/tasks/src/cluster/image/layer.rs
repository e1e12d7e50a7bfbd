//! One layer of an image: files by path.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use tar::{Builder, EntryType, Header};

/// Files by their path in the image, without a leading slash; sorted, so that the same files make the same layer.
#[derive(Default)]
pub(in crate::cluster) struct Files {
    files: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<String>,
}

impl Files {
    pub(in crate::cluster) fn add(&mut self, path: &str, bytes: Vec<u8>) {
        self.files.insert(path.to_owned(), bytes);
    }

    /// An empty folder.
    pub(in crate::cluster) fn folder(&mut self, path: &str) {
        self.folders.insert(path.to_owned());
    }

    /// Takes a file of this machine.
    pub(in crate::cluster) fn copy(&mut self, from: &Path, path: &str) -> Result<()> {
        let bytes = fs::read(from).with_context(|| format!("cannot read {} for an image", from.display()))?;
        self.add(path, bytes);
        Ok(())
    }

    /// Folders come before what lies in them, and nothing says when it was made or by whom.
    pub(in crate::cluster) fn to_tar(&self) -> Result<Vec<u8>> {
        let mut tar = Builder::new(Vec::new());
        for folder in self.all_folders() {
            tar.append_data(
                &mut header(EntryType::Directory, 0),
                format!("{folder}/"),
                &[][..],
            )?;
        }
        for (path, bytes) in &self.files {
            tar.append_data(&mut header(EntryType::Regular, bytes.len()), path, &bytes[..])?;
        }
        Ok(tar.into_inner()?)
    }

    fn all_folders(&self) -> BTreeSet<String> {
        let above = |path: &String| {
            let parents: Vec<_> = Path::new(path)
                .ancestors()
                .skip(1)
                .map(|it| it.display().to_string())
                .collect();
            parents.into_iter().filter(|parent| !parent.is_empty())
        };
        let needed = self.files.keys().chain(&self.folders).flat_map(above);
        needed.chain(self.folders.iter().cloned()).collect()
    }
}

/// Everything is executable: the dynamic linker and the libraries have to be, and for the others it does not matter.
fn header(kind: EntryType, size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size as u64);
    header.set_mode(0o755);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_lists_folders_before_their_files() {
        let mut files = Files::default();
        files.add("usr/bin/tool", b"x".to_vec());
        files.add("etc/passwd", b"root".to_vec());
        files.folder("var/log");
        let tar = files.to_tar().unwrap();
        let mut archive = tar::Archive::new(&tar[..]);
        let paths: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect();
        assert_eq!(
            paths,
            [
                "etc/",
                "usr/",
                "usr/bin/",
                "var/",
                "var/log/",
                "etc/passwd",
                "usr/bin/tool"
            ]
        );
    }
}
