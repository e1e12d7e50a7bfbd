//! The server dies at every place and at any time, in a few minutes or thoroughly.

use launcher::commands::{KILLS, MATRIX};

use super::{Tally, tried};
use crate::laboratory;

pub(crate) fn every_place(long: bool) -> Tally {
    let title = "killed at every host call of every step, nothing comes out otherwise";
    let form = if long { "--long" } else { "--short" };
    tried(title, || laboratory::run(MATRIX.name, &[form.into()]))
}

pub(crate) fn random_kills(long: bool) -> Tally {
    let title = "killed at random moments while somebody reads the page, no request fails";
    let count = if long { "200" } else { "10" };
    tried(title, || {
        laboratory::run(KILLS.name, &["--count".into(), count.into()])
    })
}
