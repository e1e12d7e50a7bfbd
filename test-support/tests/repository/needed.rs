//! No crate depends on what its sources never name: an arrow that nobody walks is one that somebody will.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use shipslog_test_support::workspace;

/// Named for their features alone: which Kubernetes is spoken, and what all builds have in common.
const FOR_FEATURES: [(&str, &str); 1] = [("shipslog-cluster", "k8s-openapi")];
const ALL_FOR_FEATURES: &str = "shipslog-same-features";

/// The words of all sources of a crate, without those of crates that lie within it.
fn words(folder: &Path, words: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "target" && !path.join("Cargo.toml").exists() {
            self::words(&path, words);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let found = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
            words.extend(found.map(str::to_owned));
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
        let mut known = BTreeSet::new();
        words(manifest.parent().unwrap(), &mut known);
        for dependency in package["dependencies"].as_array().unwrap() {
            let of = (name, dependency["name"].as_str().unwrap());
            if !FOR_FEATURES.contains(&of) && !known.contains(&called(dependency, &packages)) {
                unnamed.push(of);
            }
        }
    }
    assert_eq!(unnamed, []);
}
