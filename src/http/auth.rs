//! Who calls: principals and their roles.

use super::{App, Problem};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, path::Path, sync::Arc};

/// What a principal may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Publishes events of its organisation.
    Publisher,
    /// Publishes what it does about measures.
    Implementer,
    /// Reads everything.
    Auditor,
    /// The joint-conference office: publishes policy, too.
    Office,
    /// Moves the clock and publishes policy.
    Admin,
}

impl Role {
    /// As the principals file and the policy write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Publisher => "publisher",
            Role::Implementer => "implementer",
            Role::Auditor => "auditor",
            Role::Office => "office",
            Role::Admin => "admin",
        }
    }
}

/// One line of the principals file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    pub name: String,
    /// The organisation that it acts for, by its own code.
    pub org: String,
    /// Base-16 SHA-256 of the token.
    pub token_sha256: String,
    pub roles: Vec<Role>,
}

impl Principal {
    pub fn has(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// Asks for one of the roles.
    pub fn require(&self, roles: &[Role]) -> Result<(), Problem> {
        if self.has(roles) {
            return Ok(());
        }
        Err(Problem::forbidden(format!("{} needs one of the roles {roles:?}", self.name).to_lowercase()))
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    principal: Vec<Principal>,
}

/// Everyone who has a token.
#[derive(Debug, Default)]
pub struct Principals {
    by_token: HashMap<[u8; 32], Arc<Principal>>,
}

/// The principals file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("principals file {path}: {reason}")]
pub struct PrincipalsError {
    path: String,
    reason: String,
}

impl Principals {
    pub fn new(principals: Vec<Principal>) -> Result<Principals, String> {
        let mut by_token = HashMap::new();
        for principal in principals {
            let digest: [u8; 32] = hex::decode(&principal.token_sha256)
                .ok()
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or_else(|| format!("token_sha256 of {} is not 64 base-16 digits", principal.name))?;
            crate::intake::check_org(&principal.org).map_err(|error| format!("org of {} {error}", principal.name))?;
            if by_token.insert(digest, Arc::new(principal)).is_some() {
                return Err("two principals have the same token".to_owned());
            }
        }
        Ok(Principals { by_token })
    }

    pub fn read(path: &Path) -> Result<Principals, PrincipalsError> {
        let error = |reason: String| PrincipalsError { path: path.display().to_string(), reason };
        let text = std::fs::read_to_string(path).map_err(|e| error(e.to_string()))?;
        let file: File = toml::from_str(&text).map_err(|e| error(e.to_string()))?;
        Principals::new(file.principal).map_err(error)
    }

    /// The principal of a token.
    pub fn of_token(&self, token: &str) -> Option<Arc<Principal>> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.by_token.get(&digest).cloned()
    }
}

/// Base-16 SHA-256 of a token, as the principals file has it.
pub fn token_digest(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Writes a principals file for a trial.
pub fn write_file(path: &Path, principals: Vec<Principal>) -> Result<(), PrincipalsError> {
    let error = |reason: String| PrincipalsError { path: path.display().to_string(), reason };
    let text = toml::to_string_pretty(&File { principal: principals }).map_err(|e| error(e.to_string()))?;
    crate::private::write(path, text.as_bytes()).map_err(|e| error(e.to_string()))
}

/// The token of a header; the name of the scheme is written as one likes (RFC 9110).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// The caller, for handlers that need one.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Principal>);

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller, Problem> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(bearer).ok_or_else(Problem::unauthenticated)?;
        app.principals.of_token(token.trim()).map(Caller).ok_or_else(Problem::unauthenticated)
    }
}
