//! The arrows of ARCHITECTURE.md are those of Cargo: its two tables are read and held against `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shipslog_test_support::workspace;

/// The rows of the table under this heading: the words of the first two columns.
fn table(heading: &str) -> Vec<(String, BTreeSet<String>)> {
    let page = std::fs::read_to_string(workspace::root().join("ARCHITECTURE.md")).unwrap();
    let part = page.split(&format!("\n### {heading}\n")).nth(1);
    let part = part.unwrap_or_else(|| panic!("ARCHITECTURE.md has no part `{heading}`"));
    let rows = part
        .lines()
        .skip_while(|it| !it.starts_with('|'))
        .take_while(|it| it.starts_with('|'));
    let words = |cell: &str| -> BTreeSet<String> {
        let words = cell.split(',').map(|it| it.trim().trim_matches('`').to_owned());
        words.filter(|it| !it.is_empty() && it != "-").collect()
    };
    let cells = |row: &str| {
        let cells: Vec<&str> = row.split('|').collect();
        (words(cells[1]).pop_first().unwrap(), words(cells[2]))
    };
    let rows: Vec<_> = rows.skip(2).map(cells).collect();
    assert!(!rows.is_empty(), "the table under `{heading}` has rows");
    rows
}

/// What each package depends on, but for its tests and build scripts; and where our own packages lie.
struct Packages {
    needs: BTreeMap<String, BTreeSet<String>>,
    ours: BTreeMap<String, String>,
}

impl Packages {
    fn read() -> Self {
        let metadata = workspace::metadata();
        let list = |value: &Value, field: &str| value[field].as_array().unwrap().clone();
        let text = |value: &Value, field: &str| value[field].as_str().unwrap().to_owned();
        let names: BTreeMap<String, String> = list(&metadata, "packages")
            .iter()
            .map(|it| (text(it, "id"), text(it, "name")))
            .collect();
        let is_needed = |it: &Value| list(it, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in list(&metadata["resolve"], "nodes") {
            let of = needs.entry(names[&text(&node, "id")].clone()).or_default();
            let needed = list(&node, "deps").into_iter().filter(is_needed);
            of.extend(needed.map(|it| names[&text(&it, "pkg")].clone()));
        }
        let root = text(&metadata, "workspace_root");
        let folder = |it: &Value| {
            let manifest = text(it, "manifest_path");
            let folder = manifest.trim_start_matches(&root).trim_start_matches('/');
            folder.trim_end_matches("/Cargo.toml").to_owned()
        };
        let ours = workspace::packages(&metadata)
            .map(|it| (text(it, "name"), folder(it)))
            .collect();
        Self { needs, ours }
    }

    fn name_of(&self, folder: &str) -> &str {
        let found = self.ours.iter().find(|it| it.1 == folder);
        found.unwrap_or_else(|| panic!("there is no crate in {folder}")).0
    }

    /// Everything that a package reaches.
    fn reached(&self, from: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for next in &self.needs[at] {
                if reached.insert(next.as_str()) {
                    open.push(next);
                }
            }
        }
        reached
    }
}

#[test]
fn every_crate_depends_on_those_of_ours_that_the_page_says() {
    let packages = Packages::read();
    let mut told = BTreeSet::new();
    for (folder, expected) in table("Which crate knows which") {
        let needs = &packages.needs[packages.name_of(&folder)];
        let ours = needs.iter().filter_map(|it| packages.ours.get(it).cloned());
        assert_eq!(ours.collect::<BTreeSet<_>>(), expected, "{folder}");
        told.insert(folder);
    }
    let untold: Vec<_> = packages.ours.values().filter(|it| !told.contains(*it)).collect();
    assert!(untold.is_empty(), "ARCHITECTURE.md does not tell of {untold:?}");
}

#[test]
fn no_crate_reaches_what_it_must_not_know() {
    let packages = Packages::read();
    for (folder, forbidden) in table("What a crate must not reach") {
        let reached = packages.reached(packages.name_of(&folder));
        let known: Vec<_> = forbidden
            .iter()
            .filter(|it| reached.contains(it.as_str()))
            .collect();
        assert!(known.is_empty(), "{folder} reaches {known:?}");
    }
}
