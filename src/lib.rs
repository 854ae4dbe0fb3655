//! The shell around the pure core of `projections/`.

pub mod codec;
pub mod log;
pub mod vault;
