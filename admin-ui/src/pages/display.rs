//! How the console looks to this reader: language and theme, kept in a cookie of the browser.

use crate::address::own_path;
use crate::app::{Desk, Theme};
use crate::extract::Form;
use crate::language::Language;
use crate::session::set_cookie;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// A year.
const KEEP_S: u32 = 365 * 24 * 3600;

/// What was chosen; what is absent stays.
#[derive(Deserialize)]
pub(crate) struct Choice {
    language: Option<String>,
    theme: Option<String>,
    #[serde(default)]
    back: String,
}

/// Remembers the choice and goes back.
pub(crate) async fn choose(desk: Desk, headers: HeaderMap, Form(choice): Form<Choice>) -> Response {
    let https = desk.client.https;
    let mut response = Redirect::to(back(&choice.back, &headers)).into_response();
    let language = choice.language.as_deref().and_then(Language::of_tag).map(Language::code);
    let theme = choice.theme.as_deref().map(|theme| Theme::of(theme).code());
    for (name, value) in [("ringdown-language", language), ("ringdown-theme", theme)] {
        if let Some(cookie) = value.and_then(|value| set_cookie(name, value, KEEP_S, https)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// The page that the form was on: as its script says, else as the browser does (RFC 9110 §10.1.3).
fn back<'a>(said: &'a str, headers: &'a HeaderMap) -> &'a str {
    let referrer = || {
        let (_, rest) = headers.get(header::REFERER)?.to_str().ok()?.split_once("://")?;
        own_path(&rest[rest.find('/')?..])
    };
    own_path(said).or_else(referrer).unwrap_or("/")
}
