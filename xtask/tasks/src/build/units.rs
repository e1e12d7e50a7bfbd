//! Holds what `xtask/same-features` is for: what one command has compiled no other compiles again.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::{Wanted, cargo_command};

/// What cargo would do, as far as it is read here.
#[derive(Deserialize)]
struct Graph {
    units: Vec<Unit>,
}

/// One run of the compiler.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Unit {
    pkg_id: String,
    target: Target,
    mode: String,
    features: Vec<String>,
    profile: Profile,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Profile {
    opt_level: String,
    debug_assertions: bool,
    overflow_checks: bool,
    codegen_units: Option<u32>,
}

impl Unit {
    fn is_library(&self) -> bool {
        let kinds = ["lib", "proc-macro"];
        self.mode == "build" && self.target.kind.iter().any(|it| kinds.contains(&&**it))
    }
}

/// Cargo tells only whoever may use what is unstable; nothing is compiled.
fn units(words: &[&str]) -> BTreeSet<Unit> {
    let mut command = cargo_command(&[
        "build",
        "--workspace",
        "--locked",
        "--unit-graph",
        "-Zunstable-options",
    ]);
    command.args(words).env("RUSTC_BOOTSTRAP", "1");
    let said = crate::program::output(&mut command).unwrap();
    let graph: Graph = serde_json::from_str(&said).unwrap();
    graph.units.into_iter().collect()
}

#[test]
fn what_a_command_has_compiled_the_tests_do_not_compile_again() {
    let tests = units(Wanted::Tests.words());
    for words in [
        Wanted::Shipslog.words(),
        Wanted::Laboratory.words(),
        &["--bin", "tasks"],
    ] {
        let again: Vec<_> = units(words)
            .difference(&tests)
            .map(|it| format!("{} {:?}", it.pkg_id, it.features))
            .collect();
        assert!(again.is_empty(), "see xtask/same-features/Cargo.toml: {again:#?}");
    }
}

/// Small, and asked for with other features by something that nobody can tell otherwise.
const TWICE: [&str; 5] = [
    "cranelift-bitset",
    "fnv",
    "object",
    "pulley-interpreter",
    "wasmtime-internal-core",
];

#[test]
fn no_library_is_compiled_twice_for_its_features() {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for unit in units(Wanted::Tests.words()).iter().filter(|it| it.is_library()) {
        *times.entry(unit.pkg_id.clone()).or_insert(0) += 1;
    }
    times.retain(|_, count| *count > 1);
    let names: BTreeSet<&str> = times
        .keys()
        .filter_map(|it| it.rsplit(['#', '/']).next())
        .collect();
    let known = |it: &&&str| TWICE.iter().any(|name| it.starts_with(&format!("{name}@")));
    let new: Vec<_> = names.iter().filter(|it| !known(it)).collect();
    assert!(new.is_empty(), "see xtask/same-features/Cargo.toml: {new:?}");
}

#[test]
fn what_cargo_tells_is_read() {
    let unit: Value = serde_json::json!({
        "pkg_id": "registry+https://…#serde@1.0.1", "mode": "build", "features": ["std"],
        "target": { "name": "serde", "kind": ["lib"] },
        "profile": { "opt_level": "0", "debug_assertions": true, "overflow_checks": true, "codegen_units": null },
    });
    assert!(serde_json::from_value::<Unit>(unit).unwrap().is_library());
}
