//! What must be on the machine: installed where that can be done, otherwise named with the command to type.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use crate::{program, progress};

/// The oldest Go that builds the cluster, as its `go.mod` says.
const GO: (u32, u32) = (1, 24);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Sees to it that these Debian packages are installed.
///
/// Asks the package servers only when one is missing.
pub(crate) fn debian(packages: &[&str]) -> Result<()> {
    // The package servers' lists are for one reader at a time.
    let _only_one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let missing = missing(packages)?;
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !is_root() {
        bail!(
            "these Debian packages are missing: {names}\ninstall them: sudo sh -c '{UPDATE} && {INSTALL} {names}'"
        );
    }
    progress::during(&format!("installing {names}"), "", || {
        program::output(&mut quietly(UPDATE))?;
        program::output(quietly(INSTALL).args(&missing))
    })?;
    Ok(())
}

/// Refuses anyone but root, with the command to type instead.
pub(crate) fn root(purpose: &str) -> Result<()> {
    if is_root() {
        return Ok(());
    }
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    bail!(
        "{purpose} needs root: sudo env \"HOME=$HOME\" \"PATH=$PATH\" cargo xtask {}",
        arguments.join(" ")
    )
}

/// Refuses a machine without a Go that is new enough.
pub(crate) fn go() -> Result<()> {
    let remedy = format!(
        "Go {}.{} or newer is needed: unpack a release from https://go.dev/dl into /usr/local \
         (sudo tar -C /usr/local -xzf go*.tar.gz) and run: export PATH=/usr/local/go/bin:$PATH",
        GO.0, GO.1
    );
    let Ok(said) = program::output(Command::new("go").arg("version")) else {
        bail!("there is no `go` on the PATH\n{remedy}");
    };
    match go_version(&said) {
        Some(version) if version >= GO => Ok(()),
        Some((major, minor)) => bail!("the `go` on the PATH is {major}.{minor}\n{remedy}"),
        None => bail!("`go version` answered `{}`\n{remedy}", said.trim()),
    }
}

const UPDATE: &str = "apt-get update";
/// Another run may hold the package lock for a while; waiting beats failing.
const INSTALL: &str = "apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300";

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

fn missing<'a>(packages: &[&'a str]) -> Result<Vec<&'a str>> {
    let Ok(answer) = Command::new("dpkg-query")
        .args(["-W", "-f=${Package} ${Status}\\n"])
        .args(packages)
        .output()
    else {
        bail!(
            "this is not Debian; install what these Debian packages hold: {}",
            packages.join(" ")
        );
    };
    Ok(not_listed(packages, &String::from_utf8_lossy(&answer.stdout)))
}

/// Packages that dpkg does not list as installed; it keeps a line for removed ones too.
fn not_listed<'a>(packages: &[&'a str], listing: &str) -> Vec<&'a str> {
    let installed = |package: &&str| {
        listing
            .lines()
            .any(|line| line == format!("{package} install ok installed"))
    };
    packages
        .iter()
        .copied()
        .filter(|package| !installed(package))
        .collect()
}

fn quietly(line: &str) -> Command {
    let mut words = line.split(' ');
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn go_version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said
        .split("go version go")
        .nth(1)?
        .split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_package_is_missing() {
        let listing = "runc install ok installed\nsocat deinstall ok config-files\n";
        assert_eq!(
            not_listed(&["runc", "socat", "ethtool"], listing),
            ["socat", "ethtool"]
        );
    }

    #[test]
    fn versions_of_go_are_read() {
        assert_eq!(go_version("go version go1.26.8 linux/amd64"), Some((1, 26)));
        assert_eq!(go_version("go version go1.24 linux/amd64"), Some((1, 24)));
        assert_eq!(go_version("gccgo"), None);
    }
}
