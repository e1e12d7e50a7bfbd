//! Host side of `shipslog:step/secrets`: composites of handles, without seeing them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use wasmtime::component::{HasData, Linker};

use crate::bindings::shipslog::step::secrets::{self, Encoding};
use crate::journal::Class;
use crate::run::{Misuse, Refused, Run};

/// The secrets of a run.
pub(crate) struct Secrets<'a> {
    pub(crate) run: &'a Run,
}

struct HasSecrets;

impl HasData for HasSecrets {
    type Data<'a> = Secrets<'a>;
}

impl secrets::Host for Secrets<'_> {
    async fn format(&mut self, text: String, encoding: Encoding) -> wasmtime::Result<String> {
        let vault = &self.run.vault;
        self.run
            .answer(Class::Recorded, "secrets.format", &(&text, encoding), |_| async {
                let filled = vault.fill(&text).await.map_err(thrown)?;
                let encoded = SecretString::from(encode(filled.expose_secret(), encoding)?);
                let handle = vault
                    .reveal(&["secrets.format"], encoded.expose_secret().as_bytes())
                    .await?;
                Ok(handle.to_string())
            })
            .await
    }
}

/// A JSON string comes with its quotes.
fn encode(text: &str, encoding: Encoding) -> wasmtime::Result<String> {
    Ok(match encoding {
        Encoding::Raw => text.to_owned(),
        Encoding::Base64 => STANDARD.encode(text),
        Encoding::JsonString => serde_json::to_string(text)?,
    })
}

/// The contract has no error here: nothing sensible can come after.
fn thrown(refused: Refused) -> wasmtime::Error {
    match refused {
        Refused::NotGiven => Misuse("it put a handle into a text that was not given to it").into(),
        Refused::NotText => Misuse("it put a value into a text that is not text itself").into(),
        Refused::Failed(error) => error,
    }
}

pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Secrets<'_>,
) -> wasmtime::Result<()> {
    secrets::add_to_linker::<T, HasSecrets>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::secrets::Host as _;
    use super::*;
    use crate::testing::{Scene, handle};

    #[tokio::test]
    async fn composites_are_made_of_the_values_and_the_step_sees_handles_only() {
        let run = Scene::with_secret("pass\"word").run();
        let mut secrets = Secrets { run: &run };
        for (text, encoding, expected) in [
            (format!("user:{}", handle(1)), Encoding::Raw, "user:pass\"word"),
            (
                format!("user:{}", handle(1)),
                Encoding::Base64,
                "dXNlcjpwYXNzIndvcmQ=",
            ),
            (handle(1).to_string(), Encoding::JsonString, "\"pass\\\"word\""),
        ] {
            let composite = secrets.format(text, encoding).await.unwrap();
            assert!(composite.starts_with("shipslog-handle-"), "{composite}");
            assert_eq!(
                run.vault.fill(&composite).await.unwrap().expose_secret(),
                expected
            );
        }
        let refused = secrets
            .format(handle(2).to_string(), Encoding::Raw)
            .await
            .unwrap_err();
        assert!(refused.to_string().contains("was not given to it"), "{refused}");
    }
}
