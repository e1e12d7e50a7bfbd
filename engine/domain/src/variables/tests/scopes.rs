//! Which of several values holds, and which sets of values are refused.

use super::*;

#[test]
fn the_most_specific_value_that_holds_counts() {
    let all = set(&[
        text("Colour", "none"),
        scoped("Colour", "environment", environments(&["Development", "Test"])),
        scoped("Colour", "elsewhere", environments(&["Production"])),
        scoped("Colour", "role", roles(&["Web"])),
        scoped("Colour", "target", targets(&["Httpd Development"])),
        scoped("Colour", "step", steps(&["Deploy httpd"])),
    ]);
    let colour = |place: &Place| all.resolve_text("#{Colour}", place).unwrap();
    let mut place = here();
    assert_eq!(colour(&place), "step");
    place.step = Some("Another".into());
    assert_eq!(colour(&place), "target");
    place.target = None;
    assert_eq!(colour(&place), "role");
    place.roles.clear();
    assert_eq!(colour(&place), "environment");
    place.environment = Some("Admin".into());
    assert_eq!(colour(&place), "none");
}

#[test]
fn naming_more_kinds_of_places_is_more_specific_but_never_beats_a_higher_kind() {
    let both = Scope {
        environments: environments(&["Development"]).environments,
        ..roles(&["Web"])
    };
    let values = [
        scoped("Colour", "role", roles(&["Web"])),
        scoped("Colour", "both", both),
    ];
    assert_eq!(
        set(&values).resolve_text("#{Colour}", &here()).as_deref(),
        Ok("both")
    );
    let values = [
        &values[..],
        &[scoped("Colour", "target", targets(&["Httpd Development"]))],
    ]
    .concat();
    assert_eq!(
        set(&values).resolve_text("#{Colour}", &here()).as_deref(),
        Ok("target")
    );
}

#[test]
fn a_value_that_holds_only_elsewhere_is_an_error_that_says_where() {
    let set = set(&[scoped("Colour", "blue", environments(&["Production"]))]);
    assert_eq!(
        set.resolve_text("#{Colour}", &here()).unwrap_err().to_string(),
        "variable `Colour` has no value here; it has one for environment `Production`"
    );
}

#[test]
fn two_values_of_one_rank_are_refused_when_saved_where_that_shows() {
    let refused = VariableSet::new(vec![
        scoped("Colour", "blue", environments(&["Development", "Test"])),
        scoped("colour", "green", environments(&["Test"])),
    ])
    .unwrap_err();
    assert_eq!(
        refused[0].to_string(),
        "[1].scope: `colour` has two values for the same place: [0] holds for environment `Development` or `Test`, \
         [1] for environment `Test`; narrow one of them"
    );
    assert!(VariableSet::new(vec![text("A", "1"), text("A", "2")]).is_err());
}

#[test]
fn the_role_by_which_the_step_found_its_target_wins() {
    let set = set(&[
        scoped("Colour", "blue", roles(&["Web"])),
        scoped("Colour", "green", roles(&["Httpd"])),
    ]);
    for (own, colour) in [("Web", "blue"), ("Httpd", "green")] {
        let place = Place {
            own_roles: [own.into()].into(),
            ..here()
        };
        assert_eq!(set.resolve_text("#{Colour}", &place).unwrap(), colour);
    }
}

#[test]
fn two_roles_that_meet_on_a_target_are_refused_there() {
    let set = set(&[
        scoped("Colour", "blue", roles(&["Web"])),
        scoped("Colour", "green", roles(&["Httpd"])),
    ]);
    assert_eq!(
        set.resolve_text("#{Colour}", &here()).unwrap_err().to_string(),
        "variable `Colour` has two values here, for role `Web` and for role `Httpd`, and neither is more specific; \
         narrow one of them"
    );
}

#[test]
fn names_that_nothing_could_name_and_values_that_nothing_could_read_are_refused() {
    for (name, value, path) in [
        ("Octopus.Environment.Name", "", "[0].name"),
        (" A", "", "[0].name"),
        ("A|B", "", "[0].name"),
        ("A}B", "", "[0].name"),
        ("A[#{B}]", "", "[0].name"),
        ("each thing", "", "[0].name"),
        ("", "", "[0].name"),
        ("A", "#{B", "[0].value"),
    ] {
        let refused = VariableSet::new(vec![text(name, value)]).unwrap_err();
        assert_eq!(refused[0].path, path, "{name}: {refused:?}");
    }
    assert!(VariableSet::new(vec![text("My.Var-1 (old)[a b].C:d/e_f~@", "")]).is_ok());
}
