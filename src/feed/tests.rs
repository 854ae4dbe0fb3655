use super::{
    live::{Delivered, Limits, Live, Subscription},
    *,
};
use crate::log::{Record, embedded::Embedded};
use chengxin_projections::{
    change::{About, Cause, ListName, ListWhat},
    date::Date,
    event::SubjectKind,
    listing::State,
};
use std::{collections::BTreeMap, time::Duration};
use tempfile::TempDir;

const PARTITIONS: u16 = 3;
/// No test waits for anything longer than this.
const LIMIT: Duration = Duration::from_secs(30);

/// A log in a directory of its own.
struct Place {
    _dir: TempDir,
    log: Arc<Embedded>,
    codec: Arc<Codec>,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        let log = Arc::new(Embedded::open(dir.path(), PARTITIONS).unwrap());
        Place { _dir: dir, log, codec: Arc::new(Codec::new()) }
    }

    fn feeds(&self) -> Feeds {
        Feeds::new(self.log.clone(), self.codec.clone())
    }

    fn live(&self, items: usize) -> Arc<Live> {
        let limits = Limits { items, bytes: usize::MAX };
        Arc::new(Live::with_limits(Kind::ListChanges, self.log.clone(), self.codec.clone(), limits))
    }

    /// Publishes a change to a partition.
    fn publish(&self, partition: u16, number: u64) {
        let mut value = Vec::new();
        self.codec.encode_list_change(&change(partition, number), &mut value);
        self.append(partition, value);
    }

    fn append(&self, partition: u16, value: Vec<u8>) {
        let record = Record::new(Topic::ListChanges, partition, *b"subject", Some(value));
        self.log.append(vec![record]).blocking_recv().unwrap().unwrap();
    }

    fn publish_all(&self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            // Uneven, so that a page takes from each partition what is its share.
            self.publish((number % 7 % u64::from(PARTITIONS)) as u16, number);
        }
    }
}

fn change(partition: u16, number: u64) -> ListChange {
    let date = Date::from_ymd(2026, 4, 20).unwrap();
    ListChange {
        change: number.to_string(),
        subject: About { id: format!("S{partition}"), kind: SubjectKind::Organisation, name: Some("某公司".into()) },
        list: ListName::Black,
        kind: "unpaid-wages".into(),
        record: format!("O/{number}"),
        what: ListWhat::Listed,
        from: date,
        until: date,
        cause: Cause { kind: "designation.made".into(), event: format!("O/{number}"), date },
        position: format!("{partition}-{number}"),
        sequence: number + 1,
        recorded: Instant(1_776_643_200_000 + i64::try_from(number).unwrap()),
        state: Some(State::Active),
    }
}

