//! Host side of `shipslog:step/kubernetes`: the target's cluster, within what the step may do there.
//!
//! Each call, before the API server hears of it: is the kind known, may the step, do handles stand only where they are
//! opened. Each answer: no data of Secrets, no value that the run has had in hand.

mod convert;
mod field_policy;
mod leaks;
mod manifest;
mod object;
mod read;
mod record;
mod secret_data;
mod sentence;
mod stop;
mod wait;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use wait::{WAIT, resume as resume_wait};

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasmtime::component::{HasData, Linker};

use crate::bindings::shipslog::step::kubernetes::{
    self, Applied, ApplyOptions, Change, DeleteOptions, Error, Evidence, Expectation, Page, PatchKind,
    Selection, Waited,
};
use crate::bindings::shipslog::step::types::ObjectReference;
use crate::journal::{Class, Precondition};
use crate::run::Run;
use stop::Stop;

/// The cluster of a run.
pub(crate) struct Kubernetes<'a> {
    pub(crate) run: &'a Run,
}

struct HasKubernetes;

impl HasData for HasKubernetes {
    type Data<'a> = Kubernetes<'a>;
}

impl Kubernetes<'_> {
    /// Nothing of `work` happens before the call is counted, the journal asked and cancel looked at.
    async fn call<A, T>(
        &self,
        class: Class,
        function: &'static str,
        arguments: &A,
        work: impl Future<Output = Result<T, Stop>> + Send,
    ) -> wasmtime::Result<Result<T, Error>>
    where
        A: Serialize + Sync,
        T: Serialize + DeserializeOwned + Sync,
    {
        let (run, work) = (self.run, Box::pin(work));
        let work = async { Ok(stop::in_doubt(run, function, stop::settle(work).await?)) };
        let answered = run.call(class, function, arguments, |_| work).await?;
        Ok(answered.unwrap_or(Err(Error::Cancelled)))
    }
}

impl kubernetes::Host for Kubernetes<'_> {
    async fn get(&mut self, object: ObjectReference) -> wasmtime::Result<Result<String, Error>> {
        self.call(
            Class::Read,
            "kubernetes.get",
            &object,
            read::get(self.run, &object),
        )
        .await
    }

    async fn list(&mut self, selection: Selection) -> wasmtime::Result<Result<Page, Error>> {
        self.call(
            Class::Read,
            "kubernetes.list",
            &selection,
            read::list(self.run, &selection),
        )
        .await
    }

    async fn apply(
        &mut self,
        object: String,
        options: ApplyOptions,
    ) -> wasmtime::Result<Result<Applied, Error>> {
        let guarded = options.uid.is_some() || options.resource_version.is_some();
        let class = if guarded {
            Class::GuardedWrite
        } else {
            Class::IdempotentWrite
        };
        let work = write::apply(self.run, &object, &options);
        self.call(class, "kubernetes.apply", &(&object, &options), work)
            .await
    }

    async fn patch(
        &mut self,
        object: ObjectReference,
        kind: PatchKind,
        patch: String,
        uid: Option<String>,
        resource_version: Option<String>,
    ) -> wasmtime::Result<Result<String, Error>> {
        let arguments = (object, kind, patch, uid, resource_version);
        let (object, kind, patch, uid, version) = &arguments;
        let precondition = Precondition {
            uid: uid.clone(),
            resource_version: version.clone(),
        };
        let work = write::patch(self.run, object, *kind, patch, &precondition);
        self.call(Class::GuardedWrite, "kubernetes.patch", &arguments, work)
            .await
    }

    async fn delete(
        &mut self,
        object: ObjectReference,
        options: DeleteOptions,
    ) -> wasmtime::Result<Result<(), Error>> {
        let idempotent = options.uid.is_some() && options.resource_version.is_none();
        let class = if idempotent {
            Class::IdempotentWrite
        } else {
            Class::GuardedWrite
        };
        let work = write::delete(self.run, &object, &options);
        self.call(class, "kubernetes.delete", &(&object, &options), work)
            .await
    }

    async fn wait(
        &mut self,
        expectations: Vec<Expectation>,
        timeout: u32,
    ) -> wasmtime::Result<Result<Waited, Error>> {
        let (run, most) = (self.run, wait::longest(self.run, timeout));
        let work = |left| stop::settle(wait::wait(run, &expectations, left));
        let waited = run
            .suspend(wait::WAIT, &(&expectations, timeout), most, work)
            .await?;
        Ok(waited.unwrap_or(Err(Error::Cancelled)))
    }

    async fn diff(&mut self, object: String) -> wasmtime::Result<Result<Vec<Change>, Error>> {
        self.call(
            Class::Read,
            "kubernetes.diff",
            &object,
            read::diff(self.run, &object),
        )
        .await
    }

    async fn can_i(
        &mut self,
        verb: String,
        object: ObjectReference,
        subresource: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        let work = read::can_i(self.run, &verb, &object, &subresource);
        self.call(
            Class::Read,
            "kubernetes.can-i",
            &(&verb, &object, &subresource),
            work,
        )
        .await
    }

    async fn logs(
        &mut self,
        pod: ObjectReference,
        container: String,
        tail_lines: u32,
        previous: bool,
    ) -> wasmtime::Result<Result<Vec<String>, Error>> {
        let work = read::logs(self.run, &pod, &container, tail_lines, previous);
        self.call(
            Class::Read,
            "kubernetes.logs",
            &(&pod, &container, tail_lines, previous),
            work,
        )
        .await
    }

    async fn explain(&mut self, object: ObjectReference) -> wasmtime::Result<Result<Evidence, Error>> {
        self.call(
            Class::Read,
            "kubernetes.explain",
            &object,
            read::explain(self.run, &object),
        )
        .await
    }
}

pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Kubernetes<'_>,
) -> wasmtime::Result<()> {
    kubernetes::add_to_linker::<T, HasKubernetes>(linker, view)
}
