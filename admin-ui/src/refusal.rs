//! What is said instead of a page: not there, not allowed, too often, broken. One page each, the same for everybody.

use crate::app::Theme;
use crate::language::Language;
use crate::records::Broken;
use crate::view::Views;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

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

    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::NotThere | Self::NotThisWay => ("refusal-not-there", "refusal-not-there-help"),
            Self::NotAllowed => ("refusal-not-allowed", "refusal-not-allowed-help"),
            Self::Stale => ("refusal-stale", "refusal-stale-help"),
            Self::Unreadable => ("refusal-unreadable", "refusal-unreadable-help"),
            Self::Broken => ("refusal-broken", "refusal-broken-help"),
        }
    }

    /// The page: depends on nothing but the refusal, the language and the theme.
    pub(crate) fn page(self, views: &Views, language: Language, theme: Theme) -> Response {
        let (title, help) = self.keys();
        let context = json!({
            "title": language.say(title, &[]), "help": language.say(help, &[]),
            "language": language.code(), "theme": theme.code(), "code": self.status().as_u16(),
        });
        let mut response = views.respond(language, "refusal.html", &context);
        *response.status_mut() = self.status();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
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
