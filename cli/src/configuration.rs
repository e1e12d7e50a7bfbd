//! Configuration documents as they are shown.

use serde_json::Value;
use shipslog_events::event::configuration::Kind;

use crate::moment::moment;
use crate::{output, yaml};

/// Where documents of a kind are.
pub(crate) fn path(kind: Kind) -> String {
    format!("/api/v1/configuration/{}", kind.to_string().to_lowercase())
}

/// A line each.
pub(crate) fn many(items: &Value) -> String {
    let columns = [
        ("NAME", "name"),
        ("REVISION", "revision"),
        ("CHANGED", "changedAt"),
        ("BY", "changedBy"),
    ];
    output::table(items, &columns)
}

/// The document as it may be applied again, below a comment with what is around it.
pub(crate) fn one(item: &Value) -> String {
    let [kind, name, revision, by] =
        ["kind", "name", "revision", "changedBy"].map(|it| output::text(&item[it]));
    let changed = moment(&output::text(&item["changedAt"]));
    let document = match &item["document"] {
        Value::Null => "# its text was erased".to_owned(),
        document => yaml::write(document).unwrap_or_else(|_| document.to_string()),
    };
    format!(
        "# {kind} {name}, revision {revision}, changed {changed} by {by}\n{}",
        document.trim_end()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_shown_as_it_may_be_applied() {
        let item = json!({
            "kind": "Environment", "name": "Admin", "slug": "admin", "revision": 2, "changedBy": "alice",
            "changedAt": "2026-01-02T03:04:05.678Z", "document": { "kind": "Environment", "name": "Admin" }
        });
        assert_eq!(
            one(&item),
            "# Environment Admin, revision 2, changed 2026-01-02 03:04:05Z by alice\nkind: Environment\nname: Admin"
        );
    }

    #[test]
    fn a_kind_has_its_place_in_the_api() {
        assert_eq!(path(Kind::Environment), "/api/v1/configuration/environment");
    }
}
