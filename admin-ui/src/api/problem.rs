//! Errors as `application/problem+json` (RFC 9457).

use crate::changes::{ChangeError, FieldFault};
use crate::records::Broken;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, what it affects, what to do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A stable name of the problem: a path on this server.
    #[serde(rename = "type")]
    kind: String,
    /// What went wrong, in a few words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What to do about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProblemField {
    /// The field.
    field: String,
    /// A stable code: `required` (missing or empty), `grammar` (not written as it must be), `taken` (somebody else has it),
    /// `emergency` (an emergency number of the country), `range`, `bound` (something else still needs it), `not-there` (it is
    /// gone), `unknown` (there is no such field).
    code: String,
    /// In words.
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &str, detail: &str) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.to_owned(),
            errors: Vec::new(),
        }
    }

    pub(crate) fn not_there() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-there", "There is nothing here", "")
    }

    pub(crate) fn no_such_method() -> Self {
        let what = "The header Allow says how it may be asked.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "no-such-method", "This cannot be done here", what)
    }

    pub(crate) fn no_token() -> Self {
        let what = "Send `Authorization: Bearer …` with a token of the company.";
        Self::new(StatusCode::UNAUTHORIZED, "no-token", "No valid token", what)
    }

    pub(crate) fn wrong_scope(scope: &str) -> Self {
        let what = format!("The token needs the scope `{scope}`.");
        Self::new(StatusCode::FORBIDDEN, "wrong-scope", "Not for this token", &what)
    }

    pub(crate) fn too_often() -> Self {
        let what = "Wait for as long as Retry-After says.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-often", "Too many requests", what)
    }

    pub(crate) fn unreadable(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", "The request could not be read", detail)
    }

    pub(crate) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", "Send less at a time.")
    }

    pub(crate) fn not_json() -> Self {
        let what = "Send the body as JSON, with `Content-Type: application/json`.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", "The body is not said to be JSON", what)
    }

    pub(crate) fn going_on() -> Self {
        let what = "Why a call went where it went is written when it ends. Ask again then.";
        Self::new(StatusCode::CONFLICT, "going-on", "The call is still going on", what)
    }

    pub(crate) fn ended() -> Self {
        Self::new(StatusCode::CONFLICT, "ended", "The call had already ended", "There is nothing left to end.")
    }

    pub(crate) fn changed_meanwhile() -> Self {
        let what = "Nothing was changed. Read it again, and send the new `revision` with what you want changed.";
        Self::new(StatusCode::CONFLICT, "changed-meanwhile", "Somebody else changed it first", what)
    }

    pub(crate) fn key_for_another() -> Self {
        let what = "This Idempotency-Key was used for another request. Use a new one.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "key-reused", "The key belongs to another request", what)
    }

    pub(crate) fn key_running() -> Self {
        let what = "The first request with this Idempotency-Key is still being carried out.";
        Self::new(StatusCode::CONFLICT, "key-running", "Still being carried out", what)
    }

    pub(crate) fn invalid(faults: Vec<FieldFault>) -> Self {
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The change is not valid", "Nothing was changed.");
        problem.errors = faults
            .into_iter()
            .map(|fault| ProblemField { field: fault.field, code: fault.code, detail: fault.text })
            .collect();
        problem
    }
}

impl From<Broken> for Problem {
    fn from(broken: Broken) -> Self {
        tracing::error!(%broken, "the API could not answer");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", "Something went wrong on our side", "Try again later.")
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Faults(faults) => Self::invalid(faults),
            ChangeError::Meanwhile(_) => Self::changed_meanwhile(),
            ChangeError::Broken(broken) => broken.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
