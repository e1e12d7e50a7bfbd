//! Images of a feed.

use secrecy::SecretString;
use shipslog_domain::document::Document;
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::{FeedName, Handle};
use shipslog_nearest as nearest;

use super::seal::open;
use super::{Error, ImageQuery};
use crate::engine::{Engine, Parts};
use crate::feed::{self, Feed};
use crate::load::Configured;

impl Engine {
    /// Tags of an image, newest first.
    pub async fn image_versions(&self, image: &ImageQuery) -> Result<Vec<String>, Error> {
        let loaded = self.parts.configuration.load(&*self.parts.log).await?;
        let feed = feed(&self.parts, &loaded.state, &image.feed).await?;
        feed::versions(&feed, &image.image)
            .await
            .map_err(|error| Error::Outside(error.to_string()))
    }
}

/// A feed as its document describes it, its password opened.
pub(super) async fn feed(parts: &Parts, configured: &Configured, name: &FeedName) -> Result<Feed, Error> {
    let key = (Kind::Feed, name.to_string());
    let Some(Document::Feed(document)) = configured.documents.get(&key) else {
        let known = configured.configuration.names(Kind::Feed);
        return Err(Error::NotFound(nearest::unknown("feed", name.as_str(), &known)));
    };
    let password: Option<SecretString> = match &document.password {
        Some(handle) => open(parts, &Handle::new(handle.as_str())).await?,
        None => None,
    };
    Ok(Feed {
        name: name.clone(),
        url: document.url.clone(),
        pull_prefix: document.pull_prefix.clone(),
        credential: document
            .username
            .clone()
            .zip(password)
            .map(|(user, password)| feed::Credential { user, password }),
    })
}
