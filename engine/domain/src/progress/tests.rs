use super::*;

fn release() -> Release {
    Release {
        project: "Httpd".into(),
        version: "1.0.0".into(),
        lifecycle: "Application".into(),
        revision: 1,
        packages: Vec::new(),
        process: Vec::new(),
    }
}

fn phase(name: &str, environments: &[&str]) -> Phase {
    Phase {
        name: name.into(),
        environments: environments.iter().map(|it| (*it).into()).collect(),
    }
}

/// Development, then Europe and America together.
fn application() -> Vec<Phase> {
    vec![
        phase("Development", &["Development"]),
        phase("Production", &["Europe", "America"]),
    ]
}

fn requested(number: u64, environment: &str) -> ProgressEvent {
    let phases = application();
    let of = |it: &&Phase| it.environments.contains(&environment.into());
    ProgressEvent::EnvironmentRequested {
        project: "Httpd".into(),
        version: "1.0.0".into(),
        phase: phases.iter().find(of).unwrap().clone(),
        environment: environment.into(),
        deployment: DeploymentId(number),
    }
}

fn ended(number: u64, environment: &str, outcome: Outcome) -> ProgressEvent {
    ProgressEvent::EnvironmentEnded {
        project: "Httpd".into(),
        version: "1.0.0".into(),
        environment: environment.into(),
        deployment: DeploymentId(number),
        outcome,
        ran: outcome != Outcome::Cancelled,
    }
}

fn deployed(number: u64, environment: &str, outcome: Outcome) -> [ProgressEvent; 2] {
    [
        requested(number, environment),
        ended(number, environment, outcome),
    ]
}

fn given(events: impl IntoIterator<Item = ProgressEvent>) -> Progress {
    events
        .into_iter()
        .fold(Progress::default(), |it, event| evolve(it, &event))
}

fn in_development() -> [ProgressEvent; 2] {
    deployed(1, "Development", Outcome::Succeeded)
}

#[test]
fn a_phase_opens_when_the_phases_before_have_succeeded() {
    let refusal = given([])
        .may_enter(&release(), &application(), &"Europe".into())
        .unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "release 1.0.0 cannot be deployed to Europe: phase Development has not succeeded \
         (missing: Development); deploy it there first"
    );
    let progress = given(in_development());
    let entered = progress.may_enter(&release(), &application(), &"Europe".into());
    assert_eq!(entered, Ok(application()[1].clone()));
}

#[test]
fn an_environment_outside_the_lifecycle_is_refused_with_the_phases_there_are() {
    let refusal = given([])
        .may_enter(&release(), &application(), &"Admin".into())
        .unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "lifecycle Application does not lead to Admin; its phases are Development (Development), \
         Production (Europe, America)"
    );
}

#[test]
fn where_a_release_has_been_it_may_go_again_whatever_its_lifecycle_says_now() {
    for outcome in [Outcome::Succeeded, Outcome::Failed] {
        let progress = given(in_development().into_iter().chain(deployed(2, "Europe", outcome)));
        let longer = [
            phase("Development", &["Development", "Test"]),
            phase("Production", &["Europe"]),
        ];
        let again = progress.may_enter(&release(), &longer, &"Europe".into());
        assert_eq!(again, Ok(longer[1].clone()), "as the phase is now");
        let without = [phase("Development", &["Development"])];
        let again = progress.may_enter(&release(), &without, &"Europe".into());
        assert_eq!(again, Ok(application()[1].clone()), "as the phase was then");
    }
}

#[test]
fn a_deployment_of_which_no_step_ran_has_been_nowhere() {
    let cancelled = deployed(2, "Europe", Outcome::Cancelled);
    let progress = given(in_development().into_iter().chain(cancelled));
    let longer = [
        phase("Development", &["Development", "Test"]),
        phase("Production", &["Europe"]),
    ];
    let refusal = progress
        .may_enter(&release(), &longer, &"Europe".into())
        .unwrap_err();
    assert_eq!(refusal.code(), "phase-not-succeeded");
}

