//! Before anything is written: whose are the objects that exist already?

use shipslog_step::kubernetes::{ObjectReference, kubernetes};

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
        self.check_traffic()?;
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

    fn check_traffic(&mut self) -> Result<(), Stop> {
        let pods = &self.objects.workload()["spec"]["template"];
        for mine in self.objects.with(Role::Traffic) {
            let object = ObjectReference::of(mine)?;
            let live = kubernetes().find(&object)?;
            if SERVICE.is_of(&object) {
                self.service.clone_from(&live);
            }
            switch::decide(live.as_ref(), mine, self.situation, self.inputs.adopt).map_err(failed)?;
            switch::reaches(live.as_ref(), mine, pods).map_err(failed)?;
        }
        Ok(())
    }
}
