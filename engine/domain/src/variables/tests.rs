//! What texts resolve to, as tables.

mod scopes;

use proptest::prelude::*;
use serde_json::json;
use shipslog_events::event::release::FrozenPackage;

use super::*;

fn text(name: &str, value: &str) -> Variable {
    Variable {
        name: name.to_owned(),
        value: Value::Text(value.to_owned()),
        scope: Scope::default(),
    }
}

fn scoped(name: &str, value: &str, scope: Scope) -> Variable {
    Variable {
        scope,
        ..text(name, value)
    }
}

fn environments(names: &[&str]) -> Scope {
    Scope {
        environments: names.iter().map(|it| (*it).into()).collect(),
        ..Scope::default()
    }
}

fn targets(names: &[&str]) -> Scope {
    Scope {
        targets: names.iter().map(|it| (*it).into()).collect(),
        ..Scope::default()
    }
}

fn roles(names: &[&str]) -> Scope {
    Scope {
        roles: names.iter().map(|it| (*it).into()).collect(),
        ..Scope::default()
    }
}

fn steps(names: &[&str]) -> Scope {
    Scope {
        steps: names.iter().map(|it| (*it).into()).collect(),
        ..Scope::default()
    }
}

/// Step `Deploy httpd` on target `Httpd Development`, roles `Httpd` and `Web`, environment Development.
fn here() -> Place {
    Place {
        release: Some("1.0.2-#{Trap}".into()),
        packages: vec![FrozenPackage {
            name: "httpd".into(),
            feed: "Docker".into(),
            reference: "httpd:2.4.71@sha256:00".to_owned(),
            version: "2.4.71".to_owned(),
            digest: "sha256:00".to_owned(),
        }],
        environment: Some("Development".into()),
        step: Some("Deploy httpd".into()),
        target: Some("Httpd Development".into()),
        roles: ["Httpd".into(), "Web".into()].into(),
        ..Place::default()
    }
}

fn set(variables: &[Variable]) -> VariableSet {
    VariableSet::new(variables.to_vec()).unwrap()
}

fn set_of_texts() -> VariableSet {
    set(&[
        text("Name", "httpd"),
        text("Two Words", "2"),
        text("Greeting", "Hello from #{Octopus.Environment.Name} to #{Name}"),
        text("Which", "Development"),
        text("Host[Development].Name", "dev.example.com"),
        text("Host[Production].Name", "example.com"),
        text("Literal", "##{Name}"),
        text("Empty", ""),
        text("A", "#{B}"),
        text("B", "x#{C}"),
        text("C", "#{a}"),
        text("Self", "#{self}"),
        text("Astray", "#{Nmae}"),
        Variable {
            name: "Password".to_owned(),
            value: Value::Sensitive("shipslog-handle-x#{Name}".into()),
            scope: Scope::default(),
        },
    ])
}

#[test]
fn texts_resolve_to_the_values_of_their_names() {
    for (written, expected) in [
        ("", ""),
        ("plain # text } { [", "plain # text } { ["),
        ("## ### untouched", "## ### untouched"),
        ("#{Name}", "httpd"),
        ("<#{ Name }>", "<httpd>"),
        ("#{NAME}#{name}", "httpdhttpd"),
        ("#{Two Words}", "2"),
        ("#{Empty}", ""),
        ("#{Greeting}!", "Hello from Development to httpd!"),
        ("#{Octopus.Action.Package[httpd].Image}", "httpd:2.4.71@sha256:00"),
        ("#{Host[Development].Name}", "dev.example.com"),
        ("#{Host[#{Which}].Name}", "dev.example.com"),
        ("#{Host[#{Octopus.Environment.Name}].Name}", "dev.example.com"),
        ("##{Name}", "#{Name}"),
        ("###{Name}", "#httpd"),
        ("####{Name}", "##{Name}"),
        ("#{Literal}", "#{Name}"),
        ("##{", "#{"),
        ("user:#{Password}@host", "user:shipslog-handle-x#{Name}@host"),
        ("#{Octopus.Release.Number}", "1.0.2-#{Trap}"),
    ] {
        assert_eq!(
            set_of_texts().resolve_text(written, &here()).as_deref(),
            Ok(expected),
            "{written}"
        );
    }
}

