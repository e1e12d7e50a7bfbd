//! No files of a crate use each other in a circle, other than a module and what lies in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use shipslog_test_support::workspace;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemMod, ItemUse, Macro, UseTree, Visibility};

/// The names that a path is made of. A module's begin below the root, which has none.
type Names = Vec<String>;

/// What the modules of a crate say.
#[derive(Default)]
struct Sources {
    /// Every module, and whether it is a file.
    modules: BTreeMap<Names, bool>,
    /// What a name within a module stands for, by `use`.
    imports: BTreeMap<Names, Names>,
    said: BTreeSet<Said>,
}

/// A path, as a module says it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    at: Names,
    path: Names,
    /// Said only so that others can say it shorter.
    hands_on: bool,
}

struct Reader<'a> {
    sources: Sources,
    at: Names,
    text: &'a dyn Fn(&Names) -> String,
}

impl Reader<'_> {
    fn file(&mut self) {
        let file = syn::parse_file(&(self.text)(&self.at)).unwrap();
        self.sources.modules.insert(self.at.clone(), true);
        self.visit_file(&file);
    }

    /// A name alone leads nowhere but where a `use` has led already.
    fn says(&mut self, path: Names, hands_on: bool) {
        let at = self.at.clone();
        if path.len() > 1 {
            self.sources.said.insert(Said { at, path, hands_on });
        }
    }

    /// Paths where only a macro knows what is code.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = Names::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.says(std::mem::take(&mut path), false);
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(it) if it.as_char() == ':' => colons += 1,
                TokenTree::Group(it) => self.tokens(it.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => colons = 0,
            }
        }
        self.says(path, false);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, it: &'ast Item) {
        if !is_for_tests(attributes(it)) {
            visit::visit_item(self, it);
        }
    }

    fn visit_impl_item_fn(&mut self, it: &'ast ImplItemFn) {
        if !is_for_tests(&it.attrs) {
            visit::visit_impl_item_fn(self, it);
        }
    }

    /// What lies elsewhere is read where it lies.
    fn visit_item_mod(&mut self, it: &'ast ItemMod) {
        if it.attrs.iter().any(|it| it.path().is_ident("path")) {
            return;
        }
        self.at.push(it.ident.to_string());
        if it.content.is_some() {
            self.sources.modules.insert(self.at.clone(), false);
            visit::visit_item_mod(self, it);
        } else {
            self.file();
        }
        self.at.pop();
    }

    fn visit_item_use(&mut self, it: &'ast ItemUse) {
        for (name, path) in leaves(&it.tree, Names::new()) {
            self.sources.imports.insert(below(&self.at, &name), path.clone());
            self.says(path, !matches!(it.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, it: &'ast syn::Path) {
        let names = it.segments.iter().map(|it| it.ident.to_string());
        self.says(names.collect(), false);
        visit::visit_path(self, it);
    }

    fn visit_macro(&mut self, it: &'ast Macro) {
        self.tokens(it.tokens.clone());
        visit::visit_macro(self, it);
    }
}

/// What a `use` brings in: the name here, and the path.
fn leaves(tree: &UseTree, mut path: Names) -> Vec<(String, Names)> {
    match tree {
        UseTree::Group(it) => {
            let parts = it.items.iter();
            return parts.flat_map(|it| leaves(it, path.clone())).collect();
        }
        UseTree::Path(it) => {
            path.push(it.ident.to_string());
            return leaves(&it.tree, path);
        }
        UseTree::Name(it) if it.ident != "self" => path.push(it.ident.to_string()),
        UseTree::Rename(it) if it.ident != "self" => path.push(it.ident.to_string()),
        UseTree::Name(_) | UseTree::Rename(_) | UseTree::Glob(_) => {}
    }
    let name = match tree {
        UseTree::Rename(it) => it.rename.to_string(),
        UseTree::Glob(_) => "*".to_owned(),
        UseTree::Name(_) | UseTree::Path(_) | UseTree::Group(_) => path.last().cloned().unwrap(),
    };
    vec![(name, path)]
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let conditions = attributes.iter().filter(|it| it.path().is_ident("cfg"));
    conditions
        .filter_map(|it| it.meta.require_list().ok())
        .any(|it| it.tokens.to_string() == "test")
}

impl Sources {
    /// The modules of a crate, from its root on.
    fn read(text: &dyn Fn(&Names) -> String) -> Self {
        let (sources, at) = (Self::default(), Names::new());
        let mut reader = Reader { sources, at, text };
        reader.file();
        reader.sources
    }

    /// The module that a path leads into, by way of others' `use`s; nothing for what is not of this crate.
    fn module(&self, at: &Names, path: &[String], steps: usize) -> Option<Names> {
        let mut at = at.clone();
        let mut rest = path;
        while let Some((name, further)) = rest.split_first() {
            let inner = below(&at, name);
            match name.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()),
                _ if self.modules.contains_key(&inner) => at = inner,
                _ => match self.imports.get(&inner) {
                    Some(import) => {
                        let path = [import, further].concat();
                        return self.module(&at, &path, steps.checked_sub(1)?);
                    }
                    None if rest.len() == path.len() => return None,
                    None => break,
                },
            }
            rest = further;
        }
        Some(at)
    }

    fn file(&self, mut module: Names) -> Names {
        while !self.modules[&module] {
            module.pop();
        }
        module
    }

    /// Which file leads to which others, but for modules that it lies in.
    fn arrows(&self) -> BTreeMap<Names, BTreeSet<Names>> {
        let mut arrows: BTreeMap<Names, BTreeSet<Names>> = BTreeMap::new();
        for Said { at, path, hands_on } in &self.said {
            let Some(module) = self.module(at, path, 8) else {
                continue;
            };
            let (from, to) = (self.file(at.clone()), self.file(module));
            let is_said_for_others = *hands_on && to.starts_with(&from);
            if !is_said_for_others && !from.starts_with(&to) {
                arrows.entry(from).or_default().insert(to);
            }
        }
        arrows
    }

    /// A circle each for the files that stand in one, beginning with the first by name.
    fn circles(&self) -> Vec<String> {
        let arrows = self.arrows();
        let circles = arrows.keys().filter_map(|it| circle(&arrows, it));
        let file = |it: &Names| {
            if it.is_empty() {
                "the root".to_owned()
            } else {
                it.join("/") + ".rs"
            }
        };
        circles
            .map(|it| it.into_iter().map(file).collect::<Vec<_>>().join(" -> "))
            .collect()
    }
}

