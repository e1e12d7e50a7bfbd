//! Images of a feed.

use secrecy::SecretString;
use shipslog_domain::document::Document;
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::{FeedName, Handle};
use shipslog_nearest as nearest;

use super::{Commands, Error, ImageQuery};
use crate::configurations::Configured;
use crate::feed::{self, Feed};

impl Commands {
    /// Tags of an image, newest first.
    pub async fn image_versions(&self, image: &ImageQuery) -> Result<Vec<String>, Error> {
        let loaded = self.configurations.load().await?;
        let feed = self.feed(&loaded.state, &image.feed).await?;
        feed::versions(&feed, &image.image)
            .await
            .map_err(|error| Error::Outside(error.to_string()))
    }

    /// A feed as its document describes it, its password opened.
    pub(super) async fn feed(&self, configured: &Configured, name: &FeedName) -> Result<Feed, Error> {
        let key = (Kind::Feed, name.to_string());
        let Some(Document::Feed(document)) = configured.documents.get(&key) else {
            let known = configured.configuration.names(Kind::Feed);
            return Err(Error::NotFound(nearest::unknown("feed", name.as_str(), &known)));
        };
        let password: Option<SecretString> = match &document.password {
            Some(handle) => self.secrets.open(&Handle::new(handle.as_str())).await?,
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
}
