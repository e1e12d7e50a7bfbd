//! Lists: pages with opaque cursors, and reads that wait for a position.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Items on a page when nothing is said.
pub const DEFAULT: usize = 50;

/// No page has more.
pub const MAXIMUM: usize = 500;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Items)]
pub struct Page<T> {
    /// At most as many as asked for.
    pub items: Vec<T>,
    /// The cursor of the page after this one, if there is one.
    pub next: Option<String>,
}

/// How a single thing is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Reading {
    /// Waits until the answer shows everything up to this position of the log.
    pub min_position: Option<u64>,
}

/// A request that takes no parameters after `?`: an unknown one must not be passed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// How something is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Doing {
    /// Why: at most 1000 characters, for whoever reads the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How something is recognised when it is asked again.
#[derive(Debug, Clone, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Repeatable {
    /// A text of your own, at most 200 visible ASCII characters. Asked again within a day under the same key, the same
    /// request has the first answer and is done once; another request under it is refused (422). Where the answer
    /// showed a secret, a repeat is refused too (409, `answered-once`).
    #[param(rename = "Idempotency-Key")]
    pub idempotency_key: Option<String>,
}

/// How a list without filters is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Listing {
    /// Items on the page: 1 to 500, 50 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Waits until the answer shows everything up to this position of the log.
    pub min_position: Option<u64>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::round_trip;

    #[test]
    fn a_page_says_whether_there_is_another() {
        let page = Page {
            items: vec!["a".to_owned()],
            next: None,
        };
        assert_eq!(round_trip(&page), json!({ "items": ["a"], "next": null }));
    }

    #[test]
    fn parameters_have_the_names_of_the_wire() {
        let listing = Listing {
            limit: Some(2),
            cursor: Some("c".to_owned()),
            min_position: Some(7),
        };
        assert_eq!(
            round_trip(&listing),
            json!({ "limit": 2, "cursor": "c", "minPosition": 7 })
        );
        round_trip(&Reading { min_position: None });
        assert_eq!(round_trip(&Nothing {}), json!({}));
        assert_eq!(round_trip(&Doing::default()), json!({}));
        let reason = Some("a rehearsal".to_owned());
        assert_eq!(round_trip(&Doing { reason })["reason"], "a rehearsal");
    }
}
