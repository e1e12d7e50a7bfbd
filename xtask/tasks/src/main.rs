//! The tasks behind `cargo xtask`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tasks::main()
}
