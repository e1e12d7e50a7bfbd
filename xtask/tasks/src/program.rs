//! Other programs, run so that a failure says which one and what it said.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// Runs a program to its end and answers with what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot run `{}`", line(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(if output.stderr.is_empty() {
            &output.stdout
        } else {
            &output.stderr
        });
        bail!(
            "`{}` failed ({}):\n{}",
            line(command),
            output.status,
            last_lines(said.trim(), 20)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program to its end and hears what it says to standard error while it runs. `heard` says whether a line only
/// told how far the program is; what it says beside that comes back, or is the failure's reason.
pub fn heard(command: &mut Command, mut heard: impl FnMut(&str) -> bool) -> Result<String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run `{}`", line(command)))?;
    let mut rest = String::new();
    for said in child
        .stderr
        .take()
        .into_iter()
        .flat_map(|it| BufReader::new(it).split(b'\n'))
    {
        let said = String::from_utf8_lossy(&said?).into_owned();
        if !heard(&said) {
            rest.push_str(&said);
            rest.push('\n');
        }
    }
    let status = child.wait()?;
    ensure!(
        status.success(),
        "`{}` failed ({status}):\n{}",
        line(command),
        rest.trim_end()
    );
    Ok(rest)
}

/// Whether a program runs and ends well; what it prints is of no interest.
pub fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The end of a long text, where programs say why they gave up.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_its_words() {
        let error = output(Command::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().contains("sh -c"), "{error}");
        assert!(error.to_string().contains("no such thing"), "{error}");
    }

    #[test]
    fn what_is_said_beside_the_progress_comes_back() {
        let mut steps = 0;
        let mut count = |line: &str| {
            let is_step = line.starts_with("step");
            steps += usize::from(is_step);
            is_step
        };
        let script = "echo step 1 >&2; echo a warning >&2; echo step 2 >&2; exit $1";
        let said = heard(Command::new("sh").args(["-c", script, "sh", "0"]), &mut count).unwrap();
        assert_eq!(said, "a warning\n");
        let error = heard(Command::new("sh").args(["-c", script, "sh", "3"]), &mut count).unwrap_err();
        assert!(error.to_string().contains("a warning"), "{error}");
        assert_eq!(steps, 4);
    }

    #[test]
    fn the_last_lines_are_the_end() {
        assert_eq!(last_lines("a\nb\nc", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
    }
}
