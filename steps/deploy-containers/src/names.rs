//! Names of the objects: all of them follow from the inputs and the deployment, so that every write can be repeated.

use crate::inputs::Inputs;

/// What a base name may have: with `-deployments-` and eight digits it still fits a label.
pub const LONGEST_BASE: usize = 42;

/// Names of one deployment's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Of the Deployment.
    pub workload: String,
    /// Of the ConfigMap.
    pub config_map: Option<String>,
    /// Of the Secret.
    pub secret: Option<String>,
    /// Of the Service.
    pub service: Option<String>,
}

impl Names {
    /// Names for a deployment such as `deployments-841`.
    pub fn new(inputs: &Inputs, deployment: &str) -> Self {
        let suffixed = |base: &str| format!("{base}-{deployment}");
        Self {
            workload: if inputs.is_blue_green() {
                suffixed(&inputs.name)
            } else {
                inputs.name.clone()
            },
            config_map: inputs.config_map.as_ref().map(|it| suffixed(&it.name)),
            secret: inputs.secret.as_ref().map(|it| suffixed(&it.name)),
            service: inputs.service.as_ref().map(|it| it.name.clone()),
        }
    }

    /// Names for whatever deployment comes: for capabilities.
    pub fn patterns(inputs: &Inputs) -> Self {
        Self::new(inputs, "deployments-*")
    }
}
