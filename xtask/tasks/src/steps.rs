//! Builds steps to WebAssembly components: the built-in ones to `target/steps/<name>.wasm`, or any other crate.

mod component;
mod toolchain;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::{checkout, program, progress};
use toolchain::Toolchain;

/// What `cargo xtask steps` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Build the step of this crate instead of the built-in ones.
    #[arg(long = "crate", value_name = "FOLDER", requires = "out")]
    krate: Option<PathBuf>,
    /// Where its component goes.
    #[arg(long, value_name = "FILE", requires = "krate")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match (&arguments.krate, &arguments.out) {
        (Some(krate), Some(out)) => foreign(krate, out),
        _ => built_in(),
    }
}

/// Builds all crates in `steps/`.
pub fn built_in() -> Result<()> {
    let names = built_in_names()?;
    let toolchain = Toolchain::find(&folder())?;
    let built = progress::during("building the steps", toolchain.hint(), || {
        let mut command = toolchain.cargo(&checkout::root());
        command.arg("--locked");
        for name in &names {
            command.args(["--package", name]);
        }
        modules(&mut command)
    })?;
    for name in &names {
        let module = built
            .get(&real(&checkout::root().join("steps").join(name))?)
            .with_context(|| format!("the crate `{name}` built no WebAssembly module"))?;
        let out = folder().join(format!("{name}.wasm"));
        let size = encode(module, &out)?;
        progress::say(&format!("  {} ({} kB)", shown(&out), size.div_ceil(1000)));
    }
    Ok(())
}

/// Builds the step of a crate outside this workspace.
pub(crate) fn foreign(krate: &Path, out: &Path) -> Result<()> {
    let manifest = krate.join("Cargo.toml");
    ensure!(
        manifest.is_file(),
        "there is no crate in {}: it lacks a Cargo.toml",
        krate.display()
    );
    let toolchain = Toolchain::find(&folder())?;
    let built = progress::during(
        &format!("building the step in {}", krate.display()),
        toolchain.hint(),
        || {
            let mut command = toolchain.cargo(krate);
            if krate.join("Cargo.lock").is_file() {
                command.arg("--locked");
            }
            modules(command.args(PROFILE.iter().flat_map(|it| ["--config", it])))
        },
    )?;
    let module = built.get(&real(krate)?).with_context(|| {
        format!(
            "{} built no WebAssembly module: its [lib] needs `crate-type = [\"cdylib\"]`",
            krate.display()
        )
    })?;
    let size = encode(module, out)?;
    progress::say(&format!("  {} ({} kB)", shown(out), size.div_ceil(1000)));
    Ok(())
}

/// The profile `step` for crates that do not have it, as this workspace's manifest has it.
const PROFILE: [&str; 6] = [
    "profile.step.inherits='release'",
    "profile.step.opt-level='s'",
    "profile.step.lto=true",
    "profile.step.strip=true",
    "profile.step.panic='abort'",
    "profile.step.codegen-units=1",
];

/// Where everything of this command goes.
fn folder() -> PathBuf {
    checkout::target().join("steps")
}

/// The folder without links on the way: cargo may see another path of it.
fn real(folder: &Path) -> Result<PathBuf> {
    folder
        .canonicalize()
        .with_context(|| format!("cannot find {}", folder.display()))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(checkout::root())
        .unwrap_or(path)
        .display()
        .to_string()
}

fn built_in_names() -> Result<Vec<String>> {
    let steps = checkout::root().join("steps");
    let mut names = Vec::new();
    for entry in fs::read_dir(&steps).with_context(|| format!("cannot read {}", steps.display()))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// What cargo says of each thing it built, as far as it is read here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Runs a build; answers with the modules by the crates' folders.
fn modules(command: &mut Command) -> Result<BTreeMap<PathBuf, PathBuf>> {
    let said = program::output(command)?;
    let mut modules = BTreeMap::new();
    for line in said.lines() {
        let message: Message = serde_json::from_str(line).context("cargo's messages are not as expected")?;
        let wasm = message
            .filenames
            .into_iter()
            .find(|it| it.extension().is_some_and(|it| it == "wasm"));
        if let ("compiler-artifact", Some(manifest), Some(wasm)) =
            (message.reason.as_str(), message.manifest_path, wasm)
        {
            let folder = manifest.parent().unwrap_or(Path::new("/"));
            modules.insert(real(folder)?, wasm);
        }
    }
    Ok(modules)
}

/// Makes the component, and touches the file only where it differs: what embeds it is not built again for nothing.
fn encode(module: &Path, out: &Path) -> Result<usize> {
    let module = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let component = component::encode(&module)?;
    if fs::read(out).ok().as_deref() != Some(&component) {
        let folder = out
            .parent()
            .filter(|it| !it.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let unfinished = out.with_extension("wasm.new");
        fs::write(&unfinished, &component)
            .with_context(|| format!("cannot write {}", unfinished.display()))?;
        fs::rename(&unfinished, out).with_context(|| format!("cannot write {}", out.display()))?;
    }
    Ok(component.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_builds_to_a_component_of_the_contract() {
        let out = folder().join("test/template.wasm");
        foreign(&checkout::root().join("step-sdk/template"), &out).unwrap();
        let world = component::read(&fs::read(&out).unwrap()).unwrap();
        assert_eq!(world.exports, ["check", "describe", "run"]);
        assert!(
            world.imports.iter().all(|it| it.starts_with("shipslog:step/")),
            "{world:?}"
        );
    }

    #[test]
    fn every_folder_of_a_crate_in_steps_is_a_built_in_step() {
        assert_eq!(
            built_in_names().unwrap(),
            ["apply-manifests", "deploy-containers", "rbac-bootstrap"]
        );
    }

    #[test]
    fn a_folder_without_a_crate_is_refused() {
        let error = foreign(Path::new("/nowhere"), Path::new("/nowhere/out.wasm")).unwrap_err();
        assert!(error.to_string().contains("no crate in /nowhere"), "{error}");
    }
}