fn below(module: &Names, name: &str) -> Names {
    [module.as_slice(), &[name.to_owned()]].concat()
}

/// The shortest way from a file back to itself over files that come after it.
fn circle<'a>(arrows: &'a BTreeMap<Names, BTreeSet<Names>>, first: &'a Names) -> Option<Vec<&'a Names>> {
    let mut ways = VecDeque::from([vec![first]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in arrows.get(way[way.len() - 1]).into_iter().flatten() {
            let longer = [way.as_slice(), &[next]].concat();
            if next == first {
                return Some(longer);
            }
            if next > first && seen.insert(next) {
                ways.push_back(longer);
            }
        }
    }
    None
}

/// Where each library and program of ours begins.
fn roots() -> Vec<String> {
    let metadata = workspace::metadata();
    let targets = workspace::packages(&metadata).flat_map(|it| it["targets"].as_array().unwrap());
    let ours = targets.filter(|it| {
        let kinds = it["kind"].as_array().unwrap();
        kinds.iter().any(|it| it == "lib" || it == "rlib" || it == "bin")
    });
    ours.map(|it| it["src_path"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let mut files = 0;
    let mut found = Vec::new();
    for root in roots() {
        let root = Path::new(&root);
        let folder = root.parent().unwrap();
        let sources = Sources::read(&|module| {
            let below = || folder.join(module.join("/") + ".rs");
            let path = if module.is_empty() {
                root.to_owned()
            } else {
                below()
            };
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        });
        files += sources.modules.values().filter(|it| **it).count();
        let folder = folder
            .strip_prefix(workspace::root())
            .unwrap()
            .display()
            .to_string();
        found.extend(sources.circles().into_iter().map(|it| format!("{folder}: {it}")));
    }
    assert!(files > 400, "only {files} files were read");
    assert!(
        found.is_empty(),
        "these files use each other:\n{}",
        found.join("\n")
    );
}

/// The circles of a crate with these files; the first is the root.
fn circles<const N: usize>(files: [(&str, &str); N]) -> Vec<String> {
    let files = BTreeMap::from(files);
    Sources::read(&|module| files[module.join("/").as_str()].to_owned()).circles()
}

#[test]
fn a_circle_is_told_in_order() {
    let found = circles([
        ("", "mod a; mod b; mod c;"),
        ("a", "use crate::{c::{self, C}, std::x};"),
        ("b", "fn f() { super::a::g::<u8>() }"),
        ("c", r#"fn f() { println!("{}", crate::b::B) }"#),
    ]);
    assert_eq!(found, ["a.rs -> c.rs -> b.rs -> a.rs"]);
}

#[test]
fn what_a_module_hands_on_is_used_where_it_is() {
    let root = ("", "mod a; mod parent;");
    let a = ("a", "use crate::parent::{X as Y};");
    let parent = ("parent", "mod child; pub use child::X; fn f() { crate::a::g() }");
    assert_eq!(circles([root, a, parent, ("parent/child", "")]), [""; 0]);
    let child = ("parent/child", "use crate::a;");
    assert_eq!(
        circles([root, a, parent, child]),
        ["a.rs -> parent/child.rs -> a.rs"]
    );
}

#[test]
fn a_module_and_what_lies_in_it_are_no_circle() {
    let parent = "mod b; mod c; use b::B; fn f(it: B) -> c::C { c::g(it) }";
    let child = "use super::{a, c}; use crate::a::A;";
    assert_eq!(
        circles([("", "mod a;"), ("a", parent), ("a/b", child), ("a/c", "")]),
        [""; 0]
    );
}

#[test]
fn a_circle_through_a_child_is_one() {
    let found = circles([
        ("", "mod a; mod b;"),
        ("a", "mod c; fn f() { c::g() } fn h() {}"),
        ("a/c", "use crate::b;"),
        ("b", "use crate::a; fn f() { a::h() }"),
    ]);
    assert_eq!(found, ["a.rs -> a/c.rs -> b.rs -> a.rs"]);
}

#[test]
fn tests_comments_and_texts_use_nothing() {
    let a = "/// crate::b::B\n#[cfg(test)] mod tests { use crate::b::B; } #[cfg(test)] use crate::b::C;";
    let b = r#"fn f() { println!("crate::a") } impl B { #[cfg(test)] fn of() { crate::a::g() } } use super::a::A;"#;
    assert_eq!(circles([("", "mod a; mod b;"), ("a", a), ("b", b)]), [""; 0]);
}
