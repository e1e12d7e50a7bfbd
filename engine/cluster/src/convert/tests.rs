use serde_json::{Value, json};

use super::*;

fn read(code: u16, body: &Value) -> Verdict {
    verdict(
        StatusCode::from_u16(code).unwrap(),
        body.to_string().as_bytes(),
        None,
    )
}

fn last(code: u16, body: &Value) -> Error {
    match read(code, body) {
        Verdict::Final(error) => error,
        Verdict::Later { message, .. } => panic!("later: {message}"),
    }
}

#[test]
fn an_unknown_field_comes_as_500_and_is_the_callers_mistake() {
    let message = "failed to create typed patch object (web/httpd; apps/v1, Kind=Deployment): errors:\n  \
                   .spec.replica: field not declared in schema\n  .spec.x: field not declared in schema";
    let Error::Invalid(causes) = last(500, &json!({"message": message, "code": 500})) else {
        panic!()
    };
    let paths: Vec<_> = causes.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["spec.replica", "spec.x"]);
    assert_eq!(causes[0].message, "field not declared in schema");
}

#[test]
fn a_value_that_cannot_be_read_comes_as_500_too() {
    let message = "failed to convert new object (web/s; /v1, Kind=Secret) to proper version: unable to convert \
                   unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 3";
    assert_eq!(
        last(500, &json!({"message": message})),
        Error::invalid("", "illegal base64 data at input byte 3")
    );
}

#[test]
fn quota_pod_security_and_a_terminating_namespace_are_admission() {
    for message in [
        "pods \"x\" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=1, limited: pods=1",
        "pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": privileged",
        "configmaps \"x\" is forbidden: unable to create new content in namespace web because it is being terminated",
    ] {
        let Error::Forbidden(denial) = last(403, &json!({"message": message})) else {
            panic!()
        };
        assert_eq!(
            denial,
            Denial {
                layer: Layer::Admission,
                rule: message.to_owned()
            }
        );
    }
}

#[test]
fn rbac_and_its_escalation_check_are_the_cluster() {
    for message in [
        "deployments.apps \"x\" is forbidden: User \"system:serviceaccount:web:a\" cannot patch resource \
         \"deployments\" in API group \"apps\" in the namespace \"web\"",
        "roles.rbac.authorization.k8s.io \"a\" is forbidden: user \"a\" (groups=[\"b\"]) is attempting to grant \
         RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}",
    ] {
        let Error::Forbidden(denial) = last(403, &json!({"message": message})) else {
            panic!()
        };
        assert_eq!(
            denial,
            Denial {
                layer: Layer::Cluster,
                rule: message.to_owned()
            }
        );
    }
}

#[test]
fn a_webhooks_no_is_admission_whatever_its_code() {
    let body = json!({"message": "admission webhook \"a.b\" denied the request: no"});
    let Error::Forbidden(denial) = last(400, &body) else {
        panic!()
    };
    assert_eq!(denial.layer, Layer::Admission);
}

#[test]
fn a_409_is_a_conflict_of_fields_or_a_change() {
    let cause = json!({"reason": "FieldManagerConflict", "field": ".spec.replicas",
        "message": "conflict with \"kubectl\" using apps/v1"});
    let body = json!({"message": "Apply failed", "reason": "Conflict", "details": {"causes": [cause]}});
    let expected = FieldConflict {
        path: "spec.replicas".to_owned(),
        manager: "kubectl".to_owned(),
    };
    assert_eq!(last(409, &body), Error::Conflict(vec![expected]));
    assert_eq!(
        last(409, &json!({"message": "the object has been modified"})),
        Error::Changed
    );
}

#[test]
fn a_422_names_its_fields() {
    let cause =
        json!({"reason": "FieldValueInvalid", "field": "spec.ports[0].port", "message": "Invalid value: 0"});
    let body = json!({"message": "Service \"x\" is invalid", "details": {"causes": [cause]}});
    let expected = Cause {
        path: "spec.ports[0].port".to_owned(),
        message: "Invalid value: 0".to_owned(),
    };
    assert_eq!(last(422, &body), Error::Invalid(vec![expected]));
}

#[test]
fn throttling_and_breakdowns_are_for_later() {
    let body = json!({"message": "slow down", "details": {"retryAfterSeconds": 7}});
    let later = |after| Verdict::Later {
        after,
        message: "slow down".to_owned(),
    };
    assert_eq!(read(429, &body), later(Some(7)));
    assert_eq!(read(503, &json!({"message": "slow down"})), later(None));
    assert_eq!(
        verdict(StatusCode::TOO_MANY_REQUESTS, b"slow down", Some(3)),
        later(Some(3))
    );
}

#[test]
fn a_long_text_that_is_not_json_is_not_quoted_in_part() {
    let text = |length: usize| "hunter2 ".repeat(length);
    let said = |text: &str| match verdict(StatusCode::BAD_REQUEST, text.as_bytes(), None) {
        Verdict::Final(Error::Invalid(causes)) => causes[0].message.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(said(&text(2)), "hunter2 hunter2");
    assert_eq!(said(&text(100)), "400 Bad Request");
}
