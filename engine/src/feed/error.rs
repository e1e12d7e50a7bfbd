//! Why a feed gave no answer, for people: which feed, which image, what to do.

use std::time::Duration;

use oci_client::errors::{OciDistributionError, OciErrorCode};
use shipslog_events::ids::FeedName;
use shipslog_nearest as nearest;

use crate::feed::version::newest_first;

/// So many tags are named where one is missing.
const NAMED: usize = 8;
/// So much of a registry's own words is shown.
const QUOTED: usize = 300;

/// A feed gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("feed `{feed}`, image `{image}`: {reason}")]
pub struct Error {
    /// Which feed.
    pub feed: FeedName,
    /// The image asked for.
    pub image: String,
    /// What kept it from one.
    pub reason: Reason,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The feed's document is wrong.
    #[error(
        "`{url}` is no registry's address; write `https://registry.example.com`, without user and password"
    )]
    Address {
        /// As written.
        url: String,
    },
    /// No registry has such a name.
    #[error("that is no image's name; write it as `httpd` or `team/httpd`, in lower case and without a tag")]
    Name,
    /// No registry has such a tag.
    #[error("`{tag}` is no tag")]
    Tag {
        /// As written.
        tag: String,
    },
    /// The registry does not know the image.
    #[error("the registry has no such image; look for the name it was pushed by, and at the feed's url")]
    NoSuchImage,
    /// The registry has the image, not the tag.
    #[error("the registry has no tag `{tag}` of it{hint}")]
    NoSuchTag {
        /// As written.
        tag: String,
        /// The nearest ones.
        hint: String,
    },
    /// Nothing to choose by itself.
    #[error(
        "it has no tag that is a version as the package has them and no pre-release, so name the one to use{hint}"
    )]
    NoVersion {
        /// What it has.
        hint: String,
    },
    /// Status 401: it wants a user.
    #[error(
        "the registry asks who we are; give the feed a username and a password that may pull (some registries answer \
         so for images that do not exist)"
    )]
    Unauthorized,
    /// Status 403: the user has no right to it.
    #[error("the registry does not let the feed's user pull it")]
    Denied,
    /// Status 429: too many requests for now.
    #[error(
        "the registry answers no more requests for now; try later, or give the feed a username of its own"
    )]
    TooManyRequests,
    /// Nothing in time.
    #[error("the registry gave no answer within {} seconds; is the feed's url right, and the registry well?", .0.as_secs_f32())]
    Timeout(Duration),
    /// No connection, or no trust.
    #[error("the registry cannot be reached: {0}")]
    Unreachable(String),
    /// Anything else.
    #[error("the registry answered with {0}")]
    Answer(String),
}

impl Reason {
    pub(super) fn no_such_tag(tag: &str, tags: Vec<String>) -> Self {
        let hint = match nearest::nearest(tag, tags.iter().map(String::as_str)).as_slice() {
            [] => there_are(&newest_first(tags)),
            _ => nearest::hint(tag, tags.iter().map(String::as_str)),
        };
        Self::NoSuchTag {
            tag: tag.to_owned(),
            hint,
        }
    }

    /// `tags` newest first.
    pub(super) fn no_version(tags: &[String]) -> Self {
        Self::NoVersion {
            hint: there_are(tags),
        }
    }

    pub(super) fn of(error: OciDistributionError, patience: Duration) -> Self {
        match error {
            OciDistributionError::UnauthorizedError { .. }
            | OciDistributionError::AuthenticationFailure(_) => Self::Unauthorized,
            OciDistributionError::RegistryError { envelope, .. } => {
                let code = envelope.errors.first().map(|it| &it.code);
                code.and_then(Self::of_code)
                    .unwrap_or_else(|| Self::Answer(quoted(&envelope.to_string())))
            }
            OciDistributionError::ServerError { code, message, .. } => Self::of_status(code, &message),
            OciDistributionError::ImageManifestNotFoundError(_) => Self::NoSuchImage,
            OciDistributionError::RequestError(error) if error.is_timeout() => Self::Timeout(patience),
            OciDistributionError::RequestError(error) => Self::Unreachable(chain(&error.without_url())),
            other => Self::Answer(quoted(&format!("something that is no registry's: {other}"))),
        }
    }

    fn of_code(code: &OciErrorCode) -> Option<Self> {
        match code {
            OciErrorCode::NameUnknown | OciErrorCode::NotFound | OciErrorCode::ManifestUnknown => {
                Some(Self::NoSuchImage)
            }
            OciErrorCode::Unauthorized => Some(Self::Unauthorized),
            OciErrorCode::Denied => Some(Self::Denied),
            OciErrorCode::Toomanyrequests => Some(Self::TooManyRequests),
            _ => None,
        }
    }

    fn of_status(code: u16, message: &str) -> Self {
        match code {
            403 => Self::Denied,
            404 => Self::NoSuchImage,
            429 => Self::TooManyRequests,
            code if message.trim().is_empty() => Self::Answer(format!("status {code}")),
            code => Self::Answer(format!("status {code}: {}", quoted(message))),
        }
    }
}

fn there_are(tags: &[String]) -> String {
    let named: Vec<String> = tags.iter().take(NAMED).map(|it| format!("`{it}`")).collect();
    match (named.len(), tags.len() - named.len()) {
        (0, _) => "; it has no tags but perhaps `latest`".to_owned(),
        (_, 0) => format!("; there are {}", named.join(", ")),
        (_, more) => format!("; there are {} and {more} more", named.join(", ")),
    }
}

fn quoted(text: &str) -> String {
    let text = text.trim();
    let end = text.char_indices().nth(QUOTED).map_or(text.len(), |(at, _)| at);
    let more = if end < text.len() { "…" } else { "" };
    format!("{}{more}", &text[..end])
}

/// The whole chain: why a certificate is not trusted stands at its end.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |it| it.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
