//! What can be done to a journal by whoever goes round the log.

/// What somebody does to an open journal. Whatever else is kept of it stays as it is.
#[derive(Debug, Clone, Copy)]
pub enum JournalEdit<'a> {
    /// This entry says something else.
    Entry(u64, &'a [u8]),
    /// Every entry is gone.
    NoEntries,
    /// It is said to end with another hash.
    HeadHash,
    /// It is said to have minted a value whose handle is no text.
    StrayValue,
    /// It is said to have so many entries.
    HeadEntries(u64),
    /// These are its entries, and everything that vouches for them is right.
    Rewritten(&'a [&'a [u8]]),
}
