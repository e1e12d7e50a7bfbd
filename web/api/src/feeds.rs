//! Images of a feed. An answer is a page of tags, which are plain texts.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::address::addresses;

addresses! {
    /// The tags of a feed's image.
    TAGS = "/api/v1/feeds/{feed}/tags";
}

/// Which image's tags are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Tags {
    /// The image within the feed, such as `httpd`.
    pub image: String,
    /// Items on the page: 1 to 500, 50 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Waits until the answer shows everything up to this position of the log.
    pub min_position: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::round_trip;

    #[test]
    fn tags_are_asked_for_by_image() {
        let tags = Tags {
            image: "httpd".to_owned(),
            limit: Some(3),
            ..Tags::default()
        };
        assert_eq!(round_trip(&tags)["image"], "httpd");
    }
}
