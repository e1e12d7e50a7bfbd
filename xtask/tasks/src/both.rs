//! Two works at once.

use std::thread;

use anyhow::{Result, anyhow};

/// Does one work here and another beside it. Both are told of where both fail: who mends one needs not wait for the
/// other again.
pub(crate) fn both<A: Send, B>(
    beside: impl FnOnce() -> Result<A> + Send,
    here: impl FnOnce() -> Result<B>,
) -> Result<(A, B)> {
    thread::scope(|scope| {
        let beside = scope.spawn(beside);
        let here = here();
        let beside = beside.join().expect("work answers with its failure");
        match (beside, here) {
            (Ok(beside), Ok(here)) => Ok((beside, here)),
            (Err(one), Ok(_)) | (Ok(_), Err(one)) => Err(one),
            (Err(one), Err(other)) => Err(anyhow!("both failed:\n  {one:#}\n  {other:#}")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_failures_are_told_and_neither_as_the_cause_of_the_other() {
        let one = || Err::<(), _>(anyhow!("no such file").context("one"));
        let error = both(one, || Err::<(), _>(anyhow!("other"))).unwrap_err();
        assert_eq!(format!("{error:#}"), "both failed:\n  one: no such file\n  other");
        let error = both(|| Ok(1), || Err::<(), _>(anyhow!("other"))).unwrap_err();
        assert_eq!(error.to_string(), "other");
        assert_eq!(both(|| Ok(1), || Ok(2)).unwrap(), (1, 2));
    }
}
