//! Exit codes, the same for every verb.

use std::process::ExitCode;

use crate::client;

/// How a verb ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Succeeded,
    /// 1: it was tried and did not succeed.
    Failed,
    /// 2: the command line or an input file is wrong.
    Usage,
    /// 3: it did not end in time.
    TimedOut,
    /// 4: the server refused it.
    Refused,
}

/// What the person gave is wrong, found only after the command line was read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Wrong(pub(crate) String);

/// It is the input that is wrong, whatever the reason is in detail.
pub(crate) fn wrong(error: &anyhow::Error) -> anyhow::Error {
    Wrong(format!("{error:#}")).into()
}

/// The exit code of an error.
pub(crate) fn of(error: &anyhow::Error) -> Exit {
    if nobody_listens(error) {
        return Exit::Succeeded;
    }
    match (
        error.downcast_ref::<client::Error>(),
        error.downcast_ref::<Wrong>(),
    ) {
        (Some(answer), _) => of_answer(answer),
        (None, Some(_)) => Exit::Usage,
        (None, None) => Exit::Failed,
    }
}

fn of_answer(error: &client::Error) -> Exit {
    match error {
        client::Error::Problem(problem) => match problem.status {
            400 | 422 => Exit::Usage,
            401..=499 => Exit::Refused,
            _ => Exit::Failed,
        },
        client::Error::Unreachable { .. }
        | client::Error::Elsewhere { .. }
        | client::Error::Unknown { .. }
        | client::Error::OtherWords { .. }
        | client::Error::DoneInOtherWords { .. } => Exit::Failed,
    }
}

/// Whoever read our output has read enough, as `head` does: no reason to complain.
pub(crate) fn nobody_listens(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|it| it.kind() == std::io::ErrorKind::BrokenPipe)
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Succeeded => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::TimedOut => 3,
            Self::Refused => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::*;

    #[test]
    fn scripts_can_rely_on_the_numbers() {
        let all = [
            Exit::Succeeded,
            Exit::Failed,
            Exit::Usage,
            Exit::TimedOut,
            Exit::Refused,
        ];
        assert_eq!(all.map(Exit::code), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn wrong_input_is_told_from_any_other_failure_under_any_context() {
        let refused: anyhow::Result<()> = Err(wrong(&anyhow!("no")));
        assert_eq!(of(&refused.context("while reading").unwrap_err()), Exit::Usage);
        assert_eq!(of(&anyhow!("no")), Exit::Failed);
    }

    #[test]
    fn scripts_tell_wrong_input_from_a_refusal_and_from_a_failure() {
        let said = |status| of(&client::Error::of_status(status, "no".to_owned()).into());
        assert_eq!(said(422), Exit::Usage);
        assert_eq!(said(409), Exit::Refused);
        assert_eq!(said(403), Exit::Refused);
        assert_eq!(said(500), Exit::Failed);
    }

    #[test]
    fn a_reader_that_has_enough_is_no_failure() {
        let error = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert_eq!(of(&error.into()), Exit::Succeeded);
    }
}
