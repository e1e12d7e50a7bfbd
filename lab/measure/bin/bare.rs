//! A blue/green deployment as a bare program would do it: the same objects, the same calls in the same order, no log, no
//! sandbox, no rights. Deploys once for each number on standard input, and answers each with milliseconds.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::pin::pin;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use futures::{Stream, StreamExt as _};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{DeleteParams, Patch, PatchParams, Preconditions, PropagationPolicy};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, Config, ResourceExt as _};
use serde_json::Value;

#[derive(Debug, Parser)]
struct Arguments {
    #[arg(long)]
    kubeconfig: PathBuf,
    #[arg(long)]
    namespace: String,
    /// The objects as JSON: `configMap`, `deployment`, `service`; `@N@` stands for the deployment's number.
    #[arg(long)]
    template: PathBuf,
}

/// What one deployment left.
struct Set {
    deployment: Deployment,
    config_map: ConfigMap,
}

struct Bare {
    config_maps: Api<ConfigMap>,
    deployments: Api<Deployment>,
    services: Api<Service>,
    slices: Api<EndpointSlice>,
    template: String,
    old: Option<Set>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // A second provider is nobody's.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kubeconfig = Kubeconfig::read_from(&arguments.kubeconfig)?;
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    let client = Client::try_from(config)?;
    let namespace = &arguments.namespace;
    let mut bare = Bare {
        config_maps: Api::namespaced(client.clone(), namespace),
        deployments: Api::namespaced(client.clone(), namespace),
        services: Api::namespaced(client.clone(), namespace),
        slices: Api::namespaced(client, namespace),
        template: std::fs::read_to_string(&arguments.template)?,
        old: None,
    };
    for line in std::io::stdin().lock().lines() {
        let begun = Instant::now();
        bare.deploy(line?.trim()).await?;
        let time = begun.elapsed().as_secs_f64() * 1e3;
        writeln!(std::io::stdout().lock(), "{time}")?;
    }
    Ok(())
}

impl Bare {
    async fn deploy(&mut self, number: &str) -> Result<()> {
        let objects: Value = serde_json::from_str(&self.template.replace("@N@", number))?;
        let config_map: ConfigMap = apply(&self.config_maps, &objects["configMap"]).await?;
        let deployment: Deployment = apply(&self.deployments, &objects["deployment"]).await?;
        self.until_available(&deployment).await?;
        let service: Service = apply(&self.services, &objects["service"]).await?;
        self.until_switched(&service, &deployment).await?;
        let old = self.old.replace(Set {
            deployment,
            config_map,
        });
        match old {
            Some(old) => self.remove(&old).await,
            None => Ok(()),
        }
    }

    async fn until_available(&self, deployment: &Deployment) -> Result<()> {
        let wanted = deployment.spec.as_ref().and_then(|it| it.replicas);
        let is_available = |it: &Deployment| {
            let Some(status) = &it.status else { return false };
            status.observed_generation >= deployment.metadata.generation
                && [
                    status.updated_replicas,
                    status.available_replicas,
                    status.replicas,
                ] == [wanted; 3]
        };
        let mut seen = pin!(of_name(&self.deployments, &deployment.name_any()));
        while let Some(event) = seen.next().await {
            if let Event::Apply(now) | Event::InitApply(now) = event?
                && is_available(&now)
            {
                return Ok(());
            }
        }
        anyhow::bail!("the watch of the Deployment ended")
    }

    async fn until_switched(&self, service: &Service, deployment: &Deployment) -> Result<()> {
        let selector = format!("kubernetes.io/service-name={}", service.name_any());
        let mut seen = pin!(watcher(
            self.slices.clone(),
            watcher::Config::default().labels(&selector)
        ));
        let pods = format!("{}-", deployment.name_any());
        let (mut slices, mut complete) = (BTreeMap::new(), false);
        while let Some(event) = seen.next().await {
            match event? {
                Event::Apply(slice) | Event::InitApply(slice) => {
                    slices.insert(slice.name_any(), slice);
                }
                Event::Delete(slice) => drop(slices.remove(&slice.name_any())),
                Event::Init => slices.clear(),
                Event::InitDone => complete = true,
            }
            if complete && are_only(&slices, &pods) {
                return Ok(());
            }
        }
        anyhow::bail!("the watch of the EndpointSlices ended")
    }

    async fn remove(&self, old: &Set) -> Result<()> {
        let name = old.deployment.name_any();
        delete(
            &self.deployments,
            &name,
            old.deployment.uid(),
            PropagationPolicy::Foreground,
        )
        .await?;
        let mut seen = pin!(of_name(&self.deployments, &name));
        let mut found = false;
        while let Some(event) = seen.next().await {
            match event? {
                Event::Delete(_) => break,
                Event::Init => found = false,
                Event::Apply(_) | Event::InitApply(_) => found = true,
                Event::InitDone if !found => break,
                Event::InitDone => {}
            }
        }
        let config_map = old.config_map.name_any();
        delete(
            &self.config_maps,
            &config_map,
            old.config_map.uid(),
            PropagationPolicy::Background,
        )
        .await
    }
}

fn are_only(slices: &BTreeMap<String, EndpointSlice>, pods: &str) -> bool {
    let mut ready = slices
        .values()
        .flat_map(|it| &it.endpoints)
        .filter(|it| it.conditions.as_ref().and_then(|it| it.ready) != Some(false))
        .filter_map(|it| it.target_ref.as_ref()?.name.clone())
        .peekable();
    ready.peek().is_some() && ready.all(|it| it.starts_with(pods))
}

async fn apply<K>(api: &Api<K>, object: &Value) -> Result<K>
where
    K: Clone + serde::de::DeserializeOwned + std::fmt::Debug,
{
    let name = object["metadata"]["name"]
        .as_str()
        .context("an object has a name")?;
    let applied = api
        .patch(name, &PatchParams::apply("bare").force(), &Patch::Apply(object))
        .await?;
    Ok(applied)
}

async fn delete<K>(api: &Api<K>, name: &str, uid: Option<String>, how: PropagationPolicy) -> Result<()>
where
    K: Clone + serde::de::DeserializeOwned + std::fmt::Debug,
{
    ensure!(uid.is_some(), "what was applied has a UID");
    let parameters = DeleteParams {
        propagation_policy: Some(how),
        preconditions: Some(Preconditions {
            uid,
            resource_version: None,
        }),
        ..DeleteParams::default()
    };
    api.delete(name, &parameters).await?;
    Ok(())
}

fn of_name(
    api: &Api<Deployment>,
    name: &str,
) -> impl Stream<Item = watcher::Result<Event<Deployment>>> + use<> {
    let only = watcher::Config::default().fields(&format!("metadata.name={name}"));
    watcher(api.clone(), only)
}
