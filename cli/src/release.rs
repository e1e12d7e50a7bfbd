//! `shipslog release`: what is frozen to be deployed.

use anyhow::Result;
use clap::{Args, Subcommand};
use shipslog_api::paging::Reading;
use shipslog_api::releases::{CreateRelease, RELEASE, RELEASES, Release, ReleaseCreated};
use shipslog_events::ids::PackageName;

use crate::asking::Asking;
use crate::client::Query;
use crate::common::Common;
use crate::exit::{self, Exit};
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
    #[command(flatten)]
    asking: Asking,
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
        let (project, asking) = (self.project.clone(), self.asking.clone());
        let answer = client
            .post::<ReleaseCreated>(&RELEASES.of([&project]), &asking, &self.asked())
            .await?;
        let created: ReleaseCreated = answer.read()?;
        for (package, tags) in &created.passed_over {
            anstream::eprintln!("{}", passed_over(package, tags));
        }
        let reached = Reading {
            min_position: Some(created.position.0),
        };
        let path = RELEASE.of([&project, &created.version]);
        let shown = client.get(&path, &Query::of(&reached)).await;
        let shown = shown.and_then(|it| common.output.show(&it, |it| format!("created {}", one(it))));
        match shown {
            Err(error) if !exit::nobody_listens(&error) => {
                // It is done, whatever comes after: whoever reads a failure would create another one.
                anstream::eprintln!("it is created, and cannot be shown: {error:#}");
                let _ = common.output.show(&answer, |it: &ReleaseCreated| {
                    format!("created {project} {}", it.version)
                });
            }
            shown => shown?,
        }
        Ok(Exit::Succeeded)
    }

    fn asked(self) -> CreateRelease {
        let packages = self.package.into_iter();
        CreateRelease {
            version: self.version.map(Into::into),
            packages: packages.map(|(name, tag)| (name.into(), tag)).collect(),
        }
    }
}

/// What was not taken for the newest, and how to have it.
fn passed_over(package: &PackageName, tags: &[String]) -> String {
    let tags: Vec<String> = tags.iter().map(|it| format!("`{it}`")).collect();
    format!(
        "{package}: passed over as other kinds of versions: {}; name one with --package, or say in the project's package \
         by `versions` which tags are versions",
        tags.join(", ")
    )
}

fn package(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, version)) if !name.is_empty() && !version.is_empty() => {
            Ok((name.to_owned(), version.to_owned()))
        }
        Some(_) | None => Err("write it as `httpd=2.4.71`".to_owned()),
    }
}

/// A release with what it froze.
pub(crate) fn one(release: &Release) -> String {
    let Release {
        project,
        version,
        lifecycle,
        ..
    } = release;
    let head = format!("{project} {version}, lifecycle {lifecycle}");
    let packages = release.packages.iter();
    let packages = packages.map(|it| format!("  package {} {} ({})", it.name, it.version, it.digest));
    let steps = release.steps.iter();
    let steps = steps.map(|it| match (&it.uses, &it.component, &it.gate) {
        (_, _, Some(kind)) => format!("  gate {} ({kind})", it.name),
        (uses, component, None) => {
            let (uses, component) = (output::maybe(uses.as_ref()), output::maybe(component.as_ref()));
            format!("  step {} uses {uses} ({component})", it.name)
        }
    });
    let environments = release.environments.iter();
    let reached = environments.map(|(environment, it)| format!("  succeeded in {environment} ({it})"));
    let lines = std::iter::once(head).chain(packages).chain(steps).chain(reached);
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use shipslog_api::releases::{ReleasePackage, ReleaseStep};
    use shipslog_events::ids::DeploymentId;

    use super::*;
    use crate::output::table;

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
        let create = |version: Option<&str>, package: Vec<(String, String)>| Create {
            project: "P".into(),
            version: version.map(str::to_owned),
            package,
            asking: Asking::default(),
        };
        assert_eq!(create(None, vec![]).asked(), CreateRelease::default());
        let chosen = CreateRelease {
            version: Some("1.0.0".into()),
            packages: BTreeMap::from([("a".into(), "2".to_owned())]),
        };
        let package = vec![("a".to_owned(), "2".to_owned())];
        assert_eq!(create(Some("1.0.0"), package).asked(), chosen);
    }

    #[test]
    fn a_release_shows_what_it_froze_and_how_far_it_came() {
        let package = ReleasePackage {
            name: "httpd".into(),
            version: "2.4.71".to_owned(),
            digest: "sha256:ab".to_owned(),
            reference: "httpd:2.4.71@sha256:ab".to_owned(),
        };
        let step = ReleaseStep {
            name: "Deploy httpd".into(),
            uses: Some("deploy-containers@1".to_owned()),
            component: Some("sha256:cd".into()),
            gate: None,
        };
        let release = Release {
            project: "Httpd".into(),
            version: "1.0.0".into(),
            lifecycle: "Application".into(),
            created_at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
            created_by: "alice".to_owned(),
            packages: vec![package],
            steps: vec![step],
            environments: BTreeMap::from([("Development".into(), DeploymentId(1))]),
        };
        let expected = "Httpd 1.0.0, lifecycle Application\n  package httpd 2.4.71 (sha256:ab)\n  \
                        step Deploy httpd uses deploy-containers@1 (sha256:cd)\n  \
                        succeeded in Development (deployments-1)";
        assert_eq!(one(&release), expected);
        let listed = table(&[release]);
        assert!(
            listed.contains("httpd 2.4.71  Development   2026-01-02 03:04:05Z  alice"),
            "{listed}"
        );
    }
}
