//! The page of all events is what their doc comments say, and each says when it is appended and who reads it.

use std::fmt::Write as _;

use shipslog_events::upcast;
use shipslog_test_support::workspace;
use syn::{Attribute, Expr, Field, Fields, Item, ItemEnum, Lit, Meta, Type, Variant};

/// Rewrites the page instead of comparing with it.
const UPDATE: &str = "UPDATE_DOCS";

/// The files of the aggregates, in the order in which a deployment meets them.
const FILES: [&str; 7] = [
    "configuration",
    "release",
    "progress",
    "deployment",
    "lane",
    "object",
    "access",
];

const HEAD: &str = "# Events\n\nEvery fact that the log can hold, by stream: what it says, when it is appended, and which decisions read it. \
Written from the doc comments of `events/src/event/`; the words of fixed lists stand there, too.\n";

/// What a doc comment says, paragraph by paragraph.
fn docs(attributes: &[Attribute]) -> Vec<String> {
    let lines = attributes.iter().filter_map(|it| {
        let Meta::NameValue(doc) = &it.meta else {
            return None;
        };
        let (true, Expr::Lit(text)) = (doc.path.is_ident("doc"), &doc.value) else {
            return None;
        };
        let Lit::Str(text) = &text.lit else { return None };
        Some(text.value().trim().to_owned())
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    text.split("\n\n").map(|it| it.replace('\n', " ")).collect()
}

/// As `deployment-requested`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn is_flattened(field: &Field) -> bool {
    field.attrs.iter().any(|it| match &it.meta {
        Meta::List(list) => list.path.is_ident("serde") && list.tokens.to_string() == "flatten",
        Meta::Path(_) | Meta::NameValue(_) => false,
    })
}

fn of_field(page: &mut String, field: &Field) {
    let name = match &field.ty {
        Type::Path(path) if is_flattened(field) && path.path.is_ident("ObjectCall") => {
            "`deployment`, `step`, `target`, `attempt`, `call`, `cluster`, `object`".to_owned()
        }
        _ if is_flattened(field) => "`step`, `target`, `attempt`".to_owned(),
        _ => format!("`{}`", field.ident.as_ref().unwrap()),
    };
    writeln!(page, "| {name} | {} |", docs(&field.attrs).join(" ")).unwrap();
}

fn of_event(page: &mut String, event: &Variant) {
    let name = kebab(&event.ident.to_string());
    let (_, version) = upcast::kinds().find(|it| it.0 == name).unwrap();
    let paragraphs = docs(&event.attrs);
    for begin in ["Appended ", "Read by "] {
        assert!(
            paragraphs.iter().any(|it| it.starts_with(begin)),
            "{name} does not say in a paragraph that begins with `{begin}`"
        );
    }
    writeln!(
        page,
        "\n### {name}\n\nVersion {version}. {}",
        paragraphs.join("\n\n")
    )
    .unwrap();
    if let Fields::Named(fields) = &event.fields
        && !fields.named.is_empty()
    {
        page.push_str("\n| fact | what it is |\n|---|---|\n");
        fields.named.iter().for_each(|it| of_field(page, it));
    }
}

/// The enum of a file whose values are events.
fn events(file: &str) -> ItemEnum {
    let path = workspace::root().join(format!("events/src/event/{file}.rs"));
    let parsed = syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut enums = parsed.items.into_iter().filter_map(|it| match it {
        Item::Enum(it) if it.ident.to_string().ends_with("Event") => Some(it),
        _ => None,
    });
    enums.next().unwrap_or_else(|| panic!("{file}.rs has no events"))
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for file in FILES {
        let events = events(file);
        let streams = &docs(&events.attrs)[0];
        writeln!(page, "\n## {}", streams.trim_end_matches('.')).unwrap();
        events.variants.iter().for_each(|it| of_event(&mut page, it));
    }
    page
}

#[test]
fn the_page_of_events_is_what_their_doc_comments_say() {
    let path = workspace::root().join("docs/events.md");
    let page = page();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "docs/events.md is not up to date; run `{UPDATE}=1 cargo test -p shipslog-test-support events`, then look at it"
    );
}

#[test]
fn every_type_of_event_is_on_the_page() {
    let page = page();
    for (kind, _) in upcast::kinds() {
        assert!(page.contains(&format!("\n### {kind}\n")), "{kind}");
    }
}
