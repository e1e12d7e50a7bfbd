//! Configuration documents as they are shown.

use shipslog_api::configuration::DocumentShown;

use crate::moment::moment;
use crate::yaml;

/// The document as it may be applied again, below a comment with what is around it.
pub(crate) fn one(shown: &DocumentShown) -> String {
    let item = &shown.item;
    let document = match &shown.document {
        None => "# its text was erased".to_owned(),
        Some(document) => yaml::write(document).unwrap_or_else(|_| document.to_string()),
    };
    format!(
        "# {} {}, revision {}, changed {} by {}\n{}",
        item.kind,
        item.name,
        item.revision,
        moment(item.changed_at),
        item.changed_by,
        document.trim_end()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shipslog_api::configuration::DocumentItem;
    use shipslog_events::event::configuration::Kind;

    use super::*;

    #[test]
    fn a_document_is_shown_as_it_may_be_applied() {
        let item = DocumentItem {
            kind: Kind::Environment,
            name: "Admin".to_owned(),
            slug: "admin".to_owned(),
            revision: 2,
            changed_at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
            changed_by: "alice".to_owned(),
        };
        let mut shown = DocumentShown {
            item,
            document: Some(json!({ "kind": "Environment", "name": "Admin" })),
        };
        let lead = "# Environment Admin, revision 2, changed 2026-01-02 03:04:05Z by alice";
        assert_eq!(one(&shown), format!("{lead}\nkind: Environment\nname: Admin"));
        shown.document = None;
        assert_eq!(one(&shown), format!("{lead}\n# its text was erased"));
    }
}
