//! Drawing over what was drawn before, with plain ANSI sequences.

use std::io::{IsTerminal as _, Write as _};

use anyhow::Result;

/// The part of the terminal that is drawn anew each time.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    height: usize,
}

/// Whether there is a terminal to draw on.
pub(crate) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// How wide the terminal is, if there is one.
pub(crate) fn columns() -> Option<usize> {
    let size = is_terminal().then(terminal_size::terminal_size)?;
    size.map(|it| usize::from(it.0.0)).filter(|it| *it > 0)
}

impl Screen {
    /// Replaces what was drawn. Lines that are too long are cut by the terminal, a tree that is too tall at its top.
    pub(crate) fn draw(&mut self, lines: &[String]) -> Result<()> {
        let rows = terminal_size::terminal_size()
            .map(|it| usize::from(it.1.0))
            .filter(|it| *it > 1)
            .unwrap_or(24);
        write(&self.frame(lines, rows.saturating_sub(1)))
    }

    /// Replaces what was drawn by lines that stay, in full.
    pub(crate) fn leave(mut self, lines: &[String]) -> Result<()> {
        let mut text = self.back();
        text.extend(lines.iter().flat_map(|it| [it, "\n"]));
        self.height = 0;
        write(&text)
    }

    fn frame(&mut self, lines: &[String], rows: usize) -> String {
        let shown = &lines[lines.len().saturating_sub(rows)..];
        // Without wrapping a line is a row, so that the way back up is known.
        let mut text = format!("{}\u{1b}[?7l", self.back());
        text.extend(shown.iter().flat_map(|it| [it, "\n"]));
        text.push_str("\u{1b}[?7h");
        self.height = shown.len();
        text
    }

    /// To the first row drawn, with everything from there on cleared.
    fn back(&self) -> String {
        match self.height {
            0 => String::new(),
            rows => format!("\u{1b}[{rows}A\r\u{1b}[J"),
        }
    }
}

/// At once, so that nobody sees half of it and an interruption leaves the terminal as it was.
fn write(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> Vec<String> {
        (1..=count).map(|it| it.to_string()).collect()
    }

    #[test]
    fn the_second_drawing_goes_over_the_first() {
        let mut screen = Screen::default();
        assert_eq!(screen.frame(&lines(2), 10), "\u{1b}[?7l1\n2\n\u{1b}[?7h");
        assert_eq!(
            screen.frame(&lines(1), 10),
            "\u{1b}[2A\r\u{1b}[J\u{1b}[?7l1\n\u{1b}[?7h"
        );
        assert_eq!(screen.height, 1);
    }

    #[test]
    fn a_tree_taller_than_the_terminal_loses_its_top() {
        let mut screen = Screen::default();
        assert_eq!(screen.frame(&lines(5), 2), "\u{1b}[?7l4\n5\n\u{1b}[?7h");
        assert_eq!(screen.height, 2);
    }
}
