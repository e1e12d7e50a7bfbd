//! The compiler for WebAssembly: rustup's target where there is one, else Debian's compiler with the standard library's
//! source.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

use crate::{checkout, prerequisites, program, progress};

const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler. It conflicts with the packages [`CONFLICTING`].
const DEBIAN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const CONFLICTING: [&str; 2] = ["rustc", "rustup"];

/// How steps are compiled.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Toolchain {
    /// The one that compiles everything else; its standard library for WebAssembly is there.
    Default,
    /// Debian's, which compiles the standard library too.
    Debian {
        /// The linker's path.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Finds one, or gets one. `stamps` is a folder to remember in what did not work.
    pub(super) fn find(stamps: &Path) -> Result<Self> {
        if has_target()? || add_target(stamps)? {
            return Ok(Self::Default);
        }
        refuse_conflicts()?;
        prerequisites::debian(&DEBIAN)?;
        let linker = if let Some(linker) = linker() {
            linker
        } else {
            prerequisites::debian(&[linker_package()])?;
            linker().context("there is no `wasm-ld` after installing Debian's lld")?
        };
        Ok(Self::Debian { linker })
    }

    /// What to expect of a build.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Default => "about 1 min, once",
            Self::Debian { .. } => "about 2 min, once",
        }
    }

    /// A cargo that builds steps and says what it built, run in this folder.
    pub(super) fn cargo(&self, folder: &Path) -> Command {
        let mut command = match self {
            Self::Default => plain("cargo"),
            Self::Debian { linker } => {
                let mut command = plain("/usr/bin/cargo");
                // The standard library's source is only built by a compiler that allows unstable options.
                command.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", "/usr/bin/rustc");
                command.arg("-Zbuild-std=std,panic_abort");
                command
                    .arg("--config")
                    .arg(format!("target.{TARGET}.linker='{}'", linker.display()));
                command
            }
        };
        command
            .args([
                "build",
                "--lib",
                "--quiet",
                "--profile",
                "step",
                "--target",
                TARGET,
            ])
            .args(["--message-format", "json-render-diagnostics"])
            .arg("--target-dir")
            .arg(checkout::target().join("steps/build"))
            .env("CARGO_ENCODED_RUSTFLAGS", flags())
            .current_dir(folder)
            .stdin(Stdio::null());
        command
    }
}

/// The same component wherever the checkout and cargo's downloads lie; and nothing of anybody's `RUSTFLAGS`.
fn flags() -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let places = [(Some(checkout::root()), "shipslog"), (home, "cargo")];
    let places = places
        .into_iter()
        .filter_map(|(place, name)| Some((place?, name)));
    let flags: Vec<_> = places
        .map(|(place, name)| format!("--remap-path-prefix={}={name}", place.display()))
        .collect();
    flags.join("\x1f")
}

/// A program that sees no setting of the cargo that runs this one, nor of the developer's builds.
fn plain(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if leaks(&name) {
            command.env_remove(name);
        }
    }
    command
}

fn leaks(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let network = [
        "CARGO_HOME",
        "CARGO_HTTP_",
        "CARGO_NET_",
        "CARGO_REGISTR",
        "RUSTUP_",
    ];
    let building = ["CARGO", "RUST", "LD_LIBRARY_PATH"];
    building.iter().any(|it| name.starts_with(it)) && !network.iter().any(|it| name.starts_with(it))
}

fn has_target() -> Result<bool> {
    let sysroot = program::output(plain("rustc").args(["--print", "sysroot"]))?;
    Ok(Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib")
        .is_dir())
}

/// Asks rustup for the target, once for each compiler: where its server does not answer, it will not next time either.
fn add_target(stamps: &Path) -> Result<bool> {
    if program::output(plain("rustup").arg("--version")).is_err() {
        return Ok(false);
    }
    let version = program::output(plain("rustc").arg("--version"))?;
    let stamp = stamps.join("rustup-has-no-target");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == version) {
        return Ok(false);
    }
    let added = progress::during(&format!("asking rustup for {TARGET}"), "at most 1 min", || {
        let mut command = plain("timeout");
        Ok(program::output(command.args(["60", "rustup", "target", "add", TARGET])).is_ok())
    })?;
    if added && has_target()? {
        return Ok(true);
    }
    progress::say("  rustup's server does not have it or does not answer: Debian's compiler is taken");
    fs::create_dir_all(stamps).with_context(|| format!("cannot make {}", stamps.display()))?;
    fs::write(&stamp, version).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(false)
}

fn refuse_conflicts() -> Result<()> {
    for package in CONFLICTING {
        let installed = program::output(Command::new("dpkg-query").args(["-W", "-f=${Status}", package]));
        if installed.is_ok_and(|it| it == "install ok installed") {
            bail!(
                "steps need a compiler for {TARGET}. rustup's is not to be had, and Debian's `{}` cannot be installed \
                 beside the package `{package}`: remove it (apt-get remove {package}) and install rustup by its own \
                 installer from https://rustup.rs, then run this again",
                DEBIAN[0]
            );
        }
    }
    Ok(())
}

/// The linker, whose newest version Debian names after LLVM's.
fn linker() -> Option<PathBuf> {
    let versions = (17..40).rev().map(|it| format!("/usr/bin/wasm-ld-{it}"));
    versions
        .chain(["/usr/bin/wasm-ld".to_owned()])
        .map(PathBuf::from)
        .find(|it| it.exists())
}

/// Debian 12's own `lld` is too old for this compiler; its later one has a number.
fn linker_package() -> &'static str {
    let numbered = "lld-19";
    let known = program::output(Command::new("apt-cache").args(["show", numbered]));
    if known.is_ok_and(|it| !it.is_empty()) {
        numbered
    } else {
        "lld"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(command: &Command, name: &str) -> Option<String> {
        let found = command.get_envs().find(|(it, _)| *it == name)?;
        Some(found.1?.to_string_lossy().into_owned())
    }

    #[test]
    fn settings_of_other_builds_do_not_leak() {
        for name in [
            "RUSTFLAGS",
            "CARGO_BUILD_TARGET",
            "CARGO_TARGET_DIR",
            "RUSTC_WRAPPER",
            "LD_LIBRARY_PATH",
        ] {
            assert!(leaks(OsStr::new(name)), "{name}");
        }
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "RUSTUP_TOOLCHAIN",
            "CARGO_REGISTRIES_X_INDEX",
        ] {
            assert!(!leaks(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn flags_are_set_here_so_that_no_others_count() {
        let command = Toolchain::Default.cargo(Path::new("."));
        let flags = environment(&command, "CARGO_ENCODED_RUSTFLAGS").unwrap();
        assert!(flags.starts_with("--remap-path-prefix="), "{flags}");
    }

    #[test]
    fn debians_compiler_builds_the_standard_library_too() {
        let linker = PathBuf::from("/usr/bin/wasm-ld-19");
        let command = Toolchain::Debian { linker }.cargo(Path::new("."));
        assert!(program::line(&command).contains("-Zbuild-std=std,panic_abort"));
        assert_eq!(environment(&command, "RUSTC").as_deref(), Some("/usr/bin/rustc"));
    }
}