#[test]
fn what_cannot_be_resolved_says_why() {
    for (written, expected) in [
        (
            "a #{Name",
            "the `#{` at character 3 is not closed by `}`; write `##{` for the characters themselves",
        ),
        ("ä #{Name and #{Name}", "the `#{` at character 3 is not closed"),
        ("#{Name\n}", "the `#{` at character 1 is not closed"),
        ("#{Host[x}", "the `#{` at character 1 is not closed"),
        ("#{ }", "the `#{}` at character 1 names no variable"),
        ("#{if Name}x#{/if}", "`#{if …}` at character 1 is not supported"),
        ("#{ IF Name}", "`#{if …}` at character 1 is not supported"),
        ("x#{/if}", "a closing tag at character 2 is not supported"),
        ("#{else}", "`#{else}` at character 1 is not supported"),
        ("#{unless Name}", "`#{unless …}` at character 1 is not supported"),
        (
            "#{each x in Names}",
            "`#{each …}` at character 1 is not supported",
        ),
        ("#{calc 1 + 2}", "`#{calc …}` at character 1 is not supported"),
        (
            "#{Name | ToUpper}",
            "a filter (`|`) at character 8 is not supported",
        ),
        ("#{Name == B}", "a comparison at character 8 is not supported"),
        ("#{Hosts[*]}", "the index `[*]` at character 8 is not supported"),
        ("#{Na+me}", "`+` at character 5 cannot stand in a variable's name"),
        ("#{Na]me}", "`]` at character 5 cannot stand in a variable's name"),
        ("#{Nmae}", "variable `Nmae` is not known; did you mean `Name`?"),
        (
            "#{Octopus.Enviroment.Name}",
            "did you mean `Octopus.Environment.Name`?",
        ),
        (
            "#{Astray}",
            "in the value of `Astray`: variable `Nmae` is not known",
        ),
        (
            "#{A}",
            "variables that need each other have no value: A -> B -> C -> a",
        ),
        (
            "#{Self}",
            "variables that need each other have no value: Self -> self",
        ),
        (
            "#{Octopus.Action.Kubernetes.Namespace}",
            "variable `Octopus.Action.Kubernetes.Namespace` has no value here",
        ),
    ] {
        let refused = set_of_texts()
            .resolve_text(written, &here())
            .unwrap_err()
            .to_string();
        assert!(refused.contains(expected), "{written}: {refused}");
    }
}

#[test]
fn values_that_double_without_end_are_stopped() {
    let doubling: Vec<Variable> = (0..31)
        .map(|it| text(&format!("V{it}"), &format!("#{{V{0}}}#{{V{0}}}", it + 1)))
        .collect();
    for last in ["", "x"] {
        let variables = [doubling.clone(), vec![text("V31", last)]].concat();
        let refused = set(&variables).resolve_text("#{V0}", &here()).unwrap_err();
        assert!(matches!(refused, ResolveError::TooLarge { .. }), "{refused}");
    }
    let chain: Vec<Variable> = (0..200)
        .map(|it| text(&format!("V{it}"), &format!("#{{V{}}}", it + 1)))
        .collect();
    assert!(matches!(
        set(&chain).resolve_text("#{V0}", &here()),
        Err(ResolveError::TooLarge { .. })
    ));
    let big = set(&[text("Big", &"x".repeat(1 << 20))]);
    assert!(matches!(
        big.resolve_text("#{Big}#{Big}#{Big}", &here()),
        Err(ResolveError::TooLarge { .. })
    ));
}

