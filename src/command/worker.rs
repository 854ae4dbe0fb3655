//! `chengxin worker`: a projector of a consumer group on Kafka, without a public API.

use super::{open, serve};
use crate::config::{LogKind, Worker};

pub(super) fn run(arguments: &Worker) -> Result<u8, Box<dyn std::error::Error>> {
    let place = &arguments.place;
    if place.log == LogKind::Embedded {
        return Err("a worker shares the partitions of a Kafka log: name it with --log kafka://HOST:PORT,…".into());
    }
    let open::OpenLog { log, .. } = open::log(place)?;
    let node = open::node(place, log, "system", None)?;
    eprintln!("working on {}", place.log);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve::signal());
    eprintln!("stopping: finishing what is under way");
    node.projector.stop()?;
    Ok(0)
}
