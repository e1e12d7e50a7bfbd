//! Why views cannot be asked or kept up, and whether trying again helps.

use rusqlite::ErrorCode;
use shipslog_events::ids::Position;
use shipslog_log::ReadError;

/// A query could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read or written.
    #[error(
        "the views cannot be used ({0}); see that the disk of `views.db` has room and that the server may write it"
    )]
    Store(#[from] rusqlite::Error),
    /// A row is not what this version writes.
    #[error("a view's row cannot be read ({0})")]
    Row(#[from] serde_json::Error),
    /// They are made of the log once more, and show only a part of it so far.
    #[error("the views are being made anew from the log; ask again")]
    InTheMaking,
    /// They were made anew before, and are damaged again.
    #[error(
        "the views were made anew from the log and are damaged again ({0}); see that the disk of `views.db` is sound, \
         then restart the server: it makes them anew"
    )]
    Again(String),
    /// The position asked for has not been reached.
    #[error("{}", behind(*.wanted, *.reached, .trouble.as_ref()))]
    Behind {
        /// What was asked for.
        wanted: Position,
        /// Where the views are.
        reached: Position,
        /// What holds them up, if anything does.
        trouble: Option<Trouble>,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] ReadError),
    /// The log is closed, and with it the thread that writes them.
    #[error("the views are not kept up any more: {0}")]
    Stopped(String),
}

/// What holds the views up: a sentence with what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// For programs.
    pub at: TroubleAt,
    /// For people.
    pub sentence: String,
    /// Whether it will be the same however often it is tried.
    pub(super) lasting: bool,
}

/// What holds the views up, or is wrong with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleAt {
    /// The log cannot be read.
    LogUnreadable,
    /// Their own file cannot be written.
    FileUnwritable,
    /// They were made anew before, and are damaged again.
    DamagedAgain,
    /// The thread that writes them has ended.
    Stopped,
}

impl Trouble {
    pub(super) fn of(error: &Error) -> Self {
        let at = match error {
            Error::Log(_) => TroubleAt::LogUnreadable,
            Error::Row(_) | Error::InTheMaking | Error::Again(_) => TroubleAt::DamagedAgain,
            Error::Stopped(_) => TroubleAt::Stopped,
            Error::Store(_) | Error::Behind { .. } => TroubleAt::FileUnwritable,
        };
        Self {
            at,
            sentence: error.to_string(),
            lasting: error.is_lasting(),
        }
    }
}

impl Error {
    /// What `SQLite` or the decoder says, without advice.
    pub(super) fn cause(&self) -> String {
        match self {
            Self::Store(error) => error.to_string(),
            Self::Row(error) => error.to_string(),
            Self::InTheMaking | Self::Again(_) | Self::Behind { .. } | Self::Log(_) | Self::Stopped(_) => {
                self.to_string()
            }
        }
    }

    /// Whether the file is not what was written to it. It is made of the log, and can be made once more.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Row(_) => true,
            Self::Store(error) => match error.sqlite_error_code() {
                Some(code) => !is_passing(code),
                // A column has another type than was written, or a text is none.
                None => true,
            },
            Self::InTheMaking | Self::Again(_) | Self::Behind { .. } | Self::Log(_) | Self::Stopped(_) => {
                false
            }
        }
    }

    fn is_lasting(&self) -> bool {
        match self {
            Self::Again(_) | Self::Log(ReadError::Damaged(_)) => true,
            Self::Store(_)
            | Self::Row(_)
            | Self::InTheMaking
            | Self::Behind { .. }
            | Self::Log(ReadError::Failed(_))
            | Self::Stopped(_) => false,
        }
    }
}

/// What may go better the next time: it is the disk, the memory or somebody else that says no, not what is in the file.
fn is_passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::PermissionDenied
            | ErrorCode::OperationAborted
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory
            | ErrorCode::ReadOnly
            | ErrorCode::OperationInterrupted
            | ErrorCode::SystemIoFailure
            | ErrorCode::DiskFull
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NoLargeFileSupport
            | ErrorCode::AuthorizationForStatementDenied
    )
}

fn behind(wanted: Position, reached: Position, trouble: Option<&Trouble>) -> String {
    match trouble {
        None => format!("position {wanted} has not been reached in time; the views are at {reached}"),
        Some(Trouble { sentence, .. }) => {
            format!("the views are at position {reached} and do not reach {wanted}: {sentence}")
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn store(code: i32) -> Error {
        Error::Store(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
    }

    #[test]
    fn a_full_disk_passes_and_a_damaged_file_does_not() {
        for code in [
            ffi::SQLITE_BUSY,
            ffi::SQLITE_FULL,
            ffi::SQLITE_IOERR,
            ffi::SQLITE_CANTOPEN,
        ] {
            assert!(!store(code).is_damage(), "{code}");
        }
        // The last one is what is said of a table that is gone.
        for code in [
            ffi::SQLITE_CORRUPT,
            ffi::SQLITE_NOTADB,
            ffi::SQLITE_CONSTRAINT,
            ffi::SQLITE_ERROR,
        ] {
            assert!(store(code).is_damage(), "{code}");
        }
        assert!(Error::Store(rusqlite::Error::InvalidQuery).is_damage());
    }

    #[test]
    fn views_that_are_behind_say_what_holds_them_up() {
        let trouble = Trouble::of(&store(ffi::SQLITE_FULL));
        let error = Error::Behind {
            wanted: Position(9),
            reached: Position(7),
            trouble: Some(trouble),
        };
        let sentence = error.to_string();
        assert!(
            sentence.starts_with("the views are at position 7 and do not reach 9: "),
            "{sentence}"
        );
        assert!(
            sentence.contains("full") && sentence.contains("has room"),
            "{sentence}"
        );
    }
}
