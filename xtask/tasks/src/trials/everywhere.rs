//! The server dies at every place and at any time, in a few minutes or thoroughly.

use anyhow::Result;

use super::Trial;
use crate::kills::{self, Kills};
use crate::matrix::{self, Matrix};
use crate::story::Stage;

/// The trials of the short or the long form.
pub(super) fn trials(long: bool) -> [Trial; 2] {
    let title = "killed at every host call of every step, nothing comes out otherwise";
    let other = "killed at random moments while somebody reads the page, no request fails";
    if long {
        [(title, all_places), (other, many_kills)]
    } else {
        [(title, places), (other, some_kills)]
    }
}

fn places(stage: &mut Stage) -> Result<()> {
    matrix::all(&stage.place, &Matrix::of_the_tests(false))
}

fn all_places(stage: &mut Stage) -> Result<()> {
    matrix::all(&stage.place, &Matrix::of_the_tests(true))
}

fn some_kills(stage: &mut Stage) -> Result<()> {
    kills::all(&stage.place, &Kills::of_the_tests(10))
}

fn many_kills(stage: &mut Stage) -> Result<()> {
    kills::all(&stage.place, &Kills::of_the_tests(200))
}
