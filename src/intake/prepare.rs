//! What becomes of a draft before it is appended: published before, of whom it speaks, and what only one may do at a time.

use super::{
    Draft, FieldError, Rejection,
    noted::still_waiting,
    parse::OWN_FIELDS,
    publish::{Answered, Intake, Outcome, Reason},
    redact::{Redacted, redact},
};
use crate::{
    projector::Shard,
    renaming::Place,
    reservation::Reserved,
    vault::{Noted, Sealing, ToSeal},
    views::Held,
};
use chengxin_projections::{
    event::{Data, Event, RecordCorrected, SubjectKind},
    facts::Known,
    identifier::half_width,
    judge::Effect,
    seen::Seen,
};
use serde_json::Value;
use std::sync::Arc;

pub(super) enum Prepared {
    /// With the personal fields to be sealed before it is appended, and what its publisher should look at.
    New(Arc<Event>, Vec<ToSeal>, Vec<Reason>),
    /// With the names that still wait of those whom it names.
    Duplicate(Outcome, Vec<(Noted, Place)>),
}

impl Intake {
    /// What a version of the policy must hold that the partitions, each on its own day, could not judge alike.
    fn check_policy(&self, event: &Event) -> Result<(), Rejection> {
        let Data::PolicyPublished(policy) = &event.data else { return Ok(()) };
        let wrong = |pointer, detail| Rejection::Malformed(vec![FieldError::new(pointer, "out-of-range", detail)]);
        let partition = self.node.shards()[0].partition().0;
        if partition.has_taken(&event.name()) {
            return Ok(()); // the same once more, perhaps on a later day
        }
        let days = self.node.shards().iter().filter_map(|shard| shard.partition().0.day);
        if let Some(open) = days.max()
            && partition.is_dated_back(policy, open)
        {
            let detail = format!(
                "{open} is open, and a version of the policy never rewrites the past: give that day or a later one"
            );
            return Err(wrong("/data/effective", detail));
        }
        // What was stated about persons under a revision of the rules would stand for ever under an earlier one.
        let revision = policy.content.0.get("revision").and_then(Value::as_u64);
        let in_force = u64::from(partition.policy().rules_revision());
        if policy.part == "rules" && revision.is_some_and(|revision| revision < in_force) {
            let detail =
                format!("revision {in_force} of the rules is in force, and none is followed by an earlier one");
            return Err(wrong("/data/content/revision", detail));
        }
        Ok(())
    }

    /// Looks the event up in the views: published before, or about a record of another subject?
    pub(super) fn prepare(
        &self,
        draft: Draft,
        recorded: i64,
        reserved: &mut Vec<Reserved>,
    ) -> Result<Prepared, Rejection> {
        self.check_persons(&draft)?;
        let draft = self.name_subject(draft)?;
        let Draft { id, publisher, office, effective, subject, data, sealings } = draft;
        let mut event = Event { id, publisher, office, effective, recorded, subject, record_subject: None, data };
        if event.subject.kind == SubjectKind::System {
            self.check_policy(&event)?;
            return self
                .node
                .shards()
                .iter()
                .try_for_each(judges)
                .map(|()| Prepared::New(Arc::new(event), sealings, Vec::new()));
        }
        let shard = self.node.shard_of(&event.subject.id);
        judges(shard)?;
        // Views that lag behind the log would not know who has the name already, nor whom the record names.
        if (only_once(&event.data) || event.data.record().is_some()) && !self.node.projector.is_ready() {
            return Err(Rejection::Unavailable("the views have not caught up with the log yet; try again".to_owned()));
        }
        // The partition stamps no earlier time than its latest; say the same one here.
        event.recorded = recorded.max(shard.partition().0.recorded());
        let name = event.name();
        if makes_record(&event.data) {
            // Before the look at the views, so that a name is always in the one or in the other.
            let name = self.node.reservations.reserve(&name, &event.subject.id);
            reserved.push(name.map_err(|other| used_by_another(&event.id, &other))?);
        }
        // Asked before the views, as names are.
        let mentions = event.data.record().map(|record| self.node.mentions.of(record)).unwrap_or_default();
        let held = shard.file(&event.subject.id)?;
        let Redacted { as_sent, named } = redact(&self.node, &mut event, &sealings, held.as_deref(), &mentions)?;
        if let Some(seen) = held.as_ref().and_then(|held| held.file.seen(&name)) {
            // The vault may have known less when it was logged.
            let content = as_sent.filter(|as_sent| *as_sent == seen.content).unwrap_or_else(|| event.content_hash());
            let waiting = still_waiting(&self.node, &sealings, &name, seen, shard.number);
            return duplicate(event, name, seen, content, shard.number)
                .map(|outcome| Prepared::Duplicate(outcome, waiting));
        }
        if !named.is_empty() {
            return Err(Rejection::Malformed(named));
        }
        check_uscc(&event, held.as_deref())?;
        check_kinds(&event, shard)?;
        let unlinked = self.check_aliases(&event, held.as_deref(), reserved)?;
        if makes_record(&event.data) {
            if let Some(other) = self.other_subject(&name, &event.subject.id)? {
                return Err(used_by_another(&event.id, &other));
            }
        } else if let Data::IdentifierLinked(link) = &event.data {
            reserved.push(self.reserve_number(&link.scheme, &link.value, &event.subject.id)?);
            event.record_subject = self.other_holder(link, &event.subject.id)?;
        } else if let Data::IdentifierUnlinked(unlink) = &event.data {
            reserved.push(self.reserve_unlinking(&unlink.scheme, &unlink.value, &event.subject.id)?);
        } else if let Some(record) = event.data.record()
            && held.as_ref().is_none_or(|held| held.file.record(record).is_none())
        {
            event.record_subject = self.other_subject(record, &event.subject.id)?;
        }
        let renames = self.renames(&event, &sealings, held.as_deref())?;
        let warnings = renames
            .into_iter()
            .chain(repeats(&event, held.as_deref()))
            .chain(unusual_evidence(&event, shard))
            .chain(unlinked)
            .collect();
        Ok(Prepared::New(Arc::new(event), sealings, warnings))
    }

