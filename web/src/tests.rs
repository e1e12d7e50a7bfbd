//! The router as clients see it.
