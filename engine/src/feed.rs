//! Image feeds: which versions a registry has, and what a tag means right now.

mod address;
mod error;
mod registry;
mod version;

use regex::Regex;
use secrecy::SecretString;
use shipslog_events::ids::FeedName;

pub use error::{Error, Reason};
pub use version::{Newest, newest_first};

use address::Address;
use registry::{Patience, Registry};

/// An image registry.
#[derive(Debug, Clone)]
pub struct Feed {
    /// What errors call it.
    pub name: FeedName,
    /// `https://host`, with `http://` for registries that speak nothing else; what follows the host stands before
    /// every image's name. Docker Hub's names are understood.
    pub url: String,
    /// What a cluster puts before the image's name, if not the registry's host; may be empty.
    pub pull_prefix: Option<String>,
    /// As whom; anonymous if nothing is said.
    pub credential: Option<Credential>,
}

/// User and password, or user and token.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The user.
    pub user: String,
    /// The password or token.
    pub password: SecretString,
}

/// What a tag meant when it was looked up: it stays that, whatever the tag means later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenImage {
    /// What the cluster pulls: `<prefix/>image:tag@sha256:…`.
    pub reference: String,
    /// The tag.
    pub version: String,
    /// Of the index where there is one, so that every platform finds its own image.
    pub digest: String,
}

/// The image's tags, newest first: versions, pre-releases, then everything that is no version. `latest` is left out.
pub async fn versions(feed: &Feed, image: &str) -> Result<Vec<String>, Error> {
    versions_within(feed, image, Patience::default()).await
}

/// The newest version: of those that a pattern says, or of one kind.
pub async fn newest(feed: &Feed, image: &str, pattern: Option<&Regex>) -> Result<Newest, Error> {
    let tags = versions(feed, image).await?;
    version::newest(&tags, pattern).ok_or_else(|| feed.error(image, Reason::no_version(&tags)))
}

/// What the tag means now.
pub async fn resolve(feed: &Feed, image: &str, tag: &str) -> Result<FrozenImage, Error> {
    resolve_within(feed, image, tag, Patience::default()).await
}

async fn versions_within(feed: &Feed, image: &str, patience: Patience) -> Result<Vec<String>, Error> {
    let error = |reason| feed.error(image, reason);
    let address = Address::of(feed).map_err(error)?;
    let registry = Registry::connect(feed, &address, image, patience).map_err(error)?;
    Ok(newest_first(registry.tags().await.map_err(error)?))
}

async fn resolve_within(
    feed: &Feed,
    image: &str,
    tag: &str,
    patience: Patience,
) -> Result<FrozenImage, Error> {
    let error = |reason| feed.error(image, reason);
    let address = Address::of(feed).map_err(error)?;
    let registry = Registry::connect(feed, &address, image, patience).map_err(error)?;
    let digest = registry.digest(tag).await.map_err(error)?;
    let name = address
        .pulled_name(image, feed.pull_prefix.as_deref())
        .map_err(error)?;
    Ok(FrozenImage {
        reference: format!("{name}:{tag}@{digest}"),
        version: tag.to_owned(),
        digest,
    })
}

impl Feed {
    fn error(&self, image: &str, reason: Reason) -> Error {
        Error {
            feed: self.name.clone(),
            image: image.to_owned(),
            reason,
        }
    }
}

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
