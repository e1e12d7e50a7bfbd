//! The kinds that this step writes. What the rest of it has to know of a kind follows from its role: how its objects are
//! named, which rights they need, in which order they are written, what becomes of old ones.
//!
//! A further kind is a field of [`Inputs`] with its shape; a file here with what can be wrong with that and the manifest;
//! and a row in [`ALL`].

mod config;
mod deployment;
mod naming;
mod service;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shipslog_step::kubernetes::ObjectReference;

use crate::inputs::Inputs;
use crate::render::Rendering;
pub use crate::role::Role;
use crate::validate::Problems;

/// A kind that this step writes.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// As `apps/v1`.
    pub api_version: &'static str,
    /// As in `kind:`.
    pub kind: &'static str,
    /// What its objects are for.
    pub role: Role,
    /// How the inputs call the object; nothing where they ask for none.
    pub base: fn(&Inputs) -> Option<&str>,
    /// Tells what is wrong with its part of the inputs, if they have one.
    pub check: fn(&Inputs, &mut Problems),
    /// The object as it is to be, if the inputs ask for one.
    pub manifest: fn(&Rendering<'_>) -> Option<Value>,
}

/// Every kind, in the order in which they are written.
pub const ALL: [Kind; 4] = [CONFIG_MAP, SECRET, DEPLOYMENT, SERVICE];

/// Texts for the pods.
pub const CONFIG_MAP: Kind = Kind {
    api_version: "v1",
    kind: "ConfigMap",
    role: Role::Configuration,
    base: |inputs| Some(&inputs.config_map.as_ref()?.name),
    check: config::check_config_map,
    manifest: config::config_map,
};

/// Sensitive texts for the pods.
pub const SECRET: Kind = Kind {
    api_version: "v1",
    kind: "Secret",
    role: Role::Configuration,
    base: |inputs| Some(&inputs.secret.as_ref()?.name),
    check: config::check_secret,
    manifest: config::secret,
};

/// The pods.
pub const DEPLOYMENT: Kind = Kind {
    api_version: "apps/v1",
    kind: "Deployment",
    role: Role::Workload,
    base: |inputs| Some(&inputs.name),
    // The whole of the inputs is about it.
    check: |_, _| (),
    manifest: deployment::deployment,
};

/// The way to the pods.
pub const SERVICE: Kind = Kind {
    api_version: "v1",
    kind: "Service",
    role: Role::Traffic,
    base: |inputs| Some(&inputs.service.as_ref()?.name),
    check: service::check,
    manifest: service::service,
};

/// The kinds of a role.
pub fn with(role: Role) -> impl Iterator<Item = Kind> {
    ALL.into_iter().filter(move |it| it.role == role)
}

/// The kind of an object, if this step writes it.
pub fn of(object: &ObjectReference) -> Option<Kind> {
    ALL.into_iter().find(|it| it.is_of(object))
}

impl Kind {
    /// An object of this kind.
    pub fn named(&self, name: &str) -> ObjectReference {
        ObjectReference::new(self.api_version, self.kind, name)
    }

    /// Whether its objects are named after the deployment that makes them.
    pub fn is_suffixed(&self, inputs: &Inputs) -> bool {
        match self.role {
            Role::Configuration => true,
            Role::Workload => inputs.is_blue_green(),
            Role::Traffic => false,
        }
    }

    /// Whether the object is of this kind, in whatever version.
    pub fn is_of(&self, object: &ObjectReference) -> bool {
        let own = self.named(&object.name);
        (&own.group, &own.kind) == (&object.group, &object.kind)
    }

    /// The metadata of its object, with the step's own labels and annotations.
    fn metadata(&self, rendering: &Rendering<'_>, annotations: &BTreeMap<String, String>) -> Option<Value> {
        let Rendering {
            inputs,
            names,
            situation,
            ..
        } = rendering;
        Some(json!({
            "name": names.of(self)?.name,
            "labels": situation.labels_with(&inputs.labels),
            "annotations": situation.annotations_with(annotations),
        }))
    }
}
