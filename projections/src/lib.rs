//! What the log means: one pure function from credit events to lists, measures and publications.
//!
//! No I/O, no clock, no randomness, no async: a replay decides again what it decided the first time. Read in this order:
//! [`event`] what can happen → [`judge`] whether it has its effect → [`facts`] what is then known → [`listing`],
//! [`measure`], [`publication`], [`obligation`] what follows from the facts on a day → [`difference`] what goes out.
#![forbid(unsafe_code)]

pub mod access;
pub mod catch_up;
pub mod change;
pub mod date;
pub mod difference;
pub mod dispute;
pub mod event;
pub mod explain;
pub mod facts;
pub mod flag;
pub mod fold;
pub mod green;
pub mod hash;
pub mod identifier;
pub mod instant;
pub mod interval;
pub mod joint;
pub mod judge;
pub mod listing;
pub mod measure;
pub mod memory;
pub mod money;
pub mod notice;
pub mod obligation;
pub mod partition;
pub mod policy;
mod prose;
pub mod publication;
pub mod refusal;
pub mod repair;
pub mod seen;
pub mod shelf;
pub mod testing;
