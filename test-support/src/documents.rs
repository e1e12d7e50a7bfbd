//! Documents that a deployment needs.

use serde_json::{Value, json};

/// Everything that a project needs: Development, then Production, one target each.
pub fn surroundings() -> Vec<Value> {
    let ca = rcgen::generate_simple_self_signed(["shipslog".to_owned()]).unwrap();
    vec![
        json!({ "kind": "Environment", "name": "Development" }),
        json!({ "kind": "Environment", "name": "Production" }),
        json!({ "kind": "Environment", "name": "Elsewhere" }),
        json!({ "kind": "Lifecycle", "name": "Application", "phases": [
            { "name": "Development", "environments": ["Development"] },
            { "name": "Production", "environments": ["Production"] }] }),
        json!({ "kind": "Certificate", "name": "ca", "pem": ca.cert.pem() }),
        json!({ "kind": "Account", "name": "deployer", "token": "a token that nobody may see" }),
        target("Development"),
        target("Production"),
    ]
}

/// An environment's target. Nobody answers at its address.
pub fn target(environment: &str) -> Value {
    json!({ "kind": "Target", "name": format!("Web {environment}"),
        "cluster": { "url": "https://127.0.0.1:1", "certificate": "ca" }, "account": "deployer",
        "namespace": "web", "environments": [environment], "roles": ["Web"] })
}

/// A project that is named as its only step's component.
pub fn project(step: &str, with: &Value) -> Value {
    json!({ "kind": "Project", "name": step, "lifecycle": "Application",
        "process": [{ "name": "Go", "uses": format!("{step}@1"), "roles": ["Web"], "with": with }] })
}
