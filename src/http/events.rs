//! `POST /v1/events`: one event as JSON, or many as NDJSON, streamed both ways.

use super::{
    App, Problem,
    auth::{Caller, Principal, Role},
    params::whole,
    places::{Place, Places},
    splitter::{Line, Splitter},
};
use crate::intake::{Draft, FieldError, Intake, Outcome, Publisher, Reason, Rejection, Submission, parse};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use chengxin_projections::{
    change::{ListChange, MeasureChange, ObligationChange},
    difference::Changes,
    event::SubjectKind,
};
use futures::StreamExt;
use serde::Serialize;
use std::{io, sync::Arc, time::Duration};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;

/// Events of a stream that are appended together.
const BATCH_EVENTS: usize = 1_000;
/// Bytes of a stream that are appended together.
const BATCH_BYTES: usize = 1 << 20;
/// Batches of a stream that are on their way at a time; the body is not read further until one is answered.
const BATCHES_UNDER_WAY: usize = 4;
/// Answers that are written together, and the bytes that each takes as a rule.
const ANSWERS_TOGETHER: usize = 64;
const ANSWER_BYTES: usize = 1_024;
/// Chunks of answers that wait for a slow reader.
const ANSWERS_WAITING: usize = 16;

/// Streams of events at a time: each holds some batches in memory.
static STREAMS: Semaphore = Semaphore::const_new(128);
static STREAMS_OF_ONE: Places = Places::new(32, "streams of events");
/// How long a stream may bring nothing: who sends less often sends events one by one.
const IDLE_WAIT: Duration = Duration::from_secs(300);

pub fn routes() -> Router<App> {
    Router::new().route("/v1/events", post(publish))
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(publish))]
pub(super) struct Doc;

/// What an event did, as the publisher reads it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OutcomeBody<'a> {
    id: &'a str,
    /// `ORG/ID`: the name of the record ever after.
    record: &'a str,
    /// `PARTITION-OFFSET`; a valid `known_at`.
    position: &'a str,
    /// RFC 3339.
    recorded: String,
    /// `applied`, `refused` or `duplicate`.
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// What to look at though the event was taken, such as a number that came with another name before (`name-differs`), or a decision that
    /// is a record already under another id (`same-decision`), or evidence of a kind that is none of policy's (`kind-unlisted`).
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [Reason],
    /// The changes that went out for it: of lists, then of measures, then of duties (those with a `duty`).
    #[schema(value_type = Vec<Object>)]
    changes: Vec<Change<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Change<'a> {
    List(&'a ListChange),
    Measure(&'a MeasureChange),
    Obligation(&'a ObligationChange),
}

/// A line of a stream that was not taken.
#[derive(Debug, Serialize)]
struct NotTaken<'a> {
    /// The line of the stream, counted from 1.
    line: u64,
    /// `malformed`, `forbidden`, `conflict` or `unavailable`.
    effect: &'static str,
    reason: Reason,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
}

fn body(outcome: &Outcome) -> OutcomeBody<'_> {
    OutcomeBody {
        id: &outcome.id,
        record: &outcome.record,
        position: &outcome.position,
        recorded: crate::clock::rfc3339(outcome.recorded),
        effect: outcome.effect(),
        reason: outcome.reason(),
        warnings: &outcome.warnings,
        changes: outcome.changes().map(changes).unwrap_or_default(),
    }
}

fn changes(changes: &Changes) -> Vec<Change<'_>> {
    let lists = changes.lists.iter().map(Change::List);
    let measures = changes.measures.iter().map(Change::Measure);
    lists.chain(measures).chain(changes.obligations.iter().map(Change::Obligation)).collect()
}

