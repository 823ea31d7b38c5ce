//! What is said instead of a page: not there, not allowed, too old, broken.

use crate::records::Broken;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Why a request got no page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// There is none, or it is another tenant's: nobody can tell which.
    NotThere,
    /// It is there, but not for this role.
    NotAllowed,
    /// The form is too old, or came from elsewhere.
    Stale,
    /// The form cannot be read.
    Unreadable,
    /// Something to look at was sent a form, or the other way round.
    NotThisWay,
    /// Our fault. Logged where it happened.
    Broken,
}

impl Refusal {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::NotThere => StatusCode::NOT_FOUND,
            Self::NotAllowed | Self::Stale => StatusCode::FORBIDDEN,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::NotThisWay => StatusCode::METHOD_NOT_ALLOWED,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Keys of the words: what it is, and what to do.
    pub(crate) const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::NotThere | Self::NotThisWay => ("refusal-not-there", "refusal-not-there-help"),
            Self::NotAllowed => ("refusal-not-allowed", "refusal-not-allowed-help"),
            Self::Stale => ("refusal-stale", "refusal-stale-help"),
            Self::Unreadable => ("refusal-unreadable", "refusal-unreadable-help"),
            Self::Broken => ("refusal-broken", "refusal-broken-help"),
        }
    }
}

impl From<Broken> for Refusal {
    fn from(broken: Broken) -> Self {
        tracing::error!(%broken, "the console could not answer");
        Self::Broken
    }
}

/// The bare answer; the gate dresses it as a page.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
