//! `cargo xtask`: what a developer does with this repository, one module a command. The laboratory uses what is public.

mod acts;
mod build;
pub mod checkout;
pub mod cluster;
mod demo;
mod docs;
mod laboratory;
mod launched;
pub mod machine;
mod prerequisites;
pub mod program;
pub mod progress;
pub mod steps;
pub mod story;
mod test;
mod trials;

use std::process::ExitCode;

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
    /// Sets everything up and plays the whole walkthrough.
    Demo(demo::Demo),
    /// Sets everything up and passes every test.
    Test(test::Test),
    /// Kills the server at every host call of every built-in step: nothing must come out otherwise.
    Matrix(laboratory::Words),
    /// Kills the server at random moments while somebody reads the page it deploys: no request may fail.
    Kills(laboratory::Words),
    /// Measures against bare programs that do the same, in the same run.
    Bench(laboratory::Words),
    /// Brings the generated docs up to date and builds the rest.
    Docs(docs::Docs),
    /// Builds the steps to WebAssembly components.
    Steps(steps::Arguments),
}

/// Runs the command that was typed.
pub fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::say(&format!("Error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Cluster(command) => cluster::run(&command),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Matrix(arguments) => laboratory::kill("matrix", &arguments),
        Command::Kills(arguments) => laboratory::kill("kills", &arguments),
        Command::Bench(arguments) => laboratory::measure(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Steps(arguments) => steps::run(&arguments),
    }
}
