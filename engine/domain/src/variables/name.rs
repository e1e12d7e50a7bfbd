//! Names of variables: compared without case, the server's own kept apart.

use crate::variables::system::is_reserved;
use crate::variables::template;

/// What a name is compared by.
pub(super) fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Why a project cannot call a variable so.
pub(super) fn problem(name: &str) -> Option<String> {
    if is_reserved(name) {
        return Some(format!(
            "`{name}` begins with `Octopus.`: those are the server's own"
        ));
    }
    if name.trim() != name {
        return Some(format!("`{name}` begins or ends with a space"));
    }
    template::check_name(name)
        .err()
        .map(|it| format!("no expression could name `{name}`: {it}"))
}
