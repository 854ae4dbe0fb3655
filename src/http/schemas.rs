//! The schemas of every message, as Confluent's schema registry would serve them, so that its clients can read our
//! topics. Read only, and open to everyone: the schemas are in the repository.

use super::App;
use crate::codec::schemas::{Registered, by_id, subjects, versions};
use axum::{
    Json, Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.schemaregistry.v1+json");

pub fn routes() -> Router<App> {
    Router::new()
        .route("/schemas/ids/{id}", get(schema))
        .route("/subjects", get(all_subjects))
        .route("/subjects/{subject}/versions", get(subject_versions))
        .route("/subjects/{subject}/versions/{version}", get(subject_version))
}

/// An answer in the registry's content type.
#[derive(Debug)]
pub struct Answer<T>(T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.0).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, CONTENT_TYPE);
        response
    }
}

/// An error with the registry's own code: clients tell by it what is missing.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RegistryError {
    #[serde(skip)]
    status: u16,
    error_code: u32,
    message: String,
}

impl RegistryError {
    fn not_found(error_code: u32, message: String) -> RegistryError {
        RegistryError { status: StatusCode::NOT_FOUND.as_u16(), error_code, message }
    }

    fn no_subject(subject: &str) -> RegistryError {
        RegistryError::not_found(40_401, format!("Subject '{subject}' not found."))
    }

    fn no_version(version: &str) -> RegistryError {
        RegistryError::not_found(40_402, format!("Version {version} not found."))
    }

    fn no_schema(id: &str) -> RegistryError {
        RegistryError::not_found(40_403, format!("Schema {id} not found"))
    }

    fn invalid_version(version: &str) -> RegistryError {
        let message =
            format!("The specified version '{version}' is not a valid version id: a number from 1, or `latest`.");
        RegistryError { status: StatusCode::UNPROCESSABLE_ENTITY.as_u16(), error_code: 42_202, message }
    }
}

impl IntoResponse for RegistryError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Answer(self)).into_response()
    }
}

/// The text of a schema.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SchemaText {
    schema: &'static str,
}

/// A version of a subject.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SubjectVersion {
    subject: &'static str,
    version: u32,
    id: u32,
    schema: &'static str,
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(schema, all_subjects, subject_versions, subject_version))]
pub(super) struct Doc;

/// The schema with the id that stands in front of a message.
#[utoipa::path(
    get, path = "/schemas/ids/{id}", tag = "schemas", security(()), params(("id" = u32, Path, description = "The id")),
    responses((status = 200, body = SchemaText, content_type = "application/vnd.schemaregistry.v1+json"),
              (status = 404, body = RegistryError, content_type = "application/vnd.schemaregistry.v1+json")),
)]
pub async fn schema(Path(id): Path<String>) -> Result<Answer<SchemaText>, RegistryError> {
    let found = id.parse().ok().and_then(by_id).ok_or_else(|| RegistryError::no_schema(&id))?;
    Ok(Answer(SchemaText { schema: found.text }))
}

/// Every subject, `TOPIC-FULL.NAME.OF.THE.RECORD`.
#[utoipa::path(
    get, path = "/subjects", tag = "schemas", security(()),
    responses((status = 200, body = Vec<String>, content_type = "application/vnd.schemaregistry.v1+json")),
)]
pub async fn all_subjects() -> Answer<Vec<&'static str>> {
    Answer(subjects().collect())
}

/// The versions of a subject.
#[utoipa::path(
    get, path = "/subjects/{subject}/versions", tag = "schemas", security(()),
    params(("subject" = String, Path, description = "The subject")),
    responses((status = 200, body = Vec<u32>, content_type = "application/vnd.schemaregistry.v1+json"),
              (status = 404, body = RegistryError, content_type = "application/vnd.schemaregistry.v1+json")),
)]
pub async fn subject_versions(Path(subject): Path<String>) -> Result<Answer<Vec<u32>>, RegistryError> {
    let found: Vec<u32> = versions(&subject).map(|schema| schema.version).collect();
    if found.is_empty() { Err(RegistryError::no_subject(&subject)) } else { Ok(Answer(found)) }
}

/// One version of a subject, or its latest.
#[utoipa::path(
    get, path = "/subjects/{subject}/versions/{version}", tag = "schemas", security(()),
    params(("subject" = String, Path, description = "The subject"),
           ("version" = String, Path, description = "A number from 1, or `latest`")),
    responses((status = 200, body = SubjectVersion, content_type = "application/vnd.schemaregistry.v1+json"),
              (status = 404, body = RegistryError, content_type = "application/vnd.schemaregistry.v1+json"),
              (status = 422, body = RegistryError, content_type = "application/vnd.schemaregistry.v1+json")),
)]
pub async fn subject_version(
    Path((subject, version)): Path<(String, String)>,
) -> Result<Answer<SubjectVersion>, RegistryError> {
    let latest = versions(&subject).last().ok_or_else(|| RegistryError::no_subject(&subject))?;
    let found = match (&*version, version.parse::<u32>()) {
        // The registry knows the latest by -1, too.
        ("latest" | "-1", _) => Some(latest),
        (_, Ok(0) | Err(_)) => return Err(RegistryError::invalid_version(&version)),
        (_, Ok(number)) => versions(&subject).find(|schema| schema.version == number),
    };
    let Registered { id, subject, version, text, .. } = found.ok_or_else(|| RegistryError::no_version(&version))?;
    Ok(Answer(SubjectVersion { subject, version: *version, id: *id, schema: text }))
}
