use serde_json::{Value, json};

use crate::kinds::{DEPLOYMENT, SERVICE};
use crate::{fixture, kinds};

fn manifests(changes: &[(&str, Value)]) -> Value {
    let objects = fixture::objects(&fixture::httpd_with(changes), "deployments-3");
    kinds::ALL
        .iter()
        .filter_map(|it| objects.of(it).cloned())
        .collect()
}

fn container(changes: &[(&str, Value)]) -> Value {
    fixture::object(&fixture::httpd_with(changes), "deployments-3", &DEPLOYMENT)
        .pointer("/spec/template/spec/containers/0")
        .cloned()
        .unwrap()
}

fn secret() -> (&'static str, Value) {
    (
        "/secret",
        json!({ "name": "credentials", "stringData": { "password": "shipslog-handle-abc" } }),
    )
}

#[test]
fn blue_green_is_named_after_the_deployment() {
    insta::assert_json_snapshot!(manifests(&[]));
}

#[test]
fn rolling_keeps_the_plain_name_and_owns_both_steps() {
    insta::assert_json_snapshot!(manifests(&[
        (
            "/strategy",
            json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1 } })
        ),
        ("/revisionHistoryLimit", json!(3)),
    ]));
}

#[test]
fn recreate_has_no_steps_and_without_a_service_no_pause() {
    insta::assert_json_snapshot!(manifests(&[
        ("/strategy", json!({ "type": "Recreate" })),
        ("/service", Value::Null),
        ("/configMap", Value::Null),
        (
            "/volumes",
            json!([{ "name": "content", "persistentVolumeClaim": { "claimName": "pages" } }])
        ),
    ]));
}

#[test]
fn references_to_the_own_config_map_and_secret_are_rewritten_and_no_others() {
    insta::assert_json_snapshot!(manifests(&[
        secret(),
        (
            "/imagePullSecrets",
            json!([{ "name": "credentials" }, { "name": "registry" }])
        ),
        (
            "/volumes/-",
            json!({ "name": "keys", "secret": { "fromStep": true, "defaultMode": 256 } }),
        ),
        (
            "/volumes/-",
            json!({ "name": "other", "configMap": { "name": "other" } })
        ),
        ("/volumes/-", json!({ "name": "scratch", "emptyDir": {} })),
        (
            "/containers/0/env",
            json!([
                { "name": "A", "valueFrom": { "configMapKeyRef": { "name": "configmap", "key": "index" } } },
                { "name": "B", "valueFrom": { "secretKeyRef": { "fromStep": true, "key": "password" } } },
                { "name": "C", "valueFrom": { "secretKeyRef": { "name": "other", "key": "password" } } },
                { "name": "D", "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } },
                { "name": "E", "value": "" },
            ]),
        ),
        (
            "/containers/0/envFrom",
            json!([{ "configMapRef": { "fromStep": true } }, { "prefix": "S_", "secretRef": { "name": "other" } }]),
        ),
    ]));
}

#[test]
fn probes_resources_and_security_pass_as_written() {
    insta::assert_json_snapshot!(container(&[
        (
            "/containers/0/readinessProbe",
            json!({ "exec": { "command": ["no-such-command"] }, "periodSeconds": 2 }),
        ),
        (
            "/containers/0/livenessProbe",
            json!({ "httpGet": { "port": "web", "scheme": "HTTP" } })
        ),
        (
            "/containers/0/startupProbe",
            json!({ "tcpSocket": { "port": 80 }, "failureThreshold": 30 })
        ),
        (
            "/containers/0/resources",
            json!({ "requests": { "cpu": 0.5, "memory": "64Mi" }, "limits": { "cpu": 1 } }),
        ),
        (
            "/containers/0/securityContext",
            json!({
                "runAsNonRoot": true,
                "capabilities": { "drop": ["ALL"] },
                "seccompProfile": { "type": "RuntimeDefault" },
            }),
        ),
        ("/containers/0/imagePullPolicy", json!("IfNotPresent")),
        ("/containers/0/image", json!("example/httpd:2.4")),
    ]));
}

#[test]
fn a_pre_stop_of_ones_own_stays_and_nothing_is_added_to_the_grace_period() {
    let own = json!({ "preStop": { "exec": { "command": ["/bin/leave"] } } });
    let inputs = fixture::httpd_with(&[
        ("/containers/0/lifecycle", own.clone()),
        ("/terminationGracePeriodSeconds", json!(60)),
    ]);
    let pod = fixture::object(&inputs, "deployments-3", &DEPLOYMENT)["spec"]["template"]["spec"].take();
    assert_eq!(pod["containers"][0]["lifecycle"], own);
    assert_eq!(pod["terminationGracePeriodSeconds"], 60);
}

#[test]
fn the_pause_comes_on_top_of_the_grace_period() {
    let inputs = fixture::httpd_with(&[("/terminationGracePeriodSeconds", json!(60))]);
    let pod = fixture::object(&inputs, "deployments-3", &DEPLOYMENT)["spec"]["template"]["spec"].take();
    assert_eq!(
        pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"],
        5
    );
    assert_eq!(pod["terminationGracePeriodSeconds"], 65);
}

#[test]
fn pods_carry_every_label_and_selectors_only_the_workload() {
    let objects = fixture::objects(&fixture::httpd_with(&[]), "deployments-3");
    let selector = json!({ "shipslog.dev/workload": "httpd-deployments-3" });
    assert_eq!(objects.workload()["spec"]["selector"]["matchLabels"], selector);
    assert_eq!(objects.of(&SERVICE).unwrap()["spec"]["selector"], selector);
    let labels = &objects.workload()["spec"]["template"]["metadata"]["labels"];
    for key in [
        "app",
        "shipslog.dev/workload",
        "shipslog.dev/deployment",
        "shipslog.dev/instance",
    ] {
        assert!(labels[key].is_string(), "{key} is missing");
    }
}
