//! A cluster whose objects have versions, which counts the requests that changed one and looks before it sends again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use shipslog_cluster::{
    Applied, ApplyOptions, Change, DeleteOptions, Error, Evidence, Expectation, Kind, KubernetesApi,
    ObjectReference, Page, Patch, Selection, Waited,
};

use super::ledger::Ledger;

type Answer<'a, T> = BoxFuture<'a, Result<T, Error>>;

pub(super) struct World {
    ledger: Arc<Ledger>,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    objects: BTreeMap<String, Value>,
    version: u64,
    changes: Vec<String>,
    /// How often somebody writes an object just before it is patched.
    interference: usize,
}

/// What a write must still find.
struct Guard<'a> {
    uid: Option<&'a str>,
    version: Option<&'a str>,
    unanswered: bool,
}

impl World {
    pub(super) fn new(ledger: &Arc<Ledger>) -> Arc<Self> {
        Arc::new(Self {
            ledger: Arc::clone(ledger),
            now: Mutex::default(),
        })
    }

    /// Every request that changed an object, in order.
    pub(super) fn changes(&self) -> Vec<String> {
        self.now().changes.clone()
    }

    pub(super) fn objects(&self) -> BTreeMap<String, Value> {
        self.now().objects.clone()
    }

    /// Somebody else writes it.
    pub(super) fn writes(&self, kind: &str, name: &str, data: &Value) {
        self.now()
            .put(&key(kind, name), &json!({ "kind": kind, "data": data }), name);
    }

    /// Somebody else is quicker than the next patches.
    pub(super) fn interferes(&self, times: usize) {
        self.now().interference = times;
    }

    fn now(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap()
    }

    fn asked<'a, T: Send + 'a>(
        &'a self,
        look: impl FnOnce(&mut Now) -> Result<T, Error> + Send + 'a,
    ) -> Answer<'a, T> {
        async move {
            self.ledger.pass().await;
            let answer = look(&mut self.now());
            self.ledger.pass().await;
            answer
        }
        .boxed()
    }

    fn written<'a, T: Send + 'a>(
        &'a self,
        what: &str,
        look: impl FnOnce(&mut Now) -> Result<T, Error> + Send + 'a,
    ) -> Answer<'a, T> {
        self.ledger.assert_durable(what);
        self.asked(look)
    }
}

fn key(kind: &str, name: &str) -> String {
    format!("{kind} {name}")
}

fn key_of(object: &ObjectReference) -> String {
    key(&object.kind, &object.name)
}

impl Now {
    fn put(&mut self, key: &str, object: &Value, name: &str) -> Value {
        self.version += 1;
        let uid = self.objects.get(key).map_or_else(
            || json!(format!("uid-{}", self.version)),
            |it| it["metadata"]["uid"].clone(),
        );
        let mut object = object.clone();
        object["metadata"] = json!({ "name": name, "namespace": "dev", "uid": uid,
            "resourceVersion": self.version.to_string() });
        self.objects.insert(key.to_owned(), object.clone());
        object
    }

    /// Writes the data unless it is so already, if the guard lets it.
    fn write(
        &mut self,
        what: &str,
        key: &str,
        name: &str,
        wanted: &Value,
        guard: &Guard,
    ) -> Result<(Value, bool), Error> {
        let live = self.objects.get(key).cloned();
        let same = live.as_ref().is_some_and(|it| it["data"] == wanted["data"]);
        match live {
            Some(live) if same && guard.unanswered => return Ok((live, false)),
            live => guard.check(live.as_ref())?,
        }
        if same {
            return Ok((self.objects[key].clone(), false));
        }
        self.changes.push(format!("{what} {}", wanted["data"]));
        Ok((self.put(key, wanted, name), true))
    }
}

impl Guard<'_> {
    fn check(&self, live: Option<&Value>) -> Result<(), Error> {
        let is = |field: &str, wanted: Option<&str>| {
            wanted.is_none_or(|it| live.is_some_and(|live| live["metadata"][field] == json!(it)))
        };
        match (
            is("uid", self.uid) && is("resourceVersion", self.version),
            self.unanswered,
        ) {
            (true, _) => Ok(()),
            (false, false) => Err(Error::Changed),
            (false, true) => Err(Error::OutcomeUnknown("look at it".to_owned())),
        }
    }
}

fn evidence(object: &ObjectReference) -> Evidence {
    Evidence {
        object: object.clone(),
        summary: "it said first secret".to_owned(),
        events: Vec::new(),
        log_tail: vec!["first secret".to_owned()],
    }
}

impl KubernetesApi for World {
    fn kind<'a>(&'a self, group: &'a str, version: &'a str, kind: &'a str) -> Answer<'a, Kind> {
        let kind = Kind {
            plural: format!("{}s", kind.to_lowercase()),
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            namespaced: true,
        };
        async { Ok(kind) }.boxed()
    }

