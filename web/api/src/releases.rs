//! Releases of a project.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shipslog_events::event::process::GateKind;
use shipslog_events::ids::{
    ComponentDigest, DeploymentId, EnvironmentName, LifecycleName, PackageName, Position, ProjectName,
    ReleaseVersion, StepName,
};
use utoipa::ToSchema;

use crate::Done;
use crate::address::addresses;
use crate::{schema, text};

addresses! {
    /// The releases of a project, and where one is created.
    RELEASES = "/api/v1/projects/{project}/releases";
    /// A single release.
    RELEASE = "/api/v1/projects/{project}/releases/{version}";
}

/// What to freeze.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRelease {
    /// By default the one after the highest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub version: Option<ReleaseVersion>,
    /// Chosen tags by package; packages without one get the newest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    pub packages: BTreeMap<PackageName, String>,
}

/// A release that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseCreated {
    /// The project that it is of.
    #[schema(value_type = String)]
    pub project: ProjectName,
    /// Its version.
    #[schema(value_type = String)]
    pub version: ReleaseVersion,
    /// By package whose newest version was wanted, tags that read as newer than the one chosen and are of another kind:
    /// pre-releases, dates, build numbers. The newest twenty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub passed_over: BTreeMap<PackageName, Vec<String>>,
    /// Where it stands in the log.
    #[schema(value_type = u64)]
    pub position: Position,
}

impl Done for ReleaseCreated {
    const STATUS: u16 = 201;
}

/// A release and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// The project that it is of.
    #[schema(value_type = String)]
    pub project: ProjectName,
    /// Unique within the project.
    #[schema(value_type = String)]
    pub version: ReleaseVersion,
    /// How it progresses.
    #[schema(value_type = String)]
    pub lifecycle: LifecycleName,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who created it: the name of a key.
    pub created_by: String,
    /// Images with digests.
    pub packages: Vec<ReleasePackage>,
    /// Steps with components, and gates.
    pub steps: Vec<ReleaseStep>,
    /// The latest deployment that succeeded, by environment.
    #[serde(with = "text::values")]
    #[schema(value_type = BTreeMap<String, String>)]
    pub environments: BTreeMap<EnvironmentName, DeploymentId>,
}

/// A package with the version that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleasePackage {
    /// Its name in the project.
    #[schema(value_type = String)]
    pub name: PackageName,
    /// The image's tag.
    pub version: String,
    /// Digest of the image's index.
    pub digest: String,
    /// What the cluster pulls.
    pub reference: String,
}

/// A step with the component that runs, or a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseStep {
    /// Its name in the process.
    #[schema(value_type = String)]
    pub name: StepName,
    /// Such as `deploy-containers@1`; nothing for a gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<String>,
    /// Digest of what that meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub component: Option<ComponentDigest>,
    /// Who decides at it, where it is a gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::GateKind>)]
    pub gate: Option<GateKind>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{moment, round_trip};

    #[test]
    fn what_is_not_chosen_is_left_to_the_server() {
        assert_eq!(round_trip(&CreateRelease::default()), json!({}));
        let create = CreateRelease {
            version: Some("1.0.0".into()),
            packages: BTreeMap::from([("a".into(), "2".to_owned())]),
        };
        assert_eq!(
            round_trip(&create),
            json!({ "version": "1.0.0", "packages": { "a": "2" } })
        );
    }

    #[test]
    fn a_release_shows_what_it_froze_and_how_far_it_came() {
        let created = ReleaseCreated {
            passed_over: BTreeMap::new(),
            project: "Httpd".into(),
            version: "1.0.0".into(),
            position: Position(5),
        };
        round_trip(&created);
        let package = ReleasePackage {
            name: "httpd".into(),
            version: "2.4.71".to_owned(),
            digest: "sha256:ab".to_owned(),
            reference: "httpd:2.4.71@sha256:ab".to_owned(),
        };
        let step = ReleaseStep {
            name: "Deploy".into(),
            uses: Some("deploy-containers@1".to_owned()),
            component: Some("sha256:cd".into()),
            gate: None,
        };
        let release = Release {
            project: created.project,
            version: created.version,
            lifecycle: "Application".into(),
            created_at: moment(),
            created_by: "alice".to_owned(),
            packages: vec![package],
            steps: vec![step],
            environments: BTreeMap::from([("Development".into(), DeploymentId(1))]),
        };
        let shown = round_trip(&release);
        assert_eq!(shown["environments"], json!({ "Development": "deployments-1" }));
        assert_eq!(shown["createdAt"], "2026-01-02T03:04:05.678Z");
    }
}
