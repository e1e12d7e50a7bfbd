//! `cargo xtask`: what a developer does with this repository, one module a command.

mod acts;
mod bench;
mod build;
mod checkout;
mod cluster;
mod demo;
mod docs;
mod kills;
mod machine;
mod matrix;
mod prerequisites;
mod program;
mod progress;
mod steps;
mod story;
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
    Matrix(matrix::Matrix),
    /// Kills the server at random moments while somebody reads the page it deploys: no request may fail.
    Kills(kills::Kills),
    /// Measures against bare programs that do the same, in the same run.
    Bench(bench::Bench),
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
        Command::Matrix(arguments) => matrix::run(&arguments),
        Command::Kills(arguments) => kills::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Steps(arguments) => steps::run(&arguments),
    }
}
