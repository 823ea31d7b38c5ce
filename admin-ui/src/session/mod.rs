//! Who is logged in: accounts, sessions kept in the store, the token against forged forms, and the brake on guessing.

mod backend;
mod checks;
mod cookie;
mod csrf;
mod keep;
mod once;
mod spare;
mod throttle;

pub(crate) use backend::{Accounts, Credentials};
pub(crate) use checks::Checks;
pub(crate) use cookie::{cookie, set_cookie};
pub(crate) use csrf::{CSRF_FIELD, CSRF_HEADER, CSRF_KEY, form_cookie, matches, mint};
pub(crate) use keep::KeptSessions;
pub(crate) use once::{News, Once};
pub(crate) use throttle::Throttle;

use crate::ports::Ports;
use axum_login::tower_sessions::cookie::SameSite;
use axum_login::tower_sessions::cookie::time::Duration;
use axum_login::tower_sessions::{Expiry, SessionManagerLayer};
use axum_login::{AuthManagerLayer, AuthManagerLayerBuilder};

/// How long a session lasts without being used.
const IDLE_DAYS: i64 = 7;

/// The layer that knows who is logged in.
pub(crate) fn layer(ports: &Ports, kept: &KeptSessions, https: bool) -> AuthManagerLayer<Accounts, KeptSessions> {
    let sessions = SessionManagerLayer::new(kept.clone())
        .with_name(if https { "__Host-ringdown" } else { "ringdown" })
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(https)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::days(IDLE_DAYS)));
    AuthManagerLayerBuilder::new(Accounts::new(ports.clone()), sessions).build()
}
