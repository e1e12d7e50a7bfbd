//! May we? Asked of the API server before anything is tried.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use http::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::wire::{Call, Class, JSON};
use super::{Cluster, Error, Kind, ObjectReference};

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// One thing that the account has to be allowed, in RBAC's terms.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Right {
    /// RBAC's verb: get, list, watch, create, patch, delete …
    pub verb: String,
    /// Empty for the core group, `*` for any.
    pub group: String,
    /// As in `kind:`, `*` for any.
    pub kind: String,
    /// As in `log` of `pods/log`; empty for none.
    pub subresource: String,
    /// Nothing means the default namespace.
    pub namespace: Option<String>,
    /// Nothing means any name.
    pub name: Option<String>,
}

/// How many questions are asked at once.
const AT_ONCE: usize = 8;

/// A question to the API server, and the sentence for people.
#[derive(Debug, Clone)]
struct Question {
    attributes: Value,
    sentence: String,
}

impl Cluster {
    /// Whether the account may do this to this object. An empty name means any.
    pub async fn can_i(
        &self,
        verb: &str,
        object: &ObjectReference,
        subresource: &str,
    ) -> Result<bool, Error> {
        let kind = self.kind(&object.group, &object.version, &object.kind).await?;
        let namespace = self.namespace_of(&kind, object.namespace.as_deref())?;
        let name = (!object.name.is_empty()).then_some(object.name.as_str());
        let question = question(verb, &kind, subresource, namespace.as_deref(), name);
        self.allowed(&question).await
    }

    /// All the rights that are missing, as sentences such as `create deployments.apps in namespace web`; none is well.
    ///
    /// A rule just made takes a while to count, so a no is asked about again until the patience is over.
    pub async fn preflight(&self, rights: &[Right]) -> Result<Vec<String>, Error> {
        let mut open = Vec::new();
        for right in rights {
            open.push(self.question(right).await?);
        }
        let start = Instant::now();
        loop {
            open = self.refused(open).await?;
            if open.is_empty() || start.elapsed() >= self.inner.options.access_patience {
                let mut missing: Vec<String> = open.into_iter().map(|it| it.sentence).collect();
                missing.sort();
                missing.dedup();
                return Ok(missing);
            }
            sleep(self.inner.options.access_interval).await;
        }
    }

    /// Those of the questions that are answered with no.
    async fn refused(&self, open: Vec<Question>) -> Result<Vec<Question>, Error> {
        let answers = open.into_iter().map(|it| async {
            let allowed = self.allowed(&it).await?;
            Ok::<_, Error>((!allowed).then_some(it))
        });
        let answers: Vec<Option<Question>> = stream::iter(answers).buffered(AT_ONCE).try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }

    async fn question(&self, right: &Right) -> Result<Question, Error> {
        let kind = self.kind_of(right).await?;
        let namespace = match (
            kind.namespaced,
            right.namespace.as_deref().or(self.namespace.as_deref()),
        ) {
            (true, Some("*")) | (false, _) => None,
            (true, namespace) => namespace,
        };
        Ok(question(
            &right.verb,
            &kind,
            &right.subresource,
            namespace,
            right.name.as_deref(),
        ))
    }

    /// A kind that is not there yet may come with the same step, so it is asked about under its usual plural.
    async fn kind_of(&self, right: &Right) -> Result<Kind, Error> {
        if right.group == "*" || right.kind == "*" {
            return Ok(guess(right, "*"));
        }
        match self.preferred_kind(&right.group, &right.kind).await {
            Err(Error::Invalid(_)) => Ok(guess(right, &usual_plural(&right.kind))),
            other => other,
        }
    }

    async fn allowed(&self, question: &Question) -> Result<bool, Error> {
        let body = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": question.attributes},
        });
        let call = Call::write(Method::POST, REVIEWS.to_owned(), JSON, &body, Class::Repeatable);
        let review = self.inner.wire.ask_json(&call).await?;
        Ok(review
            .pointer("/status/allowed")
            .and_then(Value::as_bool)
            .unwrap_or(false))
    }
}

fn guess(right: &Right, plural: &str) -> Kind {
    Kind {
        group: right.group.clone(),
        version: "*".to_owned(),
        kind: right.kind.clone(),
        plural: plural.to_owned(),
        namespaced: true,
    }
}

