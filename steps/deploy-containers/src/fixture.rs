//! What tests deploy: httpd, as in the walkthrough.

use serde_json::{Value, json};

use crate::inputs::Inputs;
use crate::kinds::Kind;
use crate::names::Names;
use crate::render::{Images, Objects};
use crate::situation::Situation;

pub(crate) const REFERENCE: &str = "registry.example/httpd:2.4.71@sha256:0d2f";

/// The example's inputs, as written.
pub(crate) fn httpd() -> Value {
    json!({
        "name": "httpd",
        "strategy": { "type": "BlueGreen" },
        "drainSeconds": 5,
        "replicas": 1,
        "progressDeadlineSeconds": 60,
        "labels": { "app": "httpd" },
        "configMap": { "name": "configmap", "data": { "index": "Hello from Development" } },
        "volumes": [{
            "name": "content",
            "configMap": { "fromStep": true, "items": [{ "key": "index", "path": "index.html" }] },
        }],
        "containers": [{
            "name": "httpd",
            "image": { "package": "httpd" },
            "ports": [{ "name": "web", "containerPort": 80 }],
            "volumeMounts": [{ "name": "content", "mountPath": "/usr/local/apache2/htdocs" }],
        }],
        "service": { "name": "httpd", "type": "LoadBalancer", "ports": [{ "port": 80, "targetPort": "web" }] },
    })
}

/// The example's inputs with some fields replaced, by JSON pointer; `null` leaves the field out.
pub(crate) fn httpd_with(changes: &[(&str, Value)]) -> Inputs {
    let mut inputs = httpd();
    for (pointer, value) in changes {
        put(&mut inputs, pointer, value.clone());
    }
    serde_json::from_value(inputs).unwrap()
}

fn put(inputs: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match inputs.pointer_mut(parent).unwrap() {
        Value::Object(fields) if value.is_null() => drop(fields.remove(key)),
        Value::Object(fields) => drop(fields.insert(key.to_owned(), value)),
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => panic!("no {parent} to change"),
    }
}

/// What the host says of the third deployment.
pub(crate) fn situation() -> Situation {
    situation_of("deployments-3")
}

pub(crate) fn situation_of(deployment: &str) -> Situation {
    let texts = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(key, value)| (format!("shipslog.dev/{key}"), (*value).to_owned()))
            .collect()
    };
    Situation {
        deployment: deployment.to_owned(),
        labels: texts(&[
            ("instance", "i-7f3a"),
            ("project", "httpd"),
            ("environment", "development"),
            ("step", "deploy-httpd"),
            ("deployment", deployment),
            ("release", "1.0.2"),
        ]),
        annotations: texts(&[
            ("release-version", "1.0.2"),
            ("deployment-uid", &format!("uid-of-{deployment}")),
        ]),
        namespace: Some("httpd-development".to_owned()),
    }
}

pub(crate) fn images() -> Images {
    Images::from([("httpd".to_owned(), REFERENCE.to_owned())])
}

/// The object of a kind in a deployment of these inputs.
pub(crate) fn object(inputs: &Inputs, deployment: &str, kind: &Kind) -> Value {
    objects(inputs, deployment).of(kind).unwrap().clone()
}

/// All objects of a deployment of these inputs.
pub(crate) fn objects(inputs: &Inputs, deployment: &str) -> Objects {
    Objects::new(
        inputs,
        &Names::new(inputs, deployment),
        &situation_of(deployment),
        &images(),
    )
}
