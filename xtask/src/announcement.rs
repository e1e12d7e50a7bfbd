//! The first line of a command that takes long: what is coming, and how long it takes.

use std::path::Path;

/// What an earlier command has left in the clone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Built {
    /// Nothing, or not all.
    Nothing,
    /// Shipslog and Kubernetes.
    Everything,
}

impl Built {
    pub(crate) fn in_target(target: &Path) -> Self {
        let parts = ["debug/shipslog", "cluster/bin/stamp"];
        if parts.iter().all(|it| target.join(it).exists()) {
            Self::Everything
        } else {
            Self::Nothing
        }
    }

    /// As the tasks read it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Everything => "everything",
        }
    }
}

/// Nothing to say of what is done at once.
pub(crate) fn line(command: Option<&str>, built: Built) -> Option<String> {
    let (what, first, again) = match command? {
        "demo" => (
            "a one-node Kubernetes and Shipslog are built, then the walkthrough is played",
            "about 13 min on two cores, most of it compiling, once",
            "about 3 min",
        ),
        "test" => (
            "Kubernetes and Shipslog are built, then every test, act and trial is run",
            "about 45 min on two cores, a third of it compiling, once",
            "about 25 min on two cores",
        ),
        "matrix" | "kills" => (
            "Kubernetes and Shipslog are built, then the server is killed again and again",
            "about 25 min on two cores, half of it compiling, once",
            "about 10 min",
        ),
        "bench" => (
            "what is measured is built for release, then measured",
            "about 30 min on two cores",
            "about 30 min on two cores",
        ),
        "cluster" if built == Built::Nothing => (
            "Kubernetes is built from source, then started",
            "about 6 min on two cores, once",
            "",
        ),
        _ if built == Built::Nothing => ("the tasks themselves are compiled", "about 1 min, once", ""),
        _ => return None,
    };
    let time = match built {
        Built::Nothing => first,
        Built::Everything => again,
    };
    Some(format!("{what}: {time}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_says_so_and_for_how_long() {
        for command in ["demo", "test", "matrix", "kills", "bench"] {
            for built in [Built::Nothing, Built::Everything] {
                let line = line(Some(command), built).unwrap();
                assert!(line.contains("min"), "{line}");
            }
        }
    }

    #[test]
    fn what_is_done_at_once_is_not_announced() {
        assert_eq!(line(Some("steps"), Built::Everything), None);
        assert_eq!(line(Some("cluster"), Built::Everything), None);
        assert_eq!(line(None, Built::Everything), None);
    }
}
