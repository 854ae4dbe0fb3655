//! What becomes of replaced records in a compacted topic of the embedded log (ADR 18).

use std::collections::{BTreeMap, BTreeSet};

use chengxin::log::{Record, Topic};

use crate::support::logs::{EmbeddedPlace, Place};
use crate::support::logs::{append, read_from, record};

#[test]
fn of_a_compacted_topic_the_last_record_of_each_key_stays_at_its_offset_and_what_it_replaced_goes() {
    // So many that the log begins to go through them, just when all are written.
    const WRITTEN: u64 = 8_192;
    const AT_ONCE: usize = 1_024;
    let place = EmbeddedPlace::new();
    let log = place.open();
    let key = |number: u64| format!("key {}", number * number % 97);
    let entry = |number: u64| Record { key: key(number).into(), ..record(Topic::Lists, 0, number) };
    let deletion = |number: u64| Record { value: None, ..entry(number) };
    let records: Vec<Record> =
        (0..WRITTEN).map(|number| if number % 5 == 0 { deletion(number) } else { entry(number) }).collect();
    records.chunks(AT_ONCE).for_each(|some| drop(append(&*log, some.to_vec())));
    let last: BTreeMap<String, u64> = (0..WRITTEN).map(|number| (key(number), number)).collect();
    let last: BTreeSet<u64> = last.into_values().collect();
    let read = || read_from(&*log, Topic::Lists, 0, 0);
    // A little goes after each commit.
    let is_gone = (0..1_000).any(|number| {
        append(&*log, vec![record(Topic::Events, 0, number)]);
        read().len() <= last.len()
    });
    assert!(is_gone, "{} records are left", read().len());
    let kept: BTreeMap<u64, Record> = read()
        .into_iter()
        .map(|kept| {
            (kept.offset, Record::new(Topic::Lists, 0, kept.key.to_vec(), kept.value.map(|value| value.to_vec())))
        })
        .collect();
    assert_eq!(kept.keys().copied().collect::<BTreeSet<u64>>(), last);
    assert!(kept.iter().all(|(offset, kept)| *kept == records[*offset as usize]));
    drop(log);
    assert_eq!(append(&*place.open(), vec![entry(6)]), [WRITTEN]);
}