#[test]
fn a_release_that_succeeded_nowhere_is_not_promoted() {
    let refusal = given([]).promotion(&release(), &application()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "release 1.0.0 cannot be promoted: phase Development has not succeeded; deploy it there first"
    );
}

#[test]
fn promotion_leads_to_the_environments_without_success_and_without_an_open_deployment() {
    let phases = application();
    let leads_to = |progress: &Progress| progress.promotion(&release(), &phases);
    let to = |environments: &[&str]| Ok(environments.iter().map(|it| (*it).into()).collect());
    let progress = given(in_development());
    assert_eq!(leads_to(&progress), to(&["Europe", "America"]));
    let progress = evolve(progress, &requested(2, "Europe"));
    assert_eq!(leads_to(&progress), to(&["America"]));
    let progress = evolve(progress, &requested(3, "America"));
    assert_eq!(
        leads_to(&progress).unwrap_err().to_string(),
        "release 1.0.0 is on its way to Europe already (deployments-2); promote it further when that has succeeded"
    );
    let progress = evolve(progress, &ended(2, "Europe", Outcome::Failed));
    assert_eq!(leads_to(&progress), to(&["Europe"]), "once more");
    let progress = [requested(4, "Europe"), ended(4, "Europe", Outcome::Succeeded)]
        .iter()
        .fold(progress, evolve);
    let refusal = leads_to(&progress).unwrap_err();
    assert_eq!(refusal.code(), "on-its-way", "to America");
    let progress = evolve(progress, &ended(3, "America", Outcome::Succeeded));
    assert_eq!(
        leads_to(&progress).unwrap_err().to_string(),
        "release 1.0.0 has succeeded in every phase of lifecycle Application; `shipslog deploy --to` deploys it again"
    );
}

#[test]
fn a_phase_is_completed_by_the_last_of_its_environments_and_once() {
    let phases = application();
    let (europe, america) = ("Europe".into(), "America".into());
    let progress = given(in_development());
    assert!(!progress.is_completed_by(&phases[1], &europe));
    let progress = deployed(2, "Europe", Outcome::Succeeded)
        .iter()
        .fold(progress, evolve);
    assert!(progress.is_completed_by(&phases[1], &america));
    let succeeded = ProgressEvent::PhaseSucceeded {
        project: "Httpd".into(),
        version: "1.0.0".into(),
        phase: phases[1].clone(),
    };
    let progress = evolve(progress, &succeeded);
    assert!(!progress.is_completed_by(&phases[1], &america));
}

#[test]
fn a_phase_that_was_given_another_environment_succeeds_once_more() {
    let progress = given(in_development());
    let shorter = phase("Production", &["Europe"]);
    assert!(progress.is_completed_by(&shorter, &"Europe".into()));
    let succeeded = ProgressEvent::PhaseSucceeded {
        project: "Httpd".into(),
        version: "1.0.0".into(),
        phase: shorter,
    };
    let progress = deployed(2, "Europe", Outcome::Succeeded)
        .iter()
        .chain([&succeeded])
        .fold(progress, evolve);
    assert!(progress.is_completed_by(&application()[1], &"America".into()));
}

#[test]
fn a_promotion_that_was_overtaken_goes_nowhere_else() {
    let progress = given(in_development());
    let europe = "Europe".into();
    assert_eq!(progress.is_overtaken(&release(), &europe, None), Ok(()));
    let progress = deployed(2, "Europe", Outcome::Succeeded)
        .iter()
        .fold(progress, evolve);
    let refusal = progress.is_overtaken(&release(), &europe, None).unwrap_err();
    assert!(refusal.to_string().contains("(deployments-2)"), "{refusal}");
    assert_eq!(
        progress.is_overtaken(&release(), &europe, Some(DeploymentId(2))),
        Ok(())
    );
}
