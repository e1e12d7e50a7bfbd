use clap::CommandFactory as _;

use super::*;

fn parsed(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split(' '))
}

#[test]
fn the_command_line_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn every_verb_and_every_option_has_a_help_text() {
    fn check(command: &clap::Command) {
        assert!(
            command.get_about().is_some(),
            "{} says nothing of itself",
            command.get_name()
        );
        for argument in command.get_arguments() {
            let help = argument.get_help().or(argument.get_long_help());
            assert!(
                help.is_some(),
                "{} {} says nothing",
                command.get_name(),
                argument.get_id()
            );
        }
        command.get_subcommands().for_each(check);
    }
    check(&Cli::command());
}

#[test]
fn what_people_type_is_understood() {
    for line in [
        "shipslog apply -f a.yaml -f folder -f - --dry-run",
        "shipslog get Targets",
        "shipslog get target Admin -o yaml",
        "shipslog get releases --project Httpd -o json",
        "shipslog get deployments --project Httpd --environment Development --release 1.0.0 --open",
        "shipslog get board --project Httpd",
        "shipslog release create --project Httpd --version 1.0.0 --package httpd=2.4.71 --package a=b",
        "shipslog deploy --project Httpd --release 1.0.0 --to Development -w --timeout 60",
        "shipslog promote --project Httpd --release 1.0.0 --wait",
        "shipslog status deployments-1 -w",
        "shipslog status 1",
        "shipslog logs deployments-1 -f",
        "shipslog journal deployments-1",
        "shipslog journal 1 --step Deploy --target Web --attempt 2 -o json",
        "shipslog cancel deployments-1",
        "shipslog audit --type deployment-ended --since 2h --limit 10",
        "shipslog audit verify --data-dir /var/lib/shipslog",
        "shipslog key create ci --access-role deployer --out key",
        "shipslog key list",
        "shipslog key revoke abc",
        "shipslog schema project",
        "shipslog versions --feed Docker --image httpd",
        "shipslog login http://127.0.0.1:8841 --key-file key",
        "shipslog serve --data-dir /var/lib/shipslog --keep-journals 30",
        "shipslog serve --components /etc/shipslog/components",
        "shipslog get components",
    ] {
        parsed(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    for line in [
        "shipslog apply",
        "shipslog get Enviroments",
        "shipslog serve --components",
        "shipslog release create --project Httpd --package httpd",
        "shipslog deploy --project Httpd --release 1.0.0",
        "shipslog deploy --project Httpd --release 1.0.0 --to Development --timeout 60",
        "shipslog status release-1",
        "shipslog status 1 --timeout 5",
        "shipslog journal",
        "shipslog journal 1 --attempt first",
        "shipslog audit --since yesterdayish",
        "shipslog audit --project Httpd verify",
        "shipslog key create ci",
        "shipslog key create ci --access-role king",
        "shipslog login --key secret",
    ] {
        let Err(error) = parsed(line) else {
            panic!("{line} was understood")
        };
        assert_eq!(error.exit_code(), 2, "{line}: {error}");
    }
}

#[test]
fn warnings_of_our_own_crates_are_shown_unless_something_else_is_asked_for() {
    let shown = |asked: Option<&str>| {
        let log = tracing_subscriber::fmt()
            .with_env_filter(log_filter(asked))
            .finish();
        tracing::subscriber::with_default(log, || {
            [
                tracing::enabled!(target: "shipslog_engine::views", tracing::Level::WARN),
                tracing::enabled!(target: "shipslog_engine::views", tracing::Level::INFO),
                tracing::enabled!(target: "kube_client", tracing::Level::WARN),
                tracing::enabled!(target: "kube_client", tracing::Level::ERROR),
            ]
        })
    };
    assert_eq!(shown(None), [true, false, false, true]);
    assert_eq!(shown(Some("")), [true, false, false, true]);
    assert_eq!(shown(Some("off")), [false; 4]);
    assert_eq!(shown(Some("info")), [true; 4]);
}
