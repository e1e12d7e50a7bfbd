use shipslog_api::deployments::{DeploymentStatus, WATCH};
use shipslog_api::log::LOG;

use super::*;
use crate::testing::samples;
use crate::testing::server::{answer, broken_off, json, server, stream};

const ID: DeploymentId = DeploymentId(3);

#[tokio::test]
async fn a_broken_connection_is_taken_up_after_the_last_event() {
    let ended = samples::deployment(DeploymentStatus::Failed, samples::pending());
    let state = serde_json::to_string(&ended).unwrap();
    let (client, requests) = server(vec![
        broken_off("id: 1\ndata: one\n\n"),
        stream("id: 2\ndata: two\n\n"),
        json(&state),
        stream(""),
    ])
    .await;
    let mut heard = Vec::new();
    let reader = |word: Word<'_>| {
        heard.extend(match word {
            Word::Event(event) => Some(event.data.clone()),
            Word::Waiting(_) => None,
        });
        Ok(Next::Go)
    };
    read(&client, LOG, ID, &Query::NONE, reader).await.unwrap();
    assert_eq!(heard, ["one", "two"]);
    let requests = requests.await.unwrap();
    assert!(!requests[0].contains("last-event-id"), "{}", requests[0]);
    assert!(requests[1].contains("last-event-id: 1"), "{}", requests[1]);
    assert!(requests[3].contains("last-event-id: 2"), "{}", requests[3]);
}

#[tokio::test]
async fn the_reader_may_have_enough() {
    let (client, _) = server(vec![broken_off("data: one\n\ndata: two\n\n")]).await;
    let mut heard = 0;
    let reader = |_: Word<'_>| {
        heard += 1;
        Ok(Next::Stop)
    };
    read(&client, WATCH, ID, &Query::NONE, reader).await.unwrap();
    assert_eq!(heard, 1);
}

#[tokio::test]
async fn a_refusal_is_not_waited_out() {
    let answer = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (client, _) = server(vec![answer.to_owned()]).await;
    let refused = read(&client, WATCH, ID, &Query::NONE, |_| Ok(Next::Go))
        .await
        .unwrap_err();
    assert_eq!(crate::exit::of(&refused), crate::exit::Exit::Refused);
}

#[tokio::test]
async fn a_failure_of_the_server_ends_the_stream_with_its_sentence() {
    let problem = r#"{"status":500,"title":"the server failed","detail":"its log says why"}"#;
    let (client, _) = server(vec![stream(&format!("event: problem\ndata: {problem}\n\n"))]).await;
    let failed = read(&client, WATCH, ID, &Query::NONE, |_| Ok(Next::Go))
        .await
        .unwrap_err();
    assert_eq!(failed.to_string(), "its log says why");
    assert_eq!(crate::exit::of(&failed), crate::exit::Exit::Failed);
}

#[tokio::test]
async fn a_server_that_is_behind_is_asked_again() {
    let problem = r#"{"status":503,"code":"behind","title":"not there yet","detail":"the views are at 7"}"#;
    let behind = answer("503 Service Unavailable", problem);
    let in_the_middle = stream(&format!("event: problem\ndata: {problem}\n\n"));
    let (client, requests) = server(vec![behind, in_the_middle, stream("data: one\n\n")]).await;
    let mut heard = Vec::new();
    let reader = |word: Word<'_>| {
        let Word::Event(event) = word else {
            return Ok(Next::Go);
        };
        heard.push(event.data.clone());
        Ok(Next::Stop)
    };
    read(&client, WATCH, ID, &Query::NONE, reader).await.unwrap();
    assert_eq!(heard, ["one"]);
    assert_eq!(requests.await.unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn one_that_stays_behind_is_told_of_once_and_given_up_in_its_own_words() {
    let problem = Problem::new(503, Code::BEHIND, "not there yet", "the views are at 7");
    let (mut away, mut told) = (Away::default(), Vec::new());
    let given_up = loop {
        away.said = Some(problem.clone());
        let mut reader = |word: Word<'_>| {
            told.push(format!("{word:?}"));
            Ok(Next::Go)
        };
        if let Err(error) = away.pause(&mut reader).await {
            break error;
        }
    };
    assert_eq!(given_up.to_string(), "the views are at 7");
    assert_eq!(told, ["Waiting(Lists)"]);
}

#[tokio::test]
async fn a_server_that_says_each_time_that_it_is_behind_is_not_asked_without_pause() {
    let problem = r#"{"status":503,"code":"behind","title":"not there yet","detail":"the views are at 7"}"#;
    let behind = || stream(&format!(": a comment\n\nevent: problem\ndata: {problem}\n\n"));
    let (client, _) = server(vec![behind(), behind(), behind(), stream("data: one\n\n")]).await;
    let mut told = 0;
    let reader = |word: Word<'_>| match word {
        Word::Waiting(wait) => {
            assert_eq!(wait, Wait::Lists);
            told += 1;
            Ok(Next::Go)
        }
        Word::Event(_) => Ok(Next::Stop),
    };
    read(&client, WATCH, ID, &Query::NONE, reader).await.unwrap();
    assert_eq!(told, 1);
}
