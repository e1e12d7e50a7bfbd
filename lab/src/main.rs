//! The laboratory: what is tried on Shipslog beyond its tests. `cargo xtask matrix`, `kills` and `bench` build it and run
//! it; `cargo xtask test` runs the short forms.

mod bench;
mod kills;
mod matrix;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The laboratory of Shipslog")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Kills the server at every host call of every built-in step: nothing must come out otherwise.
    Matrix(matrix::Matrix),
    /// Kills the server at random moments while somebody reads the page it deploys: no request may fail.
    Kills(kills::Kills),
    /// Measures against bare programs that do the same, in the same run.
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
