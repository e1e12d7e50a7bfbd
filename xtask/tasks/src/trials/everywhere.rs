//! The server dies at every place and at any time, in a few minutes or thoroughly.

use super::{Tally, tried};
use crate::kills::{self, Kills};
use crate::matrix::{self, Matrix};
use crate::story::Stage;

pub(crate) fn every_place(stage: &Stage, long: bool) -> Tally {
    let title = "killed at every host call of every step, nothing comes out otherwise";
    tried(title, || matrix::all(&stage.place, &Matrix::of_the_tests(long)))
}

pub(crate) fn random_kills(stage: &Stage, long: bool) -> Tally {
    let title = "killed at random moments while somebody reads the page, no request fails";
    let count = if long { 200 } else { 10 };
    tried(title, || kills::all(&stage.place, &Kills::of_the_tests(count)))
}
