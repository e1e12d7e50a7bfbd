//! What a wait sees: the objects of all its sources as they are now, and the verdict on each expectation.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use shipslog_rights::workload::runs_pods;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::plan::{Awaited, What, whole};
use super::verdict::{Verdict, judge_condition, judge_object, lingers};
use crate::evidence::Around;
use crate::health::{Health, Related, health};
use crate::objects::{name, uid};
use crate::related::{endpoints_trouble, newest_pods, ready_endpoints, selector};
use crate::watch::{Source, Update};
use crate::{Cluster, Error, Kind};

/// How long evidence waits for what is not read yet.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many updates may be under way.
const QUEUE: usize = 256;

/// What is known of a source.
enum View {
    Asked,
    /// By name.
    Seen(BTreeMap<String, Value>),
    Refused(String),
}

/// How a plan ended.
pub(super) enum Settled {
    Met,
    Failed(usize),
}

/// The sources under watch. Dropping it ends the watches.
pub(super) struct Scene {
    cluster: Cluster,
    views: BTreeMap<Source, View>,
    /// Without these an expectation cannot be judged.
    needed: BTreeSet<Source>,
    /// Replica sets and pods of awaited workloads, by namespace, once they have been asked for.
    parts: BTreeMap<Option<String>, (Source, Source)>,
    updates: mpsc::Receiver<(Source, Update)>,
    /// Kept, so that the channel never closes.
    sender: mpsc::Sender<(Source, Update)>,
    followers: JoinSet<()>,
}

impl Scene {
    pub(super) fn open(cluster: &Cluster, plan: &[Awaited]) -> Self {
        let (sender, updates) = mpsc::channel(QUEUE);
        let mut scene = Self {
            cluster: cluster.clone(),
            views: BTreeMap::new(),
            needed: BTreeSet::new(),
            parts: BTreeMap::new(),
            updates,
            sender,
            followers: JoinSet::new(),
        };
        for awaited in plan {
            scene.need(&awaited.source);
            if let What::Endpoints { pods, .. } = &awaited.what {
                scene.need(pods);
            }
        }
        scene
    }

    fn need(&mut self, source: &Source) {
        self.needed.insert(source.clone());
        self.follow(source);
    }

    fn follow(&mut self, source: &Source) {
        if self.views.contains_key(source) {
            return;
        }
        self.views.insert(source.clone(), View::Asked);
        self.followers
            .spawn(self.cluster.clone().follow(source.clone(), self.sender.clone()));
    }

    /// Watches until all have come true or one cannot any more.
    pub(super) async fn settle(&mut self, plan: &[Awaited]) -> Result<Settled, Error> {
        loop {
            let verdicts: Vec<Verdict> = plan.iter().map(|it| self.judge(it)).collect();
            if let Some(index) = verdicts.iter().position(|it| matches!(it, Verdict::Failed(_))) {
                return Ok(Settled::Failed(index));
            }
            if verdicts.iter().all(|it| *it == Verdict::Met) {
                return Ok(Settled::Met);
            }
            self.look_at_parts(plan);
            self.turn().await?;
        }
    }

    /// Takes what has come; waits if nothing has.
    async fn turn(&mut self) -> Result<(), Error> {
        let Some((source, update)) = self.updates.recv().await else {
            return Ok(());
        };
        self.take(source, update)?;
        while let Ok((source, update)) = self.updates.try_recv() {
            self.take(source, update)?;
        }
        Ok(())
    }

    fn take(&mut self, source: Source, update: Update) -> Result<(), Error> {
        match update {
            Update::Refused(error) if self.needed.contains(&source) => return Err(error),
            Update::Refused(error) => {
                self.views.insert(source, View::Refused(error.to_string()));
            }
            Update::All(objects) => {
                let seen = objects.into_iter().map(|it| (name(&it).to_owned(), it)).collect();
                self.views.insert(source, View::Seen(seen));
            }
            Update::Put(object) => {
                if let Some(View::Seen(seen)) = self.views.get_mut(&source) {
                    seen.insert(name(&object).to_owned(), object);
                }
            }
            Update::Removed(object) => {
                if let Some(View::Seen(seen)) = self.views.get_mut(&source) {
                    seen.remove(name(&object));
                }
            }
        }
        Ok(())
    }

    /// Starts to watch the pods of workloads that are not healthy yet.
    fn look_at_parts(&mut self, plan: &[Awaited]) {
        for awaited in plan {
            let namespace = &awaited.object.namespace;
            let wanted = is_workload(awaited) && !self.parts.contains_key(namespace);
            let Some(workload) = self.object(awaited).filter(|_| wanted) else {
                continue;
            };
            if self.judge(awaited) == Verdict::Met {
                continue;
            }
            let alone = plan
                .iter()
                .filter(|it| is_workload(it) && it.object.namespace == *namespace)
                .count()
                == 1;
            let label_selector = if alone { selector(workload) } else { String::new() };
            let part = |kind: Kind| Source {
                label_selector: label_selector.clone(),
                ..whole(kind, namespace.clone())
            };
            let sets = part(Kind::known("apps", "ReplicaSet", "replicasets"));
            let pods = part(Kind::known("", "Pod", "pods"));
            self.follow(&sets);
            self.follow(&pods);
            self.parts.insert(namespace.clone(), (sets, pods));
        }
    }

