//! The local cluster: a real one-node Kubernetes with an image registry, in a network namespace of its own.
//!
//! Everything it makes lies under `target/cluster` and `/run/shipslog-<hash>`; names and addresses derive from the
//! checkout's path, so that two clones run side by side.

mod binaries;
mod cgroups;
mod components;
mod configuration;
mod facts;
mod health;
mod image;
mod images;
mod kubectl;
mod layout;
mod leftovers;
mod lifecycle;
mod network;
mod pki;
mod process;
mod registry;
mod status;

use anyhow::Result;
use clap::Subcommand;

pub use self::facts::Facts;
use self::layout::Layout;

/// What can be done with the cluster.
#[derive(Subcommand)]
pub enum Command {
    /// Build and start it, unless it runs already.
    Up,
    /// Stop it and take away everything it made outside `target`.
    Down,
    /// Show what runs.
    Status,
}

/// Carries out a command typed by a person.
pub fn run(command: &Command) -> Result<()> {
    match command {
        Command::Up => up().map(|facts| status::show_facts(&facts)),
        Command::Down => down(),
        Command::Status => status::show(&Layout::of_checkout()?),
    }
}

/// Sees to it that the cluster runs; returns at once when it does.
pub fn up() -> Result<Facts> {
    let layout = Layout::of_checkout()?;
    lifecycle::up(&layout)?;
    Ok(Facts::of(&layout))
}

/// Installs and builds its programs, where they are missing or out of date.
pub fn build() -> Result<()> {
    lifecycle::build(&Layout::of_checkout()?)
}

/// Refuses a machine on which no cluster can run, before anything takes long.
pub fn prerequisites() -> Result<()> {
    lifecycle::prerequisites()
}

/// Whether the cluster runs and is well.
pub fn is_up() -> bool {
    Layout::of_checkout().is_ok_and(|layout| lifecycle::is_up(&layout))
}

/// Stops the cluster and leaves nothing on the machine.
pub fn down() -> Result<()> {
    lifecycle::down(&Layout::of_checkout()?)
}
