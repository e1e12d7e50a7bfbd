//! Step components that the server keeps.

use serde::{Deserialize, Serialize};
use shipslog_events::ids::{ComponentDigest, ProjectName, ReleaseVersion};
use utoipa::ToSchema;

use crate::address::addresses;

addresses! {
    /// All components.
    COMPONENTS = "/api/v1/components";
    /// One, by its digest.
    COMPONENT = "/api/v1/components/{digest}";
}

/// A step component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// What `uses` says to mean it; none where it is kept for releases only.
    pub reference: Option<String>,
    /// `sha256:<hex>` of its bytes.
    #[schema(value_type = String)]
    pub digest: ComponentDigest,
    /// As it describes itself; none where it does not answer any more.
    pub version: Option<String>,
    /// Whether the server brings it along.
    pub built_in: bool,
    /// Releases that froze it.
    pub needed_by: Vec<Needing>,
}

/// A release that needs a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Needing {
    /// The release's project.
    #[schema(value_type = String)]
    pub project: ProjectName,
    /// The release's version.
    #[schema(value_type = String)]
    pub release: ReleaseVersion,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::round_trip;

    #[test]
    fn a_component_is_shown_with_those_who_need_it() {
        let needing = Needing {
            project: "Httpd".into(),
            release: "1.0.0".into(),
        };
        let component = Component {
            reference: None,
            digest: "sha256:ab".into(),
            version: None,
            built_in: false,
            needed_by: vec![needing],
        };
        let shown = json!({
            "reference": null, "digest": "sha256:ab", "version": null, "builtIn": false,
            "neededBy": [{ "project": "Httpd", "release": "1.0.0" }]
        });
        assert_eq!(round_trip(&component), shown);
    }
}
