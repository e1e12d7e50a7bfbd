//! References to the step's own ConfigMap and Secret, by `fromStep` or by base name, become references to this
//! deployment's.

use crate::inputs::Inputs;
use crate::inputs::container::Container;
use crate::inputs::pod::LocalObjectReference;
use crate::inputs::volume::Volume;
use crate::kinds::{CONFIG_MAP, Kind, SECRET};
use crate::names::Names;

/// Base and full names of what the step makes.
pub(super) struct References<'a> {
    config_map: Option<(&'a str, &'a str)>,
    secret: Option<(&'a str, &'a str)>,
}

impl<'a> References<'a> {
    pub(super) fn new(inputs: &'a Inputs, names: &'a Names) -> Self {
        let pair = |kind: &Kind| Some(((kind.base)(inputs)?, names.of(kind)?.name.as_str()));
        Self {
            config_map: pair(&CONFIG_MAP),
            secret: pair(&SECRET),
        }
    }

    pub(super) fn volume(&self, mut volume: Volume) -> Volume {
        if let Some(source) = &mut volume.config_map {
            resolve(self.config_map, &mut source.name, source.from_step);
        }
        if let Some(source) = &mut volume.secret {
            resolve(self.secret, &mut source.secret_name, source.from_step);
        }
        volume
    }

    pub(super) fn container(&self, mut container: Container) -> Container {
        for source in container.env.iter_mut().filter_map(|it| it.value_from.as_mut()) {
            if let Some(key) = &mut source.config_map_key_ref {
                resolve(self.config_map, &mut key.name, key.from_step);
            }
            if let Some(key) = &mut source.secret_key_ref {
                resolve(self.secret, &mut key.name, key.from_step);
            }
        }
        for source in &mut container.env_from {
            if let Some(whole) = &mut source.config_map_ref {
                resolve(self.config_map, &mut whole.name, whole.from_step);
            }
            if let Some(whole) = &mut source.secret_ref {
                resolve(self.secret, &mut whole.name, whole.from_step);
            }
        }
        container
    }

    pub(super) fn pull_secret(&self, reference: &LocalObjectReference) -> LocalObjectReference {
        let mut name = Some(reference.name.clone());
        resolve(self.secret, &mut name, false);
        LocalObjectReference {
            name: name.unwrap_or_default(),
        }
    }
}

fn resolve(own: Option<(&str, &str)>, name: &mut Option<String>, from_step: bool) {
    if let Some((base, full)) = own
        && (from_step || name.as_deref() == Some(base))
    {
        *name = Some(full.to_owned());
    }
}
