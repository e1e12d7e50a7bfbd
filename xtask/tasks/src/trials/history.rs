//! A log that somebody changed by hand is found out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::story::Stage;
use crate::{checkout, program};

pub(super) fn damage(stage: &mut Stage) -> Result<()> {
    let whole = copy(stage, "whole")?;
    ensure!(verify(stage, &whole)?.0, "an unchanged copy verifies");
    let cases = [
        (
            "edited",
            "UPDATE events SET actor = '{\"key\":\"mallory\"}' WHERE position = 7;",
        ),
        ("deleted", "DELETE FROM events WHERE position = 7;"),
        (
            "swapped",
            "UPDATE events SET position = 1000007 WHERE position = 7; UPDATE events SET position = 7 WHERE position = 8; \
             UPDATE events SET position = 8 WHERE position = 1000007;",
        ),
    ];
    for (name, change) in cases {
        let file = copy(stage, name)?;
        edit(&file, change)?;
        let (holds, said) = verify(stage, &file)?;
        ensure!(!holds, "an {name} event is found");
        ensure!(
            said.contains('7') || said.contains('8'),
            "it names the place: {said}"
        );
    }
    Ok(())
}

/// A copy of the log as it is now, taken while the server runs.
fn copy(stage: &Stage, name: &str) -> Result<PathBuf> {
    let folder = checkout::target().join("test/copies").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let file = folder.join("shipslog.db");
    let backup = format!(".backup '{}'", file.display());
    program::output(
        Command::new("sqlite3")
            .arg(stage.data_dir().join("shipslog.db"))
            .arg(backup),
    )?;
    Ok(file)
}

/// Edits as somebody with the file would: the triggers go first.
fn edit(file: &Path, change: &str) -> Result<()> {
    let names = program::output(
        Command::new("sqlite3")
            .arg(file)
            .arg("SELECT name FROM sqlite_schema WHERE type = 'trigger'"),
    )?;
    let drops = names
        .lines()
        .map(|it| format!("DROP TRIGGER \"{it}\";"))
        .collect::<Vec<_>>()
        .concat();
    program::output(
        Command::new("sqlite3")
            .arg(file)
            .arg(format!("PRAGMA foreign_keys=OFF; {drops} {change}")),
    )?;
    Ok(())
}

fn verify(stage: &Stage, file: &Path) -> Result<(bool, String)> {
    let folder = file
        .parent()
        .context("a file lies in a folder")?
        .display()
        .to_string();
    let answer = stage.quietly(&["audit", "verify", "--data-dir", &folder], None)?;
    Ok((answer.code == 0, answer.all()))
}
