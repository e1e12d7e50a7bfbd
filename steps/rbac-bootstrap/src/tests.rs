use serde_json::{Value, json};
use shipslog_step::kubernetes::{Denial, Layer, ObjectReference, Reason};
use shipslog_step::testing::{self, Host};
use shipslog_step::{Failure, testing::checked};

use super::*;

fn host() -> Host {
    Host::new()
        .label("shipslog.dev/project", "httpd-access")
        .label("shipslog.dev/step", "development")
}

fn inputs() -> Value {
    json!({ "namespace": "httpd-development", "serviceAccount": "httpd-deployer" })
}

fn bounded() -> Value {
    json!({
        "namespace": "httpd-production",
        "serviceAccount": "httpd-deployer",
        "role": { "name": "deploy", "rules": [{ "apiGroups": [""], "resources": ["pods"], "verbs": ["get"] }] },
        "resourceQuota": { "hard": { "pods": 20, "requests.cpu": "2" } },
        "limitRange": { "limits": [{ "type": "Container", "default": { "memory": "128Mi" } }] },
        "labels": { "team": "web" },
        "adopt": true,
    })
}

fn failed(outcome: Result<(), Failure>) -> String {
    match outcome {
        Err(Failure::Failed(sentence)) => sentence,
        other => panic!("not failed: {other:?}"),
    }
}

fn refusals(inputs: &Value) -> String {
    checked::<RbacBootstrap>(inputs)
}

#[test]
fn it_describes_itself() {
    insta::assert_json_snapshot!(testing::describe::<RbacBootstrap>());
}

#[test]
fn check_names_exactly_what_these_inputs_need() {
    insta::assert_snapshot!(checked::<RbacBootstrap>(&inputs()), @r#"
    core Namespace httpd-development: get apply
    core Secret httpd-development/httpd-deployer-token: get list watch apply
    core ServiceAccount httpd-development/httpd-deployer: get apply
    rbac.authorization.k8s.io Role httpd-development/httpd-deployer-role: get apply
    rbac.authorization.k8s.io RoleBinding httpd-development/httpd-deployer-binding: get apply delete
    "#);
    insta::assert_snapshot!(checked::<RbacBootstrap>(&bounded()), @r#"
    core LimitRange httpd-production/httpd-deployer-limits: get apply force
    core Namespace httpd-production: get apply force
    core ResourceQuota httpd-production/httpd-deployer-quota: get apply force
    core Secret httpd-production/httpd-deployer-token: get list watch apply force
    core ServiceAccount httpd-production/httpd-deployer: get apply force
    rbac.authorization.k8s.io Role httpd-production/deploy: get apply force
    rbac.authorization.k8s.io RoleBinding httpd-production/httpd-deployer-binding: get apply delete force
    "#);
}

#[test]
fn it_makes_everything_and_hands_on_the_token_unseen() {
    let host = host();
    let (outcome, unused) = host.run_within_rights::<RbacBootstrap>(&inputs());
    outcome.unwrap();
    assert_eq!(
        unused,
        ["rbac.authorization.k8s.io RoleBinding httpd-development/httpd-deployer-binding: delete"]
    );
    assert_eq!(
        host.output("token"),
        Some(json!({ "sensitive": "shipslog-handle-of-the-token" }))
    );
    insta::assert_json_snapshot!(host.object("Role", "httpd-deployer-role").unwrap());
    insta::assert_json_snapshot!(host.object("RoleBinding", "httpd-deployer-binding").unwrap());
    insta::assert_json_snapshot!(host.object("Secret", "httpd-deployer-token").unwrap());
    insta::assert_snapshot!(host.writes().join("\n"), @r#"
    apply Namespace httpd-development
    apply ServiceAccount httpd-development/httpd-deployer
    apply Role httpd-development/httpd-deployer-role
    apply RoleBinding httpd-development/httpd-deployer-binding
    apply Secret httpd-development/httpd-deployer-token
    "#);
}

#[test]
fn bounds_and_own_rules_are_taken_as_kubernetes_has_them() {
    let host = host();
    host.run_within_rights::<RbacBootstrap>(&bounded()).0.unwrap();
    insta::assert_json_snapshot!(host.object("ResourceQuota", "httpd-deployer-quota").unwrap());
    insta::assert_json_snapshot!(host.object("LimitRange", "httpd-deployer-limits").unwrap()["spec"]);
    insta::assert_json_snapshot!(host.object("Role", "deploy").unwrap()["rules"]);
}

#[test]
fn a_later_deployment_changes_nothing_and_says_so() {
    let host = host();
    host.run::<RbacBootstrap>(&inputs()).unwrap();
    host.forget();
    let host = host.deployment("deployments-2");
    host.run::<RbacBootstrap>(&inputs()).unwrap();
    assert_eq!(host.writes(), [""; 0]);
    assert!(
        host.log()
            .contains(&"info: nothing changed: everything is there as it should be".to_owned())
    );
    assert_eq!(host.progress().last().unwrap(), "6/6 nothing changed");
    assert!(host.output("token").is_some());
}

#[test]
fn only_what_differs_is_written_again() {
    let host = host();
    host.run::<RbacBootstrap>(&inputs()).unwrap();
    host.forget();
    let mut inputs = inputs();
    inputs["role"] =
        json!({ "rules": [{ "apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"] }] });
    let host = host.deployment("deployments-2");
    host.run::<RbacBootstrap>(&inputs).unwrap();
    assert_eq!(
        host.writes(),
        ["apply Role httpd-development/httpd-deployer-role"]
    );
    let role = host.object("Role", "httpd-deployer-role").unwrap();
    assert_eq!(
        role["metadata"]["labels"]["shipslog.dev/deployment"],
        "deployments-2"
    );
    assert_eq!(role["rules"].as_array().unwrap().len(), 1);
}

#[test]
fn a_binding_of_ours_to_another_role_is_deleted_and_made_anew() {
    let host = host();
    host.run::<RbacBootstrap>(&inputs()).unwrap();
    host.forget();
    let mut inputs = inputs();
    inputs["role"] = json!({ "name": "other" });
    host.run_within_rights::<RbacBootstrap>(&inputs).0.unwrap();
    let binding = "RoleBinding httpd-development/httpd-deployer-binding";
    let role = "apply Role httpd-development/other".to_owned();
    assert_eq!(
        host.writes(),
        [role, format!("delete {binding}"), format!("apply {binding}")]
    );
    assert_eq!(
        host.object("RoleBinding", "httpd-deployer-binding").unwrap()["roleRef"]["name"],
        "other"
    );
}

#[test]
fn a_foreign_binding_is_left_alone_adopted_or_not_and_nothing_is_written() {
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": { "name": "httpd-deployer-binding", "namespace": "httpd-development",
                      "managedFields": [{ "manager": "kubectl-create" }] },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "theirs" },
    });
    let host = host().holding(&binding);
    let mut inputs = inputs();
    insta::assert_snapshot!(failed(host.run::<RbacBootstrap>(&inputs)), @"RoleBinding httpd-development/httpd-deployer-binding exists and belongs to no deployment of Shipslog (written by kubectl-create); choose another name, or set `adopt: true` to take it over");
    inputs["adopt"] = json!(true);
    insta::assert_snapshot!(failed(host.run::<RbacBootstrap>(&inputs)), @"RoleBinding httpd-development/httpd-deployer-binding belongs to no deployment of Shipslog (written by kubectl-create) and is bound to the Role theirs, which cannot be changed; delete it, or choose another service account");
    assert_eq!(host.writes(), [""; 0]);
}

