//! The feeds on Kafka, where offsets have gaps and readers are dear.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chengxin::codec::Codec;
use chengxin::feed::{Change, Feeds, Kind};
use chengxin::log::kafka::Kafka;
use chengxin::log::{Log, Owner, Record, Topic};
use chengxin_projections::change::{About, Cause, ListChange, ListName, ListWhat};
use chengxin_projections::date::Date;
use chengxin_projections::event::SubjectKind;
use chengxin_projections::instant::Instant as Recorded;

use crate::support::broker::Namespace;
use crate::support::county::runtime;
use crate::support::logs::{LIMIT, PARTITIONS};

fn record(codec: &Codec, partition: u16, number: u64) -> Record {
    let date = Date::from_ymd(2026, 4, 20).unwrap();
    let change = ListChange {
        change: number.to_string(),
        subject: About { id: "S".into(), kind: SubjectKind::Organisation, name: None },
        list: ListName::Black,
        kind: "unpaid-wages".into(),
        record: format!("O/{number}"),
        what: ListWhat::Listed,
        from: date,
        until: date,
        cause: Cause { kind: "designation.made".into(), event: format!("O/{number}"), date },
        position: format!("{partition}-{number}"),
        sequence: number,
        recorded: Recorded(1_776_643_200_000 + i64::try_from(number).unwrap()),
        state: None,
    };
    let mut value = Vec::new();
    codec.encode_list_change(&change, &mut value);
    Record::new(Topic::ListChanges, partition, *b"S", Some(value))
}

/// The task that publishes: every change in a transaction of its own, so that a marker stands behind each.
struct Publisher {
    codec: Codec,
    owners: Vec<Box<dyn Owner>>,
    published: u64,
}

impl Publisher {
    fn new(log: &dyn Log) -> Publisher {
        let owners = (0..PARTITIONS).map(|partition| log.own("task", partition).unwrap()).collect();
        Publisher { codec: Codec::new(), owners, published: 0 }
    }

    fn publish(&mut self, count: u64) {
        for _ in 0..count {
            let number = self.published;
            let partition = (number % u64::from(PARTITIONS)) as u16;
            let output = record(&self.codec, partition, number);
            self.owners[usize::from(partition)].publish(vec![output], number + 1).unwrap();
            self.published += 1;
        }
    }
}

#[test]
fn pages_and_followers_on_kafka_tell_everything_exactly_once() {
    let space = Namespace::new();
    let log: Arc<dyn Log> = Arc::new(Kafka::open(space.config(PARTITIONS)).unwrap());
    let mut publisher = Publisher::new(&*log);
    publisher.publish(20);
    let feeds = Feeds::new(log.clone(), Arc::new(Codec::new()));

    let mut cursor = feeds.cursor(None).unwrap();
    let mut names: Vec<u64> = Vec::new();
    let mut cursors = Vec::new();
    loop {
        let page = feeds.page(Kind::ListChanges, &cursor, 7).unwrap();
        for item in &page.items {
            let Change::List(change) = &item.change else { panic!("{item:?}") };
            names.push(change.change.parse().unwrap());
            cursors.push(item.cursor.clone());
        }
        cursor = page.next;
        if page.at_end {
            break;
        }
    }
    assert_eq!(names, (0..20).collect::<Vec<_>>());

    // From the end of storage, where a marker stands behind the last record, and from within it.
    for (begin, cursor) in [(20, cursor), (5, cursors[4].clone())] {
        let mut subscription = feeds.subscribe(Kind::ListChanges, cursor).unwrap();
        let before = publisher.published;
        let runtime = runtime();
        let mut names: Vec<u64> = Vec::new();
        let mut follow = |count: u64, names: &mut Vec<u64>| {
            while (names.len() as u64) < count {
                let next = async { tokio::time::timeout(LIMIT, subscription.next()).await };
                let items = runtime.block_on(next).expect("something comes in time").unwrap().unwrap();
                for item in items {
                    let json: serde_json::Value = serde_json::from_str(&item.data).unwrap();
                    names.push(json["change"].as_str().unwrap().parse().unwrap());
                }
            }
        };
        follow(before - begin, &mut names);
        let mut waits = Vec::new();
        for number in before..before + 30 {
            publisher.publish(1);
            let published = Instant::now();
            follow(number + 1 - begin, &mut names);
            waits.push(published.elapsed());
        }
        names.sort_unstable();
        assert_eq!(names, (begin..publisher.published).collect::<Vec<_>>());
        waits.sort_unstable();
        println!("published to delivered on Kafka: p50 {:?}, longest {:?}", waits[15], waits[29]);
        assert!(waits[15] < Duration::from_millis(100), "{waits:?}");
    }
    feeds.stop();
}
