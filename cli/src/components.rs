//! The steps that every `shipslog` binary brings along.

include!(concat!(env!("OUT_DIR"), "/built_in.rs"));
