//! From a core module to a component, and back to what it imports and exports.

use anyhow::{Context as _, Result, ensure};
use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::WorldItem;

/// What a component takes from its host and gives to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct World {
    /// As `shipslog:step/log@0.1.0`.
    pub(super) imports: Vec<String>,
    /// As `run`.
    pub(super) exports: Vec<String>,
}

/// The only host that a step may have.
const CONTRACT: &str = "shipslog:step/";

/// What a step must answer to.
const EXPORTS: [&str; 3] = ["check", "describe", "run"];

/// Makes a component; refuses one that no engine would take.
pub(super) fn encode(module: &[u8]) -> Result<Vec<u8>> {
    let component = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut it| it.encode())
        .context("the module is no step: does it say `shipslog_step::export!(…)`?")?;
    let world = read(&component)?;
    ensure!(
        world.exports == EXPORTS,
        "the component exports {}; a step exports {}",
        world.exports.join(", "),
        EXPORTS.join(", ")
    );
    let foreign: Vec<_> = world
        .imports
        .into_iter()
        .filter(|it| !it.starts_with(CONTRACT))
        .collect();
    ensure!(
        foreign.is_empty(),
        "the component imports {}; a step has no host but {CONTRACT}*",
        foreign.join(", ")
    );
    Ok(component)
}

/// Reads what a component imports and exports, sorted.
pub(super) fn read(component: &[u8]) -> Result<World> {
    let decoded = wit_component::decode(component).context("the component cannot be read")?;
    let DecodedWasm::Component(resolve, world) = decoded else {
        anyhow::bail!("this is a WIT package, not a component");
    };
    let world = &resolve.worlds[world];
    let mut exports: Vec<_> = world
        .exports
        .keys()
        .map(|it| resolve.name_world_key(it))
        .collect();
    // Types that the exports speak of stand among the imports too; nobody has to give them.
    let given = world
        .imports
        .iter()
        .filter(|(_, it)| !matches!(it, WorldItem::Type { .. }));
    let mut imports: Vec<_> = given.map(|(it, _)| resolve.name_world_key(it)).collect();
    exports.sort();
    imports.sort();
    Ok(World { imports, exports })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_is_no_step_is_refused_with_a_remedy() {
        let empty = b"\0asm\x01\0\0\0";
        let error = encode(empty).unwrap_err();
        assert!(
            format!("{error:#}").contains("a step exports check, describe, run"),
            "{error:#}"
        );
        let error = encode(b"no module").unwrap_err();
        assert!(error.to_string().contains("export!"), "{error:#}");
    }
}
