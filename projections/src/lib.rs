//! What the log means: one pure function from credit events to lists, measures and publications.
//!
//! No I/O, no clock, no randomness, no async: a replay decides again what it decided the first time.
#![forbid(unsafe_code)]

pub mod change;
pub mod date;
pub mod event;
pub mod identifier;
pub mod money;
pub mod policy;
