//! Damaged bytes: nothing that reads them panics, and what is read is read the same again.

mod canonical;
mod event;
