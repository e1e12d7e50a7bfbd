//! Host side of `shipslog:step/outputs`: values for later steps, accounts and people.

use shipslog_events::ids::Handle;
use shipslog_nearest as nearest;
use shipslog_sealing::find_handles;
use wasmtime::component::{HasData, Linker};

use super::log;
use crate::bindings::shipslog::step::outputs::{self, Error};
use crate::component::OutputDescription;
use crate::journal::Class;
use crate::ports::OutputValue;
use crate::run::{Run, Vault, text};

/// The largest value, in bytes.
const LARGEST: usize = 256 << 10;

/// The outputs of a run.
pub(crate) struct Outputs<'a> {
    pub(crate) run: &'a Run,
}

struct HasOutputs;

impl HasData for HasOutputs {
    type Data<'a> = Outputs<'a>;
}

impl outputs::Host for Outputs<'_> {
    async fn set(&mut self, name: String, value: String) -> wasmtime::Result<Result<(), Error>> {
        let (run, name, value) = (self.run, &name, &value);
        run.answer(Class::Local, "outputs.set", &(name, value), |index| async move {
            let value = described(&run.assignment.outputs, name, false).and_then(|()| plain(value));
            match value {
                Ok(value) => {
                    let value = OutputValue::Plain(text::blanked(&run.vault, value));
                    keep(run, index, name, value).await
                }
                Err(error) => Ok(Err(error)),
            }
        })
        .await
    }

    async fn set_sensitive(&mut self, name: String, handle: String) -> wasmtime::Result<Result<(), Error>> {
        let (run, name, handle) = (self.run, &name, &handle);
        let work = |index| async move {
            let handle =
                described(&run.assignment.outputs, name, true).and_then(|()| own(&run.vault, handle));
            match handle {
                Ok(handle) => keep(run, index, name, OutputValue::Sensitive(handle)).await,
                Err(error) => Ok(Err(error)),
            }
        };
        run.answer(Class::Local, "outputs.set-sensitive", &(name, handle), work)
            .await
    }
}

async fn keep(run: &Run, index: u64, name: &str, value: OutputValue) -> wasmtime::Result<Result<(), Error>> {
    let bytes = match &value {
        OutputValue::Plain(value) => value.to_string().len(),
        OutputValue::Sensitive(handle) => handle.as_str().len(),
    };
    if let Err(full) = run.quota.outputs.take(bytes) {
        if full.first {
            log::warn(run, index, &full.sentence).await?;
        }
        return Ok(Err(other("too-many", &full.sentence)));
    }
    if !run.is_replaying() {
        run.recorder.output(index, name, value).await?;
    }
    Ok(Ok(()))
}

fn described(outputs: &[OutputDescription], name: &str, sensitive: bool) -> Result<(), Error> {
    match outputs.iter().find(|it| it.name == name) {
        Some(output) if output.sensitive == sensitive => Ok(()),
        Some(_) if sensitive => Err(other(
            "not-sensitive",
            "the component describes this output as one for all to see",
        )),
        Some(_) => Err(other(
            "sensitive",
            "the component describes this output as sensitive; set it by its handle",
        )),
        None => {
            let known: Vec<&str> = outputs.iter().map(|it| it.name.as_str()).collect();
            Err(Error::NotDeclared(nearest::unknown("output", name, &known)))
        }
    }
}

fn plain(value: &str) -> Result<serde_json::Value, Error> {
    if value.len() > LARGEST {
        return Err(Error::TooLarge(LARGEST as u64));
    }
    serde_json::from_str(value).map_err(|error| other("not-json", &error.to_string()))
}

fn own(vault: &Vault, text: &str) -> Result<Handle, Error> {
    match &find_handles(text)[..] {
        [handle] if handle.as_str() != text => Err(other(
            "not-a-handle",
            "make one handle of the whole text with `secrets.format`",
        )),
        [handle] if !vault.is_known(handle) => {
            Err(other("not-given", "the handle was not given to this step"))
        }
        [handle] if vault.is_binary(handle) => Err(other("not-text", "the value is not text")),
        [handle] => Ok(handle.clone()),
        [] | [..] => Err(other("not-a-handle", "a sensitive output takes one handle")),
    }
}

fn other(code: &str, sentence: &str) -> Error {
    Error::Other((code.to_owned(), sentence.to_owned()))
}

pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Outputs<'_>,
) -> wasmtime::Result<()> {
    outputs::add_to_linker::<T, HasOutputs>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::outputs::Host as _;
    use super::*;
    use crate::testing::{Scene, handle};

    fn code(answer: Result<(), Error>) -> String {
        match answer.unwrap_err() {
            Error::Other((code, _)) => code,
            Error::NotDeclared(sentence) => sentence,
            Error::TooLarge(bytes) => bytes.to_string(),
        }
    }

    #[tokio::test]
    async fn a_value_goes_where_the_component_said_it_would() {
        let scene = Scene::new();
        let run = scene.run();
        let mut outputs = Outputs { run: &run };
        assert_eq!(
            outputs
                .set("address".to_owned(), "\"10.0.0.1\"".to_owned())
                .await
                .unwrap(),
            Ok(())
        );
        assert_eq!(
            outputs
                .set_sensitive("token".to_owned(), handle(1).to_string())
                .await
                .unwrap(),
            Ok(())
        );
        assert_eq!(
            scene.told(),
            [
                "output address \"10.0.0.1\"".to_owned(),
                format!("output token {}", handle(1))
            ]
        );
    }

    #[tokio::test]
    async fn a_flood_of_outputs_is_cut_and_told_once() {
        let scene = Scene::new();
        let run = scene.run();
        let mut outputs = Outputs { run: &run };
        let value = format!("\"{}\"", "x".repeat(250 << 10));
        for _ in 0..40 {
            let answer = outputs.set("address".to_owned(), value.clone()).await.unwrap();
            assert!(answer.is_ok() || code(answer) == "too-many");
        }
        assert!(scene.told().iter().map(String::len).sum::<usize>() < 5 << 20);
        let last = scene.told().pop().unwrap();
        assert_eq!(
            last,
            "log 16 Warning a run keeps at most 1000 outputs and 4 MiB of them; further ones are not kept"
        );
    }

    #[tokio::test]
    async fn neither_an_undescribed_output_nor_a_secret_in_a_plain_one_is_kept() {
        let scene = Scene::new();
        let run = scene.run();
        let mut outputs = Outputs { run: &run };
        let answer = outputs.set("adress".to_owned(), "1".to_owned()).await.unwrap();
        assert_eq!(
            code(answer),
            "output `adress` is not known; did you mean `address`?"
        );
        assert_eq!(
            code(outputs.set("token".to_owned(), "\"x\"".to_owned()).await.unwrap()),
            "sensitive"
        );
        for (text, expected) in [
            ("plain".to_owned(), "not-a-handle"),
            (format!("x{}", handle(1)), "not-a-handle"),
            (handle(2).to_string(), "not-given"),
        ] {
            assert_eq!(
                code(outputs.set_sensitive("token".to_owned(), text).await.unwrap()),
                expected
            );
        }
        assert_eq!(scene.told(), [""; 0]);
    }
}
