//! Every variable at once, for a step that asks by name.

use std::collections::BTreeMap;

use crate::variables::{Place, VariableSet};

impl VariableSet {
    /// All variables that have a value there, the server's own ones too. One whose value cannot be resolved is left
    /// out: a step that asks for it is told so.
    pub fn resolve_all(&self, place: &Place) -> BTreeMap<String, String> {
        let own = self.variables().filter_map(|it| {
            let value = self.resolve_text(&format!("#{{{}}}", it.name), place).ok()?;
            Some((it.name.clone(), value))
        });
        let system = place
            .system()
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        own.chain(system).collect()
    }
}
