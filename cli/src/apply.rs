//! `shipslog apply`: documents to the server, all of them or none, and what that changes.

use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::common::Common;
use crate::exit::{self, Exit};
use crate::{documents, output};

/// Applies configuration documents, all of them or none, and shows what changes.
///
/// A value may be `{ fromFile: PATH }`, `{ fromEnvironment: NAME }` or `{ fromPrompt: QUESTION }`: that is how secrets
/// get in. Nothing is ever deleted.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// A YAML or JSON file, a folder of them, or `-` for standard input. May be repeated.
    #[arg(short, long = "file", value_name = "FILE|FOLDER|-", required = true)]
    file: Vec<PathBuf>,
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
}

impl Apply {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let documents = documents::read(&self.file).map_err(|error| exit::wrong(&error))?;
        let query = [("dryRun", self.dry_run.to_string())];
        let body = json!({ "documents": documents });
        let answer = common
            .client()?
            .post("/api/v1/configuration", &query, &body)
            .await?;
        common.output.show(&answer, |it| shown(it, self.dry_run))?;
        Ok(Exit::Succeeded)
    }
}

/// The diffs, then a count.
fn shown(answer: &Value, dry_run: bool) -> String {
    let changes = answer["changes"].as_array().map_or(&[][..], Vec::as_slice);
    let mut text = String::new();
    for change in changes.iter().filter(|it| it["change"] != "unchanged") {
        text.push_str(&title(change));
        text.extend(change["diff"].as_str().unwrap_or_default().lines().map(coloured));
    }
    text.push_str(&count(changes));
    if dry_run {
        text.push_str("; a dry run, nothing was kept");
    }
    text
}

fn title(change: &Value) -> String {
    let bold = Style::new().bold();
    let [kind, name, what] = ["kind", "name", "change"].map(|it| output::text(&change[it]));
    format!("{bold}{kind} {name}{bold:#} {what}\n")
}

fn coloured(line: &str) -> String {
    let colour = match line.bytes().next() {
        Some(b'+') => AnsiColor::Green,
        Some(b'-') => AnsiColor::Red,
        Some(b'@') => AnsiColor::Cyan,
        Some(_) | None => return format!("  {line}\n"),
    };
    let style = colour.on_default();
    format!("  {style}{line}{style:#}\n")
}

fn count(changes: &[Value]) -> String {
    let counts = ["created", "changed", "unchanged"].map(|word| {
        let count = changes.iter().filter(|it| it["change"] == word).count();
        (count > 0).then(|| format!("{count} {word}"))
    });
    counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn changes_are_shown_and_the_rest_is_counted() {
        let answer = json!({ "changes": [
            { "kind": "Environment", "name": "Development", "change": "unchanged", "diff": "" },
            { "kind": "Environment", "name": "Admin", "change": "created", "diff": "@@ -0,0 +1 @@\n+name: Admin\n" },
            { "kind": "Project", "name": "Httpd", "change": "changed", "diff": " a: 1\n-b: 2\n+b: 3\n" },
        ], "position": 3 });
        let expected = "Environment Admin created\n  @@ -0,0 +1 @@\n  +name: Admin\n\
                        Project Httpd changed\n   a: 1\n  -b: 2\n  +b: 3\n\
                        1 created, 1 changed, 1 unchanged";
        assert_eq!(plain(&shown(&answer, false)), expected);
    }

    #[test]
    fn a_dry_run_says_that_nothing_was_kept() {
        let answer = json!({ "changes": [{ "change": "unchanged" }] });
        assert_eq!(shown(&answer, true), "1 unchanged; a dry run, nothing was kept");
    }

    #[test]
    fn lines_that_come_and_go_have_colours() {
        assert!(coloured("+a").contains("\u{1b}[32m"));
        assert!(coloured("-a").contains("\u{1b}[31m"));
        assert_eq!(coloured(" a"), "   a\n");
    }
}
