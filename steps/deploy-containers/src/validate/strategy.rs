//! How new pods replace old ones: what goes together.

use super::{Problems, syntax};
use crate::flow;
use crate::inputs::Inputs;
use crate::inputs::scalar::IntOrString;
use crate::inputs::strategy::{Debris, StrategyType};

pub(super) fn check(inputs: &Inputs, found: &mut Problems) {
    if inputs.replicas == 0 {
        found.add("replicas", "0 pods cannot serve; at least 1 is needed");
    }
    if inputs.min_ready_seconds.unwrap_or(0) >= inputs.progress_deadline_seconds {
        found.add(
            "progressDeadlineSeconds",
            "it has to be longer than `minReadySeconds`, which is 0 where it is not given",
        );
    }
    if let Some(seconds) = flow::exceeds_a_day(inputs) {
        found.add(
            "progressDeadlineSeconds",
            format!(
                "with `drainSeconds` and `terminationGracePeriodSeconds` a run may take {seconds} s, and it has a day at \
                 most: 86400 s"
            ),
        );
    }
    if inputs.is_blue_green() && inputs.revision_history_limit.is_some() {
        found.add(
            "revisionHistoryLimit",
            "with `BlueGreen` each Deployment has one revision; leave it out",
        );
    }
    if !inputs.is_blue_green() && inputs.debris == Debris::Remove {
        found.add(
            "debris",
            "`Remove` needs the strategy `BlueGreen`: otherwise the failed Deployment is the one that serves",
        );
    }
    rolling_update(inputs, found);
}

fn rolling_update(inputs: &Inputs, found: &mut Problems) {
    let Some(steps) = &inputs.strategy.rolling_update else {
        return;
    };
    if inputs.strategy.kind != StrategyType::RollingUpdate {
        found.add("strategy.rollingUpdate", "it needs the type `RollingUpdate`");
    }
    for (name, step) in [
        ("maxSurge", &steps.max_surge),
        ("maxUnavailable", &steps.max_unavailable),
    ] {
        if let Some(IntOrString::String(text)) = step {
            found.expect(format!("strategy.rollingUpdate.{name}"), syntax::share(text));
        }
    }
    let nothing = |step: &Option<IntOrString>| {
        step.as_ref()
            .is_some_and(|it| matches!(it.to_string().as_str(), "0" | "0%"))
    };
    if nothing(&steps.max_surge) && nothing(&steps.max_unavailable) {
        found.add(
            "strategy.rollingUpdate",
            "`maxSurge` and `maxUnavailable` cannot both be 0",
        );
    }
}
