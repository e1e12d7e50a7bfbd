//! One request and its answer: bounded in time and size, repeated where that is safe.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::convert::{Verdict, verdict};
use super::{Error, Options};

mod call;
mod lines;
mod patience;
mod transport;

pub(super) use call::{Call, Class};
pub(super) use lines::Lines;
pub(super) use patience::{Patience, Pauses};

/// As much of an answer that is no success is read, in bytes. The rest changes nothing about what it means.
const COMPLAINT: u64 = 1024 * 1024;

pub(super) const JSON: &str = "application/json";

/// A good answer.
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Result<Value, Error> {
        serde_json::from_slice(&self.body).map_err(|it| Error::Other {
            code: "not-json".to_owned(),
            message: format!(
                "the API server's answer is not JSON (line {}, column {})",
                it.line(),
                it.column()
            ),
        })
    }
}

/// Why there is no good answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// It did not happen, for this reason.
    Refused(Error),
    /// The last of several tries did not happen, for this reason; an earlier one may have.
    RefusedAtLast(Error),
    /// A guarded request was sent, and nobody knows what became of it; why.
    Lost(String),
}

/// What came of a single attempt that came to nothing.
pub(super) enum Trouble {
    Final(Error),
    /// Worth another attempt.
    Later {
        reach: Reach,
        after: Option<u32>,
        message: String,
    },
}

/// How far a request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    NotSent,
    /// The server says that it did not take it.
    Throttled,
    Unknown,
}

pub(super) struct Wire {
    client: kube::Client,
    options: Options,
}

impl Wire {
    pub(super) fn new(client: kube::Client, options: Options) -> Self {
        Self { client, options }
    }

    /// The answer to a request that may be repeated.
    pub(super) async fn ask(&self, call: &Call) -> Result<Answer, Error> {
        match self.send(call).await {
            Ok(answer) => Ok(answer),
            Err(Failure::Refused(error) | Failure::RefusedAtLast(error)) => Err(error),
            Err(Failure::Lost(why)) => Err(Error::OutcomeUnknown(format!("{call} was sent, but {why}"))),
        }
    }

    /// The JSON answer to a request that may be repeated.
    pub(super) async fn ask_json(&self, call: &Call) -> Result<Value, Error> {
        self.ask(call).await?.json()
    }

    /// The answer to any request.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, Failure> {
        self.repeat(call, || self.exchange(call)).await
    }

    /// An answer that goes on and on, line by line. Only its start is bounded by the request's timeout.
    pub(super) async fn stream(&self, call: &Call) -> Result<Lines, Error> {
        let opened = self
            .repeat(call, || async { self.open(call).await.map(Response::into_body) })
            .await;
        match opened {
            Ok(body) => Ok(Lines::new(body, self.options.answer_limit)),
            Err(Failure::Refused(error) | Failure::RefusedAtLast(error)) => Err(error),
            Err(Failure::Lost(why)) => Err(Error::Unavailable(why)),
        }
    }

    pub(super) fn patience(&self) -> Patience {
        Patience::new(&self.options)
    }

    pub(super) fn pauses(&self) -> Pauses {
        Pauses::new(&self.options)
    }

    async fn repeat<T, F>(&self, call: &Call, attempt: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let mut patience = self.patience();
        let (mut tries, mut may_have_arrived) = (0, false);
        loop {
            tries += 1;
            let outcome = timeout(self.options.request_timeout, attempt()).await;
            let (reach, after, message) = match outcome.unwrap_or_else(|_| Err(self.silence())) {
                Ok(answer) => return Ok(answer),
                Err(Trouble::Final(error)) => return Err(refused(error, may_have_arrived)),
                Err(Trouble::Later {
                    reach,
                    after,
                    message,
                }) => (reach, after, message),
            };
            if call.is_guarded() && reach == Reach::Unknown {
                return Err(Failure::Lost(message));
            }
            let asked = Duration::from_secs(after.unwrap_or(0).into());
            let Some(pause) = patience.next_pause(asked) else {
                let error = gave_up(call, reach, after, &message, tries);
                return Err(refused(error, may_have_arrived));
            };
            may_have_arrived |= reach == Reach::Unknown;
            tracing::debug!(%call, tries, message, "trying again");
            sleep(pause).await;
        }
    }

    fn silence(&self) -> Trouble {
        let message = format!(
            "there was no answer within {} s",
            self.options.request_timeout.as_secs_f32()
        );
        Trouble::Later {
            reach: Reach::Unknown,
            after: None,
            message,
        }
    }

    async fn exchange(&self, call: &Call) -> Result<Answer, Trouble> {
        let response = self.open(call).await?;
        match self.read(response.into_body()).await {
            Ok(body) => Ok(Answer { body }),
            // It was done, so this is no refusal.
            Err(Trouble::Final(error)) if call.is_guarded() => Err(Trouble::Later {
                reach: Reach::Unknown,
                after: None,
                message: error.to_string(),
            }),
            Err(trouble) => Err(trouble),
        }
    }

    /// A response of status 2xx; any other is trouble.
    async fn open(&self, call: &Call) -> Result<Response<Body>, Trouble> {
        let request = call.request().map_err(Trouble::Final)?;
        let response = self
            .client
            .send(request)
            .await
            .map_err(|it| transport::trouble(&it))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let after = retry_after(response.headers());
        let limit = self.options.answer_limit.min(COMPLAINT);
        let body = start_of(response.into_body(), limit).await?;
        Err(match verdict(status, &body, after) {
            Verdict::Final(error) => Trouble::Final(error),
            Verdict::Later { after, message } => {
                let throttled = status == StatusCode::TOO_MANY_REQUESTS;
                let reach = if throttled {
                    Reach::Throttled
                } else {
                    Reach::Unknown
                };
                Trouble::Later {
                    reach,
                    after,
                    message,
                }
            }
        })
    }

    async fn read(&self, body: Body) -> Result<Vec<u8>, Trouble> {
        let limit = self.options.answer_limit;
        let bytes = start_of(body, limit).await?;
        if bytes.len() as u64 > limit {
            return Err(Trouble::Final(Error::TooLarge(limit)));
        }
        Ok(bytes)
    }
}

/// The whole body, or a little more of it than the limit.
async fn start_of(mut body: Body, limit: u64) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|it| transport::trouble(&it))?;
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(data);
        }
        if bytes.len() as u64 > limit {
            break;
        }
    }
    Ok(bytes)
}

fn retry_after(headers: &HeaderMap) -> Option<u32> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

fn refused(error: Error, may_have_arrived: bool) -> Failure {
    if may_have_arrived {
        Failure::RefusedAtLast(error)
    } else {
        Failure::Refused(error)
    }
}

fn gave_up(call: &Call, reach: Reach, after: Option<u32>, message: &str, tries: u32) -> Error {
    match reach {
        Reach::Throttled => Error::Throttled(after.unwrap_or(1)),
        Reach::NotSent => Error::Unavailable(format!(
            "the API server cannot be reached: {message} ({call}, tried {tries} times)"
        )),
        Reach::Unknown => Error::Unavailable(format!(
            "the API server does not answer well: {message} ({call}, tried {tries} times)"
        )),
    }
}

#[cfg(test)]
mod tests;
