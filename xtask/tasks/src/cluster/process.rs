//! The components' processes: started so that they outlive us, remembered so that they are found again.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::cgroups;
use super::layout::Layout;
use crate::program;

/// A process that a component was started as.
///
/// Process ids are used again; with the time of its start a process is the same one or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    started: u64,
}

/// Starts a command in a session of its own, which no closing terminal and no Ctrl-C reaches.
pub(super) fn start(layout: &Layout, name: &str, command: &Command) -> Result<Process> {
    let log = File::create(layout.log(&format!("{name}.log")))?;
    let mut detached = Command::new("setsid");
    detached.arg(command.get_program()).args(command.get_args());
    detached.env_clear().env(
        "PATH",
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    );
    detached
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let child = detached.spawn().with_context(|| format!("cannot start {name}"))?;
    let pid = i32::try_from(child.id()).context("a process id beyond the kernel's range")?;
    cgroups::enlist(&layout.name, pid)?;
    let process = Process {
        pid,
        started: stat(pid).context("the process has ended at once")?.started,
    };
    fs::write(
        record(layout, name),
        format!("{} {}", process.pid, process.started),
    )?;
    Ok(process)
}

/// The process a component was started as, if it is still there.
pub(super) fn find(layout: &Layout, name: &str) -> Option<Process> {
    let text = fs::read_to_string(record(layout, name)).ok()?;
    let (pid, started) = text.split_once(' ')?;
    let process = Process {
        pid: pid.parse().ok()?,
        started: started.parse().ok()?,
    };
    process.is_alive().then_some(process)
}

/// Why a component that has died did so: the end of its log.
pub(super) fn last_words(layout: &Layout, name: &str) -> String {
    let path = layout.log(&format!("{name}.log"));
    let log = fs::read(&path).unwrap_or_default();
    format!(
        "{}:\n{}",
        path.display(),
        program::last_lines(String::from_utf8_lossy(&log).trim(), 12)
    )
}

impl Process {
    /// A zombie has ended, even where its parent has not yet asked how.
    pub(super) fn is_alive(self) -> bool {
        stat(self.pid).is_some_and(|stat| stat.started == self.started && stat.state != 'Z')
    }

    /// Asks the process to end, and after some patience ends it.
    pub(super) fn stop(self, patience: Duration) {
        self.signal(Signal::SIGTERM);
        let deadline = Instant::now() + patience;
        while self.is_alive() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        self.signal(Signal::SIGKILL);
    }

    /// Memory in use, in MiB.
    pub(super) fn memory(self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(kilobytes.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
    }

    fn signal(self, signal: Signal) {
        if self.is_alive() {
            // It may end in between, which is what the signal is for.
            let _ = kill(Pid::from_raw(self.pid), signal);
        }
    }
}

/// Ends processes nobody remembers, such as shims and pods, and waits until they are gone.
pub(super) fn kill_all(members: impl Fn() -> Result<Vec<i32>>, patience: Duration) -> Result<()> {
    let deadline = Instant::now() + patience;
    loop {
        let left: Vec<_> = members()?
            .into_iter()
            .filter(|pid| stat(*pid).is_some_and(|it| it.state != 'Z'))
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        anyhow::ensure!(Instant::now() < deadline, "these processes do not end: {left:?}");
        for pid in left {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn record(layout: &Layout, name: &str) -> std::path::PathBuf {
    layout.run.join(format!("{name}.pid"))
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    state: char,
    started: u64,
}

fn stat(pid: i32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The program's name comes second, in parentheses, and may hold anything; the rest follows its last one.
fn parse_stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(") ")?;
    let words: Vec<_> = rest.split(' ').collect();
    Some(Stat {
        state: words.first()?.chars().next()?,
        started: words.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_name_does_not_confuse() {
        let text = "42 (a) b (c) S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 98765 1000 10";
        assert_eq!(
            parse_stat(text),
            Some(Stat {
                state: 'S',
                started: 98765
            })
        );
    }

    #[test]
    fn another_process_with_the_same_id_is_not_ours() {
        let own = i32::try_from(std::process::id()).unwrap();
        let started = stat(own).unwrap().started;
        assert!(Process { pid: own, started }.is_alive());
        assert!(
            !Process {
                pid: own,
                started: started + 1
            }
            .is_alive()
        );
    }
}