fn name(item: &Item) -> u64 {
    match &item.change {
        Change::List(change) => change.change.parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn delivered_name(item: &Delivered) -> u64 {
    let json: serde_json::Value = serde_json::from_str(&item.data).unwrap();
    json["change"].as_str().unwrap().parse().unwrap()
}

fn walk(feeds: &Feeds, after: &str, limit: usize) -> Vec<Item> {
    let mut cursor = feeds.cursor(Some(after)).unwrap();
    let mut items = Vec::new();
    loop {
        let page = feeds.page(Kind::ListChanges, &cursor, limit).unwrap();
        assert!(page.items.len() <= limit);
        assert!(page.at_end || !page.items.is_empty(), "a page that is not the last moves on");
        // As a consumer would: through the text.
        cursor = feeds.cursor(Some(&page.next.to_string())).unwrap();
        items.extend(page.items);
        if page.at_end {
            return items;
        }
    }
}

/// Follows until so many items have come.
fn follow(subscription: &mut Subscription, count: usize) -> Vec<Delivered> {
    let mut items = Vec::new();
    while items.len() < count {
        items.extend(one_step(subscription).expect("the feed goes on"));
    }
    items
}

fn one_step(subscription: &mut Subscription) -> Option<Vec<Delivered>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let next = async { tokio::time::timeout(LIMIT, subscription.next()).await };
    runtime.block_on(next).expect("something comes in time").unwrap()
}

/// Each partition's items must come in the order in which they were published.
fn assert_in_order(names: &[u64]) {
    let mut last: BTreeMap<u64, u64> = BTreeMap::new();
    for name in names {
        let before = last.insert(name % 7 % u64::from(PARTITIONS), *name);
        assert!(before < Some(*name), "{names:?}");
    }
}

fn sorted(mut names: Vec<u64>) -> Vec<u64> {
    names.sort_unstable();
    names
}

#[test]
fn pages_cover_everything_exactly_once_with_any_limit() {
    let place = Place::new();
    place.publish_all(0..50);
    let feeds = place.feeds();
    for limit in [1, 2, 3, 7, 49, 50, 51, 1_000] {
        let names: Vec<u64> = walk(&feeds, "", limit).iter().map(name).collect();
        // The order of recording, too: every item here has an instant of its own.
        assert_eq!(names, (0..50).collect::<Vec<_>>(), "limit {limit}");
    }
}

#[test]
fn a_page_is_the_same_twice() {
    let place = Place::new();
    place.publish_all(0..30);
    let feeds = place.feeds();
    for after in ["", "0-3.1-2.2-0", "0-0.1-9.2-1"] {
        let cursor = feeds.cursor(Some(after)).unwrap();
        let page = feeds.page(Kind::ListChanges, &cursor, 10).unwrap();
        assert_eq!(feeds.page(Kind::ListChanges, &cursor, 10).unwrap(), page);
        assert_eq!(place.feeds().page(Kind::ListChanges, &cursor, 10).unwrap(), page, "without kept readers");
    }
}

#[test]
fn from_any_items_cursor_the_rest_follows() {
    let place = Place::new();
    place.publish_all(0..20);
    let feeds = place.feeds();
    let all = walk(&feeds, "", 20);
    for (index, item) in all.iter().enumerate() {
        assert_eq!(walk(&feeds, &item.cursor.to_string(), 3), all[index + 1..]);
    }
}

#[test]
fn at_the_end_a_page_is_empty_and_its_cursor_goes_on() {
    let place = Place::new();
    place.publish_all(0..5);
    let feeds = place.feeds();
    let end = feeds.end(Kind::ListChanges).unwrap();
    let page = feeds.page(Kind::ListChanges, &end, 10).unwrap();
    assert_eq!((page.items.len(), page.at_end, &page.next), (0, true, &end));
    place.publish_all(5..8);
    let names: Vec<u64> = walk(&feeds, &page.next.to_string(), 10).iter().map(name).collect();
    assert_eq!(names, [5, 6, 7]);
}

#[test]
fn a_record_that_nobody_can_read_holds_nothing_up() {
    let place = Place::new();
    place.publish(0, 1);
    place.append(0, b"no message".to_vec());
    place.publish(0, 2);
    place.append(0, b"none either".to_vec());
    let feeds = place.feeds();
    for limit in [1, 2, 10] {
        let items = walk_over(&feeds, limit);
        assert_eq!(items, [1, 2], "limit {limit}");
    }
}

/// Like [`walk`], where a page may be empty before the end.
fn walk_over(feeds: &Feeds, limit: usize) -> Vec<u64> {
    let mut cursor = feeds.cursor(None).unwrap();
    let mut names = Vec::new();
    loop {
        let page = feeds.page(Kind::ListChanges, &cursor, limit).unwrap();
        names.extend(page.items.iter().map(name));
        cursor = page.next;
        if page.at_end {
            return names;
        }
    }
}

#[test]
fn a_follower_gets_what_is_stored_and_then_what_comes() {
    let place = Place::new();
    place.publish_all(0..10);
    let feeds = place.feeds();
    let mut subscription = feeds.subscribe(Kind::ListChanges, feeds.cursor(None).unwrap()).unwrap();
    let mut names: Vec<u64> = follow(&mut subscription, 10).iter().map(delivered_name).collect();
    for number in 10..40 {
        place.publish_all(number..number + 1);
        names.extend(follow(&mut subscription, 1).iter().map(delivered_name));
    }
    assert_eq!(names, (0..40).collect::<Vec<_>>());
    assert!(subscription.is_in_ring());
}

#[test]
fn a_follower_resumed_from_any_items_id_gets_exactly_the_rest() {
    let place = Place::new();
    place.publish_all(0..10);
    let feeds = place.feeds();
    let mut first = feeds.subscribe(Kind::ListChanges, feeds.cursor(None).unwrap()).unwrap();
    let mut all = follow(&mut first, 10);
    // These come through memory; the ones before came from storage.
    place.publish_all(10..25);
    all.extend(follow(&mut first, 15));
    for (index, item) in all.iter().enumerate() {
        let expected: Vec<u64> = sorted(all[index + 1..].iter().map(delivered_name).collect());
        let mut again = feeds.subscribe(Kind::ListChanges, feeds.cursor(Some(&item.cursor)).unwrap()).unwrap();
        let names: Vec<u64> = follow(&mut again, expected.len()).iter().map(delivered_name).collect();
        assert_in_order(&names);
        assert_eq!(sorted(names), expected, "from {}", item.cursor);
    }
}

#[test]
fn a_follower_that_lags_goes_back_to_storage_without_gap_or_repeat() {
    let place = Place::new();
    place.publish_all(0..3);
    let live = place.live(4);
    let mut subscription = Live::subscribe(&live, Cursor::beginning(PARTITIONS)).unwrap();
    let mut names: Vec<u64> = follow(&mut subscription, 3).iter().map(delivered_name).collect();
    place.publish_all(3..4);
    names.extend(follow(&mut subscription, 1).iter().map(delivered_name));
    assert!(subscription.is_in_ring());
    let mut published = 4;
    for burst in [3, 5, 60, 4, 1, 700] {
        place.publish_all(published..published + burst);
        published += burst;
        live.wait_until_read(published - 3);
        names.extend(follow(&mut subscription, burst as usize).iter().map(delivered_name));
    }
    assert_in_order(&names);
    assert_eq!(sorted(names), (0..published).collect::<Vec<_>>());
    live.stop();
}

#[test]
fn a_follower_beside_a_busy_publisher_misses_nothing() {
    let place = Place::new();
    let live = place.live(16);
    let names = std::thread::scope(|scope| {
        scope.spawn(|| place.publish_all(0..1_500));
        let followers: Vec<_> = (0..3)
            .map(|_| {
                let live = live.clone();
                scope.spawn(move || {
                    let mut subscription = Live::subscribe(&live, Cursor::beginning(PARTITIONS)).unwrap();
                    follow(&mut subscription, 1_500).iter().map(delivered_name).collect::<Vec<u64>>()
                })
            })
            .collect();
        followers.into_iter().map(|follower| follower.join().unwrap()).collect::<Vec<_>>()
    });
    for names in names {
        assert_in_order(&names);
        assert_eq!(sorted(names), (0..1_500).collect::<Vec<_>>());
    }
    live.stop();
}

#[test]
fn the_stop_ends_followers_and_lets_go_of_the_log() {
    let place = Place::new();
    let feeds = place.feeds();
    let mut subscription = feeds.subscribe(Kind::ListChanges, feeds.cursor(None).unwrap()).unwrap();
    let ended = std::thread::scope(|scope| {
        let follower = scope.spawn(|| one_step(&mut subscription));
        feeds.stop();
        follower.join().unwrap()
    });
    assert_eq!(ended, None);
    let refused = feeds.subscribe(Kind::ListChanges, feeds.cursor(None).unwrap());
    assert!(matches!(refused, Err(SubscribeError::Stopped)));
    drop((feeds, subscription));
    assert_eq!(Arc::strong_count(&place.log), 1, "no thread holds the log");
}

#[test]
fn a_change_that_is_published_reaches_its_follower_in_milliseconds() {
    let place = Place::new();
    let feeds = place.feeds();
    let mut subscription = feeds.subscribe(Kind::ListChanges, feeds.cursor(None).unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (sender, received) = std::sync::mpsc::channel();
    runtime.spawn(async move {
        while let Ok(Some(items)) = subscription.next().await {
            for _ in items {
                let _ = sender.send(std::time::Instant::now());
            }
        }
    });
    let mut times: Vec<Duration> = Vec::new();
    for number in 0..101 {
        place.publish_all(number..number + 1);
        let published = std::time::Instant::now();
        times.push(received.recv_timeout(LIMIT).unwrap().saturating_duration_since(published));
    }
    times.sort_unstable();
    // Far above what is measured, so that a busy machine does not fail it; far below any polling.
    assert!(times[50] < Duration::from_millis(50), "p50 {:?}", times[50]);
    println!("published to delivered: p50 {:?}, p99 {:?}", times[50], times[99]);
    feeds.stop();
}
