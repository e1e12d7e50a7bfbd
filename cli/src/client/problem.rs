//! What the server answers when it does not do what it was asked for.

use shipslog_api::Problem;
use shipslog_api::problem::Code;

/// The server said no, could not be reached, or was not understood.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Problem details, as sentences.
    #[error("{}", sentences(.0))]
    Problem(Box<Problem>),
    /// Nobody answered.
    #[error("{url} does not answer ({reason}); start `shipslog serve`, or say where it is with SHIPSLOG_URL")]
    Unreachable {
        /// The address that was asked.
        url: String,
        /// What went wrong on the way.
        reason: String,
    },
    /// Somebody sent us on.
    #[error(
        "{url} does not answer itself but points to {to}; say with SHIPSLOG_URL where `shipslog serve` itself is, or \
         sign in at what stands before it"
    )]
    Elsewhere {
        /// The address that was asked.
        url: String,
        /// Where it points.
        to: String,
    },
    /// Something was asked for, and nobody said what became of it.
    #[error(
        "nobody knows whether it was done: {reason}; look with `shipslog audit` or `shipslog get deployments` before \
         you repeat it"
    )]
    Unknown {
        /// What came instead of the server's answer.
        reason: String,
    },
    /// An answer in words that we do not know.
    #[error(
        "the server tells it in other words than are known here ({reason}); is it of another version than this \
         command line? `-o json` shows what it says"
    )]
    OtherWords {
        /// The first word or field that is not known.
        reason: String,
    },
    /// The same where something was done: it must not be asked for again.
    #[error(
        "it is done, do not repeat it; but the server tells of it in other words than are known here ({reason}); is it \
         of another version than this command line? `shipslog audit` shows what was done"
    )]
    DoneInOtherWords {
        /// The first word or field that is not known.
        reason: String,
    },
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl Error {
    /// Where there is only a status.
    pub(crate) fn of_status(status: u16, title: String) -> Self {
        Problem::new(status, Code::default(), title, "").into()
    }
}

fn sentences(problem: &Problem) -> String {
    let parts = problem.problems.iter().map(|it| match it.path.as_str() {
        "" => format!("\n  {}", it.message),
        path => format!("\n  {path}: {}", it.message),
    });
    let lead = match (problem.detail.as_str(), problem.problems.is_empty()) {
        ("", _) | (_, false) => &problem.title,
        (detail, true) => detail,
    };
    format!("{lead}{}", parts.collect::<String>())
}

#[cfg(test)]
mod tests {
    use shipslog_api::problem::Place;

    use super::*;

    #[test]
    fn each_part_of_a_problem_stands_on_its_own_line() {
        let place = Place {
            path: "Project Httpd: process[0].uses".to_owned(),
            message: "no".to_owned(),
        };
        let error = Error::from(Problem {
            problems: vec![place],
            ..Problem::new(422, "invalid".into(), "the documents cannot stand", "no")
        });
        assert_eq!(
            error.to_string(),
            "the documents cannot stand\n  Project Httpd: process[0].uses: no"
        );
    }
}
