//! Who waits for an answer, and the answer until it may be given: after the commit, never before.

use tokio::sync::oneshot;

use crate::unavailable::Unwritten;

/// One caller's end of a request, to be answered with a `T` or with why not.
#[derive(Debug)]
pub(crate) struct Caller<T, E> {
    sender: oneshot::Sender<Result<T, E>>,
    answer: Option<Result<T, E>>,
}

/// The other end.
pub(crate) type Waiting<T, E> = oneshot::Receiver<Result<T, E>>;

impl<T, E: From<Unwritten>> Caller<T, E> {
    pub(crate) fn new() -> (Self, Waiting<T, E>) {
        let (sender, waiting) = oneshot::channel();
        (Self { sender, answer: None }, waiting)
    }

    /// Keeps the answer until the commit.
    pub(crate) fn keep(&mut self, answer: Result<T, E>) {
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
    pub(crate) fn refuse(self, reason: &str) {
        let why = Unwritten::Failed(reason.to_owned());
        drop(self.sender.send(Err(why.into())));
    }
}

/// Waits for the appender's word; without one it is gone.
pub(crate) async fn answered<T, E: From<Unwritten>>(waiting: Waiting<T, E>) -> Result<T, E> {
    waiting
        .await
        .unwrap_or_else(|_| Err(Unwritten::Closed("its appender has stopped".into()).into()))
}
