//! `shipslog versions`: what there is of an image.

use anyhow::Result;
use clap::Args;
use serde_json::Value;

use crate::client::segment;
use crate::common::Common;
use crate::exit::Exit;
use crate::output;

/// Lists the versions of an image in a feed, newest first.
#[derive(Debug, Args)]
pub(crate) struct Versions {
    /// The feed.
    #[arg(long)]
    feed: String,
    /// The image, such as `httpd`.
    #[arg(long)]
    image: String,
    /// At most so many.
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

impl Versions {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let path = format!("/api/v1/feeds/{}/tags", segment(&self.feed));
        let items = common
            .client()?
            .list(&path, &[("image", self.image)], self.limit)
            .await?;
        common.output.show_items(items, lines)?;
        Ok(Exit::Succeeded)
    }
}

fn lines(items: &Value) -> String {
    items
        .as_array()
        .into_iter()
        .flatten()
        .map(output::text)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_version_is_a_line() {
        assert_eq!(lines(&json!(["2.4.71", "2.4.70"])), "2.4.71\n2.4.70");
    }
}
