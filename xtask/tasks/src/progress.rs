//! What is being done and for how long: the only place that writes to standard output. Several works may be under way
//! at once; each is told of.

use std::io::{IsTerminal, Write, stdout};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

mod span;

pub use span::elapsed;

/// How often a waiting line is renewed on a terminal.
const TICK: Duration = Duration::from_secs(1);
/// How often it is repeated in a log, where each renewal is a line that stays.
const REPEAT: Duration = Duration::from_secs(30);
/// As much of the waiting line as fits on every terminal: one that wraps cannot be taken back.
const WIDTH: usize = 79;

/// Back to the start of the line, which is emptied.
const CLEAR: &str = "\r\x1b[2K";

/// Prints one line.
pub fn say(line: &str) {
    let board = board();
    clear();
    write(&format!("{line}\n"));
    if stdout().is_terminal() {
        renew(&board);
    }
}

/// Does some work and shows while it lasts what it is, and afterwards how long it took.
///
/// `hint` says what to expect of it, such as "about 5 min, once"; it may be empty.
pub fn during<T>(what: &str, hint: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    telling(what, hint, |_| work())
}

/// As [`during`], for work that tells how far it has come.
pub fn telling<T>(what: &str, hint: &str, work: impl FnOnce(&Doing) -> Result<T>) -> Result<T> {
    let doing = Doing::begin(what, hint);
    let outcome = work(&doing);
    doing.end(if outcome.is_ok() { "done" } else { "FAILED" });
    outcome
}

/// A work under way.
pub struct Doing {
    id: u64,
}

impl Doing {
    fn begin(what: &str, hint: &str) -> Self {
        let mut board = board();
        board.latest += 1;
        let id = board.latest;
        let work = Work {
            id,
            what: what.to_owned(),
            hint: hint.to_owned(),
            note: String::new(),
            begun: Instant::now(),
        };
        if stdout().is_terminal() {
            board.works.push(work);
            renew(&board);
        } else {
            write(&format!("{}\n", work.line()));
            board.works.push(work);
        }
        if !board.is_ticking {
            board.is_ticking = true;
            thread::spawn(tick);
        }
        Self { id }
    }

    /// Says how far it has come; shown with the next renewal.
    pub fn note(&self, note: String) {
        if let Some(work) = board().works.iter_mut().find(|it| it.id == self.id) {
            work.note = note;
        }
    }

    fn end(&self, verdict: &str) {
        let mut board = board();
        let Some(place) = board.works.iter().position(|it| it.id == self.id) else {
            return;
        };
        let work = board.works.remove(place);
        clear();
        write(&format!(
            "{}: {verdict} in {}\n",
            work.what,
            elapsed(work.begun.elapsed())
        ));
        if stdout().is_terminal() {
            renew(&board);
        }
        ENDED.notify_all();
    }
}

/// What is under way.
struct Board {
    works: Vec<Work>,
    latest: u64,
    is_ticking: bool,
}

struct Work {
    id: u64,
    what: String,
    hint: String,
    note: String,
    begun: Instant,
}

impl Work {
    fn line(&self) -> String {
        running(&self.what, &self.hint, &self.note, self.begun.elapsed())
    }
}

static BOARD: Mutex<Board> = Mutex::new(Board {
    works: Vec::new(),
    latest: 0,
    is_ticking: false,
});
static ENDED: Condvar = Condvar::new();

fn board() -> MutexGuard<'static, Board> {
    BOARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Renews what is shown for as long as something is under way.
fn tick() {
    let interval = if stdout().is_terminal() { TICK } else { REPEAT };
    let mut board = board();
    let mut due = Instant::now() + interval;
    while !board.works.is_empty() {
        let rest = due.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            renew(&board);
            due += interval;
        } else {
            let waited = ENDED.wait_timeout(board, rest);
            board = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
    board.is_ticking = false;
}

/// On a terminal one line holds all and replaces the one before; in a log each work has a line that stays.
fn renew(board: &Board) {
    if stdout().is_terminal() {
        let all = board.works.iter().map(Work::line).collect::<Vec<_>>().join(" | ");
        write(&format!("{CLEAR}{}", all.chars().take(WIDTH).collect::<String>()));
    } else {
        for work in &board.works {
            write(&format!("{}\n", work.line()));
        }
    }
}

fn clear() {
    if stdout().is_terminal() {
        write(CLEAR);
    }
}

fn running(what: &str, hint: &str, note: &str, time: Duration) -> String {
    let since = if time < TICK {
        String::from(" ...")
    } else {
        format!(", {}", elapsed(time))
    };
    let note = if note.is_empty() {
        String::new()
    } else {
        format!(", {note}")
    };
    let hint = if hint.is_empty() {
        String::new()
    } else {
        format!(" ({hint})")
    };
    format!("{what}{since}{note}{hint}")
}

/// Nobody may be reading any more, such as after `| head`; the work goes on.
fn write(text: &str) {
    let mut out = stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_line_tells_what_to_expect_and_how_far_it_is() {
        let line = |note| running("building", "about 5 min, once", note, Duration::from_secs(80));
        assert_eq!(line(""), "building, 1m20s (about 5 min, once)");
        assert_eq!(
            line("7 packages"),
            "building, 1m20s, 7 packages (about 5 min, once)"
        );
    }

    #[test]
    fn works_at_the_same_time_end_each_for_itself() {
        let outer = during("one", "", || during("another", "", || Ok(1)));
        assert_eq!(outer.unwrap(), 1);
        assert!(during("a third", "", || -> Result<()> { anyhow::bail!("no") }).is_err());
        assert!(
            board()
                .works
                .iter()
                .all(|it| !["one", "another", "a third"].contains(&&*it.what))
        );
    }
}
