//! The shell around the pure core of `projections/`: everything that touches a disk, a network or a clock.

pub mod allocator;
pub mod clock;
pub mod codec;
pub mod command;
pub mod config;
pub mod demo;
pub mod feed;
pub mod http;
pub mod import;
pub mod importer;
pub mod intake;
pub mod log;
pub mod mentions;
pub mod moments;
pub mod node;
pub mod private;
pub mod problem;
pub mod progress;
pub mod projector;
pub mod prose;
pub mod query;
pub mod replay;
pub mod reservation;
pub mod tail;
pub mod vault;
pub mod views;
