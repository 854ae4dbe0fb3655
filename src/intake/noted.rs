//! Names of persons that wait for what becomes of a record, where nobody took its answer: the process ended before, or the
//! publisher left and sent the record again.

use super::{Rejection, parse::OWN_FIELDS, redact::named_by};
use crate::{
    node::Node,
    renaming::{Place, Rename},
    vault::{Noted, PersonalFields, ToSeal, VaultError},
};
use chengxin_projections::{judge::Effect, seen::Seen};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// How often it looks whether the views know all that is in the log.
const LOOK: Duration = Duration::from_millis(50);
/// How often, and after what pause, it tries again where the views or the vault cannot be read.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_secs(5);

/// What waited when the node started.
pub type Waiting = Vec<(Noted, PersonalFields)>;

/// To be asked before anything is published.
pub fn waiting(node: &Node) -> Result<Waiting, Rejection> {
    Ok(node.vault.noted_names()?)
}

/// [`settle`], as soon as the views know all that is in the log.
pub async fn settle_when_ready(node: Arc<Node>, waiting: Waiting) {
    let waiting = Arc::new(waiting);
    for _ in 0..ATTEMPTS {
        while !node.projector.is_ready() {
            tokio::time::sleep(LOOK).await;
        }
        let (node, waiting) = (node.clone(), waiting.clone());
        match tokio::task::spawn_blocking(move || settle(&node, &waiting)).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => tracing::warn!(%error, "names that records gave to persons still wait"),
            Err(error) => tracing::error!(%error, "names that records gave to persons still wait"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Calls persons as the last of the records that name them has it, of those that had an effect.
pub fn settle(node: &Node, waiting: &Waiting) -> Result<(), Rejection> {
    let (mut renames, mut settled) = (Vec::new(), Vec::new());
    for (noted, fields) in waiting {
        // Sent again, and on its way: then its answer settles it.
        if node.reservations.holder(&noted.record).is_some() {
            continue;
        }
        renames.extend(place(node, noted)?.map(|place| noted.rename(fields.clone(), place)));
        settled.push(noted.clone());
    }
    if !node.projector.is_ready() {
        return Err(Rejection::Unavailable("the views are not complete yet".to_owned()));
    }
    Ok(node.renaming.rename(&node.vault, renames, &settled)?)
}

/// Where the record is that calls somebody so, if it had an effect.
fn place(node: &Node, noted: &Noted) -> Result<Option<Place>, Rejection> {
    for shard in node.shards() {
        let Some(subject) = shard.subject_of(&noted.record)? else { continue };
        let Some(held) = shard.file(&subject)? else { continue };
        let Some(seen) = held.file.seen(&noted.record).filter(|seen| seen.content == noted.content) else { continue };
        let Some(record) = held.file.record(&noted.record) else { continue };
        if *noted.subject == *subject || named_by(node, &held, record)?.contains(&noted.subject) {
            let (offset, recorded) = (seen.stamp.offset, seen.stamp.recorded);
            return Ok(Some(Place { partition: shard.number, offset, recorded }));
        }
    }
    Ok(None)
}

/// Whether these fields say what a person is called, and not only who stands for somebody in one record.
pub(super) fn names_person(sealing: &ToSeal) -> bool {
    sealing.reference == OWN_FIELDS
}

/// The names that still wait of those whom a record names that was judged before.
pub(super) fn still_waiting(
    node: &Node,
    sealings: &[ToSeal],
    record: &str,
    seen: &Seen,
    partition: u16,
) -> Vec<(Noted, Place)> {
    if seen.refused.is_some() || !node.vault.has_noted() {
        return Vec::new();
    }
    let place = Place { partition, offset: seen.stamp.offset, recorded: seen.stamp.recorded };
    let noted = sealings.iter().map(|sealing| sealing.noted(record, seen.content));
    noted.filter(|noted| node.vault.is_noted(noted)).map(|noted| (noted, place)).collect()
}

/// What the records of a submission call persons.
#[derive(Default)]
pub(super) struct Calling {
    renames: Vec<Rename>,
    settled: Vec<Noted>,
    /// Names that wait, of records that had their effect before.
    waiting: Vec<(Noted, Place)>,
}

impl Calling {
    pub(super) fn of(waiting: Vec<(Noted, Place)>) -> Calling {
        Calling { waiting, ..Calling::default() }
    }

    /// What comes of the names of a record at a place that was judged.
    pub(super) fn judged(
        &mut self,
        called: Vec<ToSeal>,
        (record, content): (&str, u64),
        place: Place,
        effect: &Effect,
    ) {
        let noted = called.iter().map(|called| called.noted(record, content));
        match effect {
            Effect::Applied => {
                self.settled.extend(noted);
                self.renames.extend(called.into_iter().map(|called| Rename { called, place }));
            }
            // What waits is what came first, not what comes again.
            Effect::Duplicate(seen) if seen.refused.is_none() => {
                let first = Place { offset: seen.stamp.offset, recorded: seen.stamp.recorded, ..place };
                self.waiting.extend(noted.map(|noted| (noted, first)));
            }
            Effect::Duplicate(_) | Effect::Refused(_) => self.settled.extend(noted),
        }
    }

    /// Where it fails, and where nobody waits for it, names wait until the record is sent again or the process starts again.
    pub(super) async fn settle(self, node: &Arc<Node>) {
        if self.renames.is_empty() && !node.vault.has_noted() {
            return;
        }
        let node = node.clone();
        let settled = tokio::task::spawn_blocking(move || self.call(&node)).await;
        if !matches!(settled, Ok(Ok(()))) {
            tracing::warn!("the names of persons that came with records cannot be sealed; earlier ones stay");
        }
    }

    fn call(mut self, node: &Node) -> Result<(), VaultError> {
        self.waiting.retain(|(noted, _)| node.vault.is_noted(noted));
        if !self.waiting.is_empty() {
            let names: HashMap<Noted, PersonalFields> = node.vault.noted_names()?.into_iter().collect();
            for (noted, place) in self.waiting {
                self.renames.extend(names.get(&noted).map(|fields| noted.rename(fields.clone(), place)));
                self.settled.push(noted);
            }
        }
        node.renaming.rename(&node.vault, self.renames, &self.settled)
    }
}

impl Noted {
    /// What becomes of it once its record has an effect.
    pub(super) fn rename(&self, fields: PersonalFields, place: Place) -> Rename {
        let (subject, reference) = (self.subject.clone(), self.reference.clone());
        Rename { called: ToSeal { subject, reference, fields }, place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Clock,
        intake::{Intake, Publisher, Submission, parse},
        log::embedded::Embedded,
        projector::Shard,
        vault::{Sealing, Vault},
        views::Views,
    };
    use chengxin_projections::{event::Event, policy::shipped_policy};
    use serde_json::{Value, json};
    use std::{path::Path, time::Instant};
    use tempfile::TempDir;
    use tokio::runtime::{Builder, Runtime};

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

    fn document() -> Value {
        json!({ "kind": "护照", "number": "E1234567" })
    }

    fn entry(id: &str, kind: &str, subject: Value) -> Value {
        json!({
            "id": id, "type": "designation.made", "effective": "2026-04-20", "subject": subject,
            "data": {
                "list": "black", "kind": kind, "document_no": id, "until": "2029-04-20", "channel": "credit-portal",
                "basis": [{ "citation": "联合奖惩实施方案第（十三）条" }],
                "repairable": { "allowed": true, "how": "履行义务" },
            },
        })
    }

    /// An entry about the person, by a name.
    fn about(id: &str, kind: &str, name: &str) -> Value {
        entry(id, kind, json!({ "kind": "person", "name": name, "document": document() }))
    }

    fn publish(node: &Arc<Node>, event: Value) -> Submission {
        let draft = parse(event.to_string().as_bytes(), &Publisher::department("social"), &node.vault);
        Intake::new(node.clone()).submit(vec![draft])
    }

    fn effect(submission: Submission) -> &'static str {
        let answers = futures::executor::block_on(submission.answers());
        answers[0].as_ref().unwrap_or_else(|error| panic!("{error:?}")).effect()
    }

    fn name(node: &Node) -> Option<String> {
        node.vault.open_fields(&person(node), OWN_FIELDS).unwrap().and_then(|fields| fields.name)
    }

    /// The event with an id, whoever it is about.
    fn event(node: &Node, shard: &Shard, id: &str) -> Option<Event> {
        let about = |subject: &str| {
            let stamp = shard.file(subject).unwrap()?.file.seen(&format!("social/{id}"))?.stamp;
            let body = shard.body(subject, stamp.offset).unwrap()?;
            Some(node.codec.decode_event(&body).unwrap())
        };
        shard.subjects(None, 100).unwrap().iter().find_map(|subject| about(subject))
    }

    /// A person who is called 欧阳示例, and an entry L-2 that has another name and whose answer nobody takes.
    struct World {
        node: Arc<Node>,
        unanswered: Option<Submission>,
        runtime: Runtime,
        directory: TempDir,
    }

    impl World {
        fn new(kind: &str) -> World {
            World::with(about("L-2", kind, "司马示例"))
        }

        fn with(unanswered: Value) -> World {
            let directory = tempfile::tempdir().unwrap();
            let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            let _entered = runtime.enter();
            let node = start(directory.path());
            assert!(waiting(&node).unwrap().is_empty());
            assert_eq!(effect(publish(&node, about("L-1", "unpaid-wages", "欧阳示例"))), "applied");
            let unanswered = publish(&node, unanswered);
            wait_until("the entry is judged", || {
                node.shards().iter().any(|shard| event(&node, shard, "L-2").is_some())
            });
            assert_eq!(name(&node).as_deref(), Some("欧阳示例"));
            World { node, unanswered: Some(unanswered), runtime, directory }
        }

        fn publish(&self, event: Value) -> &'static str {
            let _entered = self.runtime.enter();
            effect(publish(&self.node, event))
        }

        /// Starts again; what waits still does.
        fn next(mut self) -> World {
            let _entered = self.runtime.enter();
            self.node.stop().unwrap();
            drop((self.unanswered.take(), self.node));
            // The log is free once nobody waits for what was on its way.
            wait_until("the log is free", || Embedded::open(self.directory.path(), 2).is_ok());
            let node = start(self.directory.path());
            drop(_entered);
            World { node, ..self }
        }

        fn settled(&self) -> Option<String> {
            let waiting = waiting(&self.node).unwrap();
            assert!(!waiting.is_empty());
            self.runtime.block_on(settle_when_ready(self.node.clone(), waiting));
            assert!(!self.node.vault.has_noted());
            name(&self.node)
        }
    }

    #[test]
    fn a_person_is_called_as_the_last_record_has_it_also_if_the_process_ended_before_its_answer() {
        assert_eq!(World::new("unpaid-wages").next().settled().as_deref(), Some("司马示例"));
    }

    #[test]
    fn a_record_that_was_refused_renames_nobody_at_the_next_start() {
        assert_eq!(World::new("nonsense").next().settled().as_deref(), Some("欧阳示例"));
    }

    #[test]
    fn a_record_that_another_one_followed_renames_nobody_at_the_next_start() {
        let world = World::new("unpaid-wages");
        assert_eq!(world.publish(about("L-3", "unpaid-wages", "欧阳示例")), "applied");
        assert_eq!(world.next().settled().as_deref(), Some("欧阳示例"));
    }

    #[test]
    fn a_record_that_one_without_a_name_followed_renames_the_person_at_the_next_start() {
        let world = World::new("unpaid-wages");
        let unnamed = json!({ "kind": "person", "id": person(&world.node) });
        assert_eq!(world.publish(entry("L-3", "unpaid-wages", unnamed)), "applied");
        assert_eq!(world.next().settled().as_deref(), Some("司马示例"));
    }

    #[test]
    fn an_entry_of_an_organisation_renames_whom_it_names_at_the_next_start() {
        let mut naming = entry("L-2", "unpaid-wages", json!({ "kind": "organisation", "id": "91654002MA00TEAT4G" }));
        let subject = json!({ "kind": "person", "name": "司马示例", "document": document() });
        naming["data"]["persons"] = json!([{ "subject": subject, "role": "法定代表人" }]);
        assert_eq!(World::with(naming).next().settled().as_deref(), Some("司马示例"));
    }

    #[test]
    fn what_never_came_into_the_log_renames_nobody_though_another_event_had_its_id() {
        let world = World::new("nonsense");
        let fields = PersonalFields { name: Some("诸葛示例".to_owned()), ..PersonalFields::default() };
        let subject = person(&world.node);
        let sealing = Sealing { subject: &subject, reference: OWN_FIELDS, fields: &fields };
        world.node.vault.seal_new(&[(sealing, Some(("social/L-1", 1)))]).unwrap();
        assert_eq!(world.next().settled().as_deref(), Some("欧阳示例"));
    }

    #[test]
    fn a_record_that_is_sent_again_because_its_answer_was_lost_renames_the_person_then() {
        let mut world = World::new("unpaid-wages");
        drop(world.unanswered.take());
        assert_eq!(world.publish(about("L-2", "unpaid-wages", "司马示例")), "duplicate");
        assert_eq!(name(&world.node).as_deref(), Some("司马示例"));
        assert!(!world.node.vault.has_noted());
        assert_eq!(world.publish(about("L-2", "unpaid-wages", "诸葛示例")), "duplicate");
        assert_eq!(name(&world.node).as_deref(), Some("司马示例"), "what was answered changes nothing any more");
    }

    #[test]
    fn a_name_that_waits_is_taken_out_of_what_is_written_about_the_person() {
        let world = World::new("unpaid-wages").next();
        let objection = json!({
            "id": "O-1", "type": "objection.filed", "effective": "2026-04-20",
            "subject": { "kind": "person", "id": person(&world.node) },
            "data": { "record": "social/L-2", "grounds": "司马示例已经履行", "by": "subject" },
        });
        assert_eq!(world.publish(objection), "applied");
        let shard = world.node.shard_of(&person(&world.node));
        let logged = format!("{:?}", event(&world.node, shard, "O-1").unwrap());
        assert!(logged.contains("〔当事人〕已经履行"), "{logged}");
    }
}
