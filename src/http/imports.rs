//! `/v1/imports`: whole files, imported while the sender looks on.

use super::{
    App, Problem,
    auth::{Caller, Principal, Role},
    events,
    params::{Params, heavy},
};
use crate::{
    import::FileError,
    importer::jobs::{BeginError, Failure, Imports, Job, MAX_UPLOAD_BYTES, State as JobState, Upload},
    query,
};
use axum::{
    Json, Router,
    body::Body,
    extract::{
        DefaultBodyLimit, Multipart, Path, State,
        multipart::{Field, MultipartError},
        rejection::PathRejection,
    },
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, time::Duration};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::{IntoParams, OpenApi, ToSchema};

/// What a multipart body has around its file.
const MULTIPART_BYTES: u64 = 64 << 10;
/// Longest name of a file that is kept, in characters.
const NAME_CHARS: usize = 200;
/// Longest code of an organisation in a form.
const ORG_BYTES: usize = 128;
/// How long a file may bring nothing, and how long it may take to come: meanwhile it has one of the places for imports.
const IDLE_WAIT: Duration = Duration::from_secs(60);
const UPLOAD_WAIT: Duration = Duration::from_secs(3_600);
/// Bytes of a quarantine file that are sent at a time.
const CHUNK_BYTES: usize = 64 << 10;

pub fn routes() -> Router<App> {
    let limit = DefaultBodyLimit::max((MAX_UPLOAD_BYTES + MULTIPART_BYTES) as usize);
    Router::new()
        .route("/v1/imports", get(list).post(upload))
        .layer(limit)
        .layer(RequestBodyTimeoutLayer::new(IDLE_WAIT))
        .route("/v1/imports/{id}", get(status))
        .route("/v1/imports/{id}/quarantine", get(quarantine))
}

#[derive(OpenApi)]
#[openapi(paths(upload, list, status, quarantine))]
pub(super) struct Doc;

/// How far an import is.
#[derive(Debug, Serialize, ToSchema)]
struct Progress {
    /// Rows that have been answered.
    rows: u64,
    /// Of `total`: bytes of a text file, rows of a sheet.
    done: u64,
    total: u64,
    /// Why it does not go on at the moment; nothing is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<String>,
}

