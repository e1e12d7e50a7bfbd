//! What the server answers when it does not do what it was asked for.

use serde::Deserialize;

use crate::exit::Exit;

/// The server said no, or could not be reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Problem details, as sentences.
    #[error("{}", .0.sentences())]
    Problem(Problem),
    /// No answer.
    #[error("{url} does not answer ({reason}); start `shipslog serve`, or say where it is with SHIPSLOG_URL")]
    Unreachable {
        /// Who was asked.
        url: String,
        /// Why not.
        reason: String,
    },
}

/// RFC 9457.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    /// A stable word.
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    problems: Vec<Part>,
}

#[derive(Debug, Clone, Deserialize)]
struct Part {
    path: String,
    message: String,
}

impl Problem {
    /// What the server wrote, if it is a problem.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// Where there is only a status.
    pub(crate) fn of_status(status: u16, title: String) -> Self {
        Self {
            status,
            code: String::new(),
            title,
            detail: String::new(),
            problems: Vec::new(),
        }
    }

    fn sentences(&self) -> String {
        let parts = self.problems.iter().map(|it| match it.path.as_str() {
            "" => format!("\n  {}", it.message),
            path => format!("\n  {path}: {}", it.message),
        });
        let lead = match (self.detail.as_str(), self.problems.is_empty()) {
            ("", _) | (_, false) => &self.title,
            (detail, true) => detail,
        };
        format!("{lead}{}", parts.collect::<String>())
    }
}

impl Error {
    /// What a script sees.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Problem(problem) => match problem.status {
                400 | 422 => Exit::Usage,
                401..=499 => Exit::Refused,
                _ => Exit::Failed,
            },
            Self::Unreachable { .. } => Exit::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16) -> Error {
        Error::Problem(Problem::of_status(status, "no".to_owned()))
    }

    #[test]
    fn scripts_tell_wrong_input_from_a_refusal_and_from_a_failure() {
        assert_eq!(problem(422).exit(), Exit::Usage);
        assert_eq!(problem(409).exit(), Exit::Refused);
        assert_eq!(problem(403).exit(), Exit::Refused);
        assert_eq!(problem(500).exit(), Exit::Failed);
    }

    #[test]
    fn each_part_of_a_problem_stands_on_its_own_line() {
        let text = r#"{ "status": 422, "title": "the documents cannot stand",
            "problems": [{ "path": "Project Httpd: process[0].uses", "message": "no" }] }"#;
        let error = Error::Problem(serde_json::from_str(text).unwrap());
        assert_eq!(
            error.to_string(),
            "the documents cannot stand\n  Project Httpd: process[0].uses: no"
        );
    }
}
