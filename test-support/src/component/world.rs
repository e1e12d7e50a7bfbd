//! The contract as a core module sees it, read from its WIT: which functions there are to import, and how a module becomes
//! a component.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, WorldId, WorldItem};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../step-sdk/wit");

static WORLD: LazyLock<World> = LazyLock::new(World::read);

struct World {
    resolve: Resolve,
    id: WorldId,
}

impl World {
    fn read() -> Self {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_path(FOLDER).unwrap();
        let id = resolve.select_world(&[package], Some("step")).unwrap();
        Self { resolve, id }
    }

    /// The name that a module calls each imported function by, and the line that imports it.
    fn imports(&self) -> impl Iterator<Item = (String, String)> {
        let items = self.resolve.worlds[self.id].imports.iter();
        let interfaces = items.filter_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => Some((key, &self.resolve.interfaces[*id])),
            WorldItem::Function(_) | WorldItem::Type { .. } => None,
        });
        interfaces.flat_map(move |(key, interface)| {
            let module = self.resolve.name_world_key(key);
            let short = interface.name.as_ref().unwrap();
            interface.functions.values().map(move |function| {
                let signature = self.resolve.wasm_signature(AbiVariant::GuestImport, function);
                let (parameters, results) = (words(&signature.params), words(&signature.results));
                let (name, called) = (&function.name, format!("${short}.{}", function.name));
                let line = format!(
                    r#"(import "{module}" "{name}" (func {called} (param {parameters}) (result {results})))"#
                );
                (called, line)
            })
        })
    }
}

fn words(types: &[WasmType]) -> String {
    let word = |it: &WasmType| match it {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32 ",
        WasmType::I64 | WasmType::PointerOrI64 => "i64 ",
        WasmType::F32 => "f32 ",
        WasmType::F64 => "f64 ",
    };
    types.iter().map(word).collect()
}

/// The imports of every function that is called in these.
pub(super) fn imports(bodies: &[&str]) -> String {
    let words = bodies
        .iter()
        .flat_map(|it| it.split(|it: char| it.is_whitespace() || "()".contains(it)));
    let called: BTreeSet<&str> = words.filter(|it| it.starts_with('$')).collect();
    let imports = WORLD.imports().filter(|it| called.contains(&*it.0));
    imports.map(|it| it.1).collect()
}

/// A core module as a component of the world `shipslog:step`.
pub fn wrap(module: &[u8]) -> Vec<u8> {
    let mut module = module.to_vec();
    embed_component_metadata(&mut module, &WORLD.resolve, WORLD.id, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .unwrap()
        .encode()
        .unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_is_imported_as_the_contract_has_it_and_nothing_else() {
        assert_eq!(
            imports(&["(call $log.write (i32.const 1))", "(drop (call $clock.sleep))"]),
            "(import \"shipslog:step/log@0.1.0\" \"write\" (func $log.write (param i32 i32 i32 ) (result )))\
             (import \"shipslog:step/clock@0.1.0\" \"sleep\" (func $clock.sleep (param i64 ) (result i32 )))"
        );
    }
}
