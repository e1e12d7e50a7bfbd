//! `cargo xtask`: what a developer does with this repository, one module a command. The laboratory uses what is public.

mod acts;
mod both;
mod build;
pub mod checkout;
pub mod cluster;
mod demo;
mod docs;
mod laboratory;
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
use launcher::commands::{BENCH, CLUSTER, DEMO, KILLS, MATRIX, TEST};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer tasks of Shipslog")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(subcommand, name = CLUSTER.name, about = CLUSTER.about)]
    Cluster(cluster::Command),
    #[command(name = DEMO.name, about = DEMO.about)]
    Demo(demo::Demo),
    #[command(name = TEST.name, about = TEST.about)]
    Test(test::Test),
    #[command(name = MATRIX.name, about = MATRIX.about)]
    Matrix(laboratory::Words),
    #[command(name = KILLS.name, about = KILLS.about)]
    Kills(laboratory::Words),
    #[command(name = BENCH.name, about = BENCH.about)]
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
        Command::Matrix(arguments) => laboratory::kill(MATRIX.name, &arguments),
        Command::Kills(arguments) => laboratory::kill(KILLS.name, &arguments),
        Command::Bench(arguments) => laboratory::measure(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Steps(arguments) => steps::run(&arguments),
    }
}
