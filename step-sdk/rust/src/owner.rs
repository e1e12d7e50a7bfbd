//! Whose an object is: the host's labels say so, and a step writes over nobody else's.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
pub use shipslog_rights::marks;

use crate::kubernetes::ObjectReference;
use crate::{Failure, context};

/// Puts the host's labels and annotations on an object that the step is about to write, beside its own.
pub fn mark(object: &mut Value) {
    add(object, "labels", context::labels());
    add(object, "annotations", context::annotations());
}

/// Lets an object that is about to be written say that the deployment which changed it last wrote it: of the host's
/// labels and annotations it gets those that the existing one has. Then a difference is one that the step wants.
pub fn keep(existing: &Value, object: &mut Value) {
    for (field, values) in [
        ("labels", context::labels()),
        ("annotations", context::annotations()),
    ] {
        let kept = values
            .into_keys()
            .filter(|it| !marks::OWNER.contains(&it.as_str()))
            .filter_map(|key| {
                let value = existing["metadata"][field].get(&key)?.as_str()?.to_owned();
                Some((key, value))
            });
        add(object, field, kept.collect());
    }
}

/// Whether the object carries this step's own labels.
pub fn is_ours(existing: &Value) -> bool {
    let ours = context::labels();
    marks::OWNER
        .iter()
        .all(|key| label(existing, key) == ours.get(*key).map(String::as_str))
}

/// Refuses an existing object of another or no owner, naming them, unless the user wants it adopted.
pub fn claim(existing: &Value, adopt: bool) -> Result<(), Failure> {
    if adopt || is_ours(existing) {
        return Ok(());
    }
    let object = ObjectReference::of(existing).map_or_else(|_| "the object".to_owned(), |it| it.to_string());
    Err(Failure::failed(format!(
        "{object} exists and belongs to {}; choose another name, or set `adopt: true` to take it over",
        name(existing)
    )))
}

/// The owner of an object in words.
pub fn name(existing: &Value) -> String {
    let owner: BTreeMap<&str, &str> = marks::OWNER
        .iter()
        .filter_map(|key| Some((key.rsplit('/').next()?, label(existing, key)?)))
        .collect();
    if owner.is_empty() {
        let managers = managers(existing);
        return match managers.as_str() {
            "" => "no deployment of Shipslog".to_owned(),
            managers => format!("no deployment of Shipslog (written by {managers})"),
        };
    }
    owner
        .iter()
        .map(|(key, value)| format!("{key} {value}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn managers(existing: &Value) -> String {
    let fields = existing["metadata"]["managedFields"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut names: Vec<&str> = fields.iter().filter_map(|it| it["manager"].as_str()).collect();
    names.dedup();
    names.join(", ")
}

fn label<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object["metadata"]["labels"].get(key)?.as_str()
}

fn add(object: &mut Value, field: &str, values: BTreeMap<String, String>) {
    let metadata = object_at(object, "metadata");
    let Some(field) = metadata.and_then(|it| map_at(it, field)) else {
        return;
    };
    field.extend(values.into_iter().map(|(key, value)| (key, Value::String(value))));
}

fn object_at<'a>(object: &'a mut Value, field: &str) -> Option<&'a mut Map<String, Value>> {
    map_at(object.as_object_mut()?, field)
}

fn map_at<'a>(object: &'a mut Map<String, Value>, field: &str) -> Option<&'a mut Map<String, Value>> {
    object
        .entry(field)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::Host;

    fn object() -> Value {
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "labels": { "team": "web" } } })
    }

    fn marked(host: &Host) -> Value {
        let mut object = object();
        host.within(|| mark(&mut object));
        object
    }

    #[test]
    fn what_is_marked_is_ours_in_every_deployment_and_nobody_elses() {
        let host = Host::new();
        let marked = marked(&host);
        assert_eq!(marked["metadata"]["labels"]["team"], "web");
        let later = host.deployment("deployments-2");
        assert!(later.within(|| is_ours(&marked)));
        let other = Host::new().label("shipslog.dev/step", "other");
        assert!(!other.within(|| is_ours(&marked)));
        let failure = other.within(|| claim(&marked, false)).unwrap_err();
        assert!(
            failure.to_string().contains("project project, step step"),
            "{failure}"
        );
        assert_eq!(other.within(|| claim(&marked, true)), Ok(()));
    }

    #[test]
    fn what_nobody_marked_belongs_to_its_managers() {
        let mut object = object();
        object["metadata"]["managedFields"] = json!([{ "manager": "kubectl" }]);
        assert_eq!(name(&object), "no deployment of Shipslog (written by kubectl)");
    }

    #[test]
    fn what_is_kept_says_who_changed_it_last_and_still_whose_it_is() {
        let host = Host::new();
        let existing = marked(&host);
        let host = host
            .deployment("deployments-2")
            .label("shipslog.dev/step", "other");
        let mut wanted = marked(&host);
        host.within(|| keep(&existing, &mut wanted));
        let labels = &wanted["metadata"]["labels"];
        assert_eq!(
            (&labels["shipslog.dev/deployment"], &labels["shipslog.dev/step"]),
            (&json!("deployments-1"), &json!("other"))
        );
        assert_eq!(
            wanted["metadata"]["annotations"]["shipslog.dev/deployment-uid"],
            "uid-of-deployments-1"
        );
    }
}
