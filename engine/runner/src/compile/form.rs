//! What can be said of a component's bytes before anybody reads them.

use crate::component::Errored;

/// Refuses what cannot be a component, in a sentence that says what it is instead.
pub(super) fn check_form(bytes: &[u8], largest: usize) -> Result<(), Errored> {
    if bytes.len() > largest {
        return Err(Errored(format!(
            "the component has {} bytes; at most {largest} are taken",
            bytes.len()
        )));
    }
    match bytes.get(..8) {
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => Ok(()),
        Some([0, b'a', b's', b'm', ..]) => Err(Errored(
            "the bytes are a core WebAssembly module, not a component; make a component of it with the step SDK".to_owned(),
        )),
        Some(_) | None => Err(Errored("the bytes are no WebAssembly component".to_owned())),
    }
}
