//! `shipslog versions`: what there is of an image.

use anyhow::Result;
use clap::Args;
use shipslog_api::feeds::{TAGS, Tags};

use crate::client::Query;
use crate::common::Common;
use crate::exit::Exit;

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
        let path = TAGS.of([&self.feed]);
        let image = Tags {
            image: self.image,
            ..Tags::default()
        };
        let items = common
            .client()?
            .list(&path, &Query::of(&image), self.limit)
            .await?;
        common.output.show(&items, lines)?;
        Ok(Exit::Succeeded)
    }
}

#[expect(clippy::ptr_arg, reason = "it is the type that a list of tags is read as")]
fn lines(tags: &Vec<String>) -> String {
    tags.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_line() {
        let tags = ["2.4.71", "2.4.70"].map(str::to_owned);
        assert_eq!(lines(&tags.to_vec()), "2.4.71\n2.4.70");
    }
}
