//! The HTTP API from the client's side: requests with the key, problems as sentences.

mod problem;
mod query;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde_json::Value;
use shipslog_api::paging::{Listing, MAXIMUM};
use shipslog_api::{Done, Page, Problem};

use crate::answer::Answer;
use crate::asking::Asking;
use crate::remembered;

pub(crate) use problem::Error;
pub(crate) use query::Query;

/// Where the server is and as whom to speak to it.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Server {
    /// The server's address; by default where `shipslog login` went, else this machine.
    #[arg(long, global = true, help_heading = "Global options", env = "SHIPSLOG_URL")]
    url: Option<String>,
    /// A file that holds the API key.
    #[arg(
        long,
        global = true,
        help_heading = "Global options",
        env = "SHIPSLOG_API_KEY_FILE"
    )]
    api_key_file: Option<PathBuf>,
}

/// The address without any other word.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:8841";

/// How long a server may say nothing at all: creating a release asks registries, which may be slow.
const SILENCE: Duration = Duration::from_mins(5);

/// A client of one server.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    key: Option<String>,
}

impl Server {
    /// The client, with the key from a file, the environment or an earlier login.
    pub(crate) fn client(&self) -> Result<Client> {
        let login = remembered::known()?;
        let from_file = match &self.api_key_file {
            Some(path) => {
                let text = std::fs::read_to_string(path);
                Some(text.with_context(|| format!("the key file {} cannot be read", path.display()))?)
            }
            None => None,
        };
        let key = from_file
            .or_else(|| std::env::var("SHIPSLOG_API_KEY").ok().filter(|it| !it.is_empty()))
            .or_else(|| login.as_ref().map(|it| it.key.clone()));
        let url = self.url.clone().or_else(|| login.map(|it| it.url));
        Client::new(url.as_deref().unwrap_or(DEFAULT_URL), key)
    }
}

impl Client {
    pub(crate) fn new(url: &str, key: Option<String>) -> Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(SILENCE)
            // Followed, a POST becomes a GET: what comes back would pass for the answer to what was never asked.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("the HTTP client cannot be made")?;
        let key = key.map(|it| it.trim().to_owned());
        Ok(Self {
            http,
            url: url.trim_end_matches('/').to_owned(),
            key,
        })
    }

    pub(crate) async fn get(&self, path: &str, query: &Query) -> Result<Answer> {
        self.ask(self.request(Method::GET, path).query(query.pairs()))
            .await
    }

    /// Asks what would be done: nothing is.
    pub(crate) async fn try_post(&self, path: &str, query: &Query, body: &impl Serialize) -> Result<Answer> {
        let request = self.request(Method::POST, path).query(query.pairs());
        self.ask(request.json(body)).await
    }

    /// Has something done, which is answered with a `T`.
    pub(crate) async fn post<T: Done>(
        &self,
        path: &str,
        asking: &Asking,
        body: &impl Serialize,
    ) -> Result<Answer> {
        let mut request = self.request(Method::POST, path).query(asking.query().pairs());
        if let Some(key) = asking.idempotency_key() {
            request = request.header("idempotency-key", key);
        }
        self.write::<T>(request.json(body)).await
    }

    /// Has something taken away, which is answered with a `T`.
    pub(crate) async fn delete<T: Done>(&self, path: &str, query: &Query) -> Result<Answer> {
        let request = self.request(Method::DELETE, path).query(query.pairs());
        self.write::<T>(request).await
    }

    /// All items of a list, page after page, at most `limit`.
    pub(crate) async fn list(&self, path: &str, query: &Query, limit: usize) -> Result<Answer> {
        let mut items = Vec::new();
        let mut listing = Listing::default();
        loop {
            listing.limit = Some((limit - items.len()).clamp(1, MAXIMUM));
            let page: Page<Value> = self.get(path, &query.and(&listing)).await?.read()?;
            items.extend(page.items);
            listing.cursor = page.next;
            if listing.cursor.is_none() || items.len() >= limit {
                items.truncate(limit);
                return Ok(Value::Array(items).into());
            }
        }
    }

    /// A stream of server-sent events; `last` goes on after an earlier one.
    pub(crate) async fn stream(
        &self,
        path: &str,
        query: &Query,
        last: Option<&str>,
    ) -> Result<reqwest::Response> {
        let mut request = self
            .request(Method::GET, path)
            .query(query.pairs())
            .header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        self.send(request).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Result<Answer> {
        let response = self.send(request).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Value::Null.into());
        }
        let text = response.bytes().await;
        let answer = text.map(|it| Answer::parse(&it));
        let no_json = || format!("{} answered with something else than JSON", self.url);
        answer.with_context(no_json)?.with_context(no_json)
    }

    /// Only the server's own words say that it is done. Where others came back, or none, it may be.
    async fn write<T: Done>(&self, request: reqwest::RequestBuilder) -> Result<Answer> {
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if never_left(&error) => return Err(self.unreachable(&error).into()),
            Err(error) => {
                let how = format!("broke off before it answered ({})", root(&error));
                return Err(self.unknown(&how).into());
            }
        };
        let status = response.status();
        if !status.is_success() {
            return Err(match self.refusal(response).await {
                // Whoever stands before the server gave up waiting for it.
                Refusal::Other(_) if status.is_server_error() => self.unknown(&format!("answered {status}")),
                Refusal::Known(error) | Refusal::Other(error) => error,
            }
            .into());
        }
        let answer = response.bytes().await.map(|it| Answer::parse(&it));
        match answer {
            Ok(Ok(answer)) if status == T::STATUS => Ok(answer.of_write()),
            Ok(Ok(_)) => Err(self
                .unknown(&format!("answered {status} instead of {}", T::STATUS))
                .into()),
            Ok(Err(_)) => {
                let how = format!("answered {status} with something else than JSON");
                Err(self.unknown(&how).into())
            }
            Err(error) => {
                let how = format!("broke off while it answered {status} ({})", root(&error));
                Err(self.unknown(&how).into())
            }
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        match self.refusal(response).await {
            Refusal::Known(error) | Refusal::Other(error) => Err(error.into()),
        }
    }

    /// Why it was not done, from an answer that is no success.
    async fn refusal(&self, response: reqwest::Response) -> Refusal {
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get(LOCATION);
            let to = to.map_or_else(|| "nowhere".into(), |it| String::from_utf8_lossy(it.as_bytes()));
            return Refusal::Known(Error::Elsewhere {
                url: self.url.clone(),
                to: to.into_owned(),
            });
        }
        let bytes = response.bytes().await.unwrap_or_default();
        if let Ok(problem) = serde_json::from_slice::<Problem>(&bytes) {
            if problem.is_ours() {
                return Refusal::Known(problem.into());
            }
            if !problem.title.is_empty() || !problem.detail.is_empty() {
                let status = status.as_u16();
                return Refusal::Other(Problem { status, ..problem }.into());
            }
        }
        let title = format!("{} answered {status}", self.url);
        Refusal::Other(Error::of_status(status.as_u16(), title))
    }

    fn unknown(&self, how: &str) -> Error {
        Error::Unknown {
            reason: format!("{} {how}", self.url),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Error {
        Error::Unreachable {
            url: self.url.clone(),
            reason: root(error),
        }
    }
}

/// An answer that is no success.
enum Refusal {
    /// Told by the server, or by the protocol.
    Known(Error),
    /// In words that are not the server's.
    Other(Error),
}

/// Whether nobody can have read the request.
fn never_left(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder()
}

/// What lies at the bottom of it.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;
