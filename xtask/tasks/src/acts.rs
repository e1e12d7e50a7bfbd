//! The walkthrough, act by act: the demo prints it, the tests assert it. Both run exactly this.

mod access;
mod application;
mod boundaries;
mod foundation;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::checkout;
use crate::progress::{elapsed, say};
use crate::story::Stage;

/// One act.
pub(crate) struct Act {
    number: u32,
    title: &'static str,
    play: fn(&mut Stage) -> Result<()>,
}

/// All acts in order.
pub(crate) const ACTS: &[Act] = &[
    Act {
        number: 1,
        title: "Feed, environments, lifecycles",
        play: foundation::feed_environments_lifecycles,
    },
    Act {
        number: 2,
        title: "The administrator's target; a certificate that is not trusted",
        play: foundation::target,
    },
    Act {
        number: 3,
        title: "A limited account for each environment",
        play: access::bootstrap,
    },
    Act {
        number: 4,
        title: "The application's targets",
        play: access::targets,
    },
    Act {
        number: 5,
        title: "The application, and its first release",
        play: application::project,
    },
    Act {
        number: 6,
        title: "1.0.0 to Development",
        play: application::first,
    },
    Act {
        number: 7,
        title: "1.0.1 fails, and the page stays",
        play: application::failing,
    },
    Act {
        number: 8,
        title: "What has not succeeded is not promoted",
        play: application::refused,
    },
    Act {
        number: 9,
        title: "1.0.2 succeeds and clears up",
        play: application::mended,
    },
    Act {
        number: 10,
        title: "To Production",
        play: application::production,
    },
    Act {
        number: 11,
        title: "The limits are real",
        play: boundaries::limits,
    },
];

/// Plays all acts; the first that does not go as told ends it.
pub(crate) fn play(stage: &mut Stage) -> Result<()> {
    for act in ACTS {
        say("");
        say(&format!("== Act {}: {}", act.number, act.title));
        let begun = Instant::now();
        (act.play)(stage).with_context(|| format!("act {} did not happen as told", act.number))?;
        say(&format!(
            "-- act {} as told, {}",
            act.number,
            elapsed(begun.elapsed())
        ));
    }
    Ok(())
}

/// One of the example's documents.
pub(crate) fn example(name: &str) -> Result<String> {
    let path = checkout::root().join("examples/httpd").join(name);
    std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
}

/// The documents with another deadline for rollouts.
pub(crate) fn with_deadline(text: &str, deadline: Duration) -> String {
    let line = |line: &str| match line.split_once(DEADLINE) {
        Some((indent, _)) => format!("{indent}{DEADLINE} {}", deadline.as_secs()),
        None => line.to_owned(),
    };
    text.lines().map(|it| line(it) + "\n").collect()
}

const DEADLINE: &str = "progressDeadlineSeconds:";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::PATIENCE;

    #[test]
    fn the_example_waits_as_long_as_a_busy_machine_may_take() {
        let patient = format!("progressDeadlineSeconds: {}\n", PATIENCE.as_secs());
        assert!(example("httpd.yaml").unwrap().contains(&patient));
    }

    #[test]
    fn a_deadline_takes_the_place_of_the_one_before() {
        let text = "with:\n  progressDeadlineSeconds: 60\n  labels: {}\n";
        assert_eq!(
            with_deadline(text, Duration::from_secs(10)),
            "with:\n  progressDeadlineSeconds: 10\n  labels: {}\n"
        );
    }
}
