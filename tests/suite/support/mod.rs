//! What the tests share.

pub mod broker;
pub mod child;
pub mod client;
pub mod county;
pub mod events;
pub mod importing;
pub mod load;
pub mod logs;
pub mod malformed;
pub mod server;
