//! Server-sent events: what all streams share. They wake when something is new; only the keep-alive has a timer.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use serde::Serialize;
use shipslog_api::problem::PROBLEM;

use crate::app::App;
use crate::auth::Viewer;
use crate::problem::Problem;

/// So often a silent stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What tells one thing after the other until there is nothing more to tell.
pub(crate) trait Feed: Send + Sized + 'static {
    /// The next item; waits for it. `None` ends the stream.
    fn next(&mut self) -> impl Future<Output = Result<Option<Event>, Problem>> + Send;
}

/// A stream of all that a feed tells. It ends with the feed, with the viewer's key and with the server; a failure is its
/// last item, the event `problem`.
pub(crate) fn answer(app: &App, viewer: Viewer, feed: impl Feed) -> Response {
    let items = futures::stream::try_unfold(feed, async |mut feed| {
        Ok(feed.next().await?.map(|item| (item, feed)))
    });
    let items = items
        .map(|item| Ok::<_, Infallible>(item.unwrap_or_else(|problem| failed(&problem))))
        .take_until(app.revoked(viewer.0))
        .take_until(app.stopped());
    Sse::new(items)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

/// An item that holds JSON.
pub(crate) fn item(data: &impl Serialize) -> Result<Event, Problem> {
    Event::default()
        .json_data(data)
        .map_err(|error| Problem::internal(&error))
}

fn failed(problem: &Problem) -> Event {
    item(problem).unwrap_or_default().event(PROBLEM)
}

/// Where a client that comes back left off.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let number = value.to_str().ok().and_then(|it| it.trim().parse().ok());
    number.map(Some).ok_or_else(|| {
        let detail = "the header `last-event-id` is no id of this stream; leave it out to begin at the start";
        Problem::bad_request("bad-last-event-id", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(value: &str) -> Result<Option<u64>, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert("last-event-id", value.parse().unwrap());
        last_event_id(&headers)
    }

    #[test]
    fn the_last_event_id_is_a_number_or_refused() {
        assert_eq!(last_event_id(&HeaderMap::new()), Ok(None));
        assert_eq!(given("17"), Ok(Some(17)));
        assert!(given("seventeen").is_err());
    }
}
