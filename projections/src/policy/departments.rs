//! Kinds of department, and the register of organisations that are of them.

use super::check::{Check, PolicyError, values};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A kind of department that the plan names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartmentKind {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub title: String,
}

/// An organisation of the register, by its own code and never by its region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    #[serde(default)]
    pub org: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub kinds: Vec<String>,
    #[serde(default)]
    pub region: Option<String>,
}

/// What an organisation that is not in the register counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unregistered {
    /// Of every kind: for a trial.
    Any,
    /// Of none.
    #[default]
    None,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Departments {
    kinds: Vec<DepartmentKind>,
    register: BTreeMap<String, Department>,
    unregistered: Unregistered,
    /// Kinds of department that may say that an organisation is no more; `*` is every organisation.
    registrars: Vec<String>,
}

impl Departments {
    pub(super) fn parse(content: &Value) -> Result<Departments, Vec<PolicyError>> {
        let mut check = Check::new(content, &["kinds", "register", "unregistered", "registrars"]);
        let kinds: Vec<(String, DepartmentKind)> = check.list("kinds");
        for (at, kind) in &kinds {
            check.filled(at, "code", &kind.code);
            check.filled(at, "title", &kind.title);
        }
        check.once("code", kinds.iter().map(|(at, kind)| (at.clone(), &kind.code)));
        let register: Vec<(String, Department)> = check.list("register");
        for (at, department) in &register {
            check.filled(at, "org", &department.org);
            check.filled(at, "name", &department.name);
            check.names(at, "kinds", &department.kinds, true);
            for (index, kind) in department.kinds.iter().enumerate() {
                if !kinds.iter().any(|(_, known)| known.code == *kind) {
                    check.error(&format!("{at}/kinds/{index}"), "unknown-department-kind", format!("no kind {kind}"));
                }
            }
        }
        check.once("org", register.iter().map(|(at, department)| (at.clone(), &department.org)));
        let registrars = values(check.list("registrars"));
        check.names("", "registrars", &registrars, true);
        for (index, kind) in registrars.iter().enumerate() {
            if kind != "*" && !kinds.iter().any(|(_, known)| known.code == *kind) {
                check.error(&format!("/registrars/{index}"), "unknown-department-kind", format!("no kind {kind}"));
            }
        }
        let unregistered = check.value("unregistered").unwrap_or_default();
        let register = values(register).into_iter().map(|department| (department.org.clone(), department)).collect();
        check.end(Departments { kinds: values(kinds), register, unregistered, registrars })
    }

    pub fn kinds(&self) -> &[DepartmentKind] {
        &self.kinds
    }

    pub fn has_kind(&self, code: &str) -> bool {
        self.kinds.iter().any(|kind| kind.code == code)
    }

    pub fn get(&self, org: &str) -> Option<&Department> {
        self.register.get(org)
    }

    pub fn register(&self) -> impl Iterator<Item = &Department> {
        self.register.values()
    }

    /// Whether the organisation may say that another one is no more.
    pub fn is_registrar(&self, org: &str) -> bool {
        self.registrars.iter().any(|kind| kind == "*" || self.is_of(org, kind))
    }

    /// Whether the organisation is of that kind.
    pub fn is_of(&self, org: &str, kind: &str) -> bool {
        match self.register.get(org) {
            Some(department) => department.kinds.iter().any(|of| of == kind),
            None => self.unregistered == Unregistered::Any,
        }
    }
}
