//! `shipslog audit verify`: whether the log is as it was written.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use shipslog_api::audit::{DamagedLine, DamagedLines, VERIFICATION, Verification};
use shipslog_api::problem::Code;
use shipslog_log::{Location, VerifyError};

use crate::answer::Answer;
use crate::client::{Error, Query};
use crate::common::Common;
use crate::exit::{Exit, Wrong};

/// Checks every event's hash, every link between them, every body and every journal that is still there.
///
/// Exits 1 when something was changed, moved or taken out, and names the event's position, or the journal's deployment,
/// run and entry. Lines of task logs that cannot be read are no facts: they are counted and the first ten named in a
/// warning, and the log holds.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Check the log in this data directory, without the server's help or trust in it.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl Verify {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let verified = match &self.data_dir {
            Some(folder) => of_directory(folder)?,
            None => match common.client()?.get(&VERIFICATION.of([]), &Query::NONE).await {
                Ok(answer) => Ok(answer),
                Err(error) => Err(broken(error)?),
            },
        };
        match verified {
            Ok(answer) => {
                common.output.show(&answer, whole)?;
                if let Some(warning) = warning(&answer.read::<Verification>()?.damaged_lines) {
                    anstream::eprintln!("{warning}");
                }
                Ok(Exit::Succeeded)
            }
            Err(sentence) => {
                anstream::eprintln!("the log does not hold: {sentence}");
                Ok(Exit::Failed)
            }
        }
    }
}

fn of_directory(folder: &Path) -> Result<Result<Answer, String>> {
    match shipslog_log::verify(&Location::Directory(folder.to_owned())) {
        Ok(it) => Ok(Ok(Answer::of(&shipslog_web::shown_verification(it)))),
        Err(VerifyError::Broken(broken)) => Ok(Err(broken.to_string())),
        Err(VerifyError::Absent(sentence)) => bail!(Wrong(sentence)),
    }
}

/// The server's sentence on a broken log; any other error is passed on.
fn broken(error: anyhow::Error) -> Result<String> {
    match error.downcast_ref::<Error>() {
        Some(Error::Problem(problem)) if problem.code == Code::LOG_BROKEN => Ok(error.to_string()),
        Some(_) | None => Err(error),
    }
}

fn whole(verified: &Verification) -> String {
    let Verification {
        events,
        position,
        hash,
        journals,
        damaged_lines: _,
    } = verified;
    let journals = match journals {
        1 => "1 journal".to_owned(),
        count => format!("{count} journals"),
    };
    format!("the log holds: {events} events up to position {position}, hash {hash}, and {journals}")
}

/// What is no fact and cannot be read.
fn warning(damaged: &DamagedLines) -> Option<String> {
    let what = match damaged.count {
        0 => return None,
        1 => "1 line of a task log".to_owned(),
        count => format!("{count} lines of task logs"),
    };
    let mut told =
        format!("warning: {what} cannot be read; lines are no facts, and the log holds without them");
    for DamagedLine {
        deployment,
        row,
        unreadable,
    } in &damaged.first
    {
        write!(told, "\n  {deployment} line {row}: {unreadable}").expect("a text takes all");
    }
    match damaged.count.saturating_sub(damaged.first.len() as u64) {
        0 => {}
        others => write!(told, "\n  and {others} more").expect("a text takes all"),
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use shipslog_api::Problem;
    use shipslog_events::ids::DeploymentId;
    use shipslog_log::Store;

    use super::*;
    use crate::exit;

    #[test]
    fn a_directory_without_a_log_is_a_usage_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = of_directory(folder.path()).unwrap_err();
        assert_eq!(exit::of(&error), Exit::Usage);
        assert!(error.to_string().contains("shipslog.db"), "{error}");
    }

    #[test]
    fn what_is_no_log_does_not_verify() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("shipslog.db"), "no database").unwrap();
        let sentence = of_directory(folder.path()).unwrap().unwrap_err();
        assert!(sentence.contains("no event log"), "{sentence}");
    }

    #[test]
    fn an_empty_log_verifies_from_its_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()));
        let sentence = sentence(folder.path());
        assert!(
            sentence.starts_with("the log holds: 0 events up to position 0, hash "),
            "{sentence}"
        );
        assert!(sentence.ends_with(", and 0 journals"), "{sentence}");
    }

    #[test]
    fn journals_that_hold_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        write_journal(folder.path());
        let sentence = sentence(folder.path());
        assert!(sentence.ends_with(", and 1 journal"), "{sentence}");
    }

    #[test]
    fn lines_that_cannot_be_read_are_a_warning_and_no_damage() {
        assert_eq!(warning(&DamagedLines::default()), None);
        let line = |row| DamagedLine {
            deployment: DeploymentId(3),
            row,
            unreadable: "`x` is no attempt".to_owned(),
        };
        let one = DamagedLines {
            count: 1,
            first: vec![line(7)],
        };
        assert_eq!(
            warning(&one).unwrap(),
            "warning: 1 line of a task log cannot be read; lines are no facts, and the log holds without them\n  \
             deployments-3 line 7: `x` is no attempt"
        );
        let many = DamagedLines {
            count: 12,
            first: (1..=10).map(line).collect(),
        };
        let warning = warning(&many).unwrap();
        assert!(
            warning.starts_with("warning: 12 lines of task logs cannot"),
            "{warning}"
        );
        assert!(warning.ends_with("\n  and 2 more"), "{warning}");
    }

    fn sentence(folder: &Path) -> String {
        whole(&of_directory(folder).unwrap().unwrap().read().unwrap())
    }

    fn open(folder: &Path) -> Store {
        shipslog_log::open(&Location::Directory(folder.to_owned())).unwrap()
    }

    /// A log with a journal of two entries.
    fn write_journal(folder: &Path) {
        use shipslog_events::journal::{JournalHead, JournalKey};
        use shipslog_log::JournalAppend;
        let append = JournalAppend {
            key: JournalKey {
                deployment: DeploymentId(3),
                attempt: "Deploy/Here/1".parse().unwrap(),
            },
            after: JournalHead::START,
            entries: vec![b"first".to_vec(), b"second".to_vec()],
            sealed: vec![],
        };
        let journals = open(folder).journals;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(journals.append_journal(append)).unwrap();
    }

    #[test]
    fn a_broken_log_is_told_from_any_other_refusal() {
        let problem = |code: Code| {
            let problem = Problem::new(409, code, "no", "event 7 is missing");
            anyhow::Error::from(Error::from(problem))
        };
        assert_eq!(broken(problem(Code::LOG_BROKEN)).unwrap(), "event 7 is missing");
        let refused = broken(problem(Code::new("busy"))).unwrap_err();
        assert_eq!(exit::of(&refused), Exit::Refused);
    }
}
