use serde_json::{Value, json};
use shipslog_step::testing;

use crate::{DeployContainers, fixture};

#[test]
fn the_schema_is_closed_at_every_depth_and_marks_package_names() {
    let schema = testing::describe::<DeployContainers>()["inputs"].take();
    let mut open = Vec::new();
    visit(&schema, "", &mut |path, it| {
        if it.get("properties").is_some() && it["additionalProperties"] != false {
            open.push(path.to_owned());
        }
    });
    assert_eq!(open, Vec::<String>::new());
    let package = &schema["$defs"]["PackageImage"]["properties"]["package"];
    assert_eq!(package["x-shipslog-reference"], "package");
}

fn visit(value: &Value, path: &str, see: &mut impl FnMut(&str, &Value)) {
    see(path, value);
    for (key, it) in value.as_object().into_iter().flatten() {
        visit(it, &format!("{path}/{key}"), see);
    }
    for (index, it) in value.as_array().into_iter().flatten().enumerate() {
        visit(it, &format!("{path}/{index}"), see);
    }
}

#[test]
fn every_field_is_explained() {
    let schema = testing::describe::<DeployContainers>()["inputs"].take();
    let mut silent = Vec::new();
    visit(&schema, "", &mut |path, it| {
        let field = path
            .rsplit_once('/')
            .is_some_and(|(parent, _)| parent.ends_with("/properties"));
        if field && it.get("description").is_none() {
            silent.push(path.to_owned());
        }
    });
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn unknown_fields_are_refused_with_their_path() {
    let places = [
        "",
        "/strategy",
        "/configMap",
        "/volumes/0",
        "/volumes/0/configMap/items/0",
        "/containers/0",
    ];
    let more = [
        "/containers/0/image",
        "/containers/0/ports/0",
        "/service",
        "/service/ports/0",
    ];
    let refused = places.into_iter().chain(more).map(|place| {
        let mut inputs = fixture::httpd();
        inputs.pointer_mut(place).unwrap()["unknown"] = json!(1);
        testing::checked::<DeployContainers>(&inputs)
    });
    insta::assert_snapshot!(refused.collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_walkthrough_is_accepted() {
    assert!(testing::check::<DeployContainers>(&fixture::httpd()).is_ok());
}

#[test]
fn a_target_without_namespace_is_refused() {
    let host = testing::Host::new();
    let failure = host.run::<DeployContainers>(&fixture::httpd()).unwrap_err();
    assert!(failure.to_string().contains("no namespace"), "{failure}");
    assert_eq!(host.calls(), Vec::<String>::new());
}
