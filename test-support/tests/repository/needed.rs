//! No crate depends on what its sources never name: an arrow that nobody walks is one that somebody will.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use shipslog_test_support::workspace;

/// Named for their features alone: which Kubernetes is spoken, and what all builds have in common.
const FOR_FEATURES: [(&str, &str); 1] = [("shipslog-cluster", "k8s-openapi")];
const ALL_FOR_FEATURES: &str = "shipslog-same-features";

/// The words of a crate's sources, without those of crates that lie within it.
#[derive(Default)]
struct Words {
    /// Of those that are built for users.
    built: BTreeSet<String>,
    /// Of its tests.
    tests: BTreeSet<String>,
}

impl Words {
    fn read(&mut self, folder: &Path, is_test: bool) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test = is_test || path.file_stem().is_some_and(|it| it == "tests");
            if path.is_dir() && path.file_name().unwrap() != "target" && !path.join("Cargo.toml").exists() {
                self.read(&path, is_test);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let found = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
                let words = if is_test { &mut self.tests } else { &mut self.built };
                words.extend(found.map(str::to_owned));
            }
        }
    }
}

/// What the sources call a dependency.
fn called(dependency: &Value, packages: &[&Value]) -> String {
    let text = |it: &Value| it.as_str().map(str::to_owned);
    let name = text(&dependency["name"]).unwrap();
    let library = packages
        .iter()
        .find(|it| it["name"] == name.as_str())
        .and_then(|it| {
            let targets = it["targets"].as_array().unwrap();
            let library = targets.iter().find(|it| it["kind"][0] == "lib")?;
            text(&library["name"])
        });
    let called = text(&dependency["rename"]).or(library).unwrap_or(name);
    called.replace('-', "_")
}

#[test]
fn whatever_a_crate_depends_on_is_named_in_its_sources() {
    let metadata = workspace::metadata();
    let packages: Vec<&Value> = workspace::packages(&metadata).collect();
    let mut unnamed = Vec::new();
    for package in packages.iter().filter(|it| it["name"] != ALL_FOR_FEATURES) {
        let name = package["name"].as_str().unwrap();
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let mut words = Words::default();
        words.read(manifest.parent().unwrap(), false);
        for dependency in package["dependencies"].as_array().unwrap() {
            let of = (name, dependency["name"].as_str().unwrap());
            let called = called(dependency, &packages);
            let is_named = words.built.contains(&called)
                || (dependency["kind"] == "dev" && words.tests.contains(&called));
            if !is_named && !FOR_FEATURES.contains(&of) {
                unnamed.push(of);
            }
        }
    }
    assert_eq!(unnamed, []);
}

#[test]
fn whatever_the_workspace_names_somebody_depends_on() {
    let metadata = workspace::metadata();
    let needed: BTreeSet<&str> = workspace::packages(&metadata)
        .flat_map(|it| it["dependencies"].as_array().unwrap())
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    let manifest = std::fs::read_to_string(workspace::root().join("Cargo.toml")).unwrap();
    let table = manifest.split("[workspace.dependencies]\n").nth(1).unwrap();
    let names: Vec<&str> = table
        .lines()
        .take_while(|it| !it.starts_with('['))
        .filter_map(|it| it.split_once(" = "))
        .map(|it| it.0)
        .collect();
    assert!(names.len() > 50, "{names:?}");
    let strangers: Vec<_> = names.iter().filter(|it| !needed.contains(**it)).collect();
    assert!(strangers.is_empty(), "nobody needs {strangers:?}");
}
