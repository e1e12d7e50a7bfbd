//! API keys: the first one, further ones, and the last.

use std::os::unix::fs::PermissionsExt as _;

use secrecy::ExposeSecret as _;

use super::*;

fn first_key(house: &House) -> String {
    let path = house.path().join(FIRST_KEY_FILE);
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

#[tokio::test]
async fn the_first_start_writes_the_first_administrator_s_key_where_only_the_owner_reads_it() {
    let house = House::empty(&[]).await;
    let path = house.engine.first_key_file().unwrap().to_owned();
    assert_eq!(path, house.path().join("admin.key"));
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let identity = house
        .engine
        .commands()
        .authenticate(&first_key(&house))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(identity.access_role, AccessRole::Administrator);
    let house = house.reopened().await;
    assert_eq!(house.engine.first_key_file(), None);
    assert!(
        house
            .engine
            .commands()
            .authenticate(&first_key(&house))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_key_opens_until_it_is_revoked_and_no_other_text_does() {
    let house = House::empty(&[]).await;
    let made = house
        .engine
        .commands()
        .create_key(&by(), "ci".to_owned(), AccessRole::Deployer)
        .await
        .unwrap();
    let key = made.key.expose_secret();
    let identity = house.engine.commands().authenticate(key).await.unwrap().unwrap();
    assert_eq!(
        identity,
        Identity {
            key: made.id.clone(),
            name: "ci".to_owned(),
            access_role: AccessRole::Deployer
        }
    );
    for stranger in ["", &key[..key.len() - 1], &format!("{key} "), made.id.as_str()] {
        assert_eq!(
            house.engine.commands().authenticate(stranger).await.unwrap(),
            None,
            "{stranger}"
        );
    }
    house
        .engine
        .commands()
        .revoke_key(&by(), made.id.clone())
        .await
        .unwrap();
    assert_eq!(house.engine.commands().authenticate(key).await.unwrap(), None);
    let before = head(&house);
    house.engine.commands().revoke_key(&by(), made.id).await.unwrap();
    assert_eq!(head(&house), before);
}

#[tokio::test]
async fn names_that_are_taken_or_reserved_are_refused() {
    let house = House::empty(&[]).await;
    let create = |name: &str| {
        let (house, name) = (&house, name.to_owned());
        async move {
            house
                .engine
                .commands()
                .create_key(&by(), name, AccessRole::Viewer)
                .await
        }
    };
    create("ci").await.unwrap();
    for (name, code) in [("ci", "key-name-taken"), ("", "key-name"), ("driver", "key-name")] {
        let answer = create(name).await.map(|it| it.id);
        assert_eq!(refused(answer).0, code, "{name}");
    }
}

#[tokio::test]
async fn the_last_administrator_stays_also_when_two_are_revoked_at_once() {
    let house = House::empty(&[]).await;
    let first = house
        .engine
        .commands()
        .authenticate(&first_key(&house))
        .await
        .unwrap()
        .unwrap()
        .key;
    assert_eq!(
        refused(house.engine.commands().revoke_key(&by(), first.clone()).await).0,
        "last-administrator"
    );
    let second = house
        .engine
        .commands()
        .create_key(&by(), "second".to_owned(), AccessRole::Administrator)
        .await
        .unwrap();
    let (one, other) = (by(), by());
    let both = tokio::join!(
        house.engine.commands().revoke_key(&one, first),
        house.engine.commands().revoke_key(&other, second.id)
    );
    assert_ne!(both.0.is_ok(), both.1.is_ok());
}
