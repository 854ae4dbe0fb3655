//! What the tests share.

pub mod broker;
pub mod child;
pub mod county;
pub mod importing;
pub mod logs;
