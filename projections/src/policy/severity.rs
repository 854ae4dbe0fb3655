//! The severity of a penalty and how long it is public (default rule 10).

use super::check::{Check, PolicyError, values};
use crate::event::{PenaltyImposed, Procedure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `minor`, `ordinary`, `serious`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityClass {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub title: String,
    /// A repair is possible after so many months of publicity.
    pub min_months: u32,
    /// Publicity ends by itself after so many.
    pub max_months: u32,
    #[serde(default)]
    pub basis: Vec<String>,
}

/// A line of the map: its class holds when every condition that it states does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityRule {
    #[serde(default)]
    pub class: String,
    /// Decided by this procedure.
    #[serde(default)]
    pub procedure: Option<Procedure>,
    /// Every kind of the penalty is one of these, and it has one.
    #[serde(default)]
    pub only: Option<Vec<String>>,
    /// Some kind of the penalty is one of these.
    #[serde(default)]
    pub any_of: Option<Vec<String>>,
    /// Why, for people.
    #[serde(default)]
    pub note: Option<String>,
}

impl SeverityRule {
    fn holds(&self, penalty: &PenaltyImposed) -> bool {
        let named = |kinds: &Vec<String>, kind: &String| kinds.iter().any(|named| named == kind.trim());
        self.procedure.is_none_or(|procedure| penalty.procedure == Some(procedure))
            && self
                .only
                .as_ref()
                .is_none_or(|kinds| !penalty.kinds.is_empty() && penalty.kinds.iter().all(|kind| named(kinds, kind)))
            && self.any_of.as_ref().is_none_or(|kinds| penalty.kinds.iter().any(|kind| named(kinds, kind)))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Severity {
    classes: Vec<SeverityClass>,
    rules: Vec<SeverityRule>,
    otherwise: usize,
    penalty_kinds: Vec<String>,
    open_prefix: String,
    evidence_kinds: Vec<String>,
}

impl Severity {
    pub(super) fn parse(content: &Value) -> Result<Severity, Vec<PolicyError>> {
        let mut check =
            Check::new(content, &["classes", "rules", "otherwise", "penalty_kinds", "open_prefix", "evidence_kinds"]);
        let classes: Vec<(String, SeverityClass)> = check.list("classes");
        let rules: Vec<(String, SeverityRule)> = check.list("rules");
        let otherwise: String = check.value("otherwise").unwrap_or_default();
        let penalty_kinds: Vec<String> = check.value("penalty_kinds").unwrap_or_default();
        let open_prefix: String = check.value("open_prefix").unwrap_or_default();
        check.names("", "penalty_kinds", &penalty_kinds, false);
        // Versions from before there was such a list know of none.
        let evidence_kinds: Vec<String> = match content.get("evidence_kinds") {
            Some(_) => check.value("evidence_kinds").unwrap_or_default(),
            None => Vec::new(),
        };
        check.names("", "evidence_kinds", &evidence_kinds, false);
        for (at, class) in &classes {
            check.filled(at, "code", &class.code);
            check.filled(at, "title", &class.title);
            check.names(at, "basis", &class.basis, true);
            if class.max_months < class.min_months || class.max_months > 1200 {
                check.error(&format!("{at}/max_months"), "out-of-range", "from min_months to 1200");
            }
        }
        check.once("code", classes.iter().map(|(at, class)| (at.clone(), &class.code)));
        let position = |code: &str| classes.iter().position(|(_, class)| class.code == code);
        for (at, rule) in &rules {
            if position(&rule.class).is_none() {
                check.error(&format!("{at}/class"), "unknown-class", format!("no class {:?}", rule.class));
            }
            if rule.procedure.is_none() && rule.only.is_none() && rule.any_of.is_none() {
                check.error(at, "missing", "a rule has a condition: procedure, only or any_of");
            }
            for (field, kinds) in [("only", &rule.only), ("any_of", &rule.any_of)] {
                for (index, kind) in kinds.iter().flatten().enumerate() {
                    if !penalty_kinds.contains(kind) {
                        let at = format!("{at}/{field}/{index}");
                        check.error(&at, "unknown-penalty-kind", format!("{kind} is not in penalty_kinds"));
                    }
                }
            }
        }
        if position(&otherwise).is_none() {
            check.error("/otherwise", "unknown-class", format!("no class {otherwise:?}"));
        }
        let otherwise = position(&otherwise).unwrap_or_default();
        let (classes, rules) = (values(classes), values(rules));
        check.end(Severity { classes, rules, otherwise, penalty_kinds, open_prefix, evidence_kinds })
    }

    pub fn class(&self, code: &str) -> Option<&SeverityClass> {
        self.classes.iter().find(|class| class.code == code)
    }

    /// The class that the publisher states, if there is such a class; else that of the first rule that holds.
    pub fn of(&self, penalty: &PenaltyImposed) -> Option<&SeverityClass> {
        match &penalty.severity {
            Some(stated) => self.class(stated),
            None => match self.rules.iter().find(|rule| rule.holds(penalty)) {
                Some(rule) => self.class(&rule.class),
                None => self.classes.get(self.otherwise),
            },
        }
    }

    pub fn classes(&self) -> &[SeverityClass] {
        &self.classes
    }

    /// The closed list.
    pub fn penalty_kinds(&self) -> &[String] {
        &self.penalty_kinds
    }

    /// The closed list in words, and what an open one begins with.
    pub fn penalty_kinds_in_words(&self) -> String {
        let open = if self.open_prefix.is_empty() { String::new() } else { format!(", or {}…", self.open_prefix) };
        format!("the kinds are {}{open}", self.penalty_kinds.join(", "))
    }

    /// (二十六) What is usual as evidence for a repair; empty where the policy does not say.
    pub fn evidence_kinds(&self) -> &[String] {
        &self.evidence_kinds
    }

    /// Whether it is one of the closed list, or an open one such as 其他-….
    pub fn knows_penalty_kind(&self, kind: &str) -> bool {
        self.penalty_kinds.iter().any(|known| known == kind)
            || (!self.open_prefix.is_empty() && kind.starts_with(&self.open_prefix))
    }
}