#[test]
fn every_string_of_a_tree_is_resolved_and_nothing_else() {
    let inputs = json!({
        "replicas": 1, "paused": false, "nothing": null,
        "containers": [{ "name": "#{Name}", "image": "#{Octopus.Action.Package[httpd].Image}" }]
    });
    let expected = json!({
        "replicas": 1, "paused": false, "nothing": null,
        "containers": [{ "name": "httpd", "image": "httpd:2.4.71@sha256:00" }]
    });
    assert_eq!(set_of_texts().resolve_json(&inputs, &here()), Ok(expected));
}

#[test]
fn every_wrong_string_of_a_tree_is_named_with_its_path() {
    let inputs = json!({
        "with": { "containers": [{ "image": "#{Imag}" }, { "image": "#{Name | ToUpper}" }], "#{Name}": 1 }
    });
    let refused = set_of_texts().resolve_json(&inputs, &here()).unwrap_err();
    let mut paths: Vec<&str> = refused.iter().map(|it| it.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "with.#{Name}",
            "with.containers[0].image",
            "with.containers[1].image"
        ]
    );
}

#[test]
fn a_string_that_is_wholly_an_expression_becomes_what_the_schema_wants() {
    let set = set(&[
        text("N", "3"),
        text("T", "True"),
        text("F", "0.5"),
        text("Odd", "007"),
        text("Word", "x"),
    ]);
    let inputs =
        json!({ "a/b": [" #{N} ", "#{T}", "#{F}", "#{Odd}", "#{Word}", "1#{N}", "3"], "text": "#{N}" });
    let typed = set.resolve_json_typed(&inputs, &here(), |pointer| pointer.starts_with("/a~1b/"));
    assert_eq!(
        typed,
        Ok(json!({ "a/b": [3, true, 0.5, "007", "x", "13", "3"], "text": "3" }))
    );
}

#[test]
fn inputs_are_checked_before_it_is_known_where_they_are_used() {
    let set = set(&[
        scoped("Colour", "blue", environments(&["Production"])),
        text("Astray", "#{Enviroment}"),
        text("Key[x]", ""),
    ]);
    let system = system_names(["httpd"]);
    let fine = json!([
        "#{Colour}",
        "#{Key[#{Colour}]}",
        "#{octopus.action.package[httpd].image}",
        "#{Key[x]}"
    ]);
    assert_eq!(set.check_json(&fine, &system), []);
    let wrong = set.check_json(&json!({ "a": ["#{Color}", "#{Key[#{Nope}]}", "#{Key"] }), &system);
    assert_eq!(
        wrong.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(),
        ["a[0]", "a[1]", "a[2]"]
    );
    assert_eq!(
        wrong[0].message,
        "variable `Color` is not known; did you mean `Colour`?"
    );
    assert_eq!(set.check_values(&system).len(), 1);
}

#[test]
fn whole_expressions_are_told_from_texts_with_expressions() {
    for (text, expected) in [
        ("#{A}", true),
        (" #{A[#{B}]} ", true),
        ("x#{A}", false),
        ("#{A}#{B}", false),
        ("##{A}", false),
        ("###{A}", false),
        ("#{A", false),
        ("", false),
    ] {
        assert_eq!(is_wholly_expression(text), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn reading_never_panics(text in "[#{}\\[\\]|* a/é\\n]{0,60}") {
        let _ = set_of_texts().resolve_text(&text, &here());
        let _ = VariableSet::new(vec![super::tests::text(&text, &text)]);
        is_wholly_expression(&text);
    }

    #[test]
    fn nesting_without_end_is_refused(depth in 20usize..20_000) {
        for text in ["#{A[".repeat(depth), format!("#{{A{}", "[".repeat(depth))] {
            prop_assert!(set_of_texts().resolve_text(&text, &here()).is_err());
        }
    }

    #[test]
    fn text_without_expressions_is_unchanged(text in "[^{]{0,40}") {
        prop_assert_eq!(set_of_texts().resolve_text(&text, &here()), Ok(text));
    }

    #[test]
    fn escaped_text_resolves_to_itself(text in "([#{}a]|\\PC){0,40}") {
        prop_assert_eq!(set_of_texts().resolve_text(&escape(&text), &here()), Ok(text));
    }
}
