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
mod extract;
mod gate;
mod ladder;
pub mod language;
mod live;
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

/// What the build put into the binary: views, catalogues and assets, each as (name, content).
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

pub use access::{Permission, Scope};
pub use api::document;
pub use language::Language;
pub use pages::login::{FIRST_ACCOUNT, first_import};
pub use ports::{Clock, DemoAccount, Options, Ports, Randomness, Subscribe};
pub use records::Records;

use api::LastUse;
use app::App;
use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use client::{Client, UnlistedProxy};
use live::Live;
use session::{Checks, KeptSessions, Once, Throttle};
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
        checks: Checks::default(),
        last_use: LastUse::default(),
        streams: Arc::default(),
        sessions: KeptSessions::new(ports.clone()),
        once: Once::default(),
        ports,
    });
    let (plain, secure) = (reached_by(false, &app), reached_by(true, &app));
    let unlisted = UnlistedProxy::default();
    Ok(Router::new().fallback(move |mut request: Request| {
        let client = Client::of(&request, &app.ports.options.proxies);
        unlisted.look_for(&request, client);
        request.extensions_mut().insert(client);
        let way = if client.https { secure.clone() } else { plain.clone() };
        way.oneshot(request)
    }))
}

/// Everything as it is given by HTTP or by HTTPS: other cookies and other headers, the same pages.
fn reached_by(https: bool, app: &app::Shared) -> Router {
    let sessions = session::layer(&app.ports, &app.sessions, https);
    let pages =
        routes::router(app).method_not_allowed_fallback(gate::not_this_way).fallback(gate::nowhere).layer(sessions);
    let router = pages.merge(api::router(app)).with_state(app.clone());
    security::around(router, https)
}

/// Every route with its permission, API included: what the tests walk.
pub fn routes() -> Vec<(Method, String, Permission)> {
    let pages = routes::table().into_iter().map(|route| (route.method, route.path.to_owned(), route.needs));
    pages.chain(api::routes()).collect()
}