/// Publishes one event, or a stream of them.
#[utoipa::path(
    post, path = "/v1/events", tag = "events",
    request_body(description = "One event as `application/json`, or one event on each line as `application/x-ndjson`. A stream is answered line by line, in order, while it is still being sent.", content((inline(super::event_forms::AnyEvent) = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "Published before with the same content; or a stream was taken, with an outcome line for each event line", body = OutcomeBody),
        (status = 201, description = "Applied", body = OutcomeBody),
        (status = 400, description = "Malformed; not logged", body = Problem),
        (status = 401, description = "No valid token", body = Problem),
        (status = 403, description = "The token's roles do not allow it; not logged", body = Problem),
        (status = 409, description = "The same id with other content, also where the first one was refused; not logged: choose a new id", body = Problem),
        (status = 415, description = "Neither JSON nor NDJSON", body = Problem),
        (status = 422, description = "Refused: logged, without effect, with the reason; send what was corrected under a new id", body = OutcomeBody),
        (status = 503, description = "The log is away; nothing was acknowledged, send it again", body = Problem),
    ),
    security(("token" = []))
)]
async fn publish(State(app): State<App>, Caller(principal): Caller, request: Request) -> Result<Response, Problem> {
    let publisher = publisher(&principal)?;
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or("application/json").to_ascii_lowercase();
    let (essence, parameters) = content_type.split_once(';').unwrap_or((&content_type, ""));
    let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    if let Some(charset) = charset.map(|charset| charset.trim_matches('"')).filter(|charset| *charset != "utf-8") {
        return Err(media_type(format!("send UTF-8, not {charset}")));
    }
    if let Some(encoding) = request.headers().get(header::CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
        return Err(media_type(format!("send it as it is, not in the encoding {encoding:?}")));
    }
    match essence.trim() {
        "application/json" => one(&app, &publisher, request.into_body()).await,
        "application/x-ndjson" | "application/ndjson" => {
            let own = STREAMS_OF_ONE.take(&principal.org)?;
            let place = STREAMS.try_acquire();
            let place = place.map_err(|_| Problem::unavailable("too many streams are being read; try again"))?;
            Ok(stream(app, publisher, request.into_body(), (own, place)))
        }
        other => Err(media_type(format!("send application/json or application/x-ndjson, not {other}"))),
    }
}

fn media_type(detail: String) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "This content type is not read here", detail)
}

/// What a principal may publish as.
pub fn publisher(principal: &Principal) -> Result<Publisher, Problem> {
    principal.require(&[Role::Publisher, Role::Implementer, Role::Office, Role::Admin])?;
    Ok(Publisher {
        org: principal.org.clone(),
        publishes: principal.has(&[Role::Publisher]),
        implements: principal.has(&[Role::Implementer]),
        office: principal.has(&[Role::Office, Role::Admin]),
    })
}

async fn one(app: &App, publisher: &Publisher, body: Body) -> Result<Response, Problem> {
    let bytes = whole(body).await?;
    let draft = parse(&bytes, publisher, &app.node.vault)?;
    let intake = Intake::new(app.node.clone());
    // Sealing waits for the disk, and whoever asks the vault for somebody waits for those who seal; without persons, handing
    // over takes less than changing threads.
    let names_persons = !draft.sealings.is_empty();
    let may_wait = names_persons || draft.subject.kind == SubjectKind::Person || draft.data.record().is_some();
    let submission = if may_wait {
        tokio::task::block_in_place(|| intake.submit(vec![Ok(draft)]))
    } else {
        intake.submit(vec![Ok(draft)])
    };
    let mut answers = if names_persons {
        // Also if the client hangs up: with the answer persons are called as the record has them.
        tokio::spawn(submission.answers()).await.map_err(|_| Problem::internal())?
    } else {
        submission.answers().await
    };
    let outcome = answers.pop().unwrap_or_else(|| Err(Rejection::Unavailable("no answer".into())))?;
    let status = match outcome.effect() {
        "applied" => StatusCode::CREATED,
        "duplicate" => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, axum::Json(self::body(&outcome))).into_response())
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Problem {
        match rejection {
            Rejection::Malformed(errors) => {
                let first = errors.first().map_or("", |error| &error.pointer);
                let detail = format!("{} error(s), the first at {first:?}; nothing was logged", errors.len());
                Problem::malformed(detail, errors)
            }
            Rejection::Forbidden(detail) => Problem::forbidden(detail),
            Rejection::Conflict(detail) => {
                Problem::new(StatusCode::CONFLICT, "id-conflict", "The id was used with other content", detail)
            }
            Rejection::Unavailable(detail) => Problem::unavailable(detail),
        }
    }
}

/// Lines that were handed on, from which line on; or our own fault.
type Part = Result<(u64, Submission), tokio::task::JoinError>;

