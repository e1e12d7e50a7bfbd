//! A deployment followed where there is no terminal to redraw: each line says something that is new.

use std::collections::BTreeMap;

use shipslog_api::deployments::Deployment;

use crate::tree::{self, Sign};

/// What has been said of each thing.
#[derive(Debug, Default)]
pub(crate) struct LineWise {
    said: BTreeMap<String, String>,
}

impl LineWise {
    /// The lines that say something new, each with its place.
    pub(crate) fn news(&mut self, deployment: &Deployment) -> Vec<String> {
        let mut lines = tree::lines(deployment);
        if deployment.item.status.is_end() && !lines.is_empty() {
            // The end is told last.
            lines.rotate_left(1);
        }
        let mut news = Vec::new();
        for line in lines {
            let Some(place) = line.place else { continue };
            if line.sign == Sign::Pending || self.said.get(&line.about) == Some(&line.text) {
                continue;
            }
            news.push(format!("{place}: {}", line.text));
            self.said.insert(line.about, line.text);
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use shipslog_api::deployments::{DeploymentStatus, WaitingFor};
    use shipslog_events::ids::DeploymentId;

    use super::*;
    use crate::testing::samples;

    #[test]
    fn only_what_is_new_is_said() {
        let mut said = LineWise::default();
        let mut waiting = samples::deployment(DeploymentStatus::Waiting, samples::pending());
        waiting.item.waiting_for = Some(WaitingFor::EarlierDeployment {
            deployment: DeploymentId(2),
        });
        assert_eq!(
            said.news(&waiting),
            [
                "deployments-3: Httpd 1.0.1 to Development: waiting, requested by alice",
                "deployments-3: waiting for deployments-2 in Development"
            ]
        );
        assert!(said.news(&waiting).is_empty());
        let running =
            |message: &str| samples::deployment(DeploymentStatus::Running, samples::waiting_for(message));
        assert_eq!(
            said.news(&running("0 of 1 replicas ready")),
            [
                "deployments-3: Httpd 1.0.1 to Development: running, requested by alice",
                "Deploy httpd on Httpd Development: running",
                "Deploy httpd on Httpd Development: 2 of 5: 0 of 1 replicas ready",
            ]
        );
        assert_eq!(
            said.news(&running("1 of 1 replicas ready")),
            ["Deploy httpd on Httpd Development: 2 of 5: 1 of 1 replicas ready"]
        );
    }

    #[test]
    fn the_end_is_told_last_with_its_reason_before() {
        let target = samples::failed("the probe fails\nno-such-command");
        let news = LineWise::default().news(&samples::deployment(DeploymentStatus::Failed, target));
        assert!(
            news.contains(&"Deploy httpd on Httpd Development: the probe fails\nno-such-command".to_owned())
        );
        assert!(
            news.last()
                .unwrap()
                .starts_with("deployments-3: Httpd 1.0.1 to Development: failed")
        );
    }
}
