//! Who waits for an answer, and the answer until it may be given: after the commit, never before.

use tokio::sync::oneshot;

use crate::event_log::AppendError;

/// One caller's end of a request.
#[derive(Debug)]
pub(crate) struct Caller<T> {
    sender: oneshot::Sender<Result<T, AppendError>>,
    answer: Option<Result<T, AppendError>>,
}

/// The other end.
pub(crate) type Waiting<T> = oneshot::Receiver<Result<T, AppendError>>;

impl<T> Caller<T> {
    pub(crate) fn new() -> (Self, Waiting<T>) {
        let (sender, waiting) = oneshot::channel();
        (Self { sender, answer: None }, waiting)
    }

    /// Keeps the answer until the commit.
    pub(crate) fn keep(&mut self, answer: Result<T, AppendError>) {
        self.answer = Some(answer);
    }

    /// The commit is durable: gives the answer. A caller who has gone away loses only that.
    pub(crate) fn send(self) {
        let answer = self
            .answer
            .expect("every request of a transaction that commits was answered");
        drop(self.sender.send(answer));
    }

    /// The transaction was rolled back: whatever the answer was, nothing was written.
    pub(crate) fn fail(self, reason: &str) {
        drop(self.sender.send(Err(AppendError::Closed(reason.to_owned()))));
    }
}

/// Waits for the appender's word; without one it is gone.
pub(crate) async fn answered<T>(waiting: Waiting<T>) -> Result<T, AppendError> {
    waiting
        .await
        .unwrap_or_else(|_| Err(AppendError::Closed("its appender has stopped".into())))
}
