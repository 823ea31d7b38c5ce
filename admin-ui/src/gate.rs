//! What stands before every page: who asks, may they, is the form ours; and what dresses a refusal afterwards.

use crate::access::{Permission, Verdict, judge};
use crate::api::Problem;
use crate::app::{Desk, Shared, Theme};
use crate::client::Client;
use crate::language::Language;
use crate::pages::login;
use crate::pages::refused::{not_allowed, refused};
use crate::pages::resume::{self, Late};
use crate::refusal::Refusal;
use crate::session::{self, Accounts, CSRF_FIELD, CSRF_HEADER, CSRF_KEY, News};
use axum::body::{Body, to_bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_login::AuthSession;
use axum_login::tower_sessions::session::Id;
use std::sync::Arc;

/// Where one logs in.
const LOG_IN: &str = "/login";

/// The most that a form may hold.
const FORM_LIMIT: usize = 64 * 1024;

/// Lets a request through to a page, or refuses it.
pub(crate) async fn page(
    State((app, needs)): State<(Shared, Permission)>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    auth: AuthSession<Accounts>,
    request: Request,
    next: Next,
) -> Response {
    let client = client(&request);
    let mut desk = desk(&app, &auth, request.headers(), client).await;
    // A path that is no text names nothing.
    let Ok(params) = params else { return refused(&desk, Refusal::NotThere) };
    let slug = params.iter().find_map(|(name, value)| (name == "tenant").then_some(value));
    desk.room = match judge(needs, desk.account.as_ref(), slug, &app.ports.records.directory()) {
        Verdict::Enter(room) => room,
        Verdict::LogIn => return to_log_in(&desk, request).await,
        Verdict::NotThere => return refused(&desk, Refusal::NotThere),
        Verdict::NotAllowed => return not_allowed(&desk).await,
    };
    let mut request = match genuine(request, &desk.csrf).await {
        Ok(request) => request,
        Err(Forged::Late(late)) if desk.account.is_some() => return resume::ask(&desk, &late, StatusCode::FORBIDDEN),
        Err(Forged::Late(late)) if late.to == LOG_IN => return login::again(&desk, &late),
        Err(Forged::Late(_)) => return refused(&desk, Refusal::Stale),
        Err(Forged::Refused(refusal)) => return refused(&desk, refusal),
    };
    desk.session = auth.session.id().filter(|_| desk.account.is_some());
    desk.news = Arc::new(desk.session.map(|session| news(&app, session, &request)).unwrap_or_default());
    request.extensions_mut().insert(desk.clone());
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions().get::<Refusal>().copied() {
        return refused(&desk, refusal);
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The answer for an address that no route has: the same as for what is not there, in the manner of the pages or of the API.
pub(crate) async fn nowhere(State(app): State<Shared>, auth: AuthSession<Accounts>, parts: Parts) -> Response {
    if parts.uri.path().starts_with("/api/") {
        return Problem::not_there().into_response();
    }
    not_here(app, auth, parts, Refusal::NotThere).await
}

/// The answer for an address that is only there for forms, or only to be looked at.
pub(crate) async fn not_this_way(State(app): State<Shared>, auth: AuthSession<Accounts>, parts: Parts) -> Response {
    not_here(app, auth, parts, Refusal::NotThisWay).await
}

async fn not_here(app: Shared, auth: AuthSession<Accounts>, parts: Parts, refusal: Refusal) -> Response {
    let request = Request::from_parts(parts, Body::empty());
    let client = client(&request);
    refused(&desk(&app, &auth, request.headers(), client).await, refusal)
}

fn client(request: &Request) -> Client {
    request.extensions().get().copied().unwrap_or_else(|| Client::of(request, &[]))
}

/// Who asks, and how the answer should look; in no tenant's room yet.
async fn desk(app: &Shared, auth: &AuthSession<Accounts>, headers: &HeaderMap, client: Client) -> Desk {
    let (language, theme) = taste(headers);
    let csrf = token(auth, headers, client.https).await;
    let account = auth.user.as_ref().map(|user| user.0.clone());
    Desk { app: app.clone(), client, account, room: None, language, theme, csrf, session: None, news: Arc::default() }
}

/// What an earlier request left for this page, if it is looked at.
fn news(app: &Shared, session: Id, request: &Request) -> News {
    let looked_at = request.method() == Method::GET;
    let found = || app.once.take(app.ports.now().mono, session, request.uri().path());
    looked_at.then(found).flatten().unwrap_or_default()
}

/// The language and theme that the reader chose, else what the browser asks for.
fn taste(headers: &HeaderMap) -> (Language, Theme) {
    let chosen = session::cookie(headers, "ringdown-language").and_then(Language::of_tag);
    let asked =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(Language::of_accept);
    let theme = session::cookie(headers, "ringdown-theme").map_or(Theme::Auto, Theme::of);
    (chosen.or(asked).unwrap_or_default(), theme)
}

/// To the log-in page, and back here afterwards if it was only looked at. A form is kept and the password asked for in place.
/// A page's script that asks for a part of a page has to leave that page: a log-in form is no part of it.
async fn to_log_in(desk: &Desk, request: Request) -> Response {
    let next = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if request.method() == Method::GET && next != "/" {
        let place = format!("{LOG_IN}?next={}", crate::address::escape(next));
        let part = request.headers().contains_key("hx-request");
        return if part { leave(&place) } else { Redirect::to(&place).into_response() };
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, FORM_LIMIT).await.unwrap_or_default();
    let late = Late::of(&parts, &body).filter(|_| parts.method == Method::POST);
    late.map_or_else(|| Redirect::to(LOG_IN).into_response(), |late| login::first(desk, &late))
}

/// The answer to htmx that loads another page whole.
fn leave(place: &str) -> Response {
    match HeaderValue::from_str(place) {
        Ok(place) => (StatusCode::FORBIDDEN, [(HeaderName::from_static("hx-redirect"), place)]).into_response(),
        Err(_) => StatusCode::FORBIDDEN.into_response(),
    }
}

/// The session's token, or the log-in form's cookie where there is no session.
async fn token(auth: &AuthSession<Accounts>, headers: &HeaderMap, https: bool) -> String {
    if auth.user.is_some()
        && let Ok(Some(token)) = auth.session.get::<String>(CSRF_KEY).await
    {
        return token;
    }
    session::cookie(headers, session::form_cookie(https)).unwrap_or("").to_owned()
}

/// Why an unsafe request is not carried out.
enum Forged {
    Refused(Refusal),
    /// It has another token, but came from a page of ours.
    Late(Late),
}

/// Passes safe requests; of others, those that carry the token in the header or in the form.
async fn genuine(request: Request, csrf: &str) -> Result<Request, Forged> {
    if request.method().is_safe() {
        return Ok(request);
    }
    if from_elsewhere(request.headers()) {
        return Err(Forged::Refused(Refusal::Stale));
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, FORM_LIMIT).await.map_err(|_| Forged::Refused(Refusal::Unreadable))?;
    let in_header = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
    let came = match in_header {
        Some(token) => Some(token.to_owned()),
        None => crate::address::field(&body, CSRF_FIELD),
    };
    if !came.is_some_and(|came| session::matches(csrf, &came)) {
        return Err(Late::of(&parts, &body).map_or(Forged::Refused(Refusal::Stale), Forged::Late));
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// What the browser itself says of where a form came from (Fetch Metadata).
fn from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    matches!(site, Some("cross-site" | "same-site"))
}
