//! The laboratory: what is tried on Shipslog beyond its tests. `cargo xtask matrix`, `kills` and `bench` build it and run
//! it; `cargo xtask test` runs the short forms.

mod bench;
mod kills;
mod matrix;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use launcher::commands::{BENCH, KILLS, MATRIX};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The laboratory of Shipslog")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(name = MATRIX.name, about = MATRIX.about)]
    Matrix(matrix::Matrix),
    #[command(name = KILLS.name, about = KILLS.about)]
    Kills(kills::Kills),
    #[command(name = BENCH.name, about = BENCH.about)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Matrix(arguments) => matrix::run(&arguments),
        Command::Kills(arguments) => kills::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tasks::progress::say(&format!("Error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
