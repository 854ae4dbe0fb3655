//! Whose number is it? Numbers of other registers name a subject only where an event linked them to it (default rule 12).

use super::{Draft, FieldError, Intake, Reason, Rejection, prepare::makes_record};
use crate::{
    reservation::Reserved,
    views::{Held, identifier_term},
};
use chengxin_projections::{
    event::{Alias, Event, IdentifierLinked, SubjectKind},
    facts::{Identifier, Known},
    identifier::{Holder, organisation_of},
};
use std::collections::BTreeSet;

/// Subjects with one number that are looked at; more than one is too many already.
const MAX_HOLDERS: usize = 16;

impl Intake {
    /// The subject to whom any of these numbers is linked.
    pub fn holder(&self, numbers: &[Alias]) -> Result<Holder, Rejection> {
        // Views that lag behind the log would take a number that was linked for one that was not.
        if !self.node.projector.is_ready() {
            return Err(Rejection::Unavailable("the views have not caught up with the log yet; try again".to_owned()));
        }
        // Looked for before the views are, which have it when it is no longer on its way.
        let on_its_way = numbers.iter().find_map(|number| {
            let holder = self.node.reservations.holder(&name_of_number(&number.scheme, &number.value))?;
            Some(linked_at_once(&number.scheme, &number.value, &holder))
        });
        self.not_unlinked_at_once(numbers.iter().map(|number| (&*number.scheme, &*number.value)))?;
        let mut holders = BTreeSet::new();
        for number in numbers {
            let is_it = |known: &Identifier| *known.scheme == *number.scheme && *known.value == *number.value;
            holders.extend(self.holders(&number.value, is_it)?);
        }
        let mut holders = holders.into_iter();
        Ok(match (holders.next(), holders.next()) {
            (None, _) => on_its_way.map_or(Ok(Holder::Nobody), Err)?,
            (Some(one), None) => Holder::One(one.into()),
            (Some(_), Some(_)) => Holder::Several,
        })
    }

    /// Another subject to which the number that is to be linked is linked already.
    pub(super) fn other_holder(&self, link: &IdentifierLinked, subject: &str) -> Result<Option<String>, Rejection> {
        let holders = match organisation_of(&link.scheme, &link.value) {
            None => {
                let is_it = |known: &Identifier| *known.scheme == *link.scheme && *known.value == *link.value;
                self.holders(&link.value, is_it)?
            }
            // The organisation of that code itself is no other holder: the two become one.
            Some(code) => {
                let mut holders = BTreeSet::new();
                for shard in self.node.shards() {
                    for holder in shard.linking(code) {
                        if self.is_linked(&holder, |known| known.organisation() == Some(code))? {
                            holders.insert(holder);
                        }
                    }
                }
                holders
            }
        };
        Ok(holders.into_iter().find(|holder| **holder != *subject).map(Into::into))
    }

    /// Numbers that come with an event for the first time must be nobody else's: from then on they would name both. One that
    /// was unlinked is not taken again, and its publisher told so.
    pub(super) fn check_aliases(
        &self,
        event: &Event,
        held: Option<&Held>,
        reserved: &mut Vec<Reserved>,
    ) -> Result<Option<Reason>, Rejection> {
        let mut told = None;
        for (index, alias) in event.subject.aliases.iter().enumerate() {
            let is_it = |known: &Identifier| *known.scheme == *alias.scheme && *known.value == *alias.value;
            let known = || held.into_iter().flat_map(|held| held.file.identifiers.iter()).filter(|known| is_it(known));
            if known().any(|known| known.is_linked(Known::Now)) {
                continue;
            }
            reserved.push(self.reserve_number(&alias.scheme, &alias.value, &event.subject.id)?);
            if self.holders(&alias.value, is_it)?.iter().any(|holder| **holder != *event.subject.id) {
                let pointer = format!("/subject/aliases/{index}");
                let detail = "this number belongs to another organisation: check it, or unlink it there first";
                return Err(Rejection::Malformed(vec![FieldError::new(pointer, "linked-elsewhere", detail)]));
            }
            if known().next().is_some() {
                let detail = format!(
                    "/subject/aliases/{index}: this number was unlinked from the organisation and is not taken again: leave \
                     it out, or publish identifier.linked"
                );
                told = Some(Reason { code: "identifier-unlinked", detail });
            }
        }
        Ok(told)
    }

