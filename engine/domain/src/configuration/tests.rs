use serde_json::json;

use super::*;

fn documents(values: &[Value]) -> Vec<Document> {
    values.iter().map(|it| Document::read(it).unwrap()).collect()
}

fn catalogue() -> Catalogue {
    let inputs = json!({ "type": "object", "additionalProperties": false,
        "properties": { "namespace": { "type": "string" } } });
    let outputs = BTreeMap::from([("token".to_owned(), true), ("workload".to_owned(), false)]);
    Catalogue::from([("rbac-bootstrap@1".to_owned(), Interface { inputs, outputs })])
}

fn stages() -> Vec<Value> {
    vec![
        json!({ "kind": "Environment", "name": "Development" }),
        json!({ "kind": "Environment", "name": "Admin" }),
        json!({ "kind": "Lifecycle", "name": "Admin", "phases": [{ "name": "Admin", "environments": ["Admin"] }] }),
    ]
}

fn project(with: &Value) -> Value {
    json!({ "kind": "Project", "name": "Bootstrap", "lifecycle": "Admin",
        "process": [{ "name": "Development", "uses": "rbac-bootstrap@1", "roles": ["Admin"], "with": with }] })
}

fn apply(values: &[Value]) -> Result<Vec<Change>, Refusal> {
    decide(
        &Configuration::default(),
        &documents(values),
        &BTreeMap::new(),
        &catalogue(),
    )
}

fn refused(values: &[Value]) -> Vec<String> {
    apply(values)
        .unwrap_err()
        .0
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn documents_of_one_apply_may_refer_to_each_other_in_any_order() {
    let mut values = stages();
    values.reverse();
    assert_eq!(apply(&values).unwrap().len(), 3);
}

#[test]
fn a_reference_to_a_missing_thing_is_refused_with_its_path_and_the_nearest_name() {
    let mut values = stages();
    values.push(json!({ "kind": "Lifecycle", "name": "Application",
        "phases": [{ "name": "Development", "environments": ["Developmnet"] }] }));
    let problems = refused(&values);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("Lifecycle Application: phases[0].environments[0]: "),
        "{problems:?}"
    );
    assert!(
        problems[0].contains("`Developmnet`") && problems[0].contains("`Development`"),
        "{problems:?}"
    );
}

#[test]
fn a_document_as_it_was_makes_no_event() {
    let values = stages();
    let current: BTreeMap<Key, Document> = documents(&values).into_iter().map(|it| (it.key(), it)).collect();
    let state = apply(&values)
        .unwrap()
        .iter()
        .fold(Configuration::default(), |state, change| {
            evolve(state, &change.event)
        });
    assert_eq!(
        decide(&state, &documents(&values), &current, &catalogue()),
        Ok(Vec::new())
    );
}

#[test]
fn a_changed_document_gets_the_next_revision() {
    let state = apply(&stages())
        .unwrap()
        .iter()
        .fold(Configuration::default(), |state, change| {
            evolve(state, &change.event)
        });
    let described = documents(&[json!({ "kind": "Environment", "name": "Admin", "description": "scripts" })]);
    let changes = decide(&state, &described, &BTreeMap::new(), &catalogue()).unwrap();
    let ConfigurationEvent::DocumentApplied { revision, .. } = &changes[0].event;
    assert_eq!(*revision, 2);
}

#[test]
fn two_names_with_one_slug_are_refused() {
    let problems = refused(&[
        json!({ "kind": "Environment", "name": "Test A" }),
        json!({ "kind": "Environment", "name": "test-a" }),
    ]);
    assert!(problems.iter().all(|it| it.contains("`test-a`")), "{problems:?}");
    assert_eq!(problems.len(), 2);
}

#[test]
fn a_step_s_inputs_are_validated_with_the_path_of_the_wrong_field() {
    let mut values = stages();
    values.push(project(&json!({ "nmespace": "x" })));
    let problems = refused(&values);
    assert!(
        problems[0].starts_with("Project Bootstrap: process[0].with: "),
        "{problems:?}"
    );
}

#[test]
fn a_token_can_come_only_from_a_sensitive_output_of_a_step() {
    let account = |step: &str, output: &str| {
        json!({ "kind": "Account", "name": "httpd-development", "token": { "fromOutput":
            { "project": "Bootstrap", "environment": "Admin", "step": step, "output": output } } })
    };
    let with = |account: Value| {
        let mut values = stages();
        values.push(project(&json!({})));
        values.push(account);
        values
    };
    assert!(apply(&with(account("Development", "token"))).is_ok());
    assert!(refused(&with(account("Develpment", "token")))[0].contains("`Development`"));
    assert!(refused(&with(account("Development", "tokn")))[0].contains("`token`"));
    assert!(refused(&with(account("Development", "workload")))[0].contains("no sensitive output"));
}

#[test]
fn the_same_document_twice_in_one_apply_is_refused() {
    let twice = json!({ "kind": "Environment", "name": "Admin" });
    assert_eq!(
        refused(&[twice.clone(), twice]),
        ["Environment Admin: stands here 2 times; keep one"]
    );
}

#[test]
fn an_unknown_variable_is_refused_with_its_path_and_the_nearest_names() {
    let mut values = stages();
    values.push(project(&json!({ "namespace": "#{Octopus.Enviroment.Name}" })));
    let problems = refused(&values);
    assert!(
        problems[0].starts_with("Project Bootstrap: process[0].with.namespace: "),
        "{problems:?}"
    );
    assert!(problems[0].contains("Octopus.Environment.Name"), "{problems:?}");
}

#[test]
fn a_slash_in_the_name_of_a_step_or_a_target_is_refused_because_attempts_go_by_both_names() {
    let mut values = stages();
    let mut parted = project(&json!({}));
    parted["process"][0]["name"] = json!("a/b");
    values.push(parted);
    assert!(refused(&values)[0].starts_with("Project Bootstrap: process[0].name: `/` stands"));
    let target = json!({ "kind": "Target", "name": "a/b", "account": "none", "environments": ["Admin"], "roles": ["x"],
        "cluster": { "url": "https://localhost", "certificate": "none" } });
    let problems = refused(&[stages(), vec![target]].concat());
    assert!(
        problems
            .iter()
            .any(|it| it.starts_with("Target a/b: name: `/` stands")),
        "{problems:?}"
    );
}
