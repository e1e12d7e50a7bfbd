use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::fake::{Fake, Reply, reference};
use crate::{Denial, Error, Layer, ObjectReference, Options};

const PATH: &str = "/api/v1/namespaces/web/configmaps/a";

fn a() -> ObjectReference {
    reference("", "ConfigMap", "a")
}

/// Answers requests for `a` only; those before the last of the list get it in turn, all others the last.
fn always(replies: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Fake {
    Fake::new(move |call, nth| (call.path == PATH).then(|| replies(nth)))
}

fn good() -> Reply {
    Reply::Json(200, json!({"metadata": {"name": "a"}}))
}

async fn get(fake: &Fake) -> Result<Value, Error> {
    fake.cluster().get(&a()).await
}

#[tokio::test(start_paused = true)]
async fn a_throttled_request_waits_as_long_as_the_server_asks() {
    let fake = always(|nth| {
        if nth == 0 {
            Reply::RetryAfter(429, 7)
        } else {
            good()
        }
    });
    let start = Instant::now();
    assert!(get(&fake).await.is_ok());
    assert!(start.elapsed() >= Duration::from_secs(7), "{:?}", start.elapsed());
    assert_eq!(fake.count("GET", PATH), 2);
}

#[tokio::test(start_paused = true)]
async fn endless_throttling_is_told_with_the_seconds() {
    let fake = always(|_| Reply::RetryAfter(429, 25));
    let start = Instant::now();
    assert_eq!(get(&fake).await, Err(Error::Throttled(25)));
    assert!(start.elapsed() <= Duration::from_mins(1), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_broken_server_is_given_up_after_a_minute_saying_what_was_tried() {
    let fake = always(|_| Reply::Json(503, json!({"message": "etcd is away"})));
    let start = Instant::now();
    let Err(Error::Unavailable(said)) = get(&fake).await else {
        panic!()
    };
    let tries = fake.count("GET", PATH);
    assert!(
        said.contains("etcd is away") && said.contains(PATH) && said.contains(&format!("{tries} times")),
        "{said}"
    );
    assert!(
        tries > 5 && start.elapsed() <= Duration::from_mins(1),
        "{tries} {:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_server_is_told_apart() {
    let fake = always(|_| Reply::Unreachable);
    let Err(Error::Unavailable(said)) = get(&fake).await else {
        panic!()
    };
    assert!(said.contains("cannot be reached"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_read_whose_connection_is_cut_is_read_again() {
    let fake = always(|nth| if nth < 2 { Reply::Cut } else { good() });
    assert!(get(&fake).await.is_ok());
    assert_eq!(fake.count("GET", PATH), 3);
}

#[tokio::test(start_paused = true)]
async fn silence_ends() {
    let fake = always(|_| Reply::Silence);
    let start = Instant::now();
    let Err(Error::Unavailable(said)) = get(&fake).await else {
        panic!()
    };
    assert!(said.contains("no answer within 30 s"), "{said}");
    assert!(start.elapsed() < Duration::from_mins(2), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_answer_over_the_limit_is_not_taken() {
    let fake = always(|_| Reply::Json(200, json!({"data": "x".repeat(2000)})));
    let small = Options {
        answer_limit: 1000,
        ..Options::default()
    };
    let cluster = fake.cluster_with(small);
    assert_eq!(cluster.get(&a()).await, Err(Error::TooLarge(1000)));
}

#[tokio::test(start_paused = true)]
async fn refusals_are_asked_once() {
    let table = [
        (401, "Unauthorized", Error::Unauthorized("Unauthorized".to_owned())),
        (404, "configmaps \"a\" not found", Error::NotFound),
        (
            403,
            "configmaps \"a\" is forbidden: User \"u\" cannot get resource \"configmaps\" in API group \"\"",
            Error::Forbidden(Denial {
                layer: Layer::Cluster,
                rule: "configmaps \"a\" is forbidden: User \"u\" cannot get resource \"configmaps\" in API group \"\""
                    .to_owned(),
            }),
        ),
        (
            403,
            "configmaps \"a\" is forbidden: exceeded quota: few",
            Error::Forbidden(Denial {
                layer: Layer::Admission,
                rule: "configmaps \"a\" is forbidden: exceeded quota: few".to_owned(),
            }),
        ),
    ];
    for (code, message, error) in table {
        let fake = always(move |_| Reply::Json(code, json!({"message": message})));
        assert_eq!(get(&fake).await, Err(error));
        assert_eq!(fake.count("GET", PATH), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_json_is_no_answer_and_is_not_quoted() {
    let fake =
        Fake::new(|call, _| (call.path == PATH).then(|| Reply::Watch(vec![json!("one"), json!("hunter2")])));
    let Err(Error::Other { code, message }) = get(&fake).await else {
        panic!()
    };
    assert_eq!(code, "not-json");
    assert!(!message.contains("hunter2"), "{message}");
}
