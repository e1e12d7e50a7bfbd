use shipslog_api::components::{Component, Needing};

use super::*;
use crate::exit;
use crate::output::table;

fn get(typed: &str, change: impl FnOnce(&mut Get)) -> Get {
    let mut get = Get {
        subject: typed.parse().unwrap(),
        name: None,
        project: None,
        environment: None,
        release: None,
        open: false,
        limit: 1000,
    };
    change(&mut get);
    get
}

#[test]
fn subjects_are_read_in_any_case_and_number() {
    let called = |typed: &str| typed.parse::<Subject>().unwrap().name;
    for typed in ["Target", "target", "targets", "TARGETS"] {
        assert_eq!(called(typed), "target");
    }
    assert_eq!(called("releases"), "release");
    assert_eq!(called("deployment"), "deployment");
    assert_eq!(called("board"), "board");
    assert_eq!(called("Components"), "component");
}

#[test]
fn an_unknown_subject_is_answered_with_the_nearest() {
    let refused = "enviroments".parse::<Subject>().unwrap_err();
    assert_eq!(
        refused,
        "it is nothing that can be shown; did you mean `environments`?"
    );
}

#[test]
fn what_would_do_nothing_is_a_mistake() {
    let project = |get: &mut Get| get.project = Some("Httpd".to_owned());
    let name = |get: &mut Get| get.name = Some("x".to_owned());
    for (get, sentence) in [
        (
            get("releases", |it| it.open = true),
            "--environment, --release and --open choose among deployments, --environment also what runs",
        ),
        (
            get("targets", project),
            "--project chooses among releases, deployments and boards only",
        ),
        (get("components", project), "components belong to no project"),
        (get("components", name), "components are shown all together"),
        (
            get("running", |it| it.open = true),
            "--environment, --release and --open choose among deployments, --environment also what runs",
        ),
        (
            get("running", |_| {}),
            "where? name the environment with --environment",
        ),
        (get("board", name), "a board is chosen with --project"),
    ] {
        let refused = get.request().err().unwrap();
        assert_eq!(refused.to_string(), sentence);
        assert_eq!(exit::of(&refused), Exit::Usage);
    }
}

/// The path of what is asked, and whether it is a list.
fn asked(get: &Get) -> (String, bool) {
    match get.request().unwrap() {
        Request::List { path, .. } => (path, true),
        Request::One { path, .. } => (path, false),
    }
}

#[test]
fn a_project_stands_in_the_path_or_chooses() {
    let releases = get("releases", |it| it.project = Some("My project".to_owned()));
    let path = "/api/v1/projects/My%20project/releases".to_owned();
    assert_eq!(asked(&releases), (path, true));
    let refused = get("board", |_| {}).request().err().unwrap();
    assert_eq!(refused.to_string(), "whose? name the project with --project");
    let deployments = get("deployments", |it| it.project = Some("My project".to_owned()));
    assert_eq!(asked(&deployments), ("/api/v1/deployments".to_owned(), true));
    let query = (deployments.subject.query)(&deployments);
    assert_eq!(query.pairs(), [("project".to_owned(), "My project".to_owned())]);
}

#[test]
fn what_is_named_is_asked_for_alone() {
    let named = |typed: &str, name: &str| get(typed, |it| it.name = Some(name.to_owned()));
    let target = "/api/v1/configuration/target/Httpd%20Admin".to_owned();
    assert_eq!(asked(&named("target", "Httpd Admin")), (target, false));
    let deployment = "/api/v1/deployments/deployments-3".to_owned();
    assert_eq!(asked(&named("deployments", "3")), (deployment, false));
    let refused = named("deployments", "release-1").request().err().unwrap();
    assert_eq!(exit::of(&refused), Exit::Usage);
    let board = get("board", |it| {
        it.project = Some("Httpd".to_owned());
        it.limit = 1000;
    });
    let path = "/api/v1/projects/Httpd/progression".to_owned();
    assert_eq!(asked(&board), (path, false));
    let query = (board.subject.query)(&board);
    assert_eq!(query.pairs(), [("limit".to_owned(), "500".to_owned())]);
}

#[test]
fn who_needs_a_component_is_said_beside_it() {
    let needing = |release: &str| Needing {
        project: "Httpd".into(),
        release: release.into(),
    };
    let own = Component {
        reference: Some("own@1".to_owned()),
        digest: "sha256:1".into(),
        version: Some("1.2.0".to_owned()),
        built_in: false,
        needed_by: vec![needing("1.0.0"), needing("1.1.0")],
    };
    let kept = Component {
        reference: None,
        digest: "sha256:2".into(),
        version: None,
        built_in: false,
        needed_by: vec![],
    };
    let table = table(&[own, kept]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[1].contains("own@1") && lines[1].contains("Httpd 1.0.0, Httpd 1.1.0"),
        "{table}"
    );
    assert!(!lines[2].contains("null"), "{table}");
}
