//! Names of persons that waited for what becomes of a record when the process before ended.

use super::Rejection;
use crate::{
    node::Node,
    renaming::{Place, Rename},
    vault::{Noted, ToSeal},
};
use chengxin_projections::facts::{Content, Record};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};

/// How often it looks whether the views know all that is in the log.
const LOOK: Duration = Duration::from_millis(50);

/// Calls persons as the records have them that had an effect, as soon as the views tell. Until then, and where it fails until
/// the next start, they are called as before.
pub fn settle_when_ready(node: &Arc<Node>) -> std::io::Result<()> {
    if !node.vault.has_noted() {
        return Ok(());
    }
    let node = Arc::downgrade(node);
    let settle = move || {
        while let Some(node) = Weak::upgrade(&node) {
            if node.projector.is_ready() {
                if let Err(error) = settle(&node) {
                    tracing::warn!(%error, "names that records gave to persons wait for the next start");
                }
                return;
            }
            drop(node);
            std::thread::sleep(LOOK);
        }
    };
    std::thread::Builder::new().name("names".to_owned()).spawn(settle).map(drop)
}

fn settle(node: &Node) -> Result<(), Rejection> {
    let (mut renames, mut settled) = (Vec::new(), Vec::new());
    for (noted, fields) in node.vault.noted_names()? {
        if let Some(fields) = fields
            && let Some(place) = last_place(node, &noted)?
        {
            let called = ToSeal { subject: noted.subject.clone(), reference: noted.reference.clone(), fields };
            renames.push(Rename { called, place });
        }
        settled.push(noted);
    }
    // In the order of the log, as far as there is one.
    renames.sort_by_key(|rename| (rename.place.recorded, rename.place.offset));
    Ok(node.renaming.rename(&node.vault, renames, &settled)?)
}

/// Where the record is that calls somebody so; none if it had no effect, or if a later one of the same party says how it is
/// called.
fn last_place(node: &Node, noted: &Noted) -> Result<Option<Place>, Rejection> {
    for shard in node.shards() {
        let Some(subject) = shard.subject_of(&noted.record)? else { continue };
        let Some(held) = shard.file(&subject)? else { continue };
        let Some(record) = held.file.record(&noted.record) else { continue };
        let is_later = |other: &&Arc<Record>| {
            other.stamp.offset > record.stamp.offset && !matches!(other.first, Content::Implication(_))
        };
        let is_last = *noted.subject != *subject || held.file.records.iter().find(is_later).is_none();
        let place = Place { partition: shard.number, offset: record.stamp.offset, recorded: record.stamp.recorded };
        return Ok(Some(place).filter(|_| is_last));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Clock,
        intake::{Intake, OWN_FIELDS, Publisher, Submission, parse},
        log::embedded::Embedded,
        vault::Vault,
        views::Views,
    };
    use chengxin_projections::policy::shipped_policy;
    use serde_json::json;
    use std::{path::Path, time::Instant};

    const LIMIT: Duration = Duration::from_secs(30);

    fn wait_until(what: &str, is_so: impl Fn() -> bool) {
        let limit = Instant::now() + LIMIT;
        while !is_so() {
            assert!(Instant::now() < limit, "{what}");
            std::thread::yield_now();
        }
    }

    fn start(directory: &Path) -> Arc<Node> {
        let log = Arc::new(Embedded::open(directory, 2).unwrap());
        let (views, vault) = (Views::open(directory).unwrap(), Vault::open(directory).unwrap());
        let clock: Clock = "manual:2026-04-20".parse().unwrap();
        let node = Arc::new(Node::start(log, views, vault, clock, shipped_policy()).unwrap());
        wait_until("ready", || node.projector.is_ready());
        node
    }

    fn person(node: &Node) -> String {
        node.vault.person_id("护照", "E1234567")
    }

    /// An entry about the person, by a name.
    fn submit(node: &Arc<Node>, id: &str, kind: &str, name: &str) -> Submission {
        let document = json!({ "kind": "护照", "number": "E1234567" });
        let event = json!({
            "id": id, "type": "designation.made", "effective": "2026-04-20",
            "subject": { "kind": "person", "name": name, "document": document },
            "data": {
                "list": "black", "kind": kind, "document_no": id, "until": "2029-04-20", "channel": "credit-portal",
                "basis": [{ "citation": "联合奖惩实施方案第（十三）条" }],
                "repairable": { "allowed": true, "how": "履行义务" },
            },
        });
        let draft = parse(event.to_string().as_bytes(), &Publisher::department("social"), &node.vault);
        Intake::new(node.clone()).submit(vec![draft])
    }

    fn name(node: &Node) -> Option<String> {
        node.vault.open_fields(&person(node), OWN_FIELDS).unwrap().and_then(|fields| fields.name)
    }

    /// What the person is called by the next process, where nobody was answered about the entry of that kind, but about one
    /// before and perhaps one after it.
    fn called_by_the_next(kind: &str, after: Option<&str>) -> Option<String> {
        let directory = tempfile::tempdir().unwrap();
        let node = start(directory.path());
        let answered = |submission: Submission| {
            let answers = futures::executor::block_on(submission.answers());
            assert!(answers[0].as_ref().is_ok_and(|outcome| outcome.effect() == "applied"), "{answers:?}");
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let _entered = runtime.enter();
        answered(submit(&node, "L-1", "unpaid-wages", "欧阳示例"));
        let unanswered = submit(&node, "L-2", kind, "司马示例");
        let is_judged = || {
            let held = node.shard_of(&person(&node)).file(&person(&node)).unwrap();
            held.is_some_and(|held| held.file.seen("social/L-2").is_some())
        };
        wait_until("the entry is judged", is_judged);
        assert_eq!(name(&node).as_deref(), Some("欧阳示例"));
        if let Some(after) = after {
            answered(submit(&node, "L-3", "unpaid-wages", after));
        }
        node.stop().unwrap();
        drop((unanswered, node));
        let next = wait_for_start(directory.path());
        settle_when_ready(&next).unwrap();
        wait_until("nothing waits any more", || !next.vault.has_noted());
        name(&next)
    }

    /// The log is free once nobody waits for what was on its way.
    fn wait_for_start(directory: &Path) -> Arc<Node> {
        wait_until("the log is free", || Embedded::open(directory, 2).is_ok());
        start(directory)
    }

    #[test]
    fn a_person_is_called_as_the_last_record_has_it_also_if_the_process_ended_before_its_answer() {
        assert_eq!(called_by_the_next("unpaid-wages", None).as_deref(), Some("司马示例"));
    }

    #[test]
    fn a_record_that_was_refused_renames_nobody_at_the_next_start() {
        assert_eq!(called_by_the_next("nonsense", None).as_deref(), Some("欧阳示例"));
    }

    #[test]
    fn a_record_that_another_one_followed_renames_nobody_at_the_next_start() {
        assert_eq!(called_by_the_next("unpaid-wages", Some("欧阳示例")).as_deref(), Some("欧阳示例"));
    }
}
