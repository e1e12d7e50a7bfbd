//! `cargo xtask`: what a developer does with this repository, one module a command.

mod checkout;
mod cluster;
mod prerequisites;
mod program;
mod progress;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer tasks of Shipslog")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The local Kubernetes cluster with its image registry.
    #[command(subcommand)]
    Cluster(cluster::Command),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Cluster(command) => cluster::run(&command),
    }
}
