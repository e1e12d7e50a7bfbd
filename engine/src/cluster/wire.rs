//! One request and its answer: bounded in time and size, repeated where that is safe.

use std::fmt;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use super::convert::{Verdict, verdict};
use super::{Error, Options};

mod lines;
mod transport;

pub(super) use lines::Lines;

/// Whether a request may be sent again when nobody knows what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Reads, and writes that make the same state however often they arrive.
    Repeatable,
    /// A second arrival would do something else than the first.
    Guarded,
}

/// A request.
pub(super) struct Call {
    method: Method,
    /// With the query.
    path: String,
    content_type: &'static str,
    body: Vec<u8>,
    class: Class,
}

impl Call {
    pub(super) fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            content_type: JSON,
            body: Vec::new(),
            class: Class::Repeatable,
        }
    }

    pub(super) fn write(
        method: Method,
        path: String,
        content_type: &'static str,
        body: &Value,
        class: Class,
    ) -> Self {
        Self {
            method,
            path,
            content_type,
            body: body.to_string().into_bytes(),
            class,
        }
    }

    /// The same, to be sent again when its answer gets lost: for dry runs.
    pub(super) fn repeatable(self) -> Self {
        Self {
            class: Class::Repeatable,
            ..self
        }
    }

    fn request(&self) -> Result<Request<Body>, Error> {
        Request::builder()
            .method(&self.method)
            .uri(&self.path)
            .header(ACCEPT, "application/json, */*;q=0.1")
            .header(CONTENT_TYPE, self.content_type)
            .body(Body::from(self.body.clone()))
            .map_err(|it| Error::invalid("", it.to_string()))
    }
}

pub(super) const JSON: &str = "application/json";

/// Without the query, and never with the body.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "{} {path}", self.method)
    }
}

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
            Err(Failure::Refused(error)) => Err(error),
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
            Err(Failure::Refused(error)) => Err(error),
            Err(Failure::Lost(why)) => Err(Error::Unavailable(why)),
        }
    }

    /// The pauses between attempts: twice as long each time, with jitter.
    pub(super) fn pauses(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(self.options.backoff_min)
            .with_max_delay(self.options.backoff_max)
            .without_max_times()
            .build()
    }

    async fn repeat<T, F>(&self, call: &Call, attempt: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let start = Instant::now();
        let mut pauses = self.pauses();
        let mut tries = 0;
        loop {
            tries += 1;
            let outcome = timeout(self.options.request_timeout, attempt()).await;
            let (reach, after, message) = match outcome.unwrap_or_else(|_| Err(self.silence())) {
                Ok(answer) => return Ok(answer),
                Err(Trouble::Final(error)) => return Err(Failure::Refused(error)),
                Err(Trouble::Later {
                    reach,
                    after,
                    message,
                }) => (reach, after, message),
            };
            if call.class == Class::Guarded && reach == Reach::Unknown {
                return Err(Failure::Lost(message));
            }
            let asked = Duration::from_secs(after.unwrap_or(0).into());
            let pause = pauses.next().unwrap_or(self.options.backoff_max).max(asked);
            if start.elapsed() + pause > self.options.backoff_budget {
                return Err(Failure::Refused(gave_up(call, reach, after, &message, tries)));
            }
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
        let body = self.read(response.into_body()).await?;
        Ok(Answer { body })
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
        let body = self.read(response.into_body()).await?;
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

    async fn read(&self, mut body: Body) -> Result<Vec<u8>, Trouble> {
        let limit = self.options.answer_limit;
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|it| transport::trouble(&it))?;
            if let Some(data) = frame.data_ref() {
                bytes.extend_from_slice(data);
            }
            if bytes.len() as u64 > limit {
                return Err(Trouble::Final(Error::TooLarge(limit)));
            }
        }
        Ok(bytes)
    }
}

fn retry_after(headers: &HeaderMap) -> Option<u32> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
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