    /// Waits a little until what evidence is read from is there.
    pub(super) async fn complete(&mut self, open: &[Awaited]) {
        let _ = timeout(PATIENCE, async {
            loop {
                self.look_at_parts(open);
                let asked = |it: &Source| matches!(self.views.get(it), Some(View::Asked));
                if !self.parts.values().any(|(sets, pods)| asked(sets) || asked(pods)) {
                    return;
                }
                if self.turn().await.is_err() {
                    return;
                }
            }
        })
        .await;
    }

    fn object(&self, awaited: &Awaited) -> Option<&Value> {
        match self.views.get(&awaited.source)? {
            View::Seen(seen) => seen.get(&awaited.object.name),
            View::Asked | View::Refused(_) => None,
        }
    }

    fn seen(&self, source: &Source) -> Result<Vec<&Value>, String> {
        match self.views.get(source) {
            Some(View::Seen(seen)) => Ok(seen.values().collect()),
            Some(View::Refused(why)) => Err(why.clone()),
            Some(View::Asked) | None => Err("they were not read in the time given".to_owned()),
        }
    }

    /// How it stands with an expectation, by what has been seen so far.
    pub(super) fn judge(&self, awaited: &Awaited) -> Verdict {
        let Some(View::Seen(seen)) = self.views.get(&awaited.source) else {
            return Verdict::Open("it could not be read yet".to_owned());
        };
        let object = seen.get(&awaited.object.name);
        match (&awaited.what, object) {
            (What::Gone { uid: None }, Some(object)) => Verdict::Open(lingers(object)),
            (What::Gone { uid: Some(meant) }, Some(object)) if uid(object) == meant => {
                Verdict::Open(lingers(object))
            }
            (What::Gone { .. }, _) => Verdict::Met,
            (
                What::Healthy {
                    uid: meant,
                    generation,
                },
                object,
            ) => self.judge_health(awaited, object, meant.as_deref(), *generation),
            (What::Condition { .. }, None) => Verdict::Open("it does not exist".to_owned()),
            (What::Condition { kind, status }, Some(object)) => judge_condition(object, kind, status),
            (What::Endpoints { pods, at_least }, _) => self.judge_endpoints(seen, pods, *at_least),
        }
    }

    fn judge_health(
        &self,
        awaited: &Awaited,
        object: Option<&Value>,
        meant: Option<&str>,
        generation: Option<i64>,
    ) -> Verdict {
        let object = match judge_object(object, meant, generation) {
            Ok(object) => object,
            Err(verdict) => return verdict,
        };
        let pods = self.newest_pods(awaited, object, true).unwrap_or_default();
        match health(
            &awaited.object.group,
            &awaited.object.kind,
            object,
            &Related { pods },
        ) {
            Health::Ready => Verdict::Met,
            Health::Progressing(why) => Verdict::Open(why),
            Health::Failed(why) => Verdict::Failed(why),
        }
    }

    fn judge_endpoints(&self, slices: &BTreeMap<String, Value>, pods: &Source, at_least: u32) -> Verdict {
        let Ok(pods) = self.seen(pods) else {
            return Verdict::Open("its pods could not be read yet".to_owned());
        };
        match endpoints_trouble(&ready_endpoints(slices.values()), &pods, at_least) {
            None => Verdict::Met,
            Some(why) => Verdict::Open(why),
        }
    }

    /// Why the pods are not known, or the pods of the newest revision.
    fn newest_pods(&self, awaited: &Awaited, object: &Value, strict: bool) -> Result<Vec<&Value>, String> {
        let Some((sets, pods)) = self.parts.get(&awaited.object.namespace) else {
            return Ok(Vec::new());
        };
        let pods = self.seen(pods)?;
        let sets = self.seen(sets)?;
        Ok(newest_pods(object, &sets, &pods, strict))
    }

    /// Everything seen around an expectation that has not come true.
    pub(super) fn around<'a>(&'a self, awaited: &'a Awaited) -> Around<'a> {
        let state = match self.judge(awaited) {
            Verdict::Met => "it is as expected".to_owned(),
            Verdict::Open(why) | Verdict::Failed(why) => why,
        };
        let object = self.object(awaited);
        let workload = object.filter(|_| is_workload(awaited));
        let pods = match (&awaited.what, workload) {
            (What::Endpoints { pods, .. }, _) => self.seen(pods),
            (_, Some(workload)) => self.newest_pods(awaited, workload, false),
            (_, None) if awaited.object.kind == "Pod" => Ok(object.into_iter().collect()),
            (_, None) => Ok(Vec::new()),
        };
        let sets = self
            .parts
            .get(&awaited.object.namespace)
            .and_then(|(sets, _)| self.seen(sets).ok());
        Around {
            reference: &awaited.object,
            state,
            object,
            replica_sets: sets.unwrap_or_default(),
            pods,
        }
    }
}

fn is_workload(awaited: &Awaited) -> bool {
    matches!(awaited.what, What::Healthy { .. } | What::Condition { .. })
        && runs_pods(&awaited.object.group, &awaited.object.kind)
}
