//! The labels and annotations that say whose an object is, which the host hands out and steps put on what they write.

/// All keys that begin so are Shipslog's alone.
pub const PREFIX: &str = "shipslog.dev/";

/// Which server wrote it.
pub const INSTANCE: &str = "shipslog.dev/instance";
/// For which project.
pub const PROJECT: &str = "shipslog.dev/project";
/// In which environment.
pub const ENVIRONMENT: &str = "shipslog.dev/environment";
/// By which step of the project's process.
pub const STEP: &str = "shipslog.dev/step";
/// For which tenant; no server says it yet.
pub const TENANT: &str = "shipslog.dev/tenant";
/// By which deployment, as `deployments-841`.
pub const DEPLOYMENT: &str = "shipslog.dev/deployment";
/// Of which release.
pub const RELEASE: &str = "shipslog.dev/release";
/// The project as people write it. An annotation, as all that follow.
pub const PROJECT_NAME: &str = "shipslog.dev/project-name";
/// The environment as people write it.
pub const ENVIRONMENT_NAME: &str = "shipslog.dev/environment-name";
/// The step as people write it.
pub const STEP_NAME: &str = "shipslog.dev/step-name";
/// The release as people write it.
pub const RELEASE_VERSION: &str = "shipslog.dev/release-version";
/// The deployment's own id, which no two have in common.
pub const DEPLOYMENT_UID: &str = "shipslog.dev/deployment-uid";

/// Labels that together name an owner. The others say what the owner did last.
pub const OWNER: [&str; 5] = [INSTANCE, PROJECT, ENVIRONMENT, STEP, TENANT];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_ours() {
        let others = [
            DEPLOYMENT,
            RELEASE,
            PROJECT_NAME,
            ENVIRONMENT_NAME,
            STEP_NAME,
            RELEASE_VERSION,
            DEPLOYMENT_UID,
        ];
        let mut all = OWNER.iter().chain(&others);
        assert!(all.all(|it| it.len() > PREFIX.len() && it.starts_with(PREFIX)));
    }
}
