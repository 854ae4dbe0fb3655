//! What the parts have against each other: a list kind carries measures that the catalogue has, and the departments
//! that list kinds and measures name are of kinds that are known. A part that is not there yet objects to nothing.

use super::{Part, Policy, check::PolicyError};

/// Every conflict, and the part in which its pointer lies.
pub(super) fn conflicts(policy: &Policy) -> Vec<(Part, PolicyError)> {
    let mut found = Vec::new();
    let mut note = |part, pointer: String, code: &str, detail: String| {
        found.push((part, PolicyError { pointer, code: code.into(), detail }));
    };
    let unknown_kind =
        |name: &str| name != "*" && policy.departments().is_some_and(|departments| !departments.has_kind(name));
    for (k, kind) in policy.list_kinds().iter().enumerate() {
        let at = format!("/content/kinds/{k}");
        for (m, code) in kind.measures.iter().enumerate() {
            if policy.catalogue.is_some() && policy.measure(code).is_none() {
                let detail = format!("list kind {} carries {code}, which the catalogue does not have", kind.code);
                note(Part::ListKinds, format!("{at}/measures/{m}"), "unknown-measure", detail);
            }
        }
        for (field, names) in [("authorities", &kind.authorities), ("usual_authorities", &kind.usual_authorities)] {
            for (n, name) in names.iter().enumerate().filter(|(_, name)| unknown_kind(name)) {
                let detail = format!("list kind {} names {name}, which is no kind of department", kind.code);
                note(Part::ListKinds, format!("{at}/{field}/{n}"), "unknown-department-kind", detail);
            }
        }
    }
    for (i, item) in policy.measures().iter().enumerate() {
        for (n, name) in item.implementers.iter().enumerate().filter(|(_, name)| unknown_kind(name)) {
            let detail = format!("measure {} names {name}, which is no kind of department", item.code);
            note(Part::Catalogue, format!("/content/items/{i}/implementers/{n}"), "unknown-department-kind", detail);
        }
    }
    found
}
