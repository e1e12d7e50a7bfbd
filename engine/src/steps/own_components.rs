//! Own components: what lies in a directory is offered beside what is built in. The directory is looked at once; what
//! was offered is kept in the store, so that a frozen release needs no file in it.

use std::path::{Path, PathBuf};

use shipslog_runner::Component;

use super::{NotOpened, Steps, interface};

/// Larger files are not even read.
const LARGEST: u64 = 64 << 20;

/// Offers what can be offered, and answers with a sentence for each file that cannot.
pub(super) async fn offer(steps: &mut Steps, directory: &Path) -> Result<Vec<String>, NotOpened> {
    let mut refused = Vec::new();
    for file in files(directory)? {
        if let Err(reason) = offer_one(steps, &file).await {
            refused.push(format!("the step {} is not offered: {reason}", file.display()));
        }
    }
    Ok(refused)
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, NotOpened> {
    let unreadable = |error: std::io::Error| {
        NotOpened(format!(
            "cannot read the directory of components {}: {error}",
            directory.display()
        ))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|it| it == "wasm") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

async fn offer_one(steps: &mut Steps, file: &Path) -> Result<(), String> {
    let stem = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
    if let Some((taken, _)) = steps
        .store
        .offers()
        .find(|(it, offer)| offer.built_in && it.split('@').next() == Some(stem))
    {
        return Err(format!("{taken} is built in; give the step another name"));
    }
    let component = Component::new(read(file)?);
    let description = steps
        .runner
        .describe(&component)
        .await
        .map_err(|error| error.to_string())?;
    if description.name != stem {
        return Err(format!(
            "it describes itself as `{0}`; call the file `{0}.wasm`",
            description.name
        ));
    }
    let reference = format!("{stem}@{}", description.version.major);
    steps
        .store
        .offer(reference.clone(), component, false)
        .map_err(|error| error.to_string())?;
    steps.catalogue.insert(reference, interface(&description));
    Ok(())
}

/// A plain file: a pipe would be read for ever.
fn read(file: &Path) -> Result<Vec<u8>, String> {
    let metadata = std::fs::metadata(file).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is no file".to_owned());
    }
    if metadata.len() > LARGEST {
        return Err(format!(
            "it has {} bytes; at most {LARGEST} are taken",
            metadata.len()
        ));
    }
    std::fs::read(file).map_err(|error| error.to_string())
}
