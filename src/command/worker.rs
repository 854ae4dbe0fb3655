//! `chengxin worker`: a projector of a consumer group on Kafka, without a public API.

use super::{open, serve};
use crate::{
    clock::Clock,
    codec::Codec,
    config::{LogKind, Worker},
    projector::{Projector, Surroundings},
    views::Views,
};
use chengxin_projections::policy::shipped_policy;
use std::sync::Arc;

pub(super) fn run(arguments: &Worker) -> Result<u8, Box<dyn std::error::Error>> {
    let place = &arguments.place;
    if place.log == LogKind::Embedded {
        return Err("a worker shares the partitions of a Kafka log: name it with --log kafka://HOST:PORT,…".into());
    }
    let open::OpenLog { log, .. } = open::log(place)?;
    // No vault: a worker meets no person in clear, and a key of its own would give persons other ids.
    let (codec, clock) = (Arc::new(Codec::new()), Arc::new(Clock::System));
    let surroundings = Surroundings { log, codec, clock, first_policy: shipped_policy() };
    let projector = Projector::start(surroundings, Views::open(&open::views_home(place))?)?;
    eprintln!("working on {}", place.log);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve::signal());
    eprintln!("stopping: finishing what is under way");
    projector.stop()?;
    Ok(0)
}