    /// A number that came with another name before may be mistyped, and the record somebody else's.
    fn renames(&self, event: &Event, sealings: &[ToSeal], held: Option<&Held>) -> Result<Option<Reason>, Rejection> {
        let told = |detail: String| Some(Reason { code: NAME_DIFFERS, detail });
        if let Some(name) = event.subject.name.as_deref() {
            let known = held.and_then(|held| held.file.name(Known::Now)).filter(|known| !is_same_name(known, name));
            return Ok(known.and_then(|known| told(format!("this number came with the name {known} before: check it"))));
        }
        let own =
            sealings.iter().find(|sealing| sealing.subject == event.subject.id && sealing.reference == OWN_FIELDS);
        let Some((own, name)) = own.and_then(|own| Some((own, own.fields.name.as_deref()?))) else { return Ok(None) };
        let ToSeal { subject, reference, fields } = own;
        if self.node.vault.remembers(&Sealing { subject, reference, fields }) {
            return Ok(None);
        }
        let known = self.node.vault.open_fields(&own.subject, OWN_FIELDS)?.and_then(|fields| fields.name);
        let differs = known.is_some_and(|known| !is_same_name(&known, name));
        // Whose name it was is not for everyone who has the number.
        Ok(differs.then(|| told("this document came with another name before: check its number".to_owned())).flatten())
    }

    /// A person who is named by id must be one to whom the system gave it.
    fn check_persons(&self, draft: &Draft) -> Result<(), Rejection> {
        let subject = Some((draft.subject.id.as_str(), "/subject/id".to_owned()));
        let subject = subject.filter(|_| draft.subject.kind == SubjectKind::Person);
        let named = match &draft.data {
            Data::DesignationMade(designation) => &designation.persons[..],
            _ => &[],
        };
        let named = named.iter().enumerate().map(|(i, p)| (p.person.as_str(), format!("/data/persons/{i}/subject/id")));
        for (person, pointer) in subject.into_iter().chain(named) {
            let given_by_document = draft.sealings.iter().any(|sealing| sealing.subject == person);
            let known = given_by_document
                || self.node.shard_of(person).file(person)?.is_some()
                || self.node.vault.open_fields(person, OWN_FIELDS)?.is_some();
            if !known {
                let detail = "no person has this id; name the person by `document`";
                return Err(Rejection::Malformed(vec![FieldError::new(pointer, "unknown-person", detail)]));
            }
        }
        Ok(())
    }

    /// The subject that has the record, if it is another one, as far as the views know.
    fn other_subject(&self, record: &str, subject: &str) -> Result<Option<String>, Rejection> {
        for shard in self.node.shards() {
            let found = shard.subject_of(record)?;
            if let Some(found) = found.filter(|found| **found != *subject) {
                return Ok(Some(found.into()));
            }
        }
        Ok(None)
    }
}

/// The code of a warning that a number came with another name before.
const NAME_DIFFERS: &str = "name-differs";
/// The code of a warning that the same decision is a record already.
const SAME_DECISION: &str = "same-decision";

/// The code of a warning that a kind is none of policy's.
const KIND_UNLISTED: &str = "kind-unlisted";

