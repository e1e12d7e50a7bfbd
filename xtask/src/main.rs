//! `cargo xtask`: says at once what is coming, builds the tasks and hands over to them.
//!
//! Nothing but the standard library, so that the first line stands there seconds after somebody has typed the command
//! in a fresh clone. What the tasks are is in `xtask/tasks`.

mod first_line;

use std::env;
use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use launcher::handover::{self, Built, Typed};

fn main() -> ExitCode {
    let words: Vec<OsString> = env::args_os().skip(1).collect();
    let target = root().join("target");
    let built = Built::in_target(&target);
    if let Some(line) = first_line::of(words.first().and_then(|it| it.to_str()), built) {
        // Nobody may be reading any more; the work goes on.
        let _ = writeln!(std::io::stdout(), "{line}");
    }
    let typed = Typed::now();
    if let Err(complaint) = build(&target) {
        return give_up(&complaint);
    }
    let mut tasks = Command::new(target.join("debug/tasks"));
    handover::tell(tasks.args(&words), typed, built);
    // Comes back only if it could not be done.
    let error = tasks.exec();
    give_up(&format!(
        "{} cannot be run: {error}",
        target.join("debug/tasks").display()
    ))
}

/// With the features that everything else is built with: nothing of it is compiled again later.
fn build(target: &Path) -> Result<(), String> {
    // The first time there is something to be seen.
    let is_built = target.join("debug/tasks").exists();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--locked", "--workspace", "--bin", "tasks"])
        .args(is_built.then_some("--quiet"))
        .env("CARGO_TARGET_DIR", target)
        .current_dir(root())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("the tasks cannot be built".to_owned()),
        Err(error) => Err(format!("cargo cannot be run: {error}")),
    }
}

fn give_up(complaint: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "Error: {complaint}");
    ExitCode::FAILURE
}

/// The checkout; cargo tells at run time, so that one that has moved since the build is found too.
fn root() -> PathBuf {
    let own =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    own.parent().map(Path::to_path_buf).unwrap_or(own)
}
