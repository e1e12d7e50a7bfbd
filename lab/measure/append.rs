//! Acknowledged appends, against a bare group commit of the same rows.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use shipslog_events::event::deployment::DeploymentEvent;
use shipslog_events::ids::{DeploymentId, EventId};
use shipslog_events::{Actor, Context, JournalHead, JournalKey, NewBody, NewEvent, Source, Stream};
use shipslog_log::{Append, Expected, JournalAppend, Location, StreamAppend};
use uuid::Uuid;

use crate::number::{Number, median};
use crate::{Effort, attempt};

mod bare_log;

const NAME: &str = "append";
/// What the bodies and the journal's entries hold: as a milestone and a small read have it.
const BODY: &str = r#"{"service":"httpd","before":"httpd-deployments-840","after":"httpd-deployments-841"}"#;
const ENTRY: &str = r#"{"call":{"index":17,"class":"read","function":"kubernetes.get","digest":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},"arguments":{"group":"apps","version":"v1","kind":"Deployment","namespace":"web","name":"httpd"},"what":{"answer":{"Ok":"{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"httpd\"}}"}}}"#;

pub(crate) async fn measure(effort: Effort) -> Result<Vec<Number>> {
    let mut numbers = Vec::new();
    for (in_flight, appends) in [(1, 400), (8, 2_400), (64, 9_600)] {
        let appends = effort.of(appends, appends / 8);
        let (mut ours, mut without) = (Vec::new(), Vec::new());
        for round in 0..=effort.rounds() {
            let folder = tempfile::tempdir()?;
            // Whoever comes second finds the disk as the first left it: by turns.
            if round % 2 == 0 {
                without.push(bare_log::appends(&folder.path().join("bare.db"), in_flight, appends).await?);
                ours.push(journaled(folder.path(), in_flight, appends).await?);
            } else {
                ours.push(journaled(folder.path(), in_flight, appends).await?);
                without.push(bare_log::appends(&folder.path().join("bare.db"), in_flight, appends).await?);
            }
        }
        let ratios: Vec<f64> = ours.iter().zip(&without).map(|(a, b)| a / b).collect();
        let what = format!("acknowledged appends, {in_flight} in flight");
        // The median of the ratios, pair by pair: the disk's speed drifts.
        let (value, ratio) = (median(&ours[1..]), median(&ratios[1..]));
        numbers.push(
            Number::new(NAME, what, value, "appends/s")
                .against(value / ratio)
                .ratio_at_least(0.8),
        );
    }
    Ok(numbers)
}

/// Appends a second: each an event with a body and an entry of a journal, each producer on a stream of its own.
async fn journaled(folder: &Path, in_flight: u32, appends: u32) -> Result<f64> {
    let log = shipslog_log::open(&Location::Directory(folder.to_owned()))?.events;
    let begun = Instant::now();
    let producers = (0..in_flight).map(|number| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            let deployment = DeploymentId(u64::from(number) + 1);
            let mut head = JournalHead::START;
            for _ in 0..appends / in_flight {
                let after = head;
                head = head.with(ENTRY.as_bytes());
                log.append(append(deployment, after)).await?;
            }
            anyhow::Ok(())
        })
    });
    for producer in futures::future::join_all(producers).await {
        producer??;
    }
    Ok(f64::from(appends) / begun.elapsed().as_secs_f64())
}

fn append(deployment: DeploymentId, after: JournalHead) -> Append {
    let reached = DeploymentEvent::MilestoneReached {
        id: attempt::id(),
        name: "traffic-switched".to_owned(),
    };
    let event = NewEvent {
        id: EventId(Uuid::now_v7()),
        event: reached.into(),
        bodies: vec![NewBody {
            name: "detail".to_owned(),
            bytes: BODY.as_bytes().to_vec(),
        }],
    };
    let context = Context {
        actor: Actor::Server,
        source: Source::default(),
        correlation: Uuid::now_v7(),
        causation: Some(EventId(Uuid::now_v7())),
    };
    let reached = StreamAppend {
        stream: Stream::Deployment(deployment),
        expected: Expected::Any,
        events: vec![event],
    };
    Append {
        journal: Some(JournalAppend {
            key: JournalKey::of(deployment, &attempt::id()),
            after,
            entries: vec![ENTRY.as_bytes().to_vec()],
            sealed: Vec::new(),
        }),
        ..Append::new(context, vec![reached])
    }
}
