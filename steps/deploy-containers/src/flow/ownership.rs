//! Before anything is written: whose are the objects that exist already?

use shipslog_step::kubernetes::kubernetes;

use super::{Flow, Stage, Stop, failed};
use crate::kinds::{Role, SERVICE};
use crate::ownership::{self, Standing};
use crate::switch;

impl Flow<'_> {
    /// Answers whether the workload is taken over from another manager.
    pub(super) fn check_ownership(&mut self) -> Result<bool, Stop> {
        self.at(Stage::Ownership, "reading what exists already");
        for object in self.names.with(Role::Configuration) {
            if let Some(live) = kubernetes().find(object)? {
                ownership::suffixed(&live, self.situation).map_err(failed)?;
            }
        }
        let taken_over = self.check_workload()?;
        self.check_service()?;
        Ok(taken_over)
    }

    fn check_workload(&mut self) -> Result<bool, Stop> {
        let Some(live) = kubernetes().find(&self.workload())? else {
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
        let (Some(object), Some(mine)) = (self.service(), self.objects.of(&SERVICE)) else {
            return Ok(());
        };
        self.service = kubernetes().find(&object)?;
        let live = self.service.as_ref();
        switch::decide(live, mine, self.situation, self.inputs.adopt).map_err(failed)?;
        let pods = &self.objects.workload()["spec"]["template"];
        switch::reaches(live, mine, pods).map_err(failed)
    }
}
