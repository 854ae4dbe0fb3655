//! Inbox topics of departments, through the whole program on a real Kafka.

use chengxin::{
    codec::Codec,
    log::{Log, Topic},
};
use chengxin_projections::change::Refused;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Value, json};

use crate::support::events::{COMPANY, black, penalty};
use crate::support::logs::{LIMIT, PARTITIONS, read_from};
use crate::support::server::{AUDITOR, LABOUR, MARKET, Server, Site, wait_until};

const DAY: &str = "2026-06-01";

fn send(site: &Site, org: &str, values: &[Vec<u8>]) {
    let (space, topic) = (site.namespace(), format!("{}credit.inbox.{org}", site.namespace().prefix));
    space.make_topic(&topic);
    let producer: BaseProducer = space.client().create().unwrap();
    for value in values {
        producer
            .send(BaseRecord::<str, [u8]>::to(&topic).partition(0).payload(value))
            .map_err(|(error, _)| error)
            .unwrap();
    }
    producer.flush(LIMIT).unwrap();
}

fn refusals(log: &dyn Log) -> Vec<Refused> {
    let codec = Codec::new();
    let all = (0..PARTITIONS).flat_map(|partition| read_from(log, Topic::Refusals, partition, 0));
    all.map(|stored| codec.decode_refused(&stored.value.unwrap()).unwrap()).collect()
}

fn penalties(server: &Server) -> usize {
    let file = server.client(AUDITOR).get(&format!("/v1/subjects/{COMPANY}"));
    if file.status == 200 { file.json()["penalties"].as_array().map_or(0, Vec::len) } else { 0 }
}

#[test]
fn events_of_an_inbox_are_judged_and_what_is_none_is_set_aside_without_a_persons_name() {
    let site = Site::kafka();
    let server = site.start(DAY);
    let bytes = |event: &Value| event.to_string().into_bytes();
    let mut nameless = penalty("P-2", DAY, COMPANY);
    nameless["data"]["representative"] = json!("司马演");
    let mut long = black("unpaid-wages", "L-1", DAY, "2029-06-01", COMPANY);
    long["data"]["months"] = json!(3_000_000_000_u64);
    let first = penalty("P-1", DAY, COMPANY);
    let values = [
        bytes(&first),
        bytes(&first),
        b"no event at all".to_vec(),
        bytes(&nameless),
        bytes(&long),
        bytes(&json!({ "id": "D-1", "type": "day.opened", "effective": DAY, "data": { "date": DAY } })),
        bytes(&penalty("P-3", DAY, COMPANY)),
    ];
    send(&site, LABOUR, &values);
    send(&site, "system", &[bytes(&penalty("P-4", DAY, COMPANY))]);
    send(&site, MARKET, &[bytes(&penalty("P-5", DAY, COMPANY))]);
    wait_until("the sound events of the inboxes", || penalties(&server) == 3);
    let log = site.log();
    wait_until("what was set aside", || refusals(&*log).len() == 5);
    let told: Vec<(String, Option<Vec<u8>>)> =
        refusals(&*log).into_iter().map(|refused| (refused.code, refused.bytes.map(|bytes| bytes.0))).collect();
    let count = |code: &str| told.iter().filter(|(known, _)| known == code).count();
    assert_eq!((count("unreadable"), count("not-allowed")), (3, 2), "{told:?}");
    let kept: Vec<&[u8]> = told.iter().filter_map(|(_, bytes)| bytes.as_deref()).collect();
    assert_eq!(kept, [&b"no event at all"[..]]);
    assert!(refusals(&*log).iter().all(|refused| !refused.detail.contains("司马演")));
    server.assert_no_panic();
}
