//! Host side of `shipslog:step/context`: where a run stands.

use wasmtime::component::{HasData, Linker};

use crate::bindings::shipslog::step::context;
use crate::journal::Class;
use crate::run::Run;

/// The facts of one run.
pub(crate) struct Context<'a> {
    pub(crate) run: &'a Run,
}

struct HasContext;

impl HasData for HasContext {
    type Data<'a> = Context<'a>;
}

impl Context<'_> {
    async fn tell<T>(&self, function: &'static str, fact: T) -> wasmtime::Result<T>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + Send + Sync,
    {
        self.run
            .answer(Class::Local, function, &(), |_| async { Ok(fact) })
            .await
    }
}

impl context::Host for Context<'_> {
    async fn project(&mut self) -> wasmtime::Result<String> {
        self.tell(
            "context.project",
            self.run.assignment.situation.project.to_string(),
        )
        .await
    }

    async fn environment(&mut self) -> wasmtime::Result<String> {
        self.tell(
            "context.environment",
            self.run.assignment.situation.environment.to_string(),
        )
        .await
    }

    async fn release(&mut self) -> wasmtime::Result<String> {
        self.tell(
            "context.release",
            self.run.assignment.situation.release.to_string(),
        )
        .await
    }

    async fn deployment(&mut self) -> wasmtime::Result<String> {
        self.tell(
            "context.deployment",
            self.run.assignment.situation.deployment.to_string(),
        )
        .await
    }

    async fn step(&mut self) -> wasmtime::Result<String> {
        self.tell("context.step", self.run.assignment.id.step.to_string())
            .await
    }

    async fn target(&mut self) -> wasmtime::Result<String> {
        self.tell("context.target", self.run.assignment.id.target.to_string())
            .await
    }

    async fn namespace(&mut self) -> wasmtime::Result<Option<String>> {
        self.tell(
            "context.namespace",
            self.run.assignment.rights.boundary.namespace.clone(),
        )
        .await
    }

    async fn attempt(&mut self) -> wasmtime::Result<u32> {
        self.tell("context.attempt", self.run.assignment.id.attempt.0)
            .await
    }

    async fn labels(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        let labels = self.run.assignment.situation.labels.clone();
        self.tell("context.labels", labels.into_iter().collect()).await
    }

    async fn annotations(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        let annotations = self.run.assignment.situation.annotations.clone();
        self.tell("context.annotations", annotations.into_iter().collect())
            .await
    }

    async fn inventory(&mut self) -> wasmtime::Result<Vec<String>> {
        let objects = self
            .run
            .assignment
            .situation
            .inventory
            .iter()
            .map(ToString::to_string)
            .collect();
        self.tell("context.inventory", objects).await
    }
}

pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Context<'_>,
) -> wasmtime::Result<()> {
    context::add_to_linker::<T, HasContext>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::context::Host as _;
    use super::*;
    use crate::testing::Scene;

    #[tokio::test]
    async fn a_step_is_told_where_it_stands() {
        let run = Scene::new().run();
        let mut context = Context { run: &run };
        assert_eq!(context.deployment().await.unwrap(), "deployments-7");
        assert_eq!(context.namespace().await.unwrap().as_deref(), Some("dev"));
        assert_eq!(context.attempt().await.unwrap(), 1);
        assert_eq!(
            context.labels().await.unwrap(),
            [("shipslog.dev/deployment".to_owned(), "deployments-7".to_owned())]
        );
    }
}
