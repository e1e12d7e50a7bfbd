//! The switch: what the Service needs so that all traffic goes to this deployment's pods. Pure; the flow does it.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use shipslog_step::kubernetes::{ApplyOptions, Precondition};
use shipslog_step::owner::marks::DEPLOYMENT_UID;

use crate::ownership::{self, Standing};
use crate::situation::{Situation, WORKLOAD};

/// How often the Service may change under the switch (status writes count too) before it gives up.
pub const ATTEMPTS: u32 = 5;

/// Since when the old pods of which deployment drain: its UID, and milliseconds since 1970.
const DRAINING_SINCE: &str = "shipslog.dev/draining-since";

/// The deployment's Service, saying that from now on the old pods drain.
#[must_use]
pub fn draining(mut mine: Value, now: SystemTime) -> Value {
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let since = format!("{} {}", deployment(&mine).unwrap_or_default(), now.as_millis());
    mine["metadata"]["annotations"][DRAINING_SINCE] = since.into();
    mine
}

/// Since when the old pods of this very deployment drain, if the Service says so. What it says of another one is no
/// reason to drain for less.
pub fn draining_since(live: &Value, mine: &Value) -> Option<SystemTime> {
    let said = live
        .pointer("/metadata/annotations")?
        .get(DRAINING_SINCE)?
        .as_str()?;
    let (of, since) = said.split_once(' ')?;
    if Some(of) != deployment(mine) {
        return None;
    }
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(since.parse().ok()?))
}

/// What the switch has to do with the Service as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// This deployment has switched it before: an earlier attempt got this far.
    Done,
    /// All of it, and only if the live one is still as it was read.
    Apply(ApplyOptions),
}

/// Decides from the Service as it is and as this deployment wants it, complete.
pub fn decide(
    live: Option<&Value>,
    mine: &Value,
    situation: &Situation,
    adopt: bool,
) -> Result<Decision, String> {
    let Some(live) = live else {
        return Ok(Decision::Apply(ApplyOptions::default()));
    };
    let standing = ownership::shared(live, situation, adopt)?;
    if is_done(live, mine) {
        return Ok(Decision::Done);
    }
    Ok(Decision::Apply(ApplyOptions {
        force: standing == Standing::Adopted,
        only: Precondition::unchanged(live),
    }))
}

/// Refuses a Service that selects by more than the step's own label, unless the new pods have that too: the apply
/// leaves what others put into the selector, and then no pod would fit.
pub fn reaches(live: Option<&Value>, mine: &Value, pods: &Value) -> Result<(), String> {
    let labels = ownership::texts(pods.pointer("/metadata/labels"));
    let selector = ownership::texts(live.and_then(|it| it.pointer("/spec/selector")));
    let foreign = selector
        .iter()
        .find(|(key, value)| **key != WORKLOAD && labels.get(*key) != Some(*value));
    match foreign {
        None => Ok(()),
        Some((key, value)) => Err(format!(
            "{} selects by `{key}: {value}` too, which Shipslog did not put there, and the new pods do not have it. \
             Add it to the step's `labels`, or take it out of the Service's selector",
            ownership::name(mine)
        )),
    }
}

/// After `changed`: whether the switch may be tried again. Not if somebody else has moved the traffic or the ownership.
pub fn may_repeat(before: Option<&Value>, now: Option<&Value>, mine: &Value) -> Result<(), String> {
    let selector = |it: Option<&Value>| it.and_then(|it| it.pointer("/spec/selector")).cloned();
    let owner = |it: Option<&Value>| it.map(ownership::labels).map(|it| json!(it));
    if selector(before) == selector(now) && owner(before) == owner(now) {
        return Ok(());
    }
    Err(format!(
        "{} was changed by {} while its traffic was being switched: its selector or its owner is another now",
        ownership::name(mine),
        now.map_or_else(|| "whoever deleted it".to_owned(), last_manager)
    ))
}

/// Who wrote last, as far as the object says.
pub fn last_manager(live: &Value) -> String {
    let entries = live
        .pointer("/metadata/managedFields")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let last = entries.max_by_key(|it| text(it, "/time").to_owned());
    last.map_or_else(
        || "another manager".to_owned(),
        |it| format!("`{}`", text(it, "/manager")),
    )
}

/// For the history, and for switching back: the Service as it was, without what the server keeps for itself.
pub fn manifest(live: &Value) -> Value {
    let mut manifest = live.clone();
    if let Some(fields) = manifest.as_object_mut() {
        fields.remove("status");
    }
    if let Some(fields) = manifest.pointer_mut("/metadata").and_then(Value::as_object_mut) {
        for own in [
            "managedFields",
            "resourceVersion",
            "uid",
            "generation",
            "creationTimestamp",
            "selfLink",
        ] {
            fields.remove(own);
        }
    }
    let annotations = manifest.pointer_mut("/metadata/annotations");
    if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
        annotations.remove(DRAINING_SINCE);
    }
    manifest
}

/// The workload that the Service sends traffic to.
pub fn workload(service: &Value) -> Option<&str> {
    service
        .pointer("/spec/selector")
        .and_then(|it| it.get(WORKLOAD))
        .and_then(Value::as_str)
}

/// One apply is whole or not at all, so these two say that all of it is there.
pub fn is_done(live: &Value, mine: &Value) -> bool {
    workload(live) == workload(mine) && deployment(live) == deployment(mine)
}

