//! Errors as `application/problem+json` (RFC 9457) with a stable code.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// What went wrong, for a person and for a program.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    #[serde(skip)]
    pub http_status: u16,
    /// A stable code in kebab-case.
    pub code: &'static str,
    pub title: &'static str,
    pub status: u16,
    /// A sentence that says what to do.
    pub detail: String,
    /// What is wrong with which part of the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Seconds after which it can be tried again.
    #[serde(skip)]
    pub retry_after: Option<u32>,
}

pub use crate::intake::FieldError;

/// Seconds that a publisher is asked to wait when the log is not available.
const RETRY_AFTER: u32 = 2;

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Problem {
        let status = status.as_u16();
        Problem {
            http_status: status,
            code,
            title,
            status,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    pub fn with_errors(self, errors: Vec<FieldError>) -> Problem {
        Problem { errors, ..self }
    }

    /// 400: the input cannot be read; nothing was logged.
    pub fn malformed(detail: impl Into<String>, errors: Vec<FieldError>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "The input is malformed", detail).with_errors(errors)
    }

    /// 400: a query parameter is wrong.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        let error = FieldError { pointer: name.to_owned(), code: "invalid-parameter", detail: detail.clone() };
        let problem = Problem::new(StatusCode::BAD_REQUEST, "invalid-parameter", "A query parameter is wrong", detail);
        problem.with_errors(vec![error])
    }

    pub fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing", detail)
    }

    pub fn unauthenticated() -> Problem {
        let detail = "send a token of the principals file as `Authorization: Bearer TOKEN`";
        Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", "No valid token", detail)
    }

    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", "The token's roles do not allow this", detail)
    }

    /// 405: the route exists; the header `Allow` says with which methods.
    pub fn method_not_allowed() -> Problem {
        let detail = "this route does not take this method; /openapi.json lists what it takes";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "No such method here", detail)
    }

    /// 500: our fault; what exactly stands in the logs.
    pub fn internal() -> Problem {
        let detail = "the logs of the server say more";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed", detail)
    }

    /// 503: nothing was acknowledged; try again.
    pub fn unavailable(detail: impl Into<String>) -> Problem {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available now", detail);
        Problem { retry_after: Some(RETRY_AFTER), ..problem }
    }
}

impl From<crate::views::ViewError> for Problem {
    /// The views are being rebuilt: they are a cache, so this passes.
    fn from(error: crate::views::ViewError) -> Problem {
        tracing::warn!(%error, "a query met views that are being rebuilt");
        Problem::unavailable("the views are being rebuilt from the log; try again")
    }
}

impl From<crate::log::LogError> for Problem {
    fn from(error: crate::log::LogError) -> Problem {
        Problem::unavailable(error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