    /// Keeps the number for the subject while no view shows yet whose it is.
    pub(super) fn reserve_number(&self, scheme: &str, value: &str, subject: &str) -> Result<Reserved, Rejection> {
        self.not_unlinked_at_once([(scheme, value)])?;
        let reserved = self.node.reservations.reserve(&name_of_number(scheme, value), subject);
        reserved.map_err(|other| linked_at_once(scheme, value, &other))
    }

    /// Keeps in mind that the number is being unlinked: until that is judged it is unknown whose it is.
    pub(super) fn reserve_unlinking(&self, scheme: &str, value: &str, subject: &str) -> Result<Reserved, Rejection> {
        let reserved = self.node.reservations.reserve(&name_of_unlinking(scheme, value), subject);
        reserved.map_err(|_| unlinked_at_once(scheme, value))
    }

    fn not_unlinked_at_once<'a>(&self, numbers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), Rejection> {
        for (scheme, value) in numbers {
            if self.node.reservations.holder(&name_of_unlinking(scheme, value)).is_some() {
                return Err(unlinked_at_once(scheme, value));
            }
        }
        Ok(())
    }

    fn holders(&self, value: &str, is_it: impl Fn(&Identifier) -> bool) -> Result<BTreeSet<Box<str>>, Rejection> {
        let term = identifier_term(value);
        let mut holders = BTreeSet::new();
        for shard in self.node.shards() {
            for subject in shard.with_term(&term, None, MAX_HOLDERS)? {
                if self.is_linked(&subject, &is_it)? {
                    holders.insert(subject);
                }
            }
        }
        Ok(holders)
    }

    fn is_linked(&self, subject: &str, is_it: impl Fn(&Identifier) -> bool) -> Result<bool, Rejection> {
        let held = self.node.shard_of(subject).file(subject)?;
        Ok(held
            .is_some_and(|held| held.file.identifiers.iter().any(|known| known.is_linked(Known::Now) && is_it(known))))
    }

    /// Gives the subject that was named by other numbers alone the key of its file.
    pub(super) fn name_subject(&self, mut draft: Draft) -> Result<Draft, Rejection> {
        if draft.subject.kind != SubjectKind::Organisation || !draft.subject.id.is_empty() {
            return Ok(draft);
        }
        // What was published before stays its subject's, whoever has the number now: sent again it is the same event.
        let published = format!("{}/{}", draft.publisher, draft.id);
        let before =
            self.node.shards().iter().find_map(|shard| shard.subject_of(&published).transpose()).transpose()?;
        let holder = match before.filter(|_| makes_record(&draft.data)) {
            Some(subject) => Holder::One(subject.into()),
            None => self.holder(&draft.subject.aliases)?,
        };
        let (code, detail) = match holder {
            Holder::One(subject) => {
                draft.sealings.iter_mut().filter(|sealing| sealing.subject.is_empty()).for_each(|sealing| {
                    sealing.subject.clone_from(&subject);
                });
                draft.subject.id = subject;
                return Ok(draft);
            }
            Holder::Nobody => (
                "identifier-unlinked",
                "no subject has this number; publish identifier.linked with it for the USCC or organisation code, then \
                 send this event again",
            ),
            Holder::Several => (
                "identifier-ambiguous",
                "these numbers are linked to different subjects; give the USCC or the organisation code",
            ),
        };
        Err(Rejection::Malformed(vec![FieldError::new("/subject/aliases", code, detail)]))
    }
}

/// What a number is reserved by while it is being linked. No record has such a name.
fn name_of_number(scheme: &str, value: &str) -> String {
    match organisation_of(scheme, value) {
        Some(code) => format!("\0code\0{code}"),
        None => format!("\0{scheme}\0{value}"),
    }
}

fn name_of_unlinking(scheme: &str, value: &str) -> String {
    format!("\0unlinked{}", name_of_number(scheme, value))
}

fn unlinked_at_once(scheme: &str, value: &str) -> Rejection {
    Rejection::Unavailable(format!("{scheme} {value} is being unlinked; try again"))
}

/// Whether the other event has its effect is judged in a moment; then this one can be judged, too.
fn linked_at_once(scheme: &str, value: &str, other: &str) -> Rejection {
    Rejection::Unavailable(format!("{scheme} {value} is being linked to {other}; try again"))
}
