//! One image of a registry, over the distribution protocol.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use secrecy::ExposeSecret as _;

use crate::feed::Feed;
use crate::feed::address::{self, Address};
use crate::feed::error::Reason;

/// Tags asked for at once; registries may give fewer.
const PAGE: usize = 1000;
/// More tags than anybody chooses from.
const MOST_TAGS: usize = 100_000;

/// How long a registry may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For a connection.
    pub(super) connect: Duration,
    /// For everything that one question needs.
    pub(super) whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            whole: Duration::from_secs(30),
        }
    }
}

/// An image that questions can be asked about.
pub(super) struct Registry {
    client: Client,
    host: String,
    repository: String,
    auth: RegistryAuth,
    patience: Patience,
}

impl Registry {
    /// Asks nothing yet.
    pub(super) fn connect(
        feed: &Feed,
        address: &Address,
        image: &str,
        patience: Patience,
    ) -> Result<Self, Reason> {
        let config = ClientConfig {
            protocol: if address.plain {
                ClientProtocol::Http
            } else {
                ClientProtocol::Https
            },
            connect_timeout: Some(patience.connect),
            read_timeout: Some(patience.whole),
            user_agent: concat!("shipslog/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        let client = Client::try_from(config).map_err(|error| Reason::of(error, patience.whole))?;
        let repository = address.repository(image)?;
        Ok(Self {
            client,
            host: address.host.clone(),
            repository,
            auth: auth(feed),
            patience,
        })
    }

    /// All tags, in the registry's order. A page that brings nothing new is the last one: registries may give fewer
    /// than asked for, or everything at once, again and again.
    pub(super) async fn tags(&self) -> Result<Vec<String>, Reason> {
        let image = self.reference("");
        let mut seen = BTreeSet::new();
        let mut tags: Vec<String> = Vec::new();
        self.in_time(async {
            loop {
                let last = tags.last().map(String::as_str);
                let page = self
                    .client
                    .list_tags(&image, &self.auth, Some(PAGE), last)
                    .await?
                    .tags;
                let known = tags.len();
                tags.extend(page.into_iter().filter(|it| seen.insert(it.clone())));
                if tags.len() == known || tags.len() > MOST_TAGS {
                    return Ok(());
                }
            }
        })
        .await?;
        Ok(tags)
    }

    /// Digest of what the tag names: the index, where there is one.
    pub(super) async fn digest(&self, tag: &str) -> Result<String, Reason> {
        if !address::is_tag(tag) {
            return Err(Reason::Tag { tag: tag.to_owned() });
        }
        let image = self.reference(tag);
        let digest = match self
            .in_time(self.client.fetch_manifest_digest(&image, &self.auth))
            .await
        {
            Err(Reason::NoSuchImage) => return Err(self.missing(tag).await),
            digest => digest?,
        };
        if is_digest(&digest) {
            Ok(digest)
        } else {
            Err(Reason::Answer(format!("`{digest}` as a digest")))
        }
    }

    /// Whether it is the tag that is missing, or the image.
    async fn missing(&self, tag: &str) -> Reason {
        match self.tags().await {
            Ok(tags) => Reason::no_such_tag(tag, tags),
            Err(reason) => reason,
        }
    }

    fn reference(&self, tag: &str) -> Reference {
        Reference::with_tag(self.host.clone(), self.repository.clone(), tag.to_owned())
    }

    async fn in_time<T>(
        &self,
        asked: impl Future<Output = Result<T, OciDistributionError>>,
    ) -> Result<T, Reason> {
        match tokio::time::timeout(self.patience.whole, asked).await {
            Ok(answer) => answer.map_err(|error| Reason::of(error, self.patience.whole)),
            Err(_) => Err(Reason::Timeout(self.patience.whole)),
        }
    }
}

fn auth(feed: &Feed) -> RegistryAuth {
    match &feed.credential {
        None => RegistryAuth::Anonymous,
        Some(it) => RegistryAuth::Basic(it.user.clone(), it.password.expose_secret().to_owned()),
    }
}

/// `algorithm:hex`, and nothing that could change what the reference means.
fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        matches!(
            (algorithm, hex.len()),
            ("sha256", 64) | ("sha384", 96) | ("sha512", 128)
        ) && hex
            .bytes()
            .all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
    })
}
