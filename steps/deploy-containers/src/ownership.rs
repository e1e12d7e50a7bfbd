//! Whose an object is, by the labels it carries. Before the step writes to an existing object it reads it.

use std::collections::BTreeMap;

use serde_json::Value;
use shipslog_step::kubernetes::ObjectReference;
use shipslog_step::owner;
use shipslog_step::owner::marks::{self, DEPLOYMENT_UID};

use crate::situation::Situation;

/// Whether writing is fine, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// This step wrote it before.
    Ours,
    /// It is somebody else's, and the inputs say to take it over.
    Adopted,
}

/// Judges an object whose name all deployments of the step share.
pub fn shared(live: &Value, situation: &Situation, adopt: bool) -> Result<Standing, String> {
    if is_ours(live, situation) {
        return Ok(Standing::Ours);
    }
    if adopt {
        return Ok(Standing::Adopted);
    }
    Err(format!(
        "{} exists already and belongs to {}. Choose another name, delete it, or say `adopt: true` to take it over",
        name(live),
        owner::name(live)
    ))
}

/// Judges an object that is named after the deployment: no other deployment's is ever taken over.
pub fn suffixed(live: &Value, situation: &Situation) -> Result<Standing, String> {
    let uid = texts(live.pointer("/metadata/annotations"))
        .get(DEPLOYMENT_UID)
        .copied();
    let own = situation.annotations.get(DEPLOYMENT_UID).map(String::as_str);
    if uid == own && is_ours(live, situation) {
        return Ok(Standing::Ours);
    }
    Err(format!(
        "{} exists already and belongs to {}, not to this deployment. Delete it, or give the step's objects other names",
        name(live),
        owner::name(live)
    ))
}

/// Whether the labels name this step as the owner.
pub fn is_ours(live: &Value, situation: &Situation) -> bool {
    let own = situation.owner();
    let labels = labels(live);
    !own.is_empty() && marks::OWNER.iter().all(|key| labels.get(key) == own.get(key))
}

/// Whether the selector of a Service takes pods with these labels. No selector takes none.
pub fn selects(service: &Value, pod_labels: &BTreeMap<&str, &str>) -> bool {
    let selector = texts(service.pointer("/spec/selector"));
    !selector.is_empty()
        && selector
            .iter()
            .all(|(key, value)| pod_labels.get(key) == Some(value))
}

/// As `Service httpd`.
pub fn name(object: &Value) -> String {
    ObjectReference::of(object).map_or_else(|_| "the object".to_owned(), |it| it.to_string())
}

/// The object's labels.
pub fn labels(live: &Value) -> BTreeMap<&str, &str> {
    texts(live.pointer("/metadata/labels"))
}

/// The entries of a map of texts.
pub fn texts(map: Option<&Value>) -> BTreeMap<&str, &str> {
    let fields = map.and_then(Value::as_object).into_iter().flatten();
    fields
        .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::kinds::{DEPLOYMENT, SERVICE};

    fn service(deployment: &str) -> Value {
        fixture::object(&fixture::httpd_with(&[]), deployment, &SERVICE)
    }

    fn somebody_elses() -> Value {
        let mut live = service("deployments-2");
        live["metadata"]["labels"]["shipslog.dev/project"] = "other".into();
        live
    }

    #[test]
    fn an_earlier_deployment_of_the_same_step_is_ours() {
        let standing = shared(&service("deployments-2"), &fixture::situation(), false);
        assert_eq!(standing, Ok(Standing::Ours));
    }

    #[test]
    fn another_owner_is_named_and_taken_over_only_on_demand() {
        let live = somebody_elses();
        let refused = shared(&live, &fixture::situation(), false).unwrap_err();
        assert!(
            refused.contains("project other") && refused.contains("adopt: true"),
            "{refused}"
        );
        assert_eq!(shared(&live, &fixture::situation(), true), Ok(Standing::Adopted));
    }

    #[test]
    fn an_object_without_labels_has_no_owner() {
        let live = serde_json::json!({ "metadata": { "name": "httpd" } });
        let refused = shared(&live, &fixture::situation(), false).unwrap_err();
        assert!(refused.contains("no deployment of Shipslog"), "{refused}");
    }

    #[test]
    fn a_label_that_only_one_side_has_makes_another_owner() {
        let mut live = service("deployments-2");
        live["metadata"]["labels"]["shipslog.dev/tenant"] = "t".into();
        assert!(shared(&live, &fixture::situation(), false).is_err());
    }

    #[test]
    fn a_suffixed_object_is_ours_only_with_the_deployments_uid() {
        let mut live = fixture::object(&fixture::httpd_with(&[]), "deployments-3", &DEPLOYMENT);
        assert_eq!(suffixed(&live, &fixture::situation()), Ok(Standing::Ours));
        live["metadata"]["annotations"][DEPLOYMENT_UID] = "another".into();
        assert!(suffixed(&live, &fixture::situation()).is_err());
    }

    #[test]
    fn a_service_without_selector_selects_nothing() {
        let labels = BTreeMap::from([("a", "b"), ("c", "d")]);
        let with = |selector: Value| serde_json::json!({ "spec": { "selector": selector } });
        assert!(selects(&with(serde_json::json!({ "a": "b" })), &labels));
        assert!(!selects(
            &with(serde_json::json!({ "a": "b", "e": "f" })),
            &labels
        ));
        assert!(!selects(&with(serde_json::json!({})), &labels));
    }
}
