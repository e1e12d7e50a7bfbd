//! A step that makes the calls it is told to. What one does depends on what it was answered alone.

use std::collections::BTreeMap;

use log_wit::Host as _;
use secrets_wit::Host as _;
use serde_json::{Value, json};

use super::op::{Carries, Op};
use crate::bindings::shipslog::step::clock::Host as _;
use crate::bindings::shipslog::step::context::Host as _;
use crate::bindings::shipslog::step::kubernetes::Host as _;
use crate::bindings::shipslog::step::milestones::Host as _;
use crate::bindings::shipslog::step::outputs::Host as _;
use crate::bindings::shipslog::step::progress::Host as _;
use crate::bindings::shipslog::step::random::Host as _;
use crate::bindings::shipslog::step::types::ObjectReference;
use crate::bindings::shipslog::step::variables::Host as _;
use crate::bindings::shipslog::step::{kubernetes as wit, log as log_wit, secrets as secrets_wit};
use crate::host::clock::Clock;
use crate::host::context::Context;
use crate::host::kubernetes::Kubernetes;
use crate::host::log::Log;
use crate::host::milestones::Milestones;
use crate::host::outputs::Outputs;
use crate::host::progress::Progress;
use crate::host::random::Random;
use crate::host::secrets::Secrets;
use crate::host::variables::Variables;
use crate::run::Run;
use crate::testing::handle;

const OBJECTS: [&str; 2] = ["ConfigMap one", "ConfigMap other"];
/// What must not be seen once it was in hand.
const SAID: [&str; 4] = ["first secret", "Zmlyc3Qgc2VjcmV0", "revealed value", "plain"];

/// One life of a step.
#[derive(Default)]
pub(super) struct Step {
    /// UID and version, by object, as last seen.
    seen: BTreeMap<String, (String, String)>,
    /// The handle last had.
    held: Option<String>,
}

fn reference(key: &str) -> ObjectReference {
    let (kind, name) = key.split_once(' ').unwrap();
    ObjectReference {
        group: String::new(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: None,
        name: name.to_owned(),
    }
}

fn manifest(key: &str, field: &str, data: &Value) -> String {
    let it = reference(key);
    json!({ "apiVersion": "v1", "kind": it.kind, "metadata": { "name": it.name }, field: data }).to_string()
}

fn object(which: u8) -> &'static str {
    [OBJECTS[0], OBJECTS[1], "Secret own"][usize::from(which) % 3]
}

impl Step {
    fn guard(&self, key: &str, carries: Carries) -> (Option<String>, Option<String>) {
        let Some((uid, version)) = self.seen.get(key).cloned() else {
            return (None, None);
        };
        match carries {
            Carries::Nothing => (None, None),
            Carries::Uid => (Some(uid), None),
            Carries::Both => (Some(uid), Some(version)),
        }
    }

    fn sees(&mut self, key: &str, object: &str) {
        let object: Value = serde_json::from_str(object).unwrap();
        let text = |field: &str| object["metadata"][field].as_str().unwrap().to_owned();
        self.seen
            .insert(key.to_owned(), (text("uid"), text("resourceVersion")));
    }

    async fn apply(
        &mut self,
        run: &Run,
        key: &str,
        text: String,
        carries: Carries,
    ) -> wasmtime::Result<String> {
        let (uid, resource_version) = self.guard(key, carries);
        let options = wit::ApplyOptions {
            force: false,
            uid,
            resource_version,
        };
        let applied = Kubernetes { run }.apply(text, options).await?;
        if let Ok(applied) = &applied {
            self.sees(key, &applied.object);
        }
        Ok(format!("{applied:?}"))
    }

    async fn patch(
        &mut self,
        run: &Run,
        key: &str,
        body: Value,
        carries: Carries,
    ) -> wasmtime::Result<String> {
        let (uid, version) = self.guard(key, carries);
        let kind = wit::PatchKind::Merge;
        let patched = Kubernetes { run }
            .patch(reference(key), kind, body.to_string(), uid, version)
            .await?;
        if let Ok(object) = &patched {
            self.sees(key, object);
        }
        Ok(format!("{patched:?}"))
    }

    async fn delete(
        &mut self,
        run: &Run,
        key: &str,
        carries: Carries,
        propagation: wit::Propagation,
    ) -> wasmtime::Result<String> {
        let (uid, resource_version) = self.guard(key, carries);
        let options = wit::DeleteOptions {
            propagation,
            uid,
            resource_version,
        };
        let deleted = Kubernetes { run }.delete(reference(key), options).await?;
        self.seen.remove(key);
        Ok(format!("{deleted:?}"))
    }

    async fn get(&mut self, run: &Run, key: &str) -> wasmtime::Result<String> {
        let got = Kubernetes { run }.get(reference(key)).await?;
        if let Ok(object) = &got {
            self.sees(key, object);
        }
        Ok(format!("{got:?}"))
    }

    async fn wait(run: &Run, key: &str, namespace: Option<&str>) -> wasmtime::Result<String> {
        let object = ObjectReference {
            namespace: namespace.map(str::to_owned),
            ..reference(key)
        };
        let gone = wit::Expectation::Gone(wit::Gone { object, uid: None });
        let waited = Kubernetes { run }.wait(vec![gone], 60).await?;
        Ok(format!("{waited:?}"))
    }

    async fn wait_for_revealed(run: &Run) -> wasmtime::Result<String> {
        let gone = wit::Expectation::Gone(wit::Gone {
            object: reference(object(0)),
            uid: Some("revealed value".to_owned()),
        });
        let waited = Kubernetes { run }.wait(vec![gone], 60).await?;
        Ok(format!("{waited:?}"))
    }

