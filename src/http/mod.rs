//! The public surface over HTTP: one file for each group of routes.

pub mod auth;
pub mod feeds;
pub mod problem;
pub mod schemas;

pub use problem::Problem;

use crate::node::Node;
use auth::Principals;
use std::sync::Arc;

/// What every handler can reach.
#[derive(Clone)]
pub struct App {
    pub node: Arc<Node>,
    pub principals: Arc<Principals>,
}
