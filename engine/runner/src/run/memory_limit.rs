//! One allowance for everything that a guest can make grow.

use wasmtime::ResourceLimiter;

/// What a component may consist of; language runtimes have many parts.
pub(crate) const CORE_INSTANCES: u32 = 64;
pub(crate) const MEMORIES: u32 = 2;
pub(crate) const TABLES: u32 = 16;

/// All memories and tables of a store together.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    limit: usize,
    used: usize,
}

/// The guest asked for more. It ends there: few guests can do anything sensible without memory.
#[derive(Debug, thiserror::Error)]
#[error("the step needs more memory than its limit of {} MiB", .0 >> 20)]
pub(crate) struct OverLimit(pub(crate) usize);

/// What a table's element takes on the host.
const ELEMENT: usize = size_of::<usize>() * 2;

impl MemoryLimit {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, used: 0 }
    }

    fn grow(&mut self, by: usize) -> wasmtime::Result<bool> {
        match self.used.checked_add(by) {
            Some(used) if used <= self.limit => {
                self.used = used;
                Ok(true)
            }
            Some(_) | None => Err(OverLimit(self.limit).into()),
        }
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // Beyond its own maximum it would be refused anyway, and may ask for that.
        if maximum.is_some_and(|it| desired > it) {
            return Ok(false);
        }
        self.grow(desired.saturating_sub(current))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|it| desired > it) {
            return Ok(false);
        }
        self.grow(desired.saturating_sub(current).saturating_mul(ELEMENT))
    }

    // The pool has the same limits; where there is none, these hold.
    fn instances(&self) -> usize {
        CORE_INSTANCES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_share_one_allowance() {
        let mut limits = MemoryLimit::new(1 << 20);
        assert!(limits.memory_growing(0, 512 << 10, None).unwrap());
        assert!(
            limits.memory_growing(0, 256 << 10, None).unwrap(),
            "a second memory"
        );
        assert!(limits.table_growing(0, (256 << 10) / ELEMENT, None).unwrap());
        let error = limits.table_growing(0, 1, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the step needs more memory than its limit of 1 MiB"
        );
    }

    #[test]
    fn asking_beyond_its_own_maximum_is_answered_no() {
        assert!(
            !MemoryLimit::new(1 << 10)
                .memory_growing(0, 1 << 20, Some(1 << 16))
                .unwrap()
        );
    }
}