    fn get<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Value> {
        self.asked(|it| it.objects.get(&key_of(object)).cloned().ok_or(Error::NotFound))
    }

    fn list<'a>(&'a self, selection: &'a Selection) -> Answer<'a, Page> {
        let prefix = format!("{} ", selection.kind);
        self.asked(move |it| {
            let found = it.objects.iter().filter(|(key, _)| key.starts_with(&prefix));
            Ok(Page {
                objects: found.map(|(_, it)| it.clone()).collect(),
                continue_from: None,
            })
        })
    }

    fn apply<'a>(&'a self, object: &'a Value, _: &'a str, options: &'a ApplyOptions) -> Answer<'a, Applied> {
        let (kind, name) = (
            object["kind"].as_str().unwrap(),
            object["metadata"]["name"].as_str().unwrap(),
        );
        let (key, what) = (key(kind, name), format!("apply {kind} {name}"));
        self.written(&what.clone(), move |it| {
            let guard = Guard {
                uid: options.uid.as_deref(),
                version: options.resource_version.as_deref(),
                unanswered: options.unanswered,
            };
            let (object, changed) = it.write(&what, &key, name, object, &guard)?;
            Ok(Applied {
                object,
                generation: Some(1),
                changed,
            })
        })
    }

    fn patch<'a>(&'a self, object: &'a ObjectReference, _: &'a str, patch: Patch<'a>) -> Answer<'a, Value> {
        let what = format!("patch {object}");
        self.written(&what.clone(), move |it| {
            let Some(mut wanted) = it.objects.get(&key_of(object)).cloned() else {
                return Err(Error::NotFound);
            };
            if it.interference > 0 {
                it.interference -= 1;
                let live = wanted.clone();
                wanted = it.put(&key_of(object), &live, &object.name);
            }
            let data = patch.body["data"].as_object().unwrap();
            for (field, value) in data {
                wanted["data"][field] = value.clone();
            }
            let guard = Guard {
                uid: patch.precondition.uid.as_deref(),
                version: patch.precondition.resource_version.as_deref(),
                unanswered: patch.precondition.unanswered,
            };
            Ok(it.write(&what, &key_of(object), &object.name, &wanted, &guard)?.0)
        })
    }

    fn delete<'a>(&'a self, object: &'a ObjectReference, options: &'a DeleteOptions) -> Answer<'a, ()> {
        let what = format!("delete {object}");
        self.written(&what.clone(), move |it| {
            let Some(live) = it.objects.get(&key_of(object)).cloned() else {
                return Ok(());
            };
            let another = |uid: &String| live["metadata"]["uid"] != json!(uid);
            if options.uid.as_ref().is_some_and(another) {
                return Ok(());
            }
            let guard = Guard {
                uid: None,
                version: options.resource_version.as_deref(),
                unanswered: options.unanswered,
            };
            guard.check(Some(&live))?;
            it.objects.remove(&key_of(object));
            it.changes.push(what);
            Ok(())
        })
    }

    fn wait<'a>(&'a self, expectations: &'a [Expectation], timeout: Duration) -> Answer<'a, Waited> {
        self.ledger.assert_durable("a wait");
        async move {
            self.ledger.pass().await;
            tokio::time::sleep(timeout.min(Duration::from_secs(1))).await;
            self.ledger.pass().await;
            let now = self.now();
            let not_gone: Vec<Evidence> = expectations
                .iter()
                .filter_map(|it| match it {
                    Expectation::Gone(it) => Some(&it.object),
                    Expectation::Healthy(_) | Expectation::Condition(_) | Expectation::Endpoints(_) => None,
                })
                .filter(|it| now.objects.contains_key(&key_of(it)))
                .map(evidence)
                .collect();
            Ok(if not_gone.is_empty() {
                Waited::Met
            } else {
                Waited::TimedOut(not_gone)
            })
        }
        .boxed()
    }

    fn diff<'a>(&'a self, _: &'a Value, _: &'a str) -> Answer<'a, Vec<Change>> {
        self.asked(|_| Ok(Vec::new()))
    }

    fn can_i<'a>(&'a self, _: &'a str, _: &'a ObjectReference, _: &'a str) -> Answer<'a, bool> {
        self.asked(|_| Ok(true))
    }

    fn logs<'a>(&'a self, _: &'a ObjectReference, _: &'a str, _: u32, _: bool) -> Answer<'a, Vec<String>> {
        self.asked(|_| Ok(vec!["first secret and revealed value".to_owned()]))
    }

    fn explain<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Evidence> {
        self.asked(|_| Ok(evidence(object)))
    }
}
