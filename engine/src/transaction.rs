//! A decision and its append, as one: decided anew where somebody else wrote first.

use shipslog_events::ids::Position;
use shipslog_log::{Append, AppendError, EventLog};

/// How often a command is decided anew when somebody else wrote first.
const DECISIONS: usize = 20;

/// Why what was decided was not appended. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAppended {
    /// Somebody else always wrote first.
    #[error("others keep changing the same things; try again")]
    Busy,
    /// The log refused or failed.
    #[error(transparent)]
    Log(AppendError),
}

/// Appends what `decide` answers; decides anew when somebody else wrote first. `None` means that nothing is to be
/// written.
pub(crate) async fn transact<T, E, F>(
    log: &dyn EventLog,
    mut decide: impl FnMut() -> F,
) -> Result<(T, Position), E>
where
    E: From<NotAppended>,
    F: Future<Output = Result<(Option<Append>, T), E>>,
{
    for _ in 0..DECISIONS {
        if let Some(done) = once(log, decide().await?).await? {
            return Ok(done);
        }
    }
    Err(NotAppended::Busy.into())
}

/// As `transact`, but as often as it takes: for what must not fail only because a step writes without pause.
pub(crate) async fn persist<T, E, F>(
    log: &dyn EventLog,
    mut decide: impl FnMut() -> F,
) -> Result<(T, Position), E>
where
    E: From<NotAppended>,
    F: Future<Output = Result<(Option<Append>, T), E>>,
{
    loop {
        if let Some(done) = once(log, decide().await?).await? {
            return Ok(done);
        }
    }
}

/// Appends what was decided; nothing where somebody else wrote first.
async fn once<T>(
    log: &dyn EventLog,
    (append, answer): (Option<Append>, T),
) -> Result<Option<(T, Position)>, NotAppended> {
    let Some(append) = append else {
        return Ok(Some((answer, *log.head().borrow())));
    };
    match log.append(append).await {
        Ok(appended) => Ok(Some((answer, appended.position))),
        Err(AppendError::Conflict { .. }) => Ok(None),
        Err(error) => Err(NotAppended::Log(error)),
    }
}