/// Reads lines, hands them on in batches, and answers in order. Each stage waits for the next, so memory stays bounded
/// whatever the length of the body.
fn stream(app: App, publisher: Publisher, body: Body, places: (Place, SemaphorePermit<'static>)) -> Response {
    let (submissions, mut submitted) = mpsc::channel::<Part>(BATCHES_UNDER_WAY);
    let (answers, answered) = mpsc::channel::<Result<Bytes, io::Error>>(ANSWERS_WAITING);
    tokio::spawn(read_lines(app, Arc::new(publisher), body, submissions));
    tokio::spawn(async move {
        let _places = places;
        // To the end also if the client hangs up: with the answers persons are called as the records have them.
        while let Some(part) = submitted.recv().await {
            let _hung_up = match part {
                Ok((first_line, submission)) => send_lines(first_line, &submission.answers().await, &answers).await,
                // A fault of ours: the connection is cut, so that nobody takes the last answer for the end.
                Err(panicked) => answers.send(Err(io::Error::other(panicked))).await,
            };
        }
    });
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson")];
    (StatusCode::OK, headers, Body::from_stream(ReceiverStream::new(answered))).into_response()
}

type Answers = mpsc::Sender<Result<Bytes, io::Error>>;

/// Sends the answers of a batch some at a time: fresh memory for all of them would cost more than writing them.
async fn send_lines(
    first_line: u64,
    outcomes: &[Result<Outcome, Rejection>],
    answers: &Answers,
) -> Result<(), mpsc::error::SendError<Result<Bytes, io::Error>>> {
    let mut line = first_line;
    for some in outcomes.chunks(ANSWERS_TOGETHER) {
        answers.send(Ok(lines(line, some).into())).await?;
        line += some.len() as u64;
    }
    Ok(())
}

fn lines(first_line: u64, outcomes: &[Result<Outcome, Rejection>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(outcomes.len() * ANSWER_BYTES);
    for (line, outcome) in (first_line..).zip(outcomes) {
        let written = match outcome {
            Ok(outcome) => serde_json::to_writer(&mut out, &body(outcome)),
            Err(rejection) => serde_json::to_writer(&mut out, &not_taken(line, rejection)),
        };
        written.expect("an outcome is plain data and writing to memory does not fail");
        out.push(b'\n');
    }
    out
}

fn not_taken(line: u64, rejection: &Rejection) -> NotTaken<'_> {
    let (effect, code) = match rejection {
        Rejection::Malformed(_) => ("malformed", "malformed"),
        Rejection::Forbidden(_) => ("forbidden", "forbidden"),
        Rejection::Conflict(_) => ("conflict", "id-conflict"),
        Rejection::Unavailable(_) => ("unavailable", "unavailable"),
    };
    let errors = match rejection {
        Rejection::Malformed(errors) => &errors[..],
        _ => &[],
    };
    let detail = match errors.first() {
        Some(error) if error.pointer.is_empty() => error.detail.clone(),
        Some(error) => format!("{}: {}", error.pointer, error.detail),
        None => rejection.to_string(),
    };
    NotTaken { line, effect, reason: Reason { code, detail }, errors }
}

async fn read_lines(app: App, publisher: Arc<Publisher>, body: Body, submissions: mpsc::Sender<Part>) {
    let mut chunks = body.into_data_stream();
    let mut splitter = Splitter::default();
    let mut first_line = 1;
    loop {
        // Takes what has arrived already, up to a batch, before it hands on: a slow sender is answered at once, a fast
        // one in large batches.
        let mut ended = false;
        let next = tokio::time::timeout(IDLE_WAIT, chunks.next()).await;
        let idle = |_| Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut))));
        let mut available = Some(next.unwrap_or_else(idle));
        while let Some(chunk) = available {
            match chunk {
                Some(Ok(chunk)) => splitter.push(&chunk),
                Some(Err(error)) => {
                    tracing::debug!(%error, "an event stream was cut off");
                    splitter.fail();
                    ended = true;
                }
                None => {
                    splitter.finish();
                    ended = true;
                }
            }
            let full = splitter.lines.len() >= BATCH_EVENTS || splitter.bytes >= BATCH_BYTES;
            available = if ended || full { None } else { futures::FutureExt::now_or_never(chunks.next()) };
        }
        while !splitter.lines.is_empty() {
            let count = splitter.lines.len().min(BATCH_EVENTS);
            let batch: Vec<Line> = splitter.lines.drain(..count).collect();
            let lines = batch.len() as u64;
            let (app, publisher) = (app.clone(), publisher.clone());
            let submitted = tokio::task::spawn_blocking(move || submit(&app, &publisher, batch)).await;
            let is_broken = submitted.is_err();
            let part = submitted.map(|submission| (first_line, submission));
            if submissions.send(part).await.is_err() || is_broken {
                return;
            }
            first_line += lines;
        }
        splitter.bytes = 0;
        if ended {
            return;
        }
    }
}

fn submit(app: &App, publisher: &Publisher, batch: Vec<Line>) -> Submission {
    let draft = |line: Line| -> Result<Draft, Rejection> {
        let line = line.map_err(|error| Rejection::Malformed(vec![error]))?;
        parse(&line, publisher, &app.node.vault)
    };
    Intake::new(app.node.clone()).submit(batch.into_iter().map(draft).collect())
}