/// (二十六) Evidence may be of any kind, but one that is mistyped is not found by who decides. It is not repeated: it may name
/// somebody.
fn unusual_evidence(event: &Event, shard: &Shard) -> Option<Reason> {
    let Data::RepairApplied(applied) = &event.data else { return None };
    let partition = shard.partition().0;
    let usual = partition.policy().severity()?.evidence_kinds();
    let is_usual = |kind: &str| usual.is_empty() || usual.iter().any(|known| known == kind.trim());
    let place = applied.evidence.iter().position(|evidence| !is_usual(&evidence.kind))?;
    let detail = format!("/data/evidence/{place}/kind is none of {}", usual.join(", "));
    Some(Reason { code: KIND_UNLISTED, detail })
}

/// A decision that comes by another way, under another id, would count twice.
fn repeats(event: &Event, held: Option<&Held>) -> Option<Reason> {
    let record = held?.file.same_decision(event)?;
    let detail = format!(
        "record {} has this document number, too: if it is the same decision, withdraw or revoke one of them",
        record.id
    );
    Some(Reason { code: SAME_DECISION, detail })
}

/// Whether two names are written alike, but for blanks and the width of signs.
fn is_same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| -> String { name.chars().filter(|c| !c.is_whitespace()).map(half_width).collect() };
    one == other || plain(one) == plain(other)
}

fn used_by_another(id: &str, other: &str) -> Rejection {
    Rejection::Conflict(format!("id {id} is used by a record of another subject, {other}"))
}

/// A partition without a policy and an open day would refuse everything, and the event's id would be spent.
fn judges(shard: &Arc<Shard>) -> Result<(), Rejection> {
    if shard.partition().0.day.is_some() {
        return Ok(());
    }
    Err(Rejection::Unavailable("no business day is open yet; try again".to_owned()))
}

/// An organisation has one USCC, by which it is found and its region known: another one with its organisation code in it is
/// mistyped, or has come instead of the earlier one, which is then unlinked first.
fn check_uscc(event: &Event, held: Option<&Held>) -> Result<(), Rejection> {
    let Some(uscc) = &event.subject.uscc else { return Ok(()) };
    if held.is_none_or(|held| !held.file.has_other_uscc(uscc)) {
        return Ok(());
    }
    let detail = "the organisation with this organisation code has another USCC: check every character; if it has a new one, \
                  unlink the earlier one first (identifier.unlinked, scheme uscc)";
    Err(Rejection::Malformed(vec![FieldError::new("/subject/id", "uscc-differs", detail)]))
}

/// By its kinds a penalty is ordinary or serious: one that is mistyped would be the wrong one, and nobody told.
fn check_kinds(event: &Event, shard: &Shard) -> Result<(), Rejection> {
    let (kinds, pointer): (Vec<&str>, _) = match &event.data {
        Data::PenaltyImposed(penalty) => (penalty.kinds.iter().map(String::as_str).collect(), "/data/kinds"),
        // Nothing but a penalty has such a field.
        Data::RecordCorrected(RecordCorrected { changes, .. }) => {
            let kinds = changes.0.get("kinds").and_then(Value::as_array);
            (kinds.into_iter().flatten().filter_map(Value::as_str).collect(), "/data/changes/kinds")
        }
        _ => return Ok(()),
    };
    let partition = shard.partition().0;
    let Some(severity) = partition.policy().severity() else { return Ok(()) };
    let unknown = kinds.iter().enumerate().filter(|(_, kind)| !severity.knows_penalty_kind(kind));
    // What it says is not repeated: it may name somebody.
    let errors = unknown.map(|(index, _)| {
        let detail = format!("no kind of penalty; {}", severity.penalty_kinds_in_words());
        FieldError::new(format!("{pointer}/{index}"), "unknown-kind", detail)
    });
    let errors: Vec<FieldError> = errors.collect();
    if errors.is_empty() { Ok(()) } else { Err(Rejection::Malformed(errors)) }
}

/// Whether only one subject may have what the event gives it.
fn only_once(data: &Data) -> bool {
    makes_record(data) || matches!(data, Data::IdentifierLinked(_))
}

/// Whether the event makes a record, so that its id names one.
pub(super) fn makes_record(data: &Data) -> bool {
    matches!(data, Data::LicenseGranted(_) | Data::PenaltyImposed(_) | Data::DesignationMade(_))
}

fn duplicate(event: Event, name: String, seen: &Seen, content: u64, partition: u16) -> Result<Outcome, Rejection> {
    if let Effect::Refused(refusal) = Effect::of_repeat(seen, content) {
        return Err(Rejection::Conflict(refusal.detail));
    }
    Ok(Outcome {
        id: event.id,
        record: name,
        position: format!("{partition}-{}", seen.stamp.offset),
        recorded: seen.stamp.recorded,
        answered: Answered::Duplicate(seen.refused.map(|code| code.as_str())),
        warnings: Vec::new(),
    })
}