/// What became of the rows. Each counts once.
#[derive(Debug, Serialize, ToSchema)]
struct Counts {
    rows: u64,
    applied: u64,
    /// Imported before in the same words: nothing changed.
    duplicates: u64,
    /// Twice in this file.
    repeated: u64,
    /// Sound, and refused by a rule; in the quarantine file.
    refused: u64,
    /// Not sound; in the quarantine file.
    held_back: u64,
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
struct ImportBody {
    id: String,
    org: String,
    /// The name of the file as it was sent.
    file: String,
    state: JobState,
    /// RFC 3339.
    created: String,
    finished: Option<String>,
    progress: Progress,
    counts: Counts,
    /// What is wrong with the rows in the quarantine file, by code.
    problems: BTreeMap<String, u64>,
    /// The lines of the first of them, by code.
    problem_lines: BTreeMap<String, Vec<u64>>,
    /// What a clerk should know about rows that went in, by code.
    warnings: BTreeMap<String, u64>,
    /// The lines of the first of them, by code.
    warned_lines: BTreeMap<String, Vec<u64>>,
    /// Headings that mean nothing here, whose cells were not imported.
    unknown_columns: Vec<String>,
    other_sheets: Vec<String>,
    /// Where the quarantine file is, once the import is done, if any row is in it.
    quarantine: Option<String>,
    error: Option<Failure>,
}

impl From<Job> for ImportBody {
    fn from(job: Job) -> ImportBody {
        let report = job.report;
        ImportBody {
            quarantine: job.quarantine.map(|_| format!("/v1/imports/{}/quarantine", job.id)),
            id: job.id,
            org: job.publisher.org,
            file: job.file,
            state: job.state,
            created: crate::clock::rfc3339(job.created),
            finished: job.finished.map(crate::clock::rfc3339),
            progress: Progress { rows: report.rows, done: job.done, total: job.total, waiting: job.waiting },
            counts: Counts {
                rows: report.rows,
                applied: report.applied,
                duplicates: report.duplicates,
                repeated: report.repeated,
                refused: report.refused,
                held_back: report.held_back,
            },
            problems: report.problems,
            problem_lines: report.problem_lines,
            warnings: report.warnings,
            warned_lines: report.warned_lines,
            unknown_columns: report.unknown_columns,
            other_sheets: report.other_sheets,
            error: job.failure,
        }
    }
}

/// A page of imports, the latest first.
#[derive(Debug, Serialize, ToSchema)]
struct ImportPage {
    items: Vec<ImportBody>,
    /// The cursor of the next page; null at the end.
    next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UploadParams {
    /// As the field of the form, but told before the file is sent: with `Expect: 100-continue` nothing is sent in vain.
    org: Option<String>,
}

/// The form of an upload.
#[derive(ToSchema)]
#[allow(dead_code)] // describes the body only
struct UploadForm {
    /// The organisation that the sender means to publish for: refused if the token is another's.
    org: Option<String>,
    /// CSV, XLSX or NDJSON; told apart by its content.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Takes a file for import. What no import could read is refused at once.
#[utoipa::path(
    post, path = "/v1/imports", tag = "imports", operation_id = "import", params(UploadParams),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "Taken; `Location` says where to look on", body = ImportBody, headers(("Location" = String))),
        (status = 400, description = "Not a file that can be imported; the code says why", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many imports are waiting", body = Problem, content_type = "application/problem+json"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
async fn upload(
    State(app): State<App>,
    Caller(principal): Caller,
    Params(params): Params<UploadParams>,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response, Problem> {
    principal.require(&[Role::Publisher])?;
    let publisher = events::publisher(&principal)?;
    params.org.map_or(Ok(()), |meant| is_meant(&principal.org, &meant))?;
    let form = form.map_err(|error| Problem::malformed(error.body_text(), Vec::new()))?;
    let upload = app.imports.begin()?;
    let received = tokio::time::timeout(UPLOAD_WAIT, receive(form, &upload, &principal.org)).await;
    let name = received.map_err(|_| too_slow())??;
    let job = heavy(move || app.imports.accept(upload, name, publisher).map_err(Problem::from)).await?;
    let location = format!("/v1/imports/{}", job.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(ImportBody::from(job))).into_response())
}

fn is_meant(org: &str, meant: &str) -> Result<(), Problem> {
    if meant == org {
        return Ok(());
    }
    Err(Problem::forbidden(format!("the token publishes for {org}, not for {meant}")))
}

/// Writes the file to the disk as it comes, and gives its name.
async fn receive(mut form: Multipart, upload: &Upload, org: &str) -> Result<String, Problem> {
    let mut received = None;
    while let Some(mut field) = form.next_field().await? {
        if field.name() == Some("org") {
            is_meant(org, &short_text(field).await?)?;
            continue;
        }
        if field.name() != Some("file") {
            continue;
        }
        if received.is_some() {
            return Err(Problem::malformed("one file at a time: send the others by themselves", Vec::new()));
        }
        let name = kept_name(field.file_name().unwrap_or_default());
        let mut options = tokio::fs::OpenOptions::new();
        let mut out = options.write(true).create(true).mode(0o600).open(upload.path()).await.map_err(not_kept)?;
        let mut bytes = 0;
        while let Some(chunk) = field.chunk().await? {
            bytes += chunk.len() as u64;
            if bytes > MAX_UPLOAD_BYTES {
                return Err(too_large());
            }
            out.write_all(&chunk).await.map_err(not_kept)?;
        }
        out.sync_all().await.map_err(not_kept)?;
        received = Some(name);
    }
    received.ok_or_else(|| {
        Problem::malformed("send the file as the field `file` of a multipart/form-data body", Vec::new())
    })
}

/// A field that is no file.
async fn short_text(mut field: Field<'_>) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        text.extend_from_slice(&chunk);
        if text.len() > ORG_BYTES {
            return Err(Problem::malformed(format!("`org` has at most {ORG_BYTES} bytes"), Vec::new()));
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The last part of the name, for people to read.
fn kept_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect()
}

fn too_large() -> Problem {
    let detail = format!("a file has at most {MAX_UPLOAD_BYTES} bytes; split it");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The file is too large", detail)
}

fn too_slow() -> Problem {
    let detail = format!("the file did not come within {} s; split it", UPLOAD_WAIT.as_secs());
    Problem::malformed(detail, Vec::new())
}

fn not_kept(error: io::Error) -> Problem {
    tracing::warn!(%error, "an uploaded file cannot be kept");
    Problem::unavailable("the file cannot be kept now; nothing was imported, send it again")
}

impl From<MultipartError> for Problem {
    fn from(error: MultipartError) -> Problem {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            _ => Problem::malformed(error.body_text(), Vec::new()),
        }
    }
}

impl From<BeginError> for Problem {
    fn from(error: BeginError) -> Problem {
        match error {
            BeginError::Full => Problem::unavailable("too many imports are waiting; send the file again later"),
            BeginError::Io(error) => not_kept(error),
        }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Problem {
        match error {
            FileError::Io(error) => not_kept(error),
            error => {
                let title = "The file cannot be imported";
                Problem::new(StatusCode::BAD_REQUEST, error.code(), title, error.to_string())
            }
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Items on the page, 1 to 1000; 50 if left out.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The caller's imports, or everyone's for an auditor and the office; the latest first.
#[utoipa::path(
    get, path = "/v1/imports", tag = "imports", operation_id = "imports", params(ListParams),
    responses((status = 200, body = ImportPage), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn list(
    State(app): State<App>,
    Caller(principal): Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<ImportPage>, Problem> {
    let limit = query::limit(params.limit.as_deref())?;
    let org = (!sees_all(&principal)).then_some(principal.org.as_str());
    let mut jobs = app.imports.jobs(org, params.cursor.as_deref(), limit + 1);
    let more = jobs.len() > limit;
    jobs.truncate(limit);
    let next = jobs.last().filter(|_| more).map(|job| job.id.clone());
    Ok(Json(ImportPage { items: jobs.into_iter().map(ImportBody::from).collect(), next }))
}

fn sees_all(principal: &Principal) -> bool {
    principal.has(&[Role::Auditor, Role::Office])
}

/// An import that the caller may see; of others it is not told that they exist.
fn visible(imports: &Imports, principal: &Principal, id: Result<Path<String>, PathRejection>) -> Result<Job, Problem> {
    let job = id.ok().and_then(|Path(id)| imports.job(&id));
    job.filter(|job| sees_all(principal) || job.publisher.org == principal.org)
        .ok_or_else(|| Problem::not_found("you have no such import"))
}

/// How far an import is, and what became of its rows.
#[utoipa::path(
    get, path = "/v1/imports/{id}", tag = "imports", operation_id = "import_status", params(("id" = String, Path)),
    responses((status = 200, body = ImportBody), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn status(
    State(app): State<App>,
    Caller(principal): Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ImportBody>, Problem> {
    visible(&app.imports, &principal, id).map(|job| Json(job.into()))
}

/// The rows that did not go in, with reason and remedy, to be corrected and imported again.
#[utoipa::path(
    get, path = "/v1/imports/{id}/quarantine", tag = "imports", operation_id = "import_quarantine", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The quarantine file: CSV for a table, NDJSON for events", body = String, content_type = "text/csv"),
        (status = 404, description = "No such import, not done yet, or no row is in quarantine", body = Problem, content_type = "application/problem+json"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn quarantine(
    State(app): State<App>,
    Caller(principal): Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let job = visible(&app.imports, &principal, id)?;
    // Whole rows, with names and numbers of persons: for those who sent them alone.
    if job.publisher.org != principal.org || !principal.has(&[Role::Publisher]) {
        return Err(Problem::forbidden("the quarantine is for the publishers of the organisation that sent the file"));
    }
    let none = || Problem::not_found("this import has no rows in quarantine, or is not done yet");
    let path = app.imports.quarantine(&job).ok_or_else(none)?;
    let file = tokio::fs::File::open(&path).await.map_err(|_| none())?;
    let events = path.extension().is_some_and(|extension| extension == "ndjson");
    let (content_type, extension) =
        if events { ("application/x-ndjson", "ndjson") } else { ("text/csv; charset=utf-8", "csv") };
    let chunks = futures::stream::try_unfold(file, |mut file| async move {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let read = (&mut file).take(CHUNK_BYTES as u64).read_to_end(&mut chunk).await?;
        Ok::<_, io::Error>((read > 0).then_some((chunk, file)))
    });
    let mut response = Body::from_stream(chunks).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let disposition = format!("attachment; filename=\"{}.quarantine.{extension}\"", job.id);
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
