//! Commands that may be asked again: under the same idempotency key the same request has the first answer.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use shipslog_domain::schema::Problem;
use shipslog_events::ids::Position;
use shipslog_log::{Append, IdempotencyKey, NewAnswer, RequestDigest};

use super::{By, Commands, Error};
use crate::transaction::{persist, transact};

/// By what a command is recognised when it is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    key: String,
    request: RequestDigest,
    shows_secret: bool,
}

impl Once {
    /// A key that whoever asks has chosen, and all that they ask for, part by part.
    pub fn new<'a>(key: String, request: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut digest = Sha256::new();
        for part in request {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        Self {
            key,
            request: digest.finalize().into(),
            shows_secret: false,
        }
    }
}

impl By {
    /// The same person, who is answered with what must not be kept.
    pub(super) fn shown_a_secret(&self) -> Self {
        let once = self.once.clone().map(|it| Once {
            shows_secret: true,
            ..it
        });
        Self { once, ..self.clone() }
    }

    /// Keys belong to whoever holds an API key: the server asks itself nothing twice.
    fn idempotency_key(&self) -> Option<(&Once, IdempotencyKey)> {
        let (once, access_key) = (self.once.as_ref()?, self.source.key.clone()?);
        let key = once.key.clone();
        Some((once, IdempotencyKey { access_key, key }))
    }

    /// What is appended, with the answer to a request that is known by this digest.
    fn keeping<T: Serialize>(
        &self,
        append: Append,
        answer: &T,
        request: RequestDigest,
    ) -> Result<Append, Error> {
        let Some((once, key)) = self.idempotency_key() else {
            return Ok(append);
        };
        let answer = if once.shows_secret {
            None
        } else {
            Some(serde_json::to_vec(answer).map_err(Error::internal)?)
        };
        let answer = NewAnswer { key, request, answer };
        Ok(Append {
            answer: Some(answer),
            ..append
        })
    }
}

impl Commands {
    /// As `transact`, once for each idempotency key. What appends nothing keeps no answer.
    pub(super) async fn transact<T, F>(
        &self,
        by: &By,
        mut decide: impl FnMut() -> F,
    ) -> Result<(T, Position), Error>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<(Option<Append>, T), Error>>,
    {
        let writes = AtomicBool::new(false);
        let request = self.digest(by);
        let decide = || kept(by, request, decide(), &writes);
        self.once(by, Box::pin(transact(&*self.log, decide)), &writes)
            .await
    }

    /// As `persist`, once for each idempotency key.
    pub(super) async fn persist<T, F>(
        &self,
        by: &By,
        mut decide: impl FnMut() -> F,
    ) -> Result<(T, Position), Error>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<(Option<Append>, T), Error>>,
    {
        let writes = AtomicBool::new(false);
        let request = self.digest(by);
        let decide = || kept(by, request, decide(), &writes);
        self.once(by, Box::pin(persist(&*self.log, decide)), &writes)
            .await
    }

    async fn once<T: DeserializeOwned>(
        &self,
        by: &By,
        doing: impl Future<Output = Result<(T, Position), Error>>,
        writes: &AtomicBool,
    ) -> Result<(T, Position), Error> {
        if let Some(first) = self.first_answer(by).await? {
            return Ok(first);
        }
        let done = doing.await;
        if done.is_ok() && writes.load(Ordering::Relaxed) {
            return done;
        }
        // Whoever asked the same at the same moment may have been first: what is refused now, or is nothing new any more,
        // was done then.
        match self.first_answer(by).await? {
            Some(first) => Ok(first),
            None => done,
        }
    }

    /// Keyed: there may be secrets in a request, and whoever has the database must not be able to try them.
    fn digest(&self, by: &By) -> RequestDigest {
        let request = by.once.as_ref().map(|it| it.request).unwrap_or_default();
        self.secrets.fingerprint(&[&b"request"[..], &request].concat())
    }

    async fn first_answer<T: DeserializeOwned>(&self, by: &By) -> Result<Option<(T, Position)>, Error> {
        let Some((_, key)) = by.idempotency_key() else {
            return Ok(None);
        };
        let Some(first) = self.log.kept_answer(key).await? else {
            return Ok(None);
        };
        if first.request != self.digest(by) {
            let message = "was used within the last day for another request; use a new one";
            return Err(Error::Invalid(vec![Problem::new("Idempotency-Key", message)]));
        }
        let Some(answer) = first.answer else {
            let sentence = format!(
                "this was done already, at position {}; its answer showed a secret and was shown once",
                first.position
            );
            return Err(Error::refused("answered-once", sentence));
        };
        let answer = serde_json::from_slice(&answer).map_err(Error::internal)?;
        Ok(Some((answer, first.position)))
    }
}

/// What was decided, with the answer to keep, and whether anything is to be written.
async fn kept<T: Serialize>(
    by: &By,
    request: RequestDigest,
    decided: impl Future<Output = Result<(Option<Append>, T), Error>>,
    writes: &AtomicBool,
) -> Result<(Option<Append>, T), Error> {
    let (append, answer) = decided.await?;
    writes.store(append.is_some(), Ordering::Relaxed);
    let append = append.map(|it| by.keeping(it, &answer, request)).transpose()?;
    Ok((append, answer))
}