#[test]
fn an_object_of_another_owner_is_refused_by_its_name_unless_adopted() {
    let namespace = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": "httpd-development", "labels": {
            "shipslog.dev/instance": "test", "shipslog.dev/project": "shop", "shipslog.dev/environment": "production",
            "shipslog.dev/step": "make",
        } },
    });
    let host = host().holding(&namespace);
    insta::assert_snapshot!(failed(host.run::<RbacBootstrap>(&inputs())), @"Namespace httpd-development exists and belongs to environment production, instance test, project shop, step make; choose another name, or set `adopt: true` to take it over");
    assert_eq!(host.writes(), [""; 0]);
    let mut adopting = inputs();
    adopting["adopt"] = json!(true);
    host.run_within_rights::<RbacBootstrap>(&adopting).0.unwrap();
    let labels = host.object("Namespace", "httpd-development").unwrap()["metadata"]["labels"].clone();
    assert_eq!(labels["shipslog.dev/project"], "httpd-access");
}

#[test]
fn a_refused_escalation_lists_the_missing_rules_and_the_remedy() {
    let rule = "roles.rbac.authorization.k8s.io \"httpd-deployer-role\" is forbidden: user \"limited\" (groups=[]) is \
                attempting to grant RBAC permissions not currently held:\n\
                {APIGroups:[\"\"], Resources:[\"pods\" \"services\"], Verbs:[\"get\" \"list\"]}\n\
                {APIGroups:[\"apps\"], Resources:[\"deployments\"], Verbs:[\"create\"]}";
    let denial = Denial {
        layer: Layer::Cluster,
        rule: rule.to_owned(),
    };
    let host = host().refusing("apply Role", Reason::Forbidden(denial));
    insta::assert_snapshot!(failed(host.run::<RbacBootstrap>(&inputs())), @r#"
    cannot apply Role httpd-development/httpd-deployer-role: the API server lets nobody give away rights that they do not hold, and the target's account does not hold these in the namespace httpd-development:
      get, list on pods, services (core)
      create on deployments (apps)
    Give the account these rights, or let it give away what it does not hold: the verbs `escalate` and `bind` on `roles` of the group `rbac.authorization.k8s.io`
    "#);
    assert_eq!(host.output("token"), None);
}

#[test]
fn what_earlier_deployments_made_and_nobody_asks_for_is_named() {
    let written = |kind: &str, name: &str| {
        json!({ "group": "", "version": "v1", "kind": kind, "namespace": "httpd-development", "name": name,
                "deployment": "deployments-1" })
    };
    let host = host()
        .inventory(written("ResourceQuota", "httpd-deployer-quota"))
        .inventory(written("Secret", "httpd-deployer-token"));
    host.run::<RbacBootstrap>(&inputs()).unwrap();
    let warnings: Vec<_> = host
        .log()
        .into_iter()
        .filter(|it| it.starts_with("warning"))
        .collect();
    assert_eq!(
        warnings,
        [
            "warning: ResourceQuota httpd-development/httpd-deployer-quota of deployments-1 is no longer asked for and \
          stays as it is"
        ]
    );
}

#[test]
fn a_token_that_never_comes_is_a_failure_with_evidence() {
    let evidence = shipslog_step::kubernetes::Evidence {
        object: ObjectReference::new("v1", "Secret", "httpd-deployer-token"),
        summary: "the cluster has not put the token in yet".to_owned(),
        events: Vec::new(),
        log_tail: Vec::new(),
    };
    let host = host().failing_wait(evidence);
    let sentence = failed(host.run::<RbacBootstrap>(&inputs()));
    assert!(sentence.contains("has not put the token in yet"), "{sentence}");
}

#[test]
fn an_api_server_that_is_away_is_no_answer() {
    let host = host().refusing("apply Role", Reason::Unavailable("connection refused".to_owned()));
    let outcome = host.run::<RbacBootstrap>(&inputs());
    assert!(matches!(outcome, Err(Failure::Errored(_))), "{outcome:?}");
}

#[test]
fn unknown_fields_are_refused_with_their_path_at_any_depth() {
    let with = |field: &str, value: Value| {
        let mut inputs = inputs();
        inputs[field] = value;
        refusals(&inputs)
    };
    insta::assert_snapshot!([
        with("quota", json!({})),
        with("role", json!({ "rules": [{ "apiGroups": [], "resources": [], "verbs": [], "verb": "get" }] })),
        with("resourceQuota", json!({ "hard": {}, "scopeSelector": { "matchExpressions": [{ "scope": "x" }] } })),
        with("limitRange", json!({ "limits": [{ "type": "Pod", "maximum": {} }] })),
    ].join("\n"), @r#"
    refused: quota: unknown field `quota`, expected one of `namespace`, `serviceAccount`, `role`, `resourceQuota`, `limitRange`, `labels`, `adopt`
    refused: role.rules[0].verb: unknown field `verb`, expected one of `apiGroups`, `resources`, `resourceNames`, `verbs`
    refused: resourceQuota.scopeSelector.matchExpressions[0].scope: unknown field `scope`, expected one of `scopeName`, `operator`, `values`
    refused: limitRange.limits[0].maximum: unknown field `maximum`, expected one of `type`, `default`, `defaultRequest`, `max`, `min`, `maxLimitRequestRatio`
    "#);
}

#[test]
fn values_that_kubernetes_would_refuse_are_refused_before() {
    insta::assert_snapshot!(refusals(&json!({
        "namespace": "Httpd",
        "serviceAccount": "a_b",
        "role": { "name": "", "rules": [{ "apiGroups": [], "resources": ["pods"], "verbs": [] }] },
        "limitRange": { "limits": [] },
        "labels": { "shipslog.dev/step": "x", "a b": "c", "team": "a b" },
    })), @r#"
    refused: namespace: is no name of a namespace: at most 63 small letters, digits and `-`, with a letter or digit at both ends
    refused: serviceAccount: is no name of a service account: at most 245 small letters, digits, `-` and `.`, with a letter or digit at both ends
    refused: role.name: is no name of a role: at most 245 small letters, digits, `-` and `.`, with a letter or digit at both ends
    refused: role.rules[0].apiGroups: must hold at least one
    refused: role.rules[0].verbs: must hold at least one
    refused: limitRange.limits: holds no limit; leave `limitRange` out
    refused: labels.a b: is no key of a label
    refused: labels.shipslog.dev/step: is set by Shipslog; leave it out
    refused: labels.team: has a value that no label can have
    "#);
}
