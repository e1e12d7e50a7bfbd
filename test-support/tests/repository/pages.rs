//! Every path of the repository that a page names is there: in backquotes, or as the target of a link.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use shipslog_test_support::workspace;

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|it| it.unwrap().path()).collect()
}

/// The pages, and those in `docs`, however deep.
fn pages(root: &Path) -> Vec<PathBuf> {
    let mut pages = vec![root.join("ARCHITECTURE.md"), root.join("README.md")];
    let mut open = vec![root.join("docs")];
    while let Some(folder) = open.pop() {
        for it in entries(&folder) {
            if it.is_dir() {
                open.push(it);
            } else if it.extension().is_some_and(|it| it == "md") {
                pages.push(it);
            }
        }
    }
    pages
}

/// The folders that a path of the repository begins with.
fn beginnings(root: &Path) -> BTreeSet<String> {
    let folders = entries(root).into_iter().filter(|it| it.is_dir());
    let names = folders.map(|it| it.file_name().unwrap().to_str().unwrap().to_owned());
    names.filter(|it| it != "target" && it != ".git").collect()
}

/// What stands in backquotes within a line, with no space in it and nothing that stands for something else.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    let words = page.lines().flat_map(|it| it.split('`').skip(1).step_by(2));
    words.filter(|it| !it.contains([' ', '<', '*', '{', '$', '…']))
}

/// The targets of links, without what stands behind `#`.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = page.split("](").skip(1).filter_map(|it| it.split(')').next());
    let paths = targets.filter_map(|it| it.split('#').next());
    paths.filter(|it| !it.is_empty() && !it.contains("://") && !it.starts_with("mailto:"))
}

/// `path` and `path:12`.
fn is_there(path: &Path) -> bool {
    let text = path.to_str().unwrap();
    let without_line = text.rsplit_once(':').filter(|it| it.1.parse::<u32>().is_ok());
    path.exists() || without_line.is_some_and(|(path, _)| Path::new(path).exists())
}

#[test]
fn what_a_page_names_is_there() {
    let root = workspace::root();
    let beginnings = beginnings(&root);
    let mut dead = Vec::new();
    let mut seen = 0;
    for page in pages(&root) {
        let text = std::fs::read_to_string(&page).unwrap();
        let is_ours = |it: &&str| {
            it.split_once('/')
                .is_some_and(|(first, _)| beginnings.contains(first))
        };
        let named = quoted(&text).filter(is_ours).map(|it| (it, root.join(it)));
        let linked = links(&text).map(|it| (it, page.parent().unwrap().join(it)));
        for (said, path) in named.chain(linked) {
            seen += 1;
            if !is_there(&path) {
                dead.push(format!("{}: {said}", page.strip_prefix(&root).unwrap().display()));
            }
        }
    }
    assert!(seen > 20, "the pages name {seen} paths");
    assert!(dead.is_empty(), "these are not there:\n{}", dead.join("\n"));
}

#[test]
fn paths_and_links_are_found_and_patterns_are_not() {
    let page = "See `web/src/app.rs`, `cargo run`, `kinds/<kind>.rs` and [this](docs/a.md#part) or [that](https://a.b).";
    assert_eq!(quoted(page).collect::<Vec<_>>(), ["web/src/app.rs"]);
    assert_eq!(links(page).collect::<Vec<_>>(), ["docs/a.md"]);
}