/// As kubectl guesses it: `Ingress` is `ingresses`, `Policy` is `policies`.
fn usual_plural(kind: &str) -> String {
    let kind = kind.to_lowercase();
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

fn question(
    verb: &str,
    kind: &Kind,
    subresource: &str,
    namespace: Option<&str>,
    name: Option<&str>,
) -> Question {
    let attributes = json!({
        "verb": verb, "group": kind.group, "version": kind.version, "resource": kind.plural,
        "subresource": subresource, "namespace": namespace.unwrap_or_default(), "name": name.unwrap_or_default(),
    });
    Question {
        attributes,
        sentence: sentence(verb, kind, subresource, namespace, name),
    }
}

fn sentence(
    verb: &str,
    kind: &Kind,
    subresource: &str,
    namespace: Option<&str>,
    name: Option<&str>,
) -> String {
    let subresource = if subresource.is_empty() {
        String::new()
    } else {
        format!("/{subresource}")
    };
    let name = name.map_or_else(String::new, |it| format!(" `{it}`"));
    let place = match namespace {
        Some(namespace) => format!(" in namespace {namespace}"),
        None if kind.namespaced => " in all namespaces".to_owned(),
        None => String::new(),
    };
    format!("{verb} {}{subresource}{name}{place}", kind.resource())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, Reply};
    use crate::objects::text;

    fn right(verb: &str, group: &str, kind: &str) -> Right {
        Right {
            verb: verb.to_owned(),
            group: group.to_owned(),
            kind: kind.to_owned(),
            subresource: String::new(),
            namespace: None,
            name: None,
        }
    }

    fn allowed(allowed: bool) -> Reply {
        Reply::Json(201, json!({"status": {"allowed": allowed}}))
    }

    #[tokio::test(start_paused = true)]
    async fn a_rule_that_takes_a_while_to_count_is_waited_for() {
        let fake = Fake::new(|call, nth| (call.path == REVIEWS).then(|| allowed(nth >= 4)));
        let missing = fake
            .cluster()
            .preflight(&[right("create", "apps", "Deployment")])
            .await;
        assert_eq!(missing, Ok(Vec::new()));
        assert_eq!(fake.count("POST", REVIEWS), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn all_missing_rights_are_named_at_once_when_the_patience_is_over() {
        let may = |call: &Value| text(call, "/spec/resourceAttributes/verb") == "get";
        let fake = Fake::new(move |call, _| (call.path == REVIEWS).then(|| allowed(may(&call.body))));
        let rights = [
            right("patch", "apps", "Deployment"),
            right("get", "", "Pod"),
            right("create", "example.com", "Policy"),
        ];
        let start = Instant::now();
        let missing = fake.cluster().preflight(&rights).await.unwrap();
        assert_eq!(
            missing,
            [
                "create policies.example.com in namespace web",
                "patch deployments.apps in namespace web"
            ]
        );
        assert!(start.elapsed() >= Duration::from_secs(10) && start.elapsed() < Duration::from_secs(12));
    }

    #[tokio::test(start_paused = true)]
    async fn can_i_asks_about_the_resource_of_the_kind() {
        let fake = Fake::new(|call, _| (call.path == REVIEWS).then(|| allowed(true)));
        let pod = ObjectReference {
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: None,
            name: "a".to_owned(),
        };
        assert_eq!(fake.cluster().can_i("get", &pod, "log").await, Ok(true));
        let asked = fake.last_body("POST", REVIEWS);
        let expected = json!({"verb": "get", "group": "", "version": "v1", "resource": "pods", "subresource": "log",
            "namespace": "web", "name": "a"});
        assert_eq!(asked["spec"]["resourceAttributes"], expected);
    }

    #[test]
    fn plurals_are_guessed_as_usual() {
        for (kind, plural) in [
            ("Ingress", "ingresses"),
            ("NetworkPolicy", "networkpolicies"),
            ("Pod", "pods"),
        ] {
            assert_eq!(usual_plural(kind), plural);
        }
    }

    #[test]
    fn a_missing_right_is_a_sentence() {
        let kind = Kind::known("apps", "Deployment", "deployments");
        let said = sentence("create", &kind, "", Some("httpd-development"), None);
        assert_eq!(said, "create deployments.apps in namespace httpd-development");
        let kind = Kind::known("", "Pod", "pods");
        assert_eq!(
            sentence("get", &kind, "log", None, Some("a")),
            "get pods/log `a` in all namespaces"
        );
    }
}
