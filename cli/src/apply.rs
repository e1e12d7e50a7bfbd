//! `shipslog apply`: documents to the server, all of them or none, and what that changes.

use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use clap::Args;
use shipslog_api::configuration::{self, Applied, Applying, CONFIGURATION, DocumentChanged, HowChanged};

use crate::asking::Asking;
use crate::client::Query;
use crate::common::Common;
use crate::documents;
use crate::exit::{self, Exit};

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
    #[command(flatten)]
    asking: Asking,
}

impl Apply {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let documents = documents::read(&self.file).map_err(|error| exit::wrong(&error))?;
        let asked = configuration::Apply { documents };
        let (client, path) = (common.client()?, CONFIGURATION.of([]));
        let answer = if self.dry_run {
            let only = Query::of(&Applying {
                dry_run: true,
                reason: None,
            });
            client.try_post(&path, &only, &asked).await?
        } else {
            client.post::<Applied>(&path, &self.asking, &asked).await?
        };
        common.output.show(&answer, |it| shown(it, self.dry_run))?;
        Ok(Exit::Succeeded)
    }
}

/// The diffs, then a count.
fn shown(applied: &Applied, dry_run: bool) -> String {
    let changes = applied.changes.iter();
    let mut text = String::new();
    for change in changes.filter(|it| it.change != HowChanged::Unchanged) {
        text.push_str(&title(change));
        text.extend(change.diff.lines().map(coloured));
    }
    text.push_str(&count(&applied.changes));
    if dry_run {
        text.push_str("; a dry run, nothing was kept");
    }
    text
}

fn title(change: &DocumentChanged) -> String {
    let bold = Style::new().bold();
    format!(
        "{bold}{} {}{bold:#} {}\n",
        change.kind, change.name, change.change
    )
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

fn count(changes: &[DocumentChanged]) -> String {
    let counts = [HowChanged::Created, HowChanged::Changed, HowChanged::Unchanged].map(|how| {
        let count = changes.iter().filter(|it| it.change == how).count();
        (count > 0).then(|| format!("{count} {how}"))
    });
    counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use shipslog_events::event::configuration::Kind;
    use shipslog_events::ids::Position;

    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn change(kind: Kind, name: &str, change: HowChanged, diff: &str) -> DocumentChanged {
        DocumentChanged {
            kind,
            name: name.to_owned(),
            change,
            diff: diff.to_owned(),
        }
    }

    fn applied(changes: Vec<DocumentChanged>) -> Applied {
        Applied {
            changes,
            position: Position(3),
        }
    }

    #[test]
    fn changes_are_shown_and_the_rest_is_counted() {
        let applied = applied(vec![
            change(Kind::Environment, "Development", HowChanged::Unchanged, ""),
            change(
                Kind::Environment,
                "Admin",
                HowChanged::Created,
                "@@ -0,0 +1 @@\n+name: Admin\n",
            ),
            change(
                Kind::Project,
                "Httpd",
                HowChanged::Changed,
                " a: 1\n-b: 2\n+b: 3\n",
            ),
        ]);
        let expected = "Environment Admin created\n  @@ -0,0 +1 @@\n  +name: Admin\n\
                        Project Httpd changed\n   a: 1\n  -b: 2\n  +b: 3\n\
                        1 created, 1 changed, 1 unchanged";
        assert_eq!(plain(&shown(&applied, false)), expected);
    }

    #[test]
    fn a_dry_run_says_that_nothing_was_kept() {
        let applied = applied(vec![change(Kind::Feed, "Docker", HowChanged::Unchanged, "")]);
        assert_eq!(shown(&applied, true), "1 unchanged; a dry run, nothing was kept");
    }

    #[test]
    fn lines_that_come_and_go_have_colours() {
        assert!(coloured("+a").contains("\u{1b}[32m"));
        assert!(coloured("-a").contains("\u{1b}[31m"));
        assert_eq!(coloured(" a"), "   a\n");
    }
}
