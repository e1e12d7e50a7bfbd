//! What has to be watched for a wait: one source for each kind and namespace.

use std::collections::BTreeMap;

use super::{Endpoints, Expectation};
use crate::kinds::Place;
use crate::watch::Source;
use crate::{Cluster, Error, Kind, ObjectReference};

/// An expectation and where its objects are to be seen.
pub(super) struct Awaited {
    pub(super) object: ObjectReference,
    pub(super) source: Source,
    pub(super) what: What,
}

/// What is expected of it.
pub(super) enum What {
    Healthy {
        uid: Option<String>,
        generation: Option<i64>,
    },
    Gone {
        uid: Option<String>,
    },
    Condition {
        kind: String,
        status: String,
    },
    /// The source is of the Service's endpoint slices.
    Endpoints {
        pods: Source,
        at_least: u32,
    },
}

impl Cluster {
    pub(super) async fn plan(&self, expectations: &[Expectation]) -> Result<Vec<Awaited>, Error> {
        let mut plan = Vec::new();
        for expectation in expectations {
            plan.push(self.awaited(expectation).await?);
        }
        narrow(&mut plan);
        Ok(plan)
    }

    async fn awaited(&self, expectation: &Expectation) -> Result<Awaited, Error> {
        let (object, what) = match expectation {
            Expectation::Healthy(it) => (
                &it.object,
                What::Healthy {
                    uid: it.uid.clone(),
                    generation: it.generation,
                },
            ),
            Expectation::Gone(it) => (&it.object, What::Gone { uid: it.uid.clone() }),
            Expectation::Condition(it) => (
                &it.object,
                What::Condition {
                    kind: it.kind.clone(),
                    status: it.status.clone(),
                },
            ),
            Expectation::Endpoints(it) => return self.endpoints(it).await,
        };
        let place = self.place(object).await?;
        let source = whole(place.kind, place.object.namespace.clone());
        Ok(Awaited {
            object: place.object,
            source,
            what,
        })
    }

    async fn endpoints(&self, expected: &Endpoints) -> Result<Awaited, Error> {
        let Place { kind, object, .. } = self.place(&expected.service).await?;
        if kind.kind != "Service" || !kind.group.is_empty() {
            return Err(Error::invalid(
                "kind",
                format!("a Service has endpoints, a {} has none", kind.kind),
            ));
        }
        if expected.label_selector.is_empty() {
            return Err(Error::invalid("label-selector", "must say which pods are meant"));
        }
        let source = Source {
            label_selector: format!("kubernetes.io/service-name={}", object.name),
            ..whole(
                Kind::known("discovery.k8s.io", "EndpointSlice", "endpointslices"),
                object.namespace.clone(),
            )
        };
        let pods = Source {
            label_selector: expected.label_selector.clone(),
            ..whole(Kind::known("", "Pod", "pods"), object.namespace.clone())
        };
        Ok(Awaited {
            object,
            source,
            what: What::Endpoints {
                pods,
                at_least: expected.at_least,
            },
        })
    }
}

/// All objects of a kind in a namespace.
pub(super) fn whole(kind: Kind, namespace: Option<String>) -> Source {
    Source {
        kind,
        namespace,
        label_selector: String::new(),
        field_selector: String::new(),
    }
}

/// Where only one object of a kind and namespace is awaited, only that one is watched: an account may be allowed no
/// more, and a large namespace costs nothing.
fn narrow(plan: &mut [Awaited]) {
    let mut names: BTreeMap<Source, Vec<String>> = BTreeMap::new();
    for awaited in plan.iter() {
        names
            .entry(awaited.source.clone())
            .or_default()
            .push(awaited.object.name.clone());
    }
    for awaited in plan
        .iter_mut()
        .filter(|it| !matches!(it.what, What::Endpoints { .. }))
    {
        let alone = names
            .get(&awaited.source)
            .is_some_and(|it| it.iter().all(|name| *name == awaited.object.name));
        if alone {
            awaited.source.field_selector = format!("metadata.name={}", awaited.object.name);
        }
    }
}
