//! SIGTERM: what is under way is finished, nothing is lost, and the next start takes the views as they are.

use std::sync::atomic::{AtomicUsize, Ordering};

use chengxin::codec::Codec;
use chengxin::log::Topic;
use chengxin_projections::date::Date;
use std::collections::BTreeSet;

use crate::support::load::Publisher;
use crate::support::logs::read_from;
use crate::support::server::{AUDITOR, PARTITIONS, Site, wait_until};

const TODAY: &str = "2026-05-11";

#[test]
fn a_server_that_is_asked_to_stop_under_load_on_the_embedded_log_loses_nothing_and_leaves_its_views_clean() {
    stops_cleanly(&Site::embedded());
}

#[test]
fn a_server_that_is_asked_to_stop_under_load_on_kafka_loses_nothing_and_leaves_its_views_clean() {
    stops_cleanly(&Site::kafka());
}

fn stops_cleanly(site: &Site) {
    let (today, answered): (Date, AtomicUsize) = (TODAY.parse().unwrap(), AtomicUsize::new(0));
    let server = site.start(TODAY);
    let mut publishers: Vec<Publisher> = (0..3).map(|n| Publisher::new(n, n)).collect();
    std::thread::scope(|scope| {
        for publisher in &mut publishers {
            let (client, answered) = (publisher.clients(&server), &answered);
            scope.spawn(move || publisher.publish_until_it_fails(&client, today, answered));
        }
        wait_until("enough is answered", || answered.load(Ordering::SeqCst) > 200);
        server.terminate();
    });
    server.stop();
    let marker = std::fs::read_to_string(find(&site.views(), "marker")).unwrap();
    assert!(marker.starts_with("clean "), "{marker}");
    let (log, codec) = (site.log(), Codec::new());
    let events = (0..PARTITIONS).flat_map(|number| read_from(&*log, Topic::Events, number, 0));
    let names: BTreeSet<String> =
        events.map(|stored| codec.decode_event(&stored.value.unwrap()).unwrap().name()).collect();
    for publisher in &publishers {
        for one in &publisher.acknowledged {
            assert!(names.contains(&one.record), "{one:?} is not in the log");
        }
    }
    drop(log);
    let server = site.start(TODAY);
    assert_eq!(server.client(AUDITOR).get("/v1/lists/black").status, 200);
    assert!(!server.written().contains("replaying"), "the views were up to date: {}", server.written());
    server.stop();
}

fn find(directory: &std::path::Path, name: &str) -> std::path::PathBuf {
    let version = std::fs::read_dir(directory).unwrap().next().unwrap().unwrap().path();
    version.join(name)
}
