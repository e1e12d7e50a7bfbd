//! The Deployment.

mod references;

use serde_json::{Map, Value, json};

use super::DEPLOYMENT;
use crate::inputs::Inputs;
use crate::inputs::container::{Container, Image};
use crate::inputs::probe::{Lifecycle, LifecycleHandler, SleepAction};
use crate::inputs::scalar::IntOrString;
use crate::inputs::strategy::{RollingUpdate, StrategyType};
use crate::names::Names;
use crate::render::{Images, Rendering, given};
use crate::situation::WORKLOAD;
use references::References;

/// Between "goes out of the Service" and "ends": every node has to hear of it first.
const PAUSE_BEFORE_STOP: u32 = 5;
/// What Kubernetes takes where nothing is said.
const DEFAULT_GRACE: u32 = 30;
const DEFAULT_STEP: &str = "25%";

pub(super) fn deployment(rendering: &Rendering<'_>) -> Option<Value> {
    let Rendering {
        inputs,
        names,
        situation,
        images,
    } = *rendering;
    let workload = &names.workload().name;
    let mut spec = json!({
        "replicas": inputs.replicas,
        "progressDeadlineSeconds": inputs.progress_deadline_seconds,
        "selector": { "matchLabels": { WORKLOAD: workload } },
        "template": {
            "metadata": {
                "labels": situation.pod_labels(&inputs.labels, workload),
                "annotations": situation.annotations_with(&inputs.annotations),
            },
            "spec": pod(inputs, names, images),
        },
    });
    set(&mut spec, "minReadySeconds", inputs.min_ready_seconds);
    set(&mut spec, "revisionHistoryLimit", inputs.revision_history_limit);
    set(&mut spec, "strategy", strategy(inputs));
    Some(json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": DEPLOYMENT.metadata(rendering, &inputs.annotations)?,
        "spec": spec,
    }))
}

/// With both steps always given they are the step's own fields, so that a later change to `Recreate` removes them;
/// otherwise the server's defaults would stay behind and be refused beside `Recreate`.
fn strategy(inputs: &Inputs) -> Option<Value> {
    match inputs.strategy.kind {
        StrategyType::BlueGreen => None,
        StrategyType::Recreate => Some(json!({ "type": "Recreate" })),
        StrategyType::RollingUpdate => {
            let own = inputs.strategy.rolling_update.clone().unwrap_or_default();
            let or_default =
                |it: Option<IntOrString>| it.or_else(|| Some(IntOrString::String(DEFAULT_STEP.to_owned())));
            let steps = RollingUpdate {
                max_surge: or_default(own.max_surge),
                max_unavailable: or_default(own.max_unavailable),
            };
            Some(json!({ "type": "RollingUpdate", "rollingUpdate": given(&steps) }))
        }
    }
}

fn pod(inputs: &Inputs, names: &Names, images: &Images) -> Value {
    let own = References::new(inputs, names);
    let containers: Vec<Value> = inputs
        .containers
        .iter()
        .map(|it| given(&own.container(with_pause(inputs, with_image(it.clone(), images)))))
        .collect();
    let volumes: Vec<Value> = inputs
        .volumes
        .iter()
        .map(|it| given(&own.volume(it.clone())))
        .collect();
    let pull: Vec<_> = inputs
        .image_pull_secrets
        .iter()
        .map(|it| own.pull_secret(it))
        .collect();

    let mut spec = json!({ "containers": containers });
    set(&mut spec, "volumes", not_empty(volumes));
    set(&mut spec, "imagePullSecrets", not_empty(pull));
    set(
        &mut spec,
        "serviceAccountName",
        inputs.service_account_name.as_ref(),
    );
    set(&mut spec, "terminationGracePeriodSeconds", grace(inputs));
    set(
        &mut spec,
        "securityContext",
        inputs.security_context.as_ref().map(given),
    );
    set(
        &mut spec,
        "nodeSelector",
        (!inputs.node_selector.is_empty()).then_some(&inputs.node_selector),
    );
    set(
        &mut spec,
        "tolerations",
        not_empty(inputs.tolerations.iter().map(given).collect()),
    );
    spec
}

fn with_image(mut container: Container, images: &Images) -> Container {
    if let Image::Package(it) = &container.image {
        let reference = images
            .get(&it.package)
            .expect("the reference of every package was read before");
        container.image = Image::Reference(reference.clone());
    }
    container
}

/// Kubernetes takes a pod out of its Services and ends it at the same time; without a pause some connections meet a
/// container that no longer listens.
fn with_pause(inputs: &Inputs, mut container: Container) -> Container {
    if needs_pause(inputs, &container) {
        let lifecycle = container.lifecycle.get_or_insert_with(Lifecycle::default);
        lifecycle.pre_stop = Some(LifecycleHandler {
            sleep: Some(SleepAction {
                seconds: PAUSE_BEFORE_STOP,
            }),
            ..LifecycleHandler::default()
        });
    }
    container
}

fn needs_pause(inputs: &Inputs, container: &Container) -> bool {
    inputs.service.is_some()
        && container
            .lifecycle
            .as_ref()
            .is_none_or(|it| it.pre_stop.is_none())
}

/// The pause counts as a part of the grace period, so it comes on top.
fn grace(inputs: &Inputs) -> Option<u32> {
    let own = inputs.termination_grace_period_seconds;
    if inputs.containers.iter().any(|it| needs_pause(inputs, it)) {
        Some(own.unwrap_or(DEFAULT_GRACE) + PAUSE_BEFORE_STOP)
    } else {
        own
    }
}

fn not_empty<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

fn set<T: serde::Serialize>(object: &mut Value, key: &str, value: Option<T>) {
    let fields: Option<&mut Map<String, Value>> = object.as_object_mut();
    if let (Some(fields), Some(value)) = (fields, value) {
        fields.insert(key.to_owned(), json!(value));
    }
}
