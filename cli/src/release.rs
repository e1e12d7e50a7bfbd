//! `shipslog release`: what is frozen to be deployed.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::client::segment;
use crate::common::Common;
use crate::exit::Exit;
use crate::output;

/// Creates releases; `get releases` shows them.
#[derive(Debug, Subcommand)]
pub(crate) enum ReleaseVerb {
    Create(Create),
}

/// Freezes a project as it is now as a release.
///
/// Frozen are its process, its variables, and the digests of images and of step components.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The project.
    #[arg(long)]
    project: String,
    /// The release's version; by default the one after the highest.
    #[arg(long)]
    version: Option<String>,
    /// The image version of a package, such as `httpd=2.4.71`; by default the newest. May be repeated.
    #[arg(long, value_name = "PACKAGE=VERSION", value_parser = package)]
    package: Vec<(String, String)>,
}

impl ReleaseVerb {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        match self {
            Self::Create(create) => create.run(common).await,
        }
    }
}

impl Create {
    async fn run(self, common: &Common) -> Result<Exit> {
        let client = common.client()?;
        let path = path(&self.project);
        let answer = client.post(&path, &[], &self.body()).await?;
        let version = output::text(&answer["version"]);
        let reached = [("minPosition", output::text(&answer["position"]))];
        let release = client
            .get(&format!("{path}/{}", segment(&version)), &reached)
            .await?;
        common
            .output
            .show(&release, |it| format!("created {}", one(it)))?;
        Ok(Exit::Succeeded)
    }

    fn body(&self) -> Value {
        let mut body = Map::new();
        body.extend(self.version.iter().map(|it| ("version".to_owned(), json!(it))));
        if !self.package.is_empty() {
            let packages: Map<String, Value> = self
                .package
                .iter()
                .map(|(name, tag)| (name.clone(), json!(tag)))
                .collect();
            body.insert("packages".to_owned(), Value::Object(packages));
        }
        Value::Object(body)
    }
}

fn package(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, version)) if !name.is_empty() && !version.is_empty() => {
            Ok((name.to_owned(), version.to_owned()))
        }
        Some(_) | None => Err("write it as `httpd=2.4.71`".to_owned()),
    }
}

/// Where a project's releases are.
pub(crate) fn path(project: &str) -> String {
    format!("/api/v1/projects/{}/releases", segment(project))
}

/// A line each.
pub(crate) fn many(items: &Value) -> String {
    let mut rows = items.clone();
    for row in rows.as_array_mut().into_iter().flatten() {
        row["chosen"] = Value::String(chosen(row).join(", "));
        let reached: Vec<&String> = row["environments"]
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .collect();
        row["reached"] = json!(reached);
    }
    let columns = [
        ("VERSION", "version"),
        ("PACKAGES", "chosen"),
        ("SUCCEEDED IN", "reached"),
        ("CREATED", "createdAt"),
        ("BY", "createdBy"),
    ];
    output::table(&rows, &columns)
}

/// A release with what it froze.
pub(crate) fn one(release: &Value) -> String {
    let [project, version, lifecycle] =
        ["project", "version", "lifecycle"].map(|it| output::text(&release[it]));
    let mut lines = vec![format!("{project} {version}, lifecycle {lifecycle}")];
    for package in release["packages"].as_array().into_iter().flatten() {
        let [name, version, digest] = ["name", "version", "digest"].map(|it| output::text(&package[it]));
        lines.push(format!("  package {name} {version} ({digest})"));
    }
    for step in release["steps"].as_array().into_iter().flatten() {
        let [name, uses, component] = ["name", "uses", "component"].map(|it| output::text(&step[it]));
        lines.push(format!("  step {name} uses {uses} ({component})"));
    }
    for (environment, deployment) in release["environments"].as_object().into_iter().flatten() {
        lines.push(format!(
            "  succeeded in {environment} ({})",
            output::text(deployment)
        ));
    }
    lines.join("\n")
}

fn chosen(release: &Value) -> Vec<String> {
    let packages = release["packages"].as_array().into_iter().flatten();
    packages
        .map(|it| format!("{} {}", output::text(&it["name"]), output::text(&it["version"])))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_a_name_and_a_version() {
        assert_eq!(
            package("httpd=2.4.71"),
            Ok(("httpd".to_owned(), "2.4.71".to_owned()))
        );
        assert!(package("httpd").is_err() && package("=1").is_err() && package("a=").is_err());
    }

    #[test]
    fn what_is_not_chosen_is_left_to_the_server() {
        let create = Create {
            project: "P".into(),
            version: None,
            package: Vec::new(),
        };
        assert_eq!(create.body(), json!({}));
        let create = Create {
            version: Some("1.0.0".into()),
            package: vec![("a".into(), "2".into())],
            ..create
        };
        assert_eq!(
            create.body(),
            json!({ "version": "1.0.0", "packages": { "a": "2" } })
        );
    }

    #[test]
    fn a_release_shows_what_it_froze_and_how_far_it_came() {
        let release = json!({
            "project": "Httpd", "version": "1.0.0", "lifecycle": "Application",
            "packages": [{ "name": "httpd", "version": "2.4.71", "digest": "sha256:ab" }],
            "steps": [{ "name": "Deploy httpd", "uses": "deploy-containers@1", "component": "sha256:cd" }],
            "environments": { "Development": "deployments-1" }
        });
        let expected = "Httpd 1.0.0, lifecycle Application\n  package httpd 2.4.71 (sha256:ab)\n  \
                        step Deploy httpd uses deploy-containers@1 (sha256:cd)\n  \
                        succeeded in Development (deployments-1)";
        assert_eq!(one(&release), expected);
        assert!(many(&json!([release])).contains("httpd 2.4.71"));
    }
}
