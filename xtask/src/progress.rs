//! What is being done and for how long: the only place that writes to standard output.

use std::io::{IsTerminal, Write, stdout};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How often a waiting line is renewed on a terminal.
const TICK: Duration = Duration::from_secs(1);
/// How often it is repeated in a log, where each renewal is a line that stays.
const REPEAT: Duration = Duration::from_secs(30);

/// Back to the start of the line, which is emptied.
const CLEAR: &str = "\r\x1b[2K";

/// Prints one line.
pub(crate) fn say(line: &str) {
    write(&format!("{line}\n"));
}

/// Does some work and shows while it lasts what it is, and afterwards how long it took.
///
/// `hint` says what to expect of it, such as "about 5 min, once"; it may be empty.
pub(crate) fn during<T>(what: &str, hint: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let (done, ended) = channel::<()>();
    let outcome = thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(interval()) == Err(RecvTimeoutError::Timeout) {
                renew(&running(what, hint, start.elapsed()));
            }
        });
        renew(&running(what, hint, Duration::ZERO));
        let outcome = work();
        drop(done);
        outcome
    });
    let verdict = if outcome.is_ok() { "done" } else { "FAILED" };
    finish(&format!("{what}: {verdict} in {}", elapsed(start.elapsed())));
    outcome
}

/// A time span as people write it: `0.4s`, `12s`, `1m20s`.
pub(crate) fn elapsed(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1}s", time.as_secs_f32()),
        seconds @ 10..60 => format!("{seconds}s"),
        seconds => format!("{}m{:02}s", seconds / 60, seconds % 60),
    }
}

fn running(what: &str, hint: &str, time: Duration) -> String {
    let since = if time < TICK {
        String::from(" ...")
    } else {
        format!(", {}", elapsed(time))
    };
    let hint = if hint.is_empty() {
        String::new()
    } else {
        format!(" ({hint})")
    };
    format!("{what}{since}{hint}")
}

fn interval() -> Duration {
    if stdout().is_terminal() { TICK } else { REPEAT }
}

/// On a terminal the line replaces the one before; in a log it follows it.
fn renew(line: &str) {
    if stdout().is_terminal() {
        write(&format!("{CLEAR}{line}"));
    } else {
        say(line);
    }
}

fn finish(line: &str) {
    if stdout().is_terminal() {
        write(CLEAR);
    }
    say(line);
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
    fn a_span_reads_as_people_write_it() {
        assert_eq!(elapsed(Duration::from_millis(440)), "0.4s");
        assert_eq!(elapsed(Duration::from_secs(12)), "12s");
        assert_eq!(elapsed(Duration::from_secs(80)), "1m20s");
    }

    #[test]
    fn a_waiting_line_tells_what_to_expect() {
        let line = running(
            "building Kubernetes",
            "about 5 min, once",
            Duration::from_secs(80),
        );
        assert_eq!(line, "building Kubernetes, 1m20s (about 5 min, once)");
    }
}
