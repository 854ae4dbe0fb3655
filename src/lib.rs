//! The shell around the pure core of `projections/`.

pub mod log;