/// The UID of the deployment that wrote it.
fn deployment(service: &Value) -> Option<&str> {
    let annotations = service.pointer("/metadata/annotations")?;
    annotations.get(DEPLOYMENT_UID)?.as_str()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::kinds::SERVICE;

    fn service(deployment: &str) -> Value {
        let mut service = fixture::object(&fixture::httpd_with(&[]), deployment, &SERVICE);
        service["metadata"]["uid"] = "u1".into();
        service["metadata"]["resourceVersion"] = "7".into();
        service
    }

    fn pods(app: &str) -> Value {
        json!({ "metadata": { "labels": { "app": app } } })
    }

    #[test]
    fn the_first_deployment_creates_the_service() {
        let decision = decide(None, &service("deployments-3"), &fixture::situation(), false);
        assert_eq!(decision, Ok(Decision::Apply(ApplyOptions::default())));
    }

    #[test]
    fn the_next_one_applies_guarded_by_what_it_read() {
        let live = service("deployments-2");
        let decision = decide(
            Some(&live),
            &service("deployments-3"),
            &fixture::situation(),
            false,
        );
        let only = Precondition {
            uid: Some("u1".into()),
            resource_version: Some("7".into()),
        };
        assert_eq!(decision, Ok(Decision::Apply(ApplyOptions { force: false, only })));
    }

    #[test]
    fn a_second_attempt_finds_it_done() {
        let live = service("deployments-3");
        let decision = decide(
            Some(&live),
            &service("deployments-3"),
            &fixture::situation(),
            false,
        );
        assert_eq!(decision, Ok(Decision::Done));
    }

    #[test]
    fn a_rolling_service_of_the_deployment_before_is_not_done() {
        let rolling = fixture::httpd_with(&[("/strategy", json!({ "type": "RollingUpdate" }))]);
        let of = |deployment| fixture::object(&rolling, deployment, &SERVICE);
        let (live, mine) = (of("deployments-2"), of("deployments-3"));
        assert_eq!(workload(&live), workload(&mine));
        let decision = decide(Some(&live), &mine, &fixture::situation(), false);
        assert!(matches!(
            decision,
            Ok(Decision::Apply(ApplyOptions { force: false, .. }))
        ));
    }

    #[test]
    fn a_service_of_nobody_is_taken_with_force_on_demand_only() {
        let live = json!({ "metadata": { "name": "httpd", "uid": "u", "resourceVersion": "1" } });
        let mine = service("deployments-3");
        assert!(decide(Some(&live), &mine, &fixture::situation(), false).is_err());
        let adopted = decide(Some(&live), &mine, &fixture::situation(), true);
        assert!(matches!(
            adopted,
            Ok(Decision::Apply(ApplyOptions { force: true, .. }))
        ));
    }

    #[test]
    fn what_others_put_into_the_selector_has_to_fit_the_new_pods() {
        let live = json!({ "spec": { "selector": { "app": "httpd" } } });
        let mine = service("deployments-3");
        assert_eq!(reaches(Some(&live), &mine, &pods("httpd")), Ok(()));
        let refused = reaches(Some(&live), &mine, &pods("other")).unwrap_err();
        assert!(refused.contains("`app: httpd`"), "{refused}");
        assert_eq!(reaches(None, &mine, &pods("other")), Ok(()));
    }

    #[test]
    fn a_write_of_the_status_may_be_repeated_a_move_of_the_traffic_not() {
        let (before, mine) = (service("deployments-2"), service("deployments-3"));
        let mut now = before.clone();
        now["metadata"]["resourceVersion"] = "8".into();
        now["metadata"]["managedFields"] = json!([
            { "manager": "kubectl", "time": "2026-01-02T00:00:00Z" },
            { "manager": "shipslog:httpd:deploy", "time": "2026-01-01T00:00:00Z" },
        ]);
        assert_eq!(may_repeat(Some(&before), Some(&now), &mine), Ok(()));
        now["spec"]["selector"] = json!({ "app": "mine" });
        let refused = may_repeat(Some(&before), Some(&now), &mine).unwrap_err();
        assert!(refused.contains("`kubectl`"), "{refused}");
        assert!(may_repeat(Some(&before), None, &mine).is_err());
    }

    #[test]
    fn a_service_says_since_when_its_own_deployment_drains_and_nothing_of_others() {
        let since = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_322_801);
        let (mine, other) = (service("deployments-3"), service("deployments-2"));
        assert_eq!(draining_since(&draining(mine.clone(), since), &mine), Some(since));
        assert_eq!(draining_since(&draining(other, since), &mine), None);
        for said in ["0", "", " ", "uid-of-deployments-3", "uid-of-deployments-3 soon"] {
            let mut live = mine.clone();
            live["metadata"]["annotations"][DRAINING_SINCE] = said.into();
            assert_eq!(draining_since(&live, &mine), None, "{said}");
        }
    }

    #[test]
    fn the_recorded_manifest_can_be_applied_again() {
        let mut live = service("deployments-2");
        live["status"] = json!({});
        live["metadata"]["managedFields"] = json!([]);
        let manifest = manifest(&draining(live, SystemTime::now()));
        assert_eq!(
            manifest,
            fixture::object(&fixture::httpd_with(&[]), "deployments-2", &SERVICE)
        );
    }
}
