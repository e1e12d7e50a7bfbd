//! The pure crates ban the same things. Clippy reads one file a crate, so each has the list, and this holds them together.

use shipslog_test_support::workspace;

const PURE: [&str; 5] = [
    "events",
    "engine/domain",
    "engine/nearest",
    "step-sdk/rights",
    "web/api",
];

fn bans(folder: &str) -> String {
    std::fs::read_to_string(workspace::root().join(folder).join("clippy.toml")).unwrap()
}

#[test]
fn the_pure_crates_ban_the_same() {
    let first = bans(PURE[0]);
    for folder in PURE {
        assert!(
            bans(folder) == first,
            "{folder}/clippy.toml bans other things than {}'s",
            PURE[0]
        );
    }
}

#[test]
fn what_every_crate_bans_the_pure_ones_ban_too() {
    let first = bans(PURE[0]);
    for folder in [".", "events/log"] {
        // What is tokio's they cannot name.
        let bans = bans(folder);
        let lines = bans
            .lines()
            .filter(|it| it.contains("path = ") && !it.contains("tokio::"));
        for line in lines {
            assert!(first.contains(line), "{folder}/clippy.toml has {line}");
        }
    }
}
