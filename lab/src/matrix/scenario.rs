//! The deployments whose runs are interrupted: each built-in step, and a blue/green that has something to replace.

use anyhow::Result;

use tasks::story::Stage;

/// One deployment, and what has to be there before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    Bootstrap,
    FirstDeployment,
    Replacement,
    Manifests,
}

/// What is asked for.
pub(crate) struct Request {
    pub(crate) project: &'static str,
    pub(crate) release: &'static str,
    /// The number that it will get on an empty server.
    pub(crate) id: &'static str,
}

impl Scenario {
    pub(crate) const ALL: [Self; 4] = [
        Self::Bootstrap,
        Self::FirstDeployment,
        Self::Replacement,
        Self::Manifests,
    ];

    /// The step, and which of its deployments.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bootstrap => "rbac-bootstrap",
            Self::FirstDeployment => "deploy-containers",
            Self::Replacement => "deploy-containers-again",
            Self::Manifests => "apply-manifests",
        }
    }

    pub(crate) fn request(self) -> Request {
        let (project, release, id) = match self {
            Self::Bootstrap => ("Access", "1.0.0", "deployments-1"),
            Self::FirstDeployment => ("Httpd", "1.0.0", "deployments-1"),
            Self::Replacement => ("Httpd", "1.0.1", "deployments-2"),
            Self::Manifests => ("Manifests", "1.0.0", "deployments-1"),
        };
        Request { project, release, id }
    }

    /// Everything up to the request.
    pub(crate) fn prepare(self, stage: &Stage, namespace: &str) -> Result<()> {
        apply(stage, INFRASTRUCTURE, namespace)?;
        if self != Self::Bootstrap {
            stage.place.kubectl(&["create", "namespace", namespace])?;
            apply(stage, &target(self.request().project), namespace)?;
        }
        match self {
            Self::Bootstrap => apply(stage, ACCESS, namespace)?,
            Self::FirstDeployment => apply(stage, &httpd("one", 0), namespace)?,
            Self::Replacement => {
                apply(stage, &httpd("one", 0), namespace)?;
                release(stage, "Httpd", "1.0.0")?;
                deploy(stage, "Httpd", "1.0.0")?;
                apply(stage, &httpd("two", 0), namespace)?;
            }
            Self::Manifests => apply(stage, MANIFESTS, namespace)?,
        }
        let request = self.request();
        release(stage, request.project, request.release)
    }
}

pub(crate) const INFRASTRUCTURE: &str = include_str!("../../documents/infrastructure.yaml");
pub(crate) const ACCESS: &str = include_str!("../../documents/access.yaml");
pub(crate) const MANIFESTS: &str = include_str!("../../documents/manifests.yaml");

/// The target of a project, whose namespace is still to be filled in.
pub(crate) fn target(project: &str) -> String {
    include_str!("../../documents/target.yaml").replace("@PROJECT@", project)
}

/// The application with a text on its page. `drain` is for how long, in seconds, old pods live on: first until nodes
/// have heard of the switch, then until they have heard of the pods' end.
pub(crate) fn httpd(page: &str, drain: u32) -> String {
    include_str!("../../documents/httpd.yaml")
        .replace("@PAGE@", page)
        .replace("@DRAIN@", &drain.to_string())
}

/// Applies documents with their namespace filled in.
pub(crate) fn apply(stage: &Stage, documents: &str, namespace: &str) -> Result<()> {
    let documents = documents.replace("@NAMESPACE@", namespace);
    stage.ask(&["apply", "-f", "-"], Some(&documents))?;
    Ok(())
}

pub(crate) fn release(stage: &Stage, project: &str, version: &str) -> Result<()> {
    stage.ask(
        &["release", "create", "--project", project, "--version", version],
        None,
    )?;
    Ok(())
}

/// The words that ask for a deployment.
pub(crate) fn words<'a>(project: &'a str, release: &'a str) -> [&'a str; 7] {
    [
        "deploy",
        "--project",
        project,
        "--release",
        release,
        "--to",
        "Test",
    ]
}

/// Deploys undisturbed, until it has succeeded.
pub(crate) fn deploy(stage: &Stage, project: &str, release: &str) -> Result<()> {
    let mut words = words(project, release).to_vec();
    words.push("--wait");
    stage.ask(&words, None)?;
    Ok(())
}
