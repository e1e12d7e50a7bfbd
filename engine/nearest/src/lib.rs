//! What somebody probably meant: the nearest known names, for error sentences.

/// At most this many names are suggested.
const SUGGESTED: usize = 3;
/// At most this many are listed where nothing is near.
const LISTED: usize = 8;
/// Longer names are not looked for.
const LONGEST: usize = 256;
/// Jaro-Winkler likeness from which a name counts as near.
const NEAR: f64 = 0.8;
/// How much less alike than the nearest another one may be: a common beginning alone is not enough.
const MARGIN: f64 = 0.08;

/// The known names most like `name`, nearest first, at most three; none where nothing is near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    // Nobody's slip, and costly to compare: names come from anywhere.
    if name.len() > LONGEST {
        return Vec::new();
    }
    let wanted = name.to_lowercase();
    let mut found: Vec<(f64, &str)> = known
        .into_iter()
        .map(|it| (strsim::jaro_winkler(&wanted, &it.to_lowercase()), it))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .collect();
    found.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    found.dedup_by_key(|(_, it)| *it);
    let best = found.first().map_or(0.0, |(likeness, _)| *likeness);
    found.retain(|(likeness, _)| *likeness >= best - MARGIN);
    found.into_iter().take(SUGGESTED).map(|(_, it)| it).collect()
}

/// What to add to "`name` is not known": a suggestion, or what exists. Starts with `;`.
///
/// ```
/// use shipslog_nearest::hint;
/// assert_eq!(hint("Developmnet", ["Development", "Admin"]), "; did you mean `Development`?");
/// assert_eq!(hint("Xyz", ["Development", "Admin"]), "; there are `Admin`, `Development`");
/// assert_eq!(hint("Xyz", []), "; there are none yet");
/// ```
pub fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.into_iter().collect();
    let near = nearest(name, known.iter().copied());
    match near.split_last() {
        Some((only, [])) => return format!("; did you mean {}?", quoted(only)),
        Some((last, others)) => {
            let others = others.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ");
            return format!("; did you mean {others} or {}?", quoted(last));
        }
        None => {}
    }
    known.sort_unstable();
    known.dedup();
    match known.len() {
        0 => "; there are none yet".to_owned(),
        1..=LISTED => format!(
            "; there {} {}",
            if known.len() == 1 { "is" } else { "are" },
            list(&known)
        ),
        count => format!(
            "; there are {} and {} more",
            list(&known[..LISTED]),
            count - LISTED
        ),
    }
}

/// The whole sentence, as in "environment `Developmnet` is not known; did you mean `Development`?".
pub fn unknown(kind: &str, name: &str, known: &[impl AsRef<str>]) -> String {
    format!(
        "{kind} {} is not known{}",
        quoted(name),
        hint(name, known.iter().map(AsRef::as_ref))
    )
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

fn list(names: &[&str]) -> String {
    names.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVIRONMENTS: [&str; 3] = ["Development", "Production", "Admin"];

    #[test]
    fn a_slip_of_the_fingers_finds_what_was_meant() {
        assert_eq!(
            unknown("environment", "Developmnet", &ENVIRONMENTS),
            "environment `Developmnet` is not known; did you mean `Development`?"
        );
        assert_eq!(nearest("production", ENVIRONMENTS), ["Production"]);
    }

    #[test]
    fn several_near_names_are_offered_nearest_first_and_at_most_three() {
        let known = ["httpd-3", "httpd-1", "httpd-2", "httpd-10", "httpd-1"];
        assert_eq!(
            hint("httpd-1x", known),
            "; did you mean `httpd-1`, `httpd-10` or `httpd-2`?"
        );
    }

    #[test]
    fn a_common_beginning_alone_is_not_near() {
        let known = [
            "Octopus.Environment.Name",
            "Octopus.Release.Number",
            "Octopus.Step.Name",
        ];
        assert_eq!(
            nearest("Octopus.Enviroment.Name", known),
            ["Octopus.Environment.Name"]
        );
    }

    #[test]
    fn where_nothing_is_near_what_exists_is_listed_up_to_eight() {
        let many: Vec<String> = (0..11).map(|it| format!("zone-{it:02}")).collect();
        let text = hint("Admin", many.iter().map(String::as_str));
        assert!(
            text.starts_with("; there are `zone-00`, ") && text.ends_with("`zone-07` and 3 more"),
            "{text}"
        );
        assert_eq!(hint("Xyz", ["Admin"]), "; there is `Admin`");
    }
}
