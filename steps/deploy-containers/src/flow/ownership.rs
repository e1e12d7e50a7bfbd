//! Before anything is written: whose are the objects that exist already?

use shipslog_step::kubernetes::{ObjectReference, kubernetes};

use super::{Flow, Stage, Stop, failed};
use crate::ownership::{self, Standing};
use crate::switch;

impl Flow<'_> {
    /// Answers whether the Deployment is taken over from another manager.
    pub(super) fn check_ownership(&mut self) -> Result<bool, Stop> {
        self.at(Stage::Ownership, "reading what exists already");
        let (config_map, secret) = (&self.names.config_map, &self.names.secret);
        for (kind, name) in [("ConfigMap", config_map), ("Secret", secret)] {
            let Some(name) = name else { continue };
            if let Some(live) = kubernetes().find(&ObjectReference::new("v1", kind, name))? {
                ownership::suffixed(&live, self.situation).map_err(failed)?;
            }
        }
        let taken_over = self.check_deployment()?;
        self.check_service()?;
        Ok(taken_over)
    }

    fn check_deployment(&mut self) -> Result<bool, Stop> {
        let Some(live) = kubernetes().find(&self.deployment())? else {
            return Ok(false);
        };
        let standing = if self.inputs.is_blue_green() {
            ownership::suffixed(&live, self.situation)
        } else {
            ownership::shared(&live, self.situation, self.inputs.adopt)
        };
        Ok(standing.map_err(failed)? == Standing::Adopted)
    }

    fn check_service(&mut self) -> Result<(), Stop> {
        let (Some(object), Some(mine)) = (self.service(), &self.objects.service) else {
            return Ok(());
        };
        self.service = kubernetes().find(&object)?;
        let live = self.service.as_ref();
        switch::decide(live, mine, self.situation, self.inputs.adopt).map_err(failed)?;
        let pods = &self.objects.deployment["spec"]["template"];
        switch::reaches(live, mine, pods).map_err(failed)
    }
}
