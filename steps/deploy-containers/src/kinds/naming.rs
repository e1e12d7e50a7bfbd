//! How the objects of each kind are called.

use shipslog_step::kubernetes::ObjectReference;

use super::{ALL, Kind};
use crate::inputs::Inputs;
use crate::names::{ANY_DEPLOYMENT, Names, suffixed};

impl Names {
    /// Names for a deployment such as `deployments-841`.
    pub fn new(inputs: &Inputs, deployment: &str) -> Self {
        let object = |kind: Kind| {
            let base = (kind.base)(inputs)?;
            let object = if kind.is_suffixed(inputs) {
                kind.named(&suffixed(base, deployment))
            } else {
                kind.named(base)
            };
            Some((kind.role, object))
        };
        Self::in_order(ALL.into_iter().filter_map(object).collect())
    }

    /// Names for whatever deployment comes: for capabilities.
    pub fn patterns(inputs: &Inputs) -> Self {
        Self::new(inputs, ANY_DEPLOYMENT)
    }

    /// The object of a kind.
    pub fn of(&self, kind: &Kind) -> Option<&ObjectReference> {
        self.all().find(|it| kind.is_of(it))
    }
}
