//! The console: pages, REST API and live events over HTTP. Knows what is kept and what happens; never a SIP message.
//!
//! Each folder in a sentence:
//! - `api`: `/api/v1`, REST with OpenAPI.
//! - `live`: what is going on right now, folded from events, and the stream that tells open pages.
//! - `pages`: one file a page.
//! - `session`: who is logged in.
//! - `words`: what records mean, in the reader's language.

mod access;
mod address;
mod api;
mod app;
mod assets;
mod audit;
mod changes;
mod client;
mod embedded;
mod extract;
mod gate;
mod ladder;
pub mod language;
mod live;
mod network;
mod pages;
mod ports;
mod records;
mod refusal;
mod routes;
mod security;
mod session;
mod sought;
mod view;
pub mod words;

pub use access::{Permission, Scope};
pub use api::document;
pub use language::Language;
pub use network::{BadNetwork, Network};
pub use ports::{Clock, DemoAccount, Options, Ports, Randomness, Subscribe};
pub use records::Records;

use app::App;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use client::Client;
use live::Live;
use session::{KeptSessions, Once, Throttle};
use std::sync::Arc;
use tower::ServiceExt;
use view::Views;

/// The whole console as one service. Starts the live board's reader, so it needs a tokio runtime.
///
/// # Errors
/// An embedded view that does not parse: a fault of the build.
pub fn router(ports: Ports) -> Result<Router, tera::Error> {
    let app = Arc::new(App {
        live: Live::start(&ports),
        views: Views::load()?,
        throttle: Throttle::new(&ports.clock),
        sessions: KeptSessions::new(ports.clone()),
        once: Once::default(),
        ports,
    });
    let (plain, secure) = (reached_by(false, &app), reached_by(true, &app));
    Ok(Router::new().fallback(move |mut request: Request| {
        let client = Client::of(&request, &app.ports.options.proxies);
        request.extensions_mut().insert(client);
        let way = if client.https { secure.clone() } else { plain.clone() };
        way.oneshot(request)
    }))
}

/// Everything as it is given by HTTP or by HTTPS: other cookies and other headers, the same pages.
fn reached_by(https: bool, app: &app::Shared) -> Router {
    let sessions = session::layer(&app.ports, &app.sessions, https);
    let pages = routes::router(app).method_not_allowed_fallback(not_this_way).layer(sessions);
    let router = pages.merge(api::router(app)).fallback(nowhere).with_state(app.clone());
    security::around(router, https)
}

/// The answer for an address that no route has: the same as for what is not there, in the manner of the pages or of the API.
async fn nowhere(State(app): State<app::Shared>, uri: Uri, headers: HeaderMap) -> Response {
    if uri.path().starts_with("/api/") {
        return api::Problem::not_there().into_response();
    }
    let (language, theme) = gate::taste(&headers);
    refusal::Refusal::NotThere.page(&app.views, language, theme)
}

/// The answer for an address that is only there for forms, or only to be looked at.
async fn not_this_way(State(app): State<app::Shared>, headers: HeaderMap) -> Response {
    let (language, theme) = gate::taste(&headers);
    refusal::Refusal::NotThisWay.page(&app.views, language, theme)
}

/// Every route with its permission, API included: what the tests walk.
pub fn routes() -> Vec<(Method, String, Permission)> {
    let pages = routes::table().into_iter().map(|route| (route.method, route.path.to_owned(), route.needs));
    pages.chain(api::routes()).collect()
}
