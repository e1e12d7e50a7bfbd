//! Host side of `shipslog:step/milestones`: turning points that the history holds.

use shipslog_nearest as nearest;
use wasmtime::component::{HasData, Linker};

use super::log;
use crate::bindings::shipslog::step::milestones::{self, Error};
use crate::journal::Class;
use crate::run::{Run, text};

/// The largest detail, in bytes.
const LARGEST: usize = 64 << 10;

/// The milestones of a run.
pub(crate) struct Milestones<'a> {
    pub(crate) run: &'a Run,
}

struct HasMilestones;

impl HasData for HasMilestones {
    type Data<'a> = Milestones<'a>;
}

impl milestones::Host for Milestones<'_> {
    async fn reached(&mut self, name: String, detail: String) -> wasmtime::Result<Result<(), Error>> {
        let (run, name, detail) = (self.run, &name, &detail);
        run.answer(
            Class::Local,
            "milestones.reached",
            &(name, detail),
            |index| async move {
                let detail = match accepted(&run.assignment.milestones, name, detail) {
                    Ok(detail) => text::blanked(&run.vault, detail),
                    Err(error) => return Ok(Err(error)),
                };
                if let Err(full) = run.quota.milestones.take(detail.to_string().len()) {
                    if full.first {
                        log::warn(run, index, &full.sentence).await?;
                    }
                    return Ok(Err(Error::Other(("too-many".to_owned(), full.sentence))));
                }
                if !run.is_replaying() {
                    run.recorder.milestone(index, name, detail).await?;
                }
                Ok(Ok(()))
            },
        )
        .await
    }
}

fn accepted(described: &[String], name: &str, detail: &str) -> Result<serde_json::Value, Error> {
    if !described.iter().any(|it| it == name) {
        return Err(Error::NotDeclared(nearest::unknown("milestone", name, described)));
    }
    if detail.len() > LARGEST {
        return Err(Error::TooLarge(LARGEST as u64));
    }
    serde_json::from_str(detail).map_err(|error| Error::Other(("not-json".to_owned(), error.to_string())))
}

pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Milestones<'_>,
) -> wasmtime::Result<()> {
    milestones::add_to_linker::<T, HasMilestones>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::milestones::Host as _;
    use super::*;
    use crate::testing::Scene;

    #[tokio::test]
    async fn a_flood_of_milestones_is_cut_and_told_once() {
        let scene = Scene::new();
        let run = scene.run();
        let mut milestones = Milestones { run: &run };
        for _ in 0..300 {
            let reached = milestones.reached("traffic-moved".to_owned(), "{}".to_owned());
            let _ = reached.await.unwrap();
        }
        assert_eq!(scene.told().len(), 201);
        let last = scene.told().pop().unwrap();
        assert_eq!(
            last,
            "log 200 Warning a run keeps at most 200 milestones and 1 MiB of them; further ones are not kept"
        );
    }

    #[tokio::test]
    async fn only_what_the_component_describes_is_a_turning_point() {
        let scene = Scene::new();
        let run = scene.run();
        let mut milestones = Milestones { run: &run };
        let reached = milestones
            .reached("traffic-moved".to_owned(), r#"{"to":"green"}"#.to_owned())
            .await;
        assert_eq!(reached.unwrap(), Ok(()));
        let refused = milestones
            .reached("traffic-move".to_owned(), "{}".to_owned())
            .await
            .unwrap();
        assert!(matches!(refused, Err(Error::NotDeclared(sentence)) if sentence.contains("`traffic-moved`")));
        assert!(matches!(
            milestones
                .reached("traffic-moved".to_owned(), "{".to_owned())
                .await
                .unwrap(),
            Err(Error::Other(_))
        ));
        assert_eq!(scene.told(), [r#"milestone traffic-moved {"to":"green"}"#]);
    }
}
