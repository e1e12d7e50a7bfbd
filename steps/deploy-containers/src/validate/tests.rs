use serde_json::{Value, json};

use super::problems;
use crate::fixture;

/// What is found, a line each.
fn found(changes: &[(&str, Value)]) -> String {
    let found = problems(&fixture::httpd_with(changes));
    found
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_walkthrough_is_fine() {
    assert_eq!(found(&[]), "");
}

#[test]
fn names_labels_and_keys() {
    insta::assert_snapshot!(found(&[
        ("/name", json!("a-name-that-is-longer-than-forty-two-chars-")),
        (
            "/labels",
            json!({ "shipslog.dev/step": "mine", "app": "not a value", "": "x" })
        ),
        ("/annotations", json!({ "shipslog.dev/x": "" })),
        ("/configMap/name", json!("Config")),
        ("/configMap/data/a b", json!("")),
        ("/secret", json!({ "name": "s", "stringData": { "": "" } })),
    ]));
}

#[test]
fn containers_ports_and_mounts() {
    insta::assert_snapshot!(found(&[
        (
            "/containers/-",
            json!({ "name": "httpd", "image": "", "ports": [{ "name": "web", "containerPort": 0 }] })
        ),
        (
            "/containers/0/ports/-",
            json!({ "name": "Web 2", "containerPort": 80 }),
        ),
        (
            "/containers/0/volumeMounts/-",
            json!({ "name": "contents", "mountPath": "/usr/local/apache2/htdocs" })
        ),
        (
            "/containers/0/resources",
            json!({ "limits": { "memory": "64MB" } })
        ),
    ]));
}

#[test]
fn volumes_and_references() {
    insta::assert_snapshot!(found(&[
        (
            "/volumes/0/configMap/items/0",
            json!({ "key": "indx", "path": "../index.html" })
        ),
        (
            "/volumes/-",
            json!({ "name": "content", "secret": { "fromStep": true } })
        ),
        ("/volumes/-", json!({ "name": "none" })),
        (
            "/volumes/-",
            json!({ "name": "both", "emptyDir": {}, "configMap": { "name": "x", "fromStep": true } })
        ),
        (
            "/containers/0/env",
            json!([
                { "name": "A", "value": "1", "valueFrom": { "configMapKeyRef": { "name": "configmap", "key": "no" } } },
                { "name": "A", "valueFrom": {} },
                { "name": "=", "valueFrom": { "secretKeyRef": { "key": "password" } } },
            ]),
        ),
        (
            "/containers/0/envFrom",
            json!([{ "secretRef": { "fromStep": true } }, {}])
        ),
    ]));
}

#[test]
fn probes_and_hooks() {
    insta::assert_snapshot!(found(&[
        (
            "/containers/0/readinessProbe",
            json!({ "httpGet": { "port": "wbe" } })
        ),
        (
            "/containers/0/livenessProbe",
            json!({ "tcpSocket": { "port": 70000 }, "successThreshold": 2 })
        ),
        (
            "/containers/0/startupProbe",
            json!({ "exec": { "command": ["a"] }, "grpc": { "port": 1 } })
        ),
        ("/containers/0/lifecycle", json!({ "preStop": {} })),
    ]));
}

#[test]
fn service_and_strategy() {
    insta::assert_snapshot!(found(&[
        ("/service/name", json!("2-httpd")),
        ("/service/type", json!("ClusterIP")),
        (
            "/service/ports",
            json!([
                { "port": 80, "targetPort": "wbe", "nodePort": 30080 },
                { "name": "again", "port": 80, "targetPort": 0 },
                { "name": "dns", "port": 53, "protocol": "UDP", "targetPort": "web" },
            ])
        ),
        (
            "/strategy",
            json!({ "type": "Recreate", "rollingUpdate": { "maxSurge": "0%", "maxUnavailable": 0 } })
        ),
        ("/debris", json!("Remove")),
        ("/minReadySeconds", json!(60)),
    ]));
}

#[test]
fn a_sensitive_value_outside_the_secret() {
    insta::assert_snapshot!(found(&[
        (
            "/secret",
            json!({ "name": "s", "stringData": { "url": "https://u:shipslog-handle-abc@h" } })
        ),
        ("/configMap/data/index", json!("shipslog-handle-abc")),
        (
            "/containers/0/env",
            json!([{ "name": "PASSWORD", "value": "x shipslog-handle-abc" }])
        ),
    ]));
}
