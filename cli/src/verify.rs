//! `shipslog audit verify`: whether the log is as it was written.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use shipslog_api::audit::{VERIFICATION, Verification};
use shipslog_api::problem::Code;
use shipslog_log::{Location, VerifyError};

use crate::answer::Answer;
use crate::client::{Error, Query};
use crate::common::Common;
use crate::exit::{Exit, Wrong};

/// Checks every event's hash, every link between them, every body and every journal that is still there, and that the
/// lines of task logs can be read.
///
/// Exits 1 when something was changed, moved or taken out, and names the event's position, the journal's deployment,
/// run and entry, or the line and its deployment.
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
        Ok(it) => Ok(Ok(Answer::of(&Verification {
            events: it.events,
            position: it.last_position,
            hash: it.head_hash,
            journals: it.journals,
        }))),
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
    } = verified;
    let journals = match journals {
        1 => "1 journal".to_owned(),
        count => format!("{count} journals"),
    };
    format!("the log holds: {events} events up to position {position}, hash {hash}, and {journals}")
}

#[cfg(test)]
mod tests {
    use shipslog_api::Problem;
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
                deployment: shipslog_events::ids::DeploymentId(3),
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
