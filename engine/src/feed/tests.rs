//! Feeds against a registry that behaves, and against those that do not.

use std::time::Duration;

use crate::feed::fake::{Behaviour, FakeRegistry, digest_of};
use crate::feed::*;

const IMAGE: &str = "team/httpd";
const ORDERED: [&str; 4] = ["2.4.71", "2.4.70", "2.4.71-alpine", "stable"];

#[tokio::test]
async fn all_pages_of_tags_are_read_whether_the_registry_pages_or_not() {
    for behaviour in [Behaviour::Works, Behaviour::IgnoresPaging] {
        let registry = FakeRegistry::start(behaviour).await;
        assert_eq!(
            versions(&registry.feed(), IMAGE).await.unwrap(),
            ORDERED,
            "{behaviour:?}"
        );
        assert_eq!(
            newest(&registry.feed(), IMAGE, None).await.unwrap().version,
            "2.4.71"
        );
    }
}

#[tokio::test]
async fn a_tag_is_frozen_with_its_digest_under_the_name_the_cluster_pulls() {
    let registry = FakeRegistry::start(Behaviour::Works).await;
    let digest = digest_of("2.4.71");
    let frozen = resolve(&registry.feed(), IMAGE, "2.4.71").await.unwrap();
    assert_eq!(
        frozen.reference,
        format!("{}/team/httpd:2.4.71@{digest}", registry.host())
    );
    assert_eq!((frozen.version.as_str(), &frozen.digest), ("2.4.71", &digest));

    let mirrored = Feed {
        pull_prefix: Some("docker.io".to_owned()),
        ..registry.feed()
    };
    let frozen = resolve(&mirrored, IMAGE, "2.4.71").await.unwrap();
    assert_eq!(frozen.reference, format!("docker.io/team/httpd:2.4.71@{digest}"));
}

#[tokio::test]
async fn an_unknown_tag_is_answered_with_the_nearest_ones() {
    let registry = FakeRegistry::start(Behaviour::Works).await;
    let refused = resolve(&registry.feed(), IMAGE, "2.4.72")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("feed `Docker`, image `team/httpd`: the registry has no tag `2.4.72`"),
        "{refused}"
    );
    assert!(
        refused.contains("did you mean `2.4.70` or `2.4.71`?"),
        "{refused}"
    );
    let refused = resolve(&registry.feed(), IMAGE, "zzz")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("; there are `2.4.71`, `2.4.70`, `2.4.71-alpine`, `stable`"),
        "{refused}"
    );
    let refused = resolve(&registry.feed(), IMAGE, "../x").await.unwrap_err();
    assert!(matches!(refused.reason, Reason::Tag { .. }), "{refused}");
}

#[tokio::test]
async fn an_unknown_image_is_told_from_an_unknown_tag() {
    let registry = FakeRegistry::start(Behaviour::Works).await;
    let refused = versions(&registry.feed(), "team/nginx").await.unwrap_err();
    assert!(matches!(refused.reason, Reason::NoSuchImage), "{refused}");
    let refused = resolve(&registry.feed(), "team/nginx", "2.4.71")
        .await
        .unwrap_err();
    assert!(matches!(refused.reason, Reason::NoSuchImage), "{refused}");
}

#[tokio::test]
async fn the_feeds_user_is_who_we_are_and_the_password_is_in_no_error() {
    let registry = FakeRegistry::start(Behaviour::AsksWho).await;
    assert_eq!(
        versions(&registry.feed_as("reader", "let me in"), IMAGE)
            .await
            .unwrap(),
        ORDERED
    );
    for feed in [registry.feed(), registry.feed_as("reader", "open sesame")] {
        let refused = versions(&feed, IMAGE).await.unwrap_err();
        assert!(matches!(refused.reason, Reason::Unauthorized), "{refused}");
        assert!(!format!("{refused} {refused:?} {feed:?}").contains("open sesame"));
    }
}

#[tokio::test]
async fn a_registry_that_refuses_is_quoted() {
    for (status, expected) in [
        (500, "the registry answered with status 500: out of order"),
        (403, "does not let the feed's user pull"),
        (429, "answers no more requests for now"),
    ] {
        let registry = FakeRegistry::start(Behaviour::Refuses(status)).await;
        let refused = versions(&registry.feed(), IMAGE).await.unwrap_err().to_string();
        assert!(refused.contains(expected), "{status}: {refused}");
        let refused = resolve(&registry.feed(), IMAGE, "2.4.71")
            .await
            .unwrap_err()
            .to_string();
        assert!(refused.contains(expected), "{status}: {refused}");
    }
}

#[tokio::test]
async fn a_registry_that_never_answers_is_given_up_on() {
    let registry = FakeRegistry::start(Behaviour::Hangs).await;
    let patience = Patience {
        connect: Duration::from_secs(5),
        whole: Duration::from_millis(100),
    };
    let refused = versions_within(&registry.feed(), IMAGE, patience)
        .await
        .unwrap_err();
    assert!(matches!(refused.reason, Reason::Timeout(_)), "{refused}");
    let refused = resolve_within(&registry.feed(), IMAGE, "2.4.71", patience)
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("gave no answer within 0.1 seconds"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_registry_that_is_not_there_is_said_to_be_unreachable() {
    let feed = FakeRegistry::start(Behaviour::Works).await.feed();
    let gone = Feed {
        url: "http://127.0.0.1:1".to_owned(),
        ..feed
    };
    let refused = versions(&gone, IMAGE).await.unwrap_err();
    assert!(matches!(refused.reason, Reason::Unreachable(_)), "{refused}");
}

#[tokio::test]
async fn a_digest_that_is_none_never_gets_into_a_reference() {
    let registry = FakeRegistry::start(Behaviour::Lies).await;
    let refused = resolve(&registry.feed(), IMAGE, "2.4.71").await.unwrap_err();
    assert!(matches!(refused.reason, Reason::Answer(_)), "{refused}");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_before_anything_is_asked() {
    let feed = Feed {
        url: "registry.example.com".to_owned(),
        ..FakeRegistry::start(Behaviour::Works).await.feed()
    };
    let refused = versions(&feed, IMAGE).await.unwrap_err().to_string();
    assert!(
        refused.contains("`registry.example.com` is no registry's address"),
        "{refused}"
    );
}
