//! Writes that must not happen twice: none is sent again before a look at the object has shown that nothing came of it.

use std::time::Duration;

use tokio::time::sleep;

use super::wire::{Answer, Call, Failure};
use super::{Cluster, Error, ObjectReference};

/// What a look at the object says of a write that may have been sent.
pub(super) enum Look<T> {
    /// It happened.
    Done(T),
    /// It did not, and may be sent.
    Untouched,
    /// It must not be sent: this is the answer.
    Over(Error),
}

/// A write. One that may be repeated is sent as well by [`Cluster::deliver`], and never gets lost.
pub(super) trait Write: Sync {
    type Done: Send;

    fn call(&self) -> Call;
    fn read(&self, answer: &Answer) -> Result<Self::Done, Error>;
    /// Looks at the object; an error is one of the look.
    fn look(&self) -> impl Future<Output = Result<Look<Self::Done>, Error>> + Send;
    /// What a refusal means for this kind of write.
    fn refused(&self, error: Error) -> Error;
    fn doubt(&self) -> Doubt<'_>;
}

/// What is said of a write of which nobody knows what became.
#[derive(Clone, Copy)]
pub(super) struct Doubt<'a> {
    /// As in `the apply of …`.
    pub(super) write: &'static str,
    pub(super) object: &'a ObjectReference,
    /// Whether it may have been sent before this call.
    pub(super) unanswered: bool,
    /// What a person can do about it.
    pub(super) check: &'static str,
}

impl Doubt<'_> {
    pub(super) fn unknown(&self, why: &str) -> Error {
        let sent = if self.unanswered {
            "may have been sent already, its answer is not known"
        } else {
            "was sent, but its answer did not come"
        };
        Error::OutcomeUnknown(format!(
            "the {} of {} {sent}, and {why}; {}",
            self.write, self.object, self.check
        ))
    }

    fn unseen(&self, error: &Error) -> Error {
        self.unknown(&format!("what came of it cannot be seen: {error}"))
    }

    /// What an error means that came before the first look. Where the write may have been sent already, most errors
    /// would say too much: that nothing was done.
    pub(super) fn before_look(&self, error: Error) -> Error {
        match error {
            // A mistake was never sent.
            same @ Error::Invalid(_) => same,
            other if self.unanswered => self.unseen(&other),
            other => other,
        }
    }
}

impl Cluster {
    /// Sends until there is an answer, looking before each further time.
    pub(super) async fn deliver<W: Write>(&self, write: &W) -> Result<W::Done, Error> {
        let call = write.call();
        let mut doubtful = write.doubt().unanswered && call.is_guarded();
        let mut patience = self.inner.wire.patience();
        loop {
            let lost = match self.inner.wire.send(&call).await {
                Ok(answer) => match write.read(&answer) {
                    Err(error) if call.is_guarded() => error.to_string(),
                    read => return read,
                },
                // An earlier one that arrived late may be the very reason.
                Err(Failure::Refused(error)) if doubtful => {
                    let done = look_at(write).await?;
                    return done.ok_or_else(|| in_doubt(write.refused(error)));
                }
                Err(Failure::Refused(error)) => return Err(write.refused(error)),
                Err(Failure::RefusedAtLast(error)) => return after_repeats(write, error).await,
                Err(Failure::Lost(why)) => why,
            };
            doubtful = true;
            if let Some(done) = look_at(write).await? {
                return Ok(done);
            }
            let Some(pause) = patience.next_pause(Duration::ZERO) else {
                let why = format!("nothing had come of it when last looked at ({lost})");
                return Err(write.doubt().unknown(&why));
            };
            sleep(pause).await;
        }
    }
}

/// What came of a write that was sent several times, the last one to be refused.
async fn after_repeats<W: Write>(write: &W, error: Error) -> Result<W::Done, Error> {
    if matches!(error, Error::Unavailable(_)) {
        return Err(error);
    }
    // What is not there yet may come: the try may be under way still.
    match write.look().await {
        Ok(Look::Done(done)) => Ok(done),
        Ok(Look::Untouched | Look::Over(_)) | Err(_) => Err(Error::Doubtful(Box::new(write.refused(error)))),
    }
}

/// Where the object is another one by now, an earlier try cannot be done any more.
fn in_doubt(refusal: Error) -> Error {
    match refusal {
        Error::Changed => Error::Changed,
        other => Error::Doubtful(Box::new(other)),
    }
}

/// Nothing where it may be sent.
async fn look_at<W: Write>(write: &W) -> Result<Option<W::Done>, Error> {
    match write.look().await {
        Ok(Look::Done(done)) => Ok(Some(done)),
        Ok(Look::Untouched) => Ok(None),
        Ok(Look::Over(error)) => Err(error),
        Err(error) => Err(write.doubt().unseen(&error)),
    }
}
