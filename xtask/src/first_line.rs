//! The first line of a command that takes long: what is coming, and how long it takes.

use launcher::commands::{self, Command};
use launcher::handover::Built;

/// Nothing to say of what is done at once.
pub(crate) fn of(typed: Option<&str>, built: Built) -> Option<String> {
    let typed = typed?;
    let long = commands::ALL.iter().find(|it| it.name == typed);
    match (long, built) {
        (
            Some(Command {
                what,
                cold,
                compiling,
                ..
            }),
            Built::Nothing,
        ) => Some(format!("{what}: about {cold} min on two cores, {compiling}")),
        (
            Some(Command {
                what,
                warm: Some(warm),
                ..
            }),
            Built::Everything,
        ) => Some(format!("{what}: about {warm} min on two cores")),
        (None, Built::Nothing) => Some("the tasks themselves are compiled: about 1 min, once".to_owned()),
        (_, Built::Everything) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_says_so_and_for_how_long() {
        assert_eq!(
            of(Some("demo"), Built::Nothing).unwrap(),
            format!(
                "a one-node Kubernetes and Shipslog are built, then the walkthrough is played: about {} min on two \
                 cores, most of it compiling, once",
                commands::DEMO.cold
            )
        );
        assert_eq!(
            of(Some("bench"), Built::Everything).unwrap(),
            "what is measured is built for release, then measured: about 30 min on two cores"
        );
        assert!(of(Some("steps"), Built::Nothing).unwrap().contains("about 1 min"));
    }

    #[test]
    fn what_is_done_at_once_is_not_announced() {
        for typed in [Some("steps"), Some("cluster"), None] {
            assert_eq!(of(typed, Built::Everything), None);
        }
    }
}
