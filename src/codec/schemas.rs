//! The schemas of every message, as served and registered: the files of `schemas/`, compiled in.
//!
//! A schema is fixed once merged: another version gets a line below, an id of its own (the next free one, never one
//! that was used), a file, and golden bytes. Subjects follow the topic-record-name strategy of Confluent's registry,
//! `TOPIC-FULL.NAME.OF.THE.RECORD`, so that its clients find them by themselves.

/// One version of one schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// The id in front of each message; never used for anything else.
    pub id: u32,
    /// `TOPIC-FULL.NAME.OF.THE.RECORD`.
    pub subject: &'static str,
    /// The event type, or `list-change`, `measure-change`, `list-entry`, `refusal`, `obligation-change`.
    pub kind: &'static str,
    /// Rising from 1 within the subject.
    pub version: u32,
    /// The schema itself, JSON text.
    pub text: &'static str,
}

impl Registered {
    pub(super) fn is_event(&self) -> bool {
        self.subject.starts_with("credit.events-")
    }
}

macro_rules! schemas {
    ($($id:literal $kind:literal $version:literal in $topic:literal as $record:literal;)*) => {
        /// Every schema, by rising id.
        pub const SCHEMAS: &[Registered] = &[$(Registered {
            id: $id,
            subject: concat!($topic, "-chengxin.v1.", $record),
            kind: $kind,
            version: $version,
            text: include_str!(concat!("../../schemas/", $kind, ".v", $version, ".avsc")),
        }),*];
    };
}

schemas! {
    1001 "license.granted" 1 in "credit.events" as "license.granted.Event";
    1002 "license.revoked" 1 in "credit.events" as "license.revoked.Event";
    1003 "penalty.imposed" 1 in "credit.events" as "penalty.imposed.Event";
    1004 "penalty.withdrawn" 1 in "credit.events" as "penalty.withdrawn.Event";
    1005 "publication.issued" 1 in "credit.events" as "publication.issued.Event";
    1006 "publication.withheld" 1 in "credit.events" as "publication.withheld.Event";
    1007 "designation.made" 1 in "credit.events" as "designation.made.Event";
    1008 "designation.withdrawn" 1 in "credit.events" as "designation.withdrawn.Event";
    1009 "designation.confirmed" 1 in "credit.events" as "designation.confirmed.Event";
    1010 "exit.declared" 1 in "credit.events" as "exit.declared.Event";
    1011 "notice.issued" 1 in "credit.events" as "notice.issued.Event";
    1012 "repair.applied" 1 in "credit.events" as "repair.applied.Event";
    1013 "repair.accepted" 1 in "credit.events" as "repair.accepted.Event";
    1014 "repair.refused" 1 in "credit.events" as "repair.refused.Event";
    1015 "repair.granted" 1 in "credit.events" as "repair.granted.Event";
    1016 "objection.filed" 1 in "credit.events" as "objection.filed.Event";
    1017 "objection.answered" 1 in "credit.events" as "objection.answered.Event";
    1018 "objection.resolved" 1 in "credit.events" as "objection.resolved.Event";
    1019 "record.corrected" 1 in "credit.events" as "record.corrected.Event";
    1020 "measure.initiated" 1 in "credit.events" as "measure.initiated.Event";
    1021 "measure.accepted" 1 in "credit.events" as "measure.accepted.Event";
    1022 "measure.executed" 1 in "credit.events" as "measure.executed.Event";
    1023 "measure.declined" 1 in "credit.events" as "measure.declined.Event";
    1024 "measure.reported" 1 in "credit.events" as "measure.reported.Event";
    1025 "identifier.linked" 1 in "credit.events" as "identifier.linked.Event";
    1026 "identifier.unlinked" 1 in "credit.events" as "identifier.unlinked.Event";
    1027 "subject.deregistered" 1 in "credit.events" as "subject.deregistered.Event";
    1028 "access.requested" 1 in "credit.events" as "access.requested.Event";
    1029 "access.decided" 1 in "credit.events" as "access.decided.Event";
    1030 "policy.published" 1 in "credit.events" as "policy.published.Event";
    1031 "day.opened" 1 in "credit.events" as "day.opened.Event";
    1032 "implication.stated" 1 in "credit.events" as "implication.stated.Event";
    1033 "implication.stated" 2 in "credit.events" as "implication.stated.Event";
    2001 "list-change" 1 in "credit.list-changes" as "ListChange";
    2002 "measure-change" 1 in "credit.measure-changes" as "MeasureChange";
    2003 "list-entry" 1 in "credit.lists" as "ListEntry";
    2004 "refusal" 1 in "credit.refusals" as "Refused";
    2005 "measure-change" 2 in "credit.measure-changes" as "MeasureChange";
    2006 "obligation-change" 1 in "credit.obligations" as "ObligationChange";
    2007 "list-change" 2 in "credit.list-changes" as "ListChange";
    2008 "list-entry" 2 in "credit.lists" as "ListEntry";
}

/// The schema with that id.
pub fn by_id(id: u32) -> Option<&'static Registered> {
    SCHEMAS.binary_search_by_key(&id, |schema| schema.id).ok().map(|found| &SCHEMAS[found])
}

/// Every subject once, in the order of the table.
pub fn subjects() -> impl Iterator<Item = &'static str> {
    SCHEMAS.iter().filter(|schema| schema.version == 1).map(|schema| schema.subject)
}

/// The versions of a subject, rising; none if there is no such subject.
pub fn versions(subject: &str) -> impl Iterator<Item = &'static Registered> {
    SCHEMAS.iter().filter(move |schema| schema.subject == subject)
}

/// The version in which messages of that kind are written.
pub(super) fn latest(kind: &str) -> Option<&'static Registered> {
    SCHEMAS.iter().filter(|schema| schema.kind == kind).max_by_key(|schema| schema.version)
}