    async fn writes(&mut self, run: &Run, op: Op) -> wasmtime::Result<String> {
        match op {
            Op::Apply(which, what, carries) => {
                let key = object(which % 2);
                let text = manifest(key, "data", &json!({ "value": what.to_string() }));
                self.apply(run, key, text, carries).await
            }
            Op::ApplySecret(what, carries) => {
                let text = format!("{what} {}", handle(1));
                let text = manifest("Secret own", "stringData", &json!({ "value": text }));
                self.apply(run, "Secret own", text, carries).await
            }
            Op::Patch(which, what, carries) => {
                let body = json!({ "data": { format!("field-{what}"): what.to_string() } });
                self.patch(run, object(which % 2), body, carries).await
            }
            Op::PatchSecret(carries) => {
                let body = json!({ "data": { "patched": handle(1) } });
                self.patch(run, "Secret own", body, carries).await
            }
            Op::Delete(which, carries) => {
                self.delete(run, object(which), carries, wit::Propagation::Background)
                    .await
            }
            Op::DeleteSlowly(which) => {
                let (key, slowly) = (object(which), wit::Propagation::Foreground);
                self.delete(run, key, Carries::Uid, slowly).await
            }
            other => unreachable!("{other:?} is no write"),
        }
    }

    async fn looks(&mut self, run: &Run, op: Op) -> wasmtime::Result<String> {
        let mut kubernetes = Kubernetes { run };
        Ok(match op {
            Op::Get(which) => self.get(run, object(which)).await?,
            Op::Denied(which) => {
                format!("{:?}", kubernetes.get(reference(&format!("Job {which}"))).await?)
            }
            Op::List => {
                let selection = wit::Selection {
                    group: String::new(),
                    version: "v1".to_owned(),
                    kind: "ConfigMap".to_owned(),
                    namespace: None,
                    label_selector: String::new(),
                    fields: Vec::new(),
                    limit: 10,
                    continue_from: None,
                };
                format!("{:?}", kubernetes.list(selection).await?)
            }
            Op::Reveal => self.get(run, "Secret open").await?,
            Op::ReadSecret => {
                let got = self.get(run, "Secret closed").await?;
                let handles = shipslog_sealing::find_handles(&got);
                self.held = handles.first().map(ToString::to_string);
                got
            }
            Op::Look(0) => {
                let text = manifest("ConfigMap one", "data", &json!({}));
                format!("{:?}", kubernetes.diff(text).await?)
            }
            Op::Look(1) => format!(
                "{:?}",
                kubernetes
                    .can_i("get".into(), reference("Pod one"), String::new())
                    .await?
            ),
            Op::Look(2) => format!(
                "{:?}",
                kubernetes
                    .logs(reference("Pod one"), "main".into(), 5, false)
                    .await?
            ),
            Op::Look(_) => format!("{:?}", kubernetes.explain(reference("Pod one")).await?),
            other => unreachable!("{other:?} does not look"),
        })
    }

    /// Does it, and says what came of it.
    pub(super) async fn act(&mut self, run: &Run, op: Op) -> wasmtime::Result<String> {
        Ok(match op {
            Op::Apply(..)
            | Op::ApplySecret(..)
            | Op::Patch(..)
            | Op::PatchSecret(_)
            | Op::Delete(..)
            | Op::DeleteSlowly(_) => self.writes(run, op).await?,
            Op::Get(_) | Op::Denied(_) | Op::List | Op::Reveal | Op::ReadSecret | Op::Look(_) => {
                self.looks(run, op).await?
            }
            Op::Wait(which) => Self::wait(run, object(which), None).await?,
            Op::WaitForRevealed => Self::wait_for_revealed(run).await?,
            Op::Sleep => format!("{:?}", Clock { run }.sleep(1_000).await?),
            Op::Now => format!("now {}", Clock { run }.now().await?),
            Op::Random(length) => format!("{:?}", Random { run }.bytes(u32::from(length)).await?),
            Op::Format(how) => {
                let encodings = [
                    secrets_wit::Encoding::Raw,
                    secrets_wit::Encoding::Base64,
                    secrets_wit::Encoding::JsonString,
                ];
                let text = format!("Bearer {}", handle(1));
                let made = Secrets { run }
                    .format(text, encodings[usize::from(how) % 3])
                    .await?;
                self.held = Some(made.clone());
                made
            }
            Op::Output(what) => {
                let (name, value) = [
                    ("address", json!(SAID[0])),
                    ("address", json!(SAID)),
                    ("none", json!(1)),
                ][usize::from(what) % 3]
                    .clone();
                format!(
                    "{:?}",
                    Outputs { run }.set(name.to_owned(), value.to_string()).await?
                )
            }
            Op::SetSensitive => {
                let handle = self.held.clone().unwrap_or_else(|| handle(1).to_string());
                format!(
                    "{:?}",
                    Outputs { run }.set_sensitive("token".to_owned(), handle).await?
                )
            }
            Op::Milestone(what) => {
                let detail = json!({ "said": SAID[usize::from(what) * 2] }).to_string();
                let name = "traffic-moved".to_owned();
                format!("{:?}", Milestones { run }.reached(name, detail).await?)
            }
            Op::Log(what) => {
                let said = SAID[usize::from(what) % 4].to_owned();
                format!("{:?}", Log { run }.write(log_wit::Level::Info, said).await?)
            }
            Op::Progress(done) => {
                format!(
                    "{:?}",
                    Progress { run }
                        .report(done.into(), 9, SAID[0].to_owned())
                        .await?
                )
            }
            Op::Context => {
                let variable = Variables { run }.get("none".to_owned()).await?;
                format!("{} {variable:?}", Context { run }.deployment().await?)
            }
        })
    }
}
