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
/// The deployment's own id, which no two have in common. An annotation.
pub const DEPLOYMENT_UID: &str = "shipslog.dev/deployment-uid";

/// Labels that together name an owner. The others say what the owner did last.
pub const OWNER: [&str; 5] = [INSTANCE, PROJECT, ENVIRONMENT, STEP, TENANT];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_ours() {
        let others = [DEPLOYMENT, RELEASE, DEPLOYMENT_UID];
        let mut all = OWNER.iter().chain(&others);
        assert!(all.all(|it| it.len() > PREFIX.len() && it.starts_with(PREFIX)));
    }
}
